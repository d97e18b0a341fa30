import { execFileSync, spawnSync } from 'node:child_process'
import { cpSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, it } from 'vitest'
import type { RunRecord } from '../../pipelines/engine/run-record.ts'
import { PACKAGE_ROOT } from '../../util/package-root.ts'
import { type Ended, removeFolder, runJson, sluice, workFolder } from '../support/sluice.ts'

/**
 * The third acceptance of issue 6, as people do it: the commands, and keys of ssh-keygen. The rule blocks because 12 of 23
 * rows are even.
 */
const PIPELINE = `apiVersion: sluice/v1
kind: Pipeline
name: house
purpose: tests
owner: tests
seed: 3
stages:
  lines: { uses: ./lines.mjs, with: { rows: 23, per_task: 5 }, gate: even.yaml }
  train: { uses: ./train.mjs, needs: [lines] }
release:
  candidate: train
  gate: loss.yaml
  required_reading: [report, decisions, waivers]
  reviewers:
    - { role: privacy, principals: [ana, eve], quorum: 1 }
    - { role: model-risk, principals: [cy], quorum: 1 }
`
const policy = (id: string, require: string) => `apiVersion: sluice/v1
kind: Policy
name: ${id}
version: 1
title: A policy of a test
rules:
  - { id: ${id}, title: T, severity: block, require: ${require}, remediation: give odd rows, because: a test }
`
const HAS_SSH = spawnSync('ssh-keygen', ['-?']).error === undefined
if (!HAS_SSH) console.warn('skipped: ssh-keygen is not there, so nobody can sign')
/** About thirty commands, each a process of its own: some seconds on a quiet machine. */
const TIMEOUT = 240_000
const IN_A_MONTH = new Date(Date.now() + 30 * 86_400_000).toISOString().slice(0, 10)

let dir: string
beforeAll(() => {
  dir = workFolder('acceptance-review', {
    'p.yaml': PIPELINE,
    'even.yaml': policy('even-share', '{ metric: even_share, at_most: 0.4 }'),
    'loss.yaml': policy('loss', '{ metric: train.loss, at_most: 2 }'),
  })
  mkdirSync(join(dir, 'keys'))
  for (const file of ['lines.mjs', 'train.mjs'])
    cpSync(join(PACKAGE_ROOT, 'tests/support/stages', file), join(dir, file))
  const lines = ['ana', 'cy', 'dan', 'eve'].map((name) => {
    execFileSync('ssh-keygen', ['-q', '-t', 'ed25519', '-N', '', '-C', name, '-f', join(dir, 'keys', name)])
    return `${name} namespaces="sluice-*" ${readFileSync(join(dir, 'keys', `${name}.pub`), 'utf8')}`
  })
  writeFileSync(join(dir, 'allowed_signers'), lines.join(''))
})
afterAll(() => removeFolder(dir))

const key = (name: string): readonly string[] => ['--key', join('keys', name)]
const run = (...args: readonly string[]): Promise<Ended> => sluice(args, dir)
const ok = async (...args: readonly string[]): Promise<string> => {
  const { code, stdout, stderr } = await run(...args)
  expect([code, stderr.includes('Error')], `${args.join(' ')}\n${stdout}${stderr}`).toEqual([0, false])
  return stdout
}
const said = (record: RunRecord | undefined) => record?.decisions.map(({ gate, decision }) => [gate, decision.outcome])

