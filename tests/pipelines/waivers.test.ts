import { execFileSync } from 'node:child_process'
import { cpSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { openStore } from '../../artifacts/store.ts'
import { openKeys } from '../../audit/keys.ts'
import { openLedger } from '../../audit/ledger.ts'
import { type RunOptions, runPipeline } from '../../pipelines/engine/run.ts'
import type { RunRecord } from '../../pipelines/engine/run-record.ts'
import { decide } from '../../policies/engine/decide.ts'
import type { Waiver } from '../../policies/engine/waiver.ts'
import { canonicalJson } from '../../util/json.ts'
import { PACKAGE_ROOT } from '../../util/package-root.ts'
import { removeFolder, workFolder } from '../support/sluice.ts'

/** A rule that always fails: 12 of 23 rows are even. Keys are made by ssh-keygen, as people have them. */
const POLICY = `apiVersion: sluice/v1
kind: Policy
name: even
version: 1
title: Rows are balanced
rules:
  - id: even-share
    title: Few rows are even
    severity: block
    require: { metric: even_share, at_most: 0.4 }
    remediation: give odd rows
    because: a test of the engine
`
const PIPELINE = `apiVersion: sluice/v1
kind: Pipeline
name: engine
purpose: tests
owner: tests
seed: 1
stages:
  lines: { uses: ./lines.mjs, with: { rows: 23, per_task: 5 }, gate: policy.yaml }
`
const WAIVER: Waiver = {
  apiVersion: 'sluice/v1',
  kind: 'Waiver',
  id: 'W-1',
  type: 'waiver',
  rules: ['even-share'],
  subject: { pipeline: 'engine', gate: 'lines' },
  reason: 'the source gives more even rows until it is mended',
  ticket: 'T-1',
  compensating_control: 'a person counts',
  requested_by: 'ana',
  approved_by: 'ben',
  not_before: '2026-11-01',
  expires: '2026-11-30',
}
const DAY = (text: string) => () => new Date(`${text}T12:00:00.000Z`)

let dir: string
beforeEach(() => {
  dir = workFolder('waivers', { 'p.yaml': PIPELINE, 'policy.yaml': POLICY })
  cpSync(join(PACKAGE_ROOT, 'tests/support/stages/lines.mjs'), join(dir, 'lines.mjs'))
  mkdirSync(join(dir, 'waivers'))
  const keys = ['ana', 'ben'].map((name) => {
    execFileSync('ssh-keygen', ['-q', '-t', 'ed25519', '-N', '', '-C', name, '-f', join(dir, name)])
    return `${name} namespaces="sluice-waiver" ${readFileSync(join(dir, `${name}.pub`), 'utf8')}`
  })
  writeFileSync(join(dir, 'allowed_signers'), keys.join(''))
})
afterEach(() => removeFolder(dir))

const sign = (document: string, key: string): Buffer =>
  execFileSync('ssh-keygen', ['-q', '-Y', 'sign', '-n', 'sluice-waiver', '-f', join(dir, key)], {
    input: document,
    stdio: ['pipe', 'pipe', 'ignore'],
  })
const give = (change: Partial<Waiver> = {}, keys: readonly [string, string] = ['ana', 'ben']): void => {
  const document = canonicalJson({ ...WAIVER, ...change })
  const file = join(dir, 'waivers', `${change.id ?? 'W-1'}.json`)
  writeFileSync(file, document)
  writeFileSync(`${file}.requested.sig`, sign(document, keys[0]))
  writeFileSync(`${file}.approved.sig`, sign(document, keys[1]))
}
const run = (options: Partial<RunOptions> = {}): Promise<RunRecord> =>
  runPipeline(join(dir, 'p.yaml'), { store: join(dir, 'store'), jobs: 2, now: DAY('2026-11-20'), ...options })
const said = (record: RunRecord) => {
  const { decision } = record.decisions[0]!
  return [
    record.exit,
    decision.outcome,
    decision.rules[0]!.verdict,
    ...(decision.findings ?? []).map(({ code }) => code),
  ]
}
const logged = (type: string) =>
  [...openLedger(join(dir, 'store/ledger'), openKeys(join(dir, 'store/keys'))).entries()].filter(
    (entry) => entry.type === type,
  )

describe('a waiver beside the pipeline', () => {
  it('lets a gate through that blocks without it, and every use is logged with its digest', async () => {
    expect(said(await run())).toEqual([1, 'block', 'fail'])
    give()
    const record = await run()
    expect(said(record)).toEqual([0, 'waived', 'waived', 'WAIVER_EXPIRING'])
    const digest = record.decisions[0]!.decision.rules[0]!.waiver!.digest
    expect(logged('waiver.used').map(({ subject }) => subject)).toEqual([{ waiver: 'W-1', digest, gate: 'lines' }])
    const store = openStore(join(dir, 'store'))
    const { documents, allowedSigners } = record.waivers!
    expect(documents.map(({ id, document }) => [id, document])).toEqual([['W-1', digest]])
    expect(Object.keys(documents[0]!.signatures)).toEqual(['.requested.sig', '.approved.sig'])
    expect(store.get({ sha256: allowedSigners!, sensitivity: 'redacted' })).toEqual(
      readFileSync(join(dir, 'allowed_signers')),
    )
  })

  it('leaves a decision that replays to the same bytes from what the store kept', async () => {
    give()
    const { decision, digest } = (await run()).decisions[0]!
    const store = openStore(join(dir, 'store'))
    const kept = <T>(sha256: string) => store.getJson<T>({ sha256, sensitivity: 'redacted' })
    const again = decide({
      gate: decision.gate,
      ...decision.subject,
      policies: decision.policies.map((policy) => ({ ...policy, ...kept<{ rules: [] }>(policy.digest) })),
      evidence: { metrics: kept(decision.evidence) },
      waivers: kept(decision.waivers),
      now: new Date(decision.now),
      engine: decision.engine,
    })
    expect(canonicalJson(again)).toBe(canonicalJson(decision))
    expect(store.get({ sha256: digest, sensitivity: 'redacted' }).toString()).toBe(canonicalJson(decision))
  })

  it('does not count once its bytes were changed, or where one person signed for both', async () => {
    give()
    const file = join(dir, 'waivers/W-1.json')
    writeFileSync(file, readFileSync(file, 'utf8').replace('2026-11-30', '2027-01-30'))
    expect(said(await run())).toEqual([1, 'block', 'fail', 'WAIVER_SIGNATURE_BAD'])
    give({}, ['ana', 'ana'])
    expect(said(await run())).toEqual([1, 'block', 'fail', 'WAIVER_SIGNER_NOT_ALLOWED'])
    give({ approved_by: 'ana' }, ['ana', 'ana'])
    expect(said(await run())).toEqual([1, 'block', 'fail', 'WAIVER_SELF_APPROVED'])
  })

  it('is used up after as many decisions as it says, also by another run', async () => {
    give({ max_uses: 2 })
    expect(said(await run())[1]).toBe('waived')
    expect(said(await run())[1]).toBe('waived')
    expect(said(await run())).toEqual([1, 'block', 'fail', 'WAIVER_USED_UP'])
  })

  it('does not come back to life when the clock is set back', async () => {
    give()
    expect(said(await run({ now: DAY('2026-12-05') }))).toEqual([1, 'block', 'fail', 'WAIVER_EXPIRED'])
    expect(said(await run({ now: DAY('2026-11-20') }))).toEqual([1, 'block', 'fail', 'WAIVER_EXPIRED'])
  })

  it('that names a rule or a gate which is not there is an error before anything runs', async () => {
    give({ rules: ['even-shar'] })
    await expect(run()).rejects.toMatchObject({ code: 'WAIVER_UNKNOWN_RULE', next: 'did you mean `even-share`?' })
    give({ subject: { pipeline: 'engine', gate: 'line' } })
    await expect(run()).rejects.toMatchObject({ code: 'WAIVER_UNKNOWN_GATE', next: 'did you mean `lines`?' })
    give({ subject: { pipeline: 'another', gate: 'line' } })
    expect(said(await run())).toEqual([1, 'block', 'fail'])
  })

  it('in another spelling, with an unknown key or under another name is an error that says where', async () => {
    const file = join(dir, 'waivers/W-1.json')
    for (const [text, words] of [
      ['', 'it is not JSON'],
      [JSON.stringify({ ...WAIVER, rules: ['*'] }), '`rules.0` must match pattern'],
      [JSON.stringify(WAIVER), 'it is not canonical JSON'],
      [canonicalJson({ ...WAIVER, forever: true }), 'unknown key `forever`'],
      [canonicalJson({ ...WAIVER, id: 'W-2' }), 'its name is not its id'],
    ] as const) {
      writeFileSync(file, text)
      await expect(run()).rejects.toMatchObject({
        code: 'WAIVER_INVALID',
        message: expect.stringContaining(words),
        at: { file },
      })
    }
  })
})

it('an option that changes what runs is a finding of every decision', async () => {
  writeFileSync(join(dir, 'policy.yaml'), POLICY.replace('0.4', '0.9'))
  expect(said(await run())).toEqual([0, 'pass', 'pass'])
  const forced = await run({ force: ['lines'] })
  expect(said(forced)).toEqual([0, 'warn', 'pass', 'BYPASS'])
  expect(forced.decisions[0]!.decision.findings![0]!.about).toBe('--force lines')
})
