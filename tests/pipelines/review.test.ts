import { cpSync, existsSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { getModel } from '../../artifacts/model.ts'
import { openStore } from '../../artifacts/store.ts'
import { verifyDossier } from '../../audit/dossier/verify-dossier.ts'
import { parseApproval } from '../../audit/review/documents.ts'
import { stateOf } from '../../pipelines/review/desk.ts'
import { findRelease, loggedReleases, revoke } from '../../pipelines/review/releases.ts'
import { takeComment, takeVerdict } from '../../pipelines/review/verdict.ts'
import { canonicalJson } from '../../util/json.ts'
import { deskOf, openReview, type ReviewDesk, reviewWork, sshSignature } from '../support/review.ts'
import { grep, removeFolder, workFolder } from '../support/sluice.ts'

/** One reviewed candidate; each test works on a copy of it at the same place, since records name their files. */
let kept: string
let dir: string
let r: ReviewDesk
beforeAll(async () => {
  dir = reviewWork()
  const first = await openReview(dir)
  await first.ask()
  kept = workFolder('review-kept')
  cpSync(dir, join(kept, 'w'), { recursive: true })
  return () => {
    removeFolder(kept)
    removeFolder(dir)
  }
})
beforeEach(() => {
  rmSync(dir, { recursive: true, force: true })
  mkdirSync(dir)
  cpSync(join(kept, 'w'), dir, { recursive: true })
  const [run] = loggedRuns()
  r = deskOf(dir, JSON.parse(readFileSync(join(dir, 'store/runs', run!, 'run.json'), 'utf8')))
})
afterEach(() => rmSync(join(dir, 'release'), { recursive: true, force: true }))

const loggedRuns = (): readonly string[] => {
  const { run } = JSON.parse(readFileSync(join(dir, 'store/last/desk.json'), 'utf8')) as { run: string }
  return [run]
}
const approveAll = (): void => {
  r.give({ verdict: 'approve', reviewer: 'ana' })
  r.give({ verdict: 'approve', reviewer: 'cy' })
}
const edit = (file: string, change: (text: string) => string): void =>
  writeFileSync(join(dir, file), change(readFileSync(join(dir, file), 'utf8')))

describe('a review', () => {
  it('goes from the request to a release that verifies, and says at each step what is missing', async () => {
    await expect(r.promote()).rejects.toMatchObject({ code: 'REVIEW_WAITING', exit: 3 })
    expect(() => r.give({ verdict: 'approve', reviewer: 'ana' }, { read: false })).toThrowError(/report, decisions/)
    r.give({ verdict: 'approve', reviewer: 'ana' })
    await expect(r.promote()).rejects.toMatchObject({
      code: 'REVIEW_WAITING',
      message: 'it is not approved yet: 1 more as model-risk',
    })
    r.give({ verdict: 'approve', reviewer: 'cy' })
    expect(stateOf(r.desk(), r.review()).state).toBe('approved')
    const { folder, digest } = await r.promote()
    const report = await verifyDossier(folder)
    expect(report.findings).toEqual([])
    expect(report.release?.state).toBe('approved')
    expect(r.review().promoted).toBe(digest)
    await expect(r.promote(undefined, join(dir, 'again'))).rejects.toMatchObject({ code: 'RELEASE_ALREADY_PROMOTED' })
    expect(existsSync(join(dir, 'again'))).toBe(false)
    // The log names nobody: people stand in the documents only.
    expect(grep(join(dir, 'store/ledger'), ['"ana"', '"cy"', '"dan"'])).toEqual([])
    const laterLog = join(dir, 'store/ledger')
    const codes = async () => (await verifyDossier(folder, { laterLog })).findings.map(({ code }) => code)
    expect(await codes()).toEqual([])
    const [release] = loggedReleases(r.desk().ledger)
    revoke(r.desk(), findRelease([release!], digest.slice(0, 12)), 'leaked_canary')
    expect(loggedReleases(r.desk().ledger)).toMatchObject([{ digest, state: 'revoked', reason: 'leaked_canary' }])
    expect(await codes()).toEqual(['RELEASE_REVOKED'])
    expect((await verifyDossier(folder)).findings).toEqual([])
  })

  it('is stopped by a rejection until it is withdrawn; comments are kept outside of the log', async () => {
    approveAll()
    r.give({ verdict: 'reject', reviewer: 'ben', role: 'privacy' })
    takeComment(r.desk(), r.review(), 'ben', 'the sample of quarantined rows is too small')
    await expect(r.promote()).rejects.toMatchObject({ code: 'REVIEW_REJECTED', exit: 1 })
    await expect(r.ask()).rejects.toMatchObject({ code: 'REVIEW_OPEN' })
    const [, , no] = r.review().verdicts
    r.give({ verdict: 'withdraw', reviewer: 'ben', role: 'privacy', withdraws: no!.digest })
    expect(grep(join(dir, 'store/ledger'), ['quarantined'])).toEqual([])
    expect(r.review().comments.map(({ by, text }) => [by, text])).toEqual([
      ['ben', 'the sample of quarantined rows is too small'],
    ])
    expect((await verifyDossier((await r.promote()).folder)).findings).toEqual([])
  })

  it('that was killed before its last entry is finished by the next promotion, with the same dossier', async () => {
    approveAll()
    // The log as it was when the dossier lay there and `release.promoted` was not written yet.
    const { digest } = await r.promote()
    const built = join(dir, 'store/ledger')
    cpSync(built, join(dir, 'ledger-after'), { recursive: true })
    const whole = [...r.desk().ledger.entries()]
    expect(whole.at(-1)!.type).toBe('release.promoted')
    rewind(whole.length - 1)
    expect(r.review().promoted).toBeUndefined()
    expect(await r.promote()).toMatchObject({ digest })
    expect(r.review().promoted).toBe(digest)
  })
})

/** Makes the log shorter, as a kill before the last append leaves it: the same entries, appended again to an empty log. */
function rewind(size: number): void {
  const entries = [...r.desk().ledger.entries(0, size)]
  renameSync(join(dir, 'store/ledger'), join(dir, 'ledger-old'))
  for (const { type, run, subject, payload, ts } of entries) {
    r.desk(ts).ledger.append([{ type, run, subject, ...(payload === undefined ? {} : { payload }) }])
  }
}

describe('an attack on a review', () => {
  it('self-approval: the submitter, also through a second key; an author; somebody without a role', () => {
    // `dan` submitted and has no role at all; make him a reviewer by signing as `ana` with his key.
    expect(() => r.give({ verdict: 'approve', reviewer: 'ana' }, { key: 'dan' })).toThrowError(
      /not one of its reviewer/,
    )
    expect(() => r.give({ verdict: 'approve', reviewer: 'eve' })).toThrowError(/eve has no role/)
    r.give({ verdict: 'approve', reviewer: 'ana' })
    expect(() => r.give({ verdict: 'approve', reviewer: 'ana' }, { key: 'ana2' })).toThrowError(
      /one person counts once/,
    )
  })

  it('a forged role, an edited request, a signature for another purpose', () => {
    const { document } = r.signed({ verdict: 'reject', reviewer: 'ana' })
    const read = parseApproval(document)!
    const forge = (change: object, namespace?: string) => {
      const bytes = Buffer.from(canonicalJson({ ...read, ...change }))
      return { document: bytes, signature: sshSignature(dir, 'ana', bytes, namespace) }
    }
    const take = (signed: ReturnType<typeof forge>) => () => takeVerdict(r.desk(), r.review(), signed)
    expect(take(forge({ role: 'model-risk' }))).toThrowError(/does not have that role/)
    expect(take(forge({ verdict: 'approve' }))).toThrowError(/not opened all/)
    const request = { ...read.request, expires: '2027-12-01T00:00:00.000Z' }
    expect(take(forge({ request }))).toThrowError(/form that a verdict has/)
    expect(take(forge({}, 'git'))).toThrowError(/another purpose/)
    expect(r.review().verdicts).toEqual([])
  })

  it('an approval after the end, and a clock that is set back', async () => {
    r.give({ verdict: 'approve', reviewer: 'ana' })
    const late = '2026-12-16T09:00:00.000Z'
    expect(() => r.give({ verdict: 'approve', reviewer: 'cy' }, { now: late })).toThrowError(/the request has ended/)
    await expect(r.promote(late)).rejects.toMatchObject({ code: 'REVIEW_EXPIRED', exit: 1 })
    // Something was logged after the end; from then on no clock says that it is earlier.
    takeComment(r.desk(late), r.review(), 'cy', 'too late')
    expect(() => r.give({ verdict: 'approve', reviewer: 'cy' })).toThrowError()
    await expect(r.promote()).rejects.toMatchObject({ code: 'REVIEW_EXPIRED', exit: 1 })
    // Asking again takes new approvals: the old one is of another request.
    const old = r.review().verdicts[0]!
    await r.ask('dan', late)
    expect(r.review().verdicts).toEqual([])
    expect(() => takeVerdict(r.desk(late), r.review(), old)).toThrowError(/about another request/)
  })

  const swaps: readonly (readonly [string, string, () => void])[] = [
    ['the policy', 'REVIEW_POLICY_CHANGED', () => edit('even.yaml', (text) => text.replace('0.9', '0.99'))],
    ['the pipeline', 'REVIEW_PIPELINE_CHANGED', () => edit('p.yaml', (text) => text.replace('quorum: 1', 'quorum: 2'))],
    ['the allowed signers', 'REVIEW_SIGNERS_CHANGED', () => edit('allowed_signers', (text) => `${text}# more\n`)],
    [
      'the run record',
      'REVIEW_RUN_CHANGED',
      () => edit(`store/runs/${r.record.run}/run.json`, (text) => text.replace('"seed": 1', '"seed": 2')),
    ],
    ['a byte of the model', 'REVIEW_CANDIDATE_CHANGED', () => spoil('model.safetensors')],
    ['a decision in the store', 'REVIEW_DECISION_DIFFERS', () => spoilObject(r.record.decisions[0]!.digest)],
    ['a document of the review', 'REVIEW_DAMAGED', () => spoilObject(r.review().verdicts[0]!.digest)],
  ]
  it.each(swaps)('%s is changed after the approvals', async (_, code, change) => {
    approveAll()
    change()
    await expect(r.promote()).rejects.toMatchObject({ code, exit: 4 })
    expect(existsSync(join(dir, 'release'))).toBe(false)
  })

  it('the log is cut back to before a rejection', async () => {
    const before = join(dir, 'ledger-before')
    approveAll()
    cpSync(join(dir, 'store/ledger'), before, { recursive: true })
    r.give({ verdict: 'reject', reviewer: 'ben', role: 'privacy' })
    // One who can write everything can do this; whoever kept the newer checkpoint sees it (docs/review.md).
    const newer = r.desk().ledger.checkpoint()
    rmSync(join(dir, 'store/ledger'), { recursive: true })
    renameSync(before, join(dir, 'store/ledger'))
    const { folder } = await r.promote()
    const report = await verifyDossier(folder, { checkpoints: [newer] })
    expect(report.findings.map(({ code }) => code)).toContain('OUTSIDE_FORKED')
  })
})

function spoil(name: string): void {
  const store = openStore(join(dir, 'store'))
  const file = getModel(store, r.record.release!.candidate!.model).files.find((each) => each.name === name)!
  spoilObject(file.sha256)
}

function spoilObject(digest: string): void {
  const file = openStore(join(dir, 'store')).path(digest)
  const bytes = readFileSync(file)
  bytes[bytes.length >> 1]! ^= 1
  rmSync(file)
  writeFileSync(file, bytes)
}

describe('a release that stands on a waiver', () => {
  const WAIVER = {
    apiVersion: 'sluice/v1',
    kind: 'Waiver',
    id: 'W-1',
    type: 'waiver',
    rules: ['even-share'],
    subject: { pipeline: 'desk' },
    reason: 'the source gives more even rows',
    ticket: 'T-1',
    compensating_control: 'a person counts',
    requested_by: 'dan',
    approved_by: 'eve',
    not_before: '2026-11-01',
    expires: '2026-12-10',
    max_uses: 1,
  }
  let work: string
  let waived: ReviewDesk
  beforeAll(async () => {
    work = reviewWork(0.4)
    const document = Buffer.from(canonicalJson(WAIVER))
    mkdirSync(join(work, 'waivers'))
    writeFileSync(join(work, 'waivers/W-1.json'), document)
    for (const [end, name] of [
      ['requested', 'dan'],
      ['approved', 'eve'],
    ] as const) {
      writeFileSync(join(work, `waivers/W-1.json.${end}.sig`), sshSignature(work, name, document, 'sluice-waiver'))
    }
    waived = await openReview(work)
    await waived.ask()
    for (const reviewer of ['ana', 'cy']) waived.give({ verdict: 'approve', reviewer })
    return () => removeFolder(work)
  })

  it('names it in the request, and is released only while it is there and in force', async () => {
    expect(waived.review().request).toMatchObject({
      decisions: [
        { gate: 'lines', outcome: 'waived' },
        { gate: 'release', outcome: 'pass' },
      ],
      waivers: [{ id: 'W-1' }],
    })
    const no = { code: 'RELEASE_NO_LONGER_PASSES', exit: 1, message: expect.stringContaining('even-share') }
    await expect(waived.promote('2026-12-11T00:00:00.000Z')).rejects.toMatchObject(no)
    for (const file of ['W-1.json', 'W-1.json.approved.sig']) {
      renameSync(join(work, 'waivers', file), join(work, file))
      if (file === 'W-1.json') renameSync(join(work, 'waivers'), join(work, 'gone'))
      await expect(waived.promote()).rejects.toMatchObject(no)
      if (file === 'W-1.json') renameSync(join(work, 'gone'), join(work, 'waivers'))
      renameSync(join(work, file), join(work, 'waivers', file))
    }
    const { folder } = await waived.promote('2026-12-10T23:59:00.000Z')
    expect((await verifyDossier(folder)).findings).toEqual([])
    expect(existsSync(join(folder, 'waivers/W-1.json.approved.sig'))).toBe(true)
  })
})