it.skipIf(!HAS_SSH)(
  'blocked, waived, reviewed by two, promoted, verified; and refused once a byte changes',
  async () => {
    const blocked = await runJson(['p.yaml'], dir)
    expect([blocked.code, said(blocked.record)]).toEqual([1, [['lines', 'block']]])
    expect(await run('review', 'request', '--by', 'dan')).toMatchObject({
      code: 1,
      stderr: expect.stringContaining('RELEASE_BLOCKED'),
    })

    // A waiver, asked for by one key and approved by another.
    const why = ['--reason', 'the source gives more even rows', '--ticket', 'T-1', '--control', 'a person counts']
    const who = ['--by', 'dan', '--approver', 'eve', '--expires', IN_A_MONTH]
    await ok('waiver', 'request', 'p.yaml', '--id', 'W-1', '--rule', 'even-share', ...why, ...who, ...key('dan'))
    expect((await runJson(['p.yaml'], dir)).code).toBe(1)
    await ok('waiver', 'approve', 'p.yaml', 'W-1', ...key('eve'))

    // It passes as waived, and says so everywhere.
    const passed = await run('run', 'p.yaml')
    expect(passed.code).toBe(0)
    const { run: id } = JSON.parse(readFileSync(join(dir, '.sluice/last/house.json'), 'utf8')) as { run: string }
    const folder = join(dir, '.sluice/runs', id)
    const written = (file: string): string => readFileSync(join(folder, file), 'utf8')
    const record = JSON.parse(written('run.json')) as RunRecord
    expect(said(record)).toEqual([
      ['lines', 'waived'],
      ['release', 'pass'],
    ])
    expect(`${passed.stdout}${passed.stderr}`).toMatch(/waived/)
    expect(written('report.html')).toMatch(/waived/i)
    expect(written('report.html')).toContain('W-1')
    expect(JSON.parse(written('report.sarif')).runs[0].results[0].suppressions[0].justification).toContain('W-1')
    expect(written('junit.xml')).toMatch(/waived/)
    expect(written('oscal-ar.json')).toContain('W-1')
    expect(written('model-card.md')).toMatch(/waive/i)

    // The review: two people of different roles, each having opened what must be read.
    const asked = await ok('review', 'request', '--by', 'dan')
    expect(asked).toContain('waived     lines by W-1')
    const waiting = await run('release', 'promote')
    expect([waiting.code, waiting.stderr]).toEqual([
      3,
      expect.stringContaining('1 more as privacy, 1 more as model-risk'),
    ])
    expect(await run('review', 'approve', '--as', 'ana', ...key('ana'))).toMatchObject({
      code: 2,
      stderr: expect.stringContaining('ana has not opened: report, decisions, waivers'),
    })
    await Promise.all(
      ['ana', 'cy'].map(async (name) => {
        for (const what of ['report', 'decisions', 'waivers']) await ok('review', 'open', what, '--as', name)
      }),
    )
    expect(await ok('review', 'open', 'decisions', '--as', 'ana')).toContain('waived         even-share')
    await ok('review', 'approve', '--as', 'ana', ...key('ana'))
    // The other one hands a file over, from a copy of the store without its private keys.
    cpSync(join(dir, '.sluice'), join(dir, 'copy'), { recursive: true })
    for (const file of ['ledger.key', 'bundle.key', 'store.key']) rmSync(join(dir, 'copy/keys', file), { force: true })
    await ok('review', 'approve', '--store', 'copy', '--as', 'cy', '--out', 'cy.json', ...key('cy'))
    expect((await run('release', 'promote')).code).toBe(3)
    expect(await ok('review', 'import', 'cy.json')).toContain('approved, ready to promote')
    expect((await run('review', 'import', 'cy.json')).stderr).toContain('APPROVAL_TAKEN')

    // One byte of the adapter changes in the store: nothing is promoted.
    const model = JSON.parse(readFileSync(objectOf(record.release!.candidate!.model.digest), 'utf8')) as {
      files: { name: string; sha256: string }[]
    }
    const weights = objectOf(model.files.find(({ name }) => name === 'model.safetensors')!.sha256)
    flip(weights)
    expect(await run('release', 'promote')).toMatchObject({
      code: 4,
      stderr: expect.stringContaining('REVIEW_CANDIDATE_CHANGED'),
    })
    flip(weights)

    const promoted = JSON.parse(await ok('release', 'promote', '--json', '--out', 'release')) as { digest: string }
    expect(await run('release', 'promote')).toMatchObject({
      code: 2,
      stderr: expect.stringContaining('RELEASE_ALREADY_PROMOTED'),
    })
    expect(await ok('release', 'list')).toBe(`${promoted.digest.slice(0, 16)}  promoted   ${id}\n`)

    // Both verifiers accept it, and refuse it once a byte of the adapter changes.
    const keys = ['--key', '.sluice/keys/ledger.pub', '.sluice/keys/bundle.pub', '--allowed-signers', 'allowed_signers']
    expect(await ok('verify', 'release', '--replay', ...keys)).toContain('signed')
    expect(standalone('release')).toMatchObject({ status: 0 })
    flip(join(dir, 'release/model/model.safetensors'))
    const refused = await run('verify', 'release', '--replay', ...keys)
    expect([refused.code, refused.stdout]).toEqual([4, expect.stringContaining('MODEL_CHANGED')])
    const alone = standalone('release')
    expect([alone.status, String(alone.stdout)]).toEqual([4, expect.stringContaining('MODEL_CHANGED')])

    flip(join(dir, 'release/model/model.safetensors'))
    await ok('verify', 'release', '--log', '.sluice/ledger')
    await ok('release', 'revoke', 'release', '--reason', 'wrong_adapter')
    expect((await run('verify', 'release', '--log', '.sluice/ledger')).stdout).toContain('RELEASE_REVOKED')
    expect(await ok('release', 'list')).toContain('revoked')
  },
  TIMEOUT,
)

const objectOf = (digest: string): string => join(dir, '.sluice/objects', digest.slice(0, 2), digest.slice(2))
const standalone = (dossier: string) =>
  spawnSync(process.execPath, [join(PACKAGE_ROOT, 'dist/audit/standalone/sluice-verify.js'), dossier], { cwd: dir })

/** Changes the lowest bit in the middle; twice is as before. */
function flip(file: string): void {
  const bytes = readFileSync(file)
  bytes[bytes.length >> 1]! ^= 1
  rmSync(file)
  writeFileSync(file, bytes)
}
