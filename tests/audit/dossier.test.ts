import { createPublicKey } from 'node:crypto'
import { cpSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { cosign } from '../../audit/cosignature.ts'
import { messageOf } from '../../audit/dossier/codes.ts'
import { verifyDossier } from '../../audit/dossier/verify-dossier.ts'
import { openKeys } from '../../audit/keys.ts'
import { openLedger } from '../../audit/ledger.ts'
import { askForAnchor, takeAnchorReply } from '../../audit/timestamp/anchored-ledger.ts'
import { parseCertificates } from '../../audit/timestamp/certificate.ts'
import { verifierKey } from '../../audit/verifier-key.ts'
import type { RunRecord } from '../../pipelines/engine/run-record.ts'
import { replayDecision } from '../../policies/engine/replay.ts'
import { PACKAGE_ROOT } from '../../util/package-root.ts'
import { buildWork, dossierWork, runWork } from '../support/dossier.ts'
import { removeFolder } from '../support/sluice.ts'
import { pretty, standalone, startAttack, withPayload } from '../support/tamper.ts'
import { guideBlocks, readGuide, runBlock } from '../support/verify-guide.ts'
import { hasOpenssl, newAuthority } from './timestamp-authority.ts'

let work: string
let record: RunRecord
let dossier: string
beforeAll(async () => {
  work = dossierWork()
  record = await runWork(work)
  dossier = (await buildWork(work, record, 'dossier')).folder
})
afterAll(() => removeFolder(work))

const checkpointOf = (folder: string): string => readFileSync(join(folder, 'audit/checkpoint'), 'utf8')

describe('building a dossier', () => {
  it('never overwrites what is there, and leaves nothing behind when it fails', async () => {
    mkdirSync(join(work, 'taken'))
    writeFileSync(join(work, 'taken/mine'), 'x')
    await expect(buildWork(work, record, 'taken')).rejects.toMatchObject({ code: 'DOSSIER_EXISTS', exit: 2 })
    expect(readdirSync(join(work, 'taken'))).toEqual(['mine'])
    const edited = { ...record, seconds: record.seconds + 1 }
    await expect(buildWork(work, edited, 'edited')).rejects.toMatchObject({ code: 'RUN_NOT_LOGGED', exit: 4 })
    expect(readdirSync(work).filter((name) => name.includes('edited'))).toEqual([])
  })

  it('refuses where evidence was taken out of the store', async () => {
    const other = dossierWork()
    const run = await runWork(other)
    const { evidence } = run.decisions[0]!.decision
    rmSync(join(other, 'store/objects', evidence.slice(0, 2), evidence.slice(2)))
    await expect(buildWork(other, run, 'dossier')).rejects.toMatchObject({ code: 'EVIDENCE_NOT_KEPT', exit: 4 })
    removeFolder(other)
  })

  it('of a blocked run is refused, or made without the model and marked', async () => {
    const blocked = dossierWork({ limit: 1 })
    const run = await runWork(blocked)
    expect(run.outcome).toBe('blocked')
    await expect(buildWork(blocked, run, 'dossier')).rejects.toMatchObject({ code: 'RELEASE_BLOCKED', exit: 1 })
    const { folder, release } = await buildWork(blocked, run, 'dossier', { allowBlocked: true })
    expect(release).toMatchObject({ state: 'blocked' })
    expect(release).not.toHaveProperty('candidate')
    expect(readdirSync(folder)).not.toContain('model')
    expect(readFileSync(join(folder, 'VERIFY.md'), 'utf8')).toContain('so this is no release')
    expect(await verifyDossier(folder, { replay: replayDecision })).toMatchObject({ findings: [], ok: true })
    expect(await standalone([folder, '--json'])).toMatchObject({ ok: true, problems: [] })
    removeFolder(blocked)
  })

  it('of a cached run shows which run computed each stage', async () => {
    const again = await runWork(work)
    expect(again.stages.map(({ state }) => state)).toEqual(['cached', 'cached'])
    const { folder, release } = await buildWork(work, again, 'again')
    const entries = release.entries.map(({ file }) => JSON.parse(readFileSync(join(folder, file), 'utf8')))
    expect(entries.filter(({ type }) => type === 'stage.completed').map(({ run }) => run)).toEqual([
      record.run,
      record.run,
    ])
    expect(await verifyDossier(folder, { replay: replayDecision })).toMatchObject({ findings: [], ok: true })
    expect(await standalone([folder, '--json'])).toMatchObject({ ok: true, problems: [] })
  })
})

describe('a replay', () => {
  it('makes every decision again, byte for byte', async () => {
    const report = await verifyDossier(dossier, { replay: replayDecision })
    expect(report.checks.map(({ name, state }) => `${name} ${state}`)).toEqual(
      [
        'files',
        'keys',
        'log',
        'release',
        'run',
        'decisions',
        'model',
        'attestations',
        'review',
        'reports',
        'outside',
        'replay',
      ].map((name) => `${name} ok`),
    )
  })

  it('finds a decision that its own log and keys vouch for, and that does not follow from its evidence', async () => {
    const attack = startAttack(work, dossier, 1)
    attack.edit('decisions/train.json', (d) => (d.rules[0].operands[0].limit = 9))
    const bytes = attack.read('decisions/train.json')
    attack.edit('run.json', (r) => (r.decisions[1].decision.rules[0].operands[0].limit = 9), pretty)
    const digest = (await import('../../util/digest.ts')).sha256(bytes)
    attack.edit('run.json', (r) => (r.decisions[1].digest = digest), pretty)
    attack.release((r) => (r.decisions[1].digest = digest))
    await attack.resign(
      'attestations/06-gate-decision-train.sigstore.json',
      (s) => (s.predicate.decision.sha256 = digest),
    )
    const { ledger: _, ...rest } = JSON.parse(attack.read('run.json').toString())
    const logged = Buffer.from((await import('../../util/json.ts')).canonicalJson(rest))
    await attack.relog((entries) =>
      withPayload(entries, 'run.finished', logged).map((e) =>
        e.type === 'gate.decided' && e.subject['gate'] === 'train' ? { ...e, payload: digest } : e,
      ),
    )
    const without = await verifyDossier(attack.folder)
    const report = await verifyDossier(attack.folder, { replay: replayDecision })
    expect(without.findings.map(({ code }) => code)).toEqual([])
    expect(report.findings.map(({ code, file }) => [code, file])).toEqual([['REPLAY_DIFFERS', 'decisions/train.json']])
  })
})

describe('the level', () => {
  const levelOf = async (folder: string, options: Parameters<typeof verifyDossier>[1]): Promise<unknown> => {
    const { assurance, findings } = await verifyDossier(folder, options)
    return findings.length > 0 ? findings.map(({ code }) => code) : assurance
  }
  const cli = async (folder: string, files: Readonly<Record<string, string>>): Promise<unknown> => {
    const dir = mkdtempSync(join(work, 'given-'))
    const argv = Object.entries(files).flatMap(([flag, text]) => {
      writeFileSync(join(dir, flag), text)
      return [`--${flag}`, join(dir, flag)]
    })
    const { ok, assurance, problems } = await standalone([folder, '--json', ...argv])
    return ok === true ? assurance : problems.map(({ code }: { readonly code: string }) => code)
  }

  it('rises with a checkpoint kept elsewhere that saw the whole run, not with an older one', async () => {
    const early = record.ledger!.checkpoint
    const whole = checkpointOf(dossier)
    // The first checkpoint of the log, before the run.
    const old = openLedger(mkdtempSync(join(work, 'empty-')), openKeys(join(work, 'store/keys'))).checkpoint()
    for (const [checkpoint, level] of [
      [early, 'externally witnessed'],
      [whole, 'externally witnessed'],
      [`${early}\n${whole}`, 'externally witnessed'],
      [old, 'signed'],
    ] as const) {
      expect(await levelOf(dossier, { checkpoints: [checkpoint] })).toBe(level)
      expect(await cli(dossier, { checkpoint })).toBe(level)
    }
  })

  it('is none where the log did not grow out of that checkpoint', async () => {
    const attack = startAttack(work, dossier, 2)
    await attack.relog((entries) => entries.map((e) => ({ ...e, ts: new Date(Date.parse(e.ts) - 1).toISOString() })))
    expect(await levelOf(attack.folder, {})).toBe('self-attested')
    const checkpoint = record.ledger!.checkpoint
    expect(await levelOf(attack.folder, { checkpoints: [checkpoint] })).toEqual(['OUTSIDE_FORKED'])
    expect(await cli(attack.folder, { checkpoint })).toEqual(['OUTSIDE_FORKED'])
    expect(await levelOf(dossier, { checkpoints: ['not a checkpoint'] })).toEqual(['OUTSIDE_OTHER_KEY'])
    expect(await cli(dossier, { checkpoint: 'not a checkpoint' })).toEqual(['OUTSIDE_OTHER_KEY'])
  })

  it('needs the log’s key besides a witness', async () => {
    const keys = openKeys(join(work, 'witness'))
    const witness = { ...verifierKey('witness.example', 'witness', keys.publicKeyPem), sign: keys.sign }
    const folder = join(work, 'witnessed')
    cpSync(dossier, folder, { recursive: true })
    const note = checkpointOf(dossier)
    const text = note.slice(0, note.lastIndexOf('\n\n') + 1)
    writeFileSync(join(folder, 'audit/cosignatures'), note + cosign(text, 1_790_000_000, witness))
    const key = createPublicKey(readFileSync(join(work, 'store/keys/ledger.pub')))
    const pem = readFileSync(join(work, 'store/keys/ledger.pub'), 'utf8')
    const line = witness.noteVerifier
    expect(await levelOf(folder, { witnesses: [witness] })).toBe('self-attested')
    expect(await levelOf(folder, { witnesses: [witness], keys: [key] })).toBe('externally witnessed')
    expect(await cli(folder, { witness: line })).toBe('self-attested')
    expect(await cli(folder, { witness: line, key: pem })).toBe('externally witnessed')
    expect(await levelOf(dossier, { witnesses: [witness], keys: [key] })).toEqual(['COSIGNATURE_MISSING'])
    expect(await cli(dossier, { witness: line, key: pem })).toEqual(['COSIGNATURE_MISSING'])
    writeFileSync(join(folder, 'audit/cosignatures'), note + cosign(`${text}x`, 1_790_000_000, witness))
    expect(await levelOf(folder, { witnesses: [witness], keys: [key] })).toEqual(['COSIGNATURE_WRONG'])
    expect(await cli(folder, { witness: line, key: pem })).toEqual(['COSIGNATURE_WRONG'])
  })

  it.skipIf(!hasOpenssl)('rises with a time stamp of an authority that is trusted, and of no other', async () => {
    const store = join(work, 'store')
    const ledger = openLedger(join(store, 'ledger'), openKeys(join(store, 'keys')))
    const [authority, stranger] = [newAuthority(), newAuthority()]
    const trusted = parseCertificates(authority.ca)
    const { query } = askForAnchor(store, ledger, Buffer.from('00112233aabbccdd', 'hex'))
    takeAnchorReply(store, ledger, authority.reply(query), trusted, new Date())
    const { folder } = await buildWork(work, record, 'stamped')
    const pem = readFileSync(join(store, 'keys/ledger.pub'), 'utf8')
    const keys = [createPublicKey(pem)]
    const levels = async (where: string, ca: string): Promise<readonly unknown[]> => [
      await levelOf(where, { authorities: parseCertificates(ca), keys }),
      await cli(where, { 'tsa-ca': ca, key: pem }),
    ]
    expect(await levels(folder, authority.ca)).toEqual(['externally witnessed', 'externally witnessed'])
    expect(await levels(folder, stranger.ca)).toEqual([['ANCHOR_WRONG'], ['ANCHOR_WRONG']])
    expect(await levels(dossier, authority.ca)).toEqual([['ANCHOR_MISSING'], ['ANCHOR_MISSING']])
    expect(await levelOf(folder, { keys })).toBe('signed')
    const block = guideBlocks(readGuide(folder)).find(({ needs }) => needs.includes('TSA_CA'))!
    for (const [ca, status] of [
      [authority, 0],
      [stranger, 1],
    ] as const) {
      expect(runBlock(block, folder, { ...process.env, TSA_CA: ca.caFile }).status).toBe(status)
    }
    const stamp = join(folder, 'audit/anchor.tsr')
    const bytes = readFileSync(stamp)
    bytes[bytes.length - 20]! ^= 1
    writeFileSync(stamp, bytes)
    expect(await levels(folder, authority.ca)).toEqual([['ANCHOR_WRONG'], ['ANCHOR_WRONG']])
  })
})

it('docs/evidence.md lists every code with what it means', () => {
  const text = readFileSync(join(PACKAGE_ROOT, 'docs/evidence.md'), 'utf8')
  const listed = [...text.matchAll(/^\| `([A-Z_]+)` \| (.*) \|$/gm)].map(([, code, meaning]) => [code, meaning])
  const reported = readdirSync(join(PACKAGE_ROOT, 'audit/dossier'))
    .flatMap((name) => [
      ...readFileSync(join(PACKAGE_ROOT, 'audit/dossier', name), 'utf8').matchAll(/'([A-Z]+(?:_[A-Z]+)+)'/g),
    ])
    .map(([, code]) => code!)
    // Codes of the formats below, which become codes of the dossier.
    .filter((code) => !/^(BUNDLE|DOSSIER|FILE_CHANGED|TAR_(PATH|FILE))/.test(code) && messageOf(code) !== '')
  expect(listed).toEqual(listed.map(([code]) => [code, messageOf(code!)]))
  expect(
    [...new Set(reported)].filter(
      (code) => !text.includes(`\`${code}\``) && !/_(MISSING|CHANGED|UNLISTED)$/.test(code),
    ),
  ).toEqual([])
})
