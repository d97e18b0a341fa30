import { cpSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { RunEvent } from '../../pipelines/engine/events.ts'
import { type RunOptions, runPipeline } from '../../pipelines/engine/run.ts'
import type { RunRecord } from '../../pipelines/engine/run-record.ts'
import { describeVerdict } from '../../reports/verdict.ts'
import { PACKAGE_ROOT } from '../../util/package-root.ts'
import { digests, filesBelow, removeFolder, states, workFolder } from '../support/sluice.ts'

/** The engine with stages of a third party: small modules beside the pipeline file. */
const POLICY = (limit: number): string => `apiVersion: sluice/v1
kind: Policy
name: even
version: 1
title: Rows are balanced
rules:
  - id: even-share
    title: Few rows are even
    severity: block
    mode: enforce
    require: { metric: even_share, at_most: ${limit} }
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
  left: { uses: ./shape.mjs, needs: [lines] }
  right: { uses: ./shape.mjs, needs: [lines], with: { mode: drop-odd }, retry: { attempts: 3, backoff_ms: 1 } }
  last: { uses: ./shape.mjs, needs: [left], with: { marker: last } }
`

let dir: string
beforeEach(() => {
  dir = workFolder('engine', { 'p.yaml': PIPELINE, 'policy.yaml': POLICY(0.9) })
  for (const name of ['lines.mjs', 'shape.mjs'])
    cpSync(join(PACKAGE_ROOT, 'tests/support/stages', name), join(dir, name))
})
afterEach(() => removeFolder(dir))

const run = (options: Partial<RunOptions> = {}): Promise<RunRecord> =>
  runPipeline(join(dir, 'p.yaml'), { store: join(dir, 'store'), jobs: 2, ...options })
const edit = (from: string, to: string): void => {
  const file = join(dir, 'p.yaml')
  const text = readFileSync(file, 'utf8')
  if (!text.includes(from)) throw new Error(`the test’s pipeline has no ${from}`)
  writeFileSync(file, text.replace(from, to))
}
const stage = (record: RunRecord, id: string): RunRecord['stages'][number] =>
  record.stages.find((each) => each.id === id)!

describe('a run', () => {
  it('runs all stages, conserves rows, decides the gate and records everything', async () => {
    const record = await run()
    expect(states(record)).toEqual({ lines: 'done', left: 'done', right: 'done', last: 'done' })
    expect(record).toMatchObject({ outcome: 'passed', exit: 0 })
    expect(stage(record, 'right').rows).toEqual({ in: 23, kept: 12, dropped: 11, quarantined: 0, joined: 0, added: 0 })
    expect(stage(record, 'right').dropped).toEqual({ odd: 11 })
    expect(record.decisions.map(({ gate, decision }) => [gate, decision.outcome])).toEqual([['lines', 'pass']])
    expect(record.ledger?.size).toBeGreaterThan(8)
    expect(JSON.parse(readFileSync(join(dir, 'store/runs', record.run, 'run.json'), 'utf8'))).toEqual(record)
  })

  it('is cached the second time, and a changed threshold reruns nothing but changes the decision', async () => {
    const first = await run()
    writeFileSync(join(dir, 'policy.yaml'), POLICY(0.4))
    const second = await run()
    expect(states(second)).toEqual({ lines: 'gate_failed', left: 'skipped', right: 'skipped', last: 'skipped' })
    expect(stage(second, 'lines').key).toBe(stage(first, 'lines').key)
    expect(stage(second, 'left').reason).toBe('gate of lines blocks')
    expect(second).toMatchObject({ outcome: 'blocked', exit: 1 })
    writeFileSync(join(dir, 'policy.yaml'), POLICY(0.9))
    const third = await run()
    expect(states(third)).toEqual({ lines: 'cached', left: 'cached', right: 'cached', last: 'cached' })
    expect(digests(third)).toEqual(digests(first))
  })

  it('reruns a stage whose config changed, and what depends on it if its output did', async () => {
    await run()
    edit('needs: [lines] }\n  right', 'needs: [lines], with: { mode: drop-odd, marker: left } }\n  right')
    const record = await run()
    expect(states(record)).toEqual({ lines: 'cached', left: 'done', right: 'cached', last: 'done' })
    expect(stage(record, 'left').reason).toBe('config.marker: (none) → "left"; config.mode: "pass" → "drop-odd"')
    expect(stage(record, 'last').reason).toBe('input data changed, because stage left gave other output')
  })

  it('stops what depends on a blocking gate and nothing else', async () => {
    edit('gate: policy.yaml }', '}')
    edit(
      'last: { uses: ./shape.mjs, needs: [left],',
      'other: { uses: ./lines.mjs, gate: policy.yaml }\n  last: { uses: ./shape.mjs, needs: [other],',
    )
    writeFileSync(join(dir, 'policy.yaml'), POLICY(0.1))
    const record = await run()
    expect(states(record)).toEqual({
      lines: 'done',
      left: 'done',
      right: 'done',
      other: 'gate_failed',
      last: 'skipped',
    })
    expect(record.exit).toBe(1)
  })

  it('gives the same digests whatever the number of workers', async () => {
    const two = await run()
    const one = await run({ jobs: 1, store: join(dir, 'other') })
    expect(digests(one)).toEqual(digests(two))
  })

  it.each([
    ['lose', 'ROWS_NOT_CONSERVED'],
    ['double', 'ROWS_NOT_CONSERVED'],
    ['throw', 'INTERNAL'],
    ['crash', 'WORKER_CRASHED'],
  ])('a stage that must %s ends as %s; the others go on, and no data gets into the error', async (mode, code) => {
    edit('with: { mode: drop-odd }', `with: { mode: ${mode} }`)
    const record = await run()
    expect(states(record)).toEqual({ lines: 'done', left: 'done', right: 'errored', last: 'done' })
    expect(stage(record, 'right').error?.code).toBe(code)
    expect(record).toMatchObject({ outcome: 'errored', exit: 5 })
    expect(JSON.stringify(record)).not.toContain('row number')
  })

  it('tries again after a transient error, with an event', async () => {
    edit('with: { mode: drop-odd }', `with: { mode: flaky, marker: ${join(dir, 'failed')} }`)
    const events: RunEvent[] = []
    const record = await run({ listeners: [(event) => events.push(event)] })
    expect(stage(record, 'right').state).toBe('done')
    expect(events.filter((event) => event.type === 'shard.retry')).toHaveLength(1)
  })

  it('--from, --only and --until take what is cached and say what is missing', async () => {
    const early = await run({ from: 'left' })
    expect(stage(early, 'lines').error?.code).toBe('NOT_CACHED')
    expect(early.exit).toBe(2)
    const until = await run({ until: 'left' })
    expect(states(until)).toEqual({ lines: 'done', left: 'done', right: 'skipped', last: 'skipped' })
    const from = await run({ from: 'left' })
    expect(states(from)).toEqual({ lines: 'cached', left: 'cached', right: 'skipped', last: 'done' })
    const only = await run({ only: 'right' })
    expect(states(only)).toMatchObject({ lines: 'cached', right: 'done', left: 'skipped' })
    const forced = await run({ force: ['left'] })
    expect(states(forced)).toEqual({ lines: 'cached', left: 'done', right: 'cached', last: 'cached' })
    expect(forced.options).toEqual({ force: ['left'] })
  })

  it('stops at once when it is interrupted, and keeps what is finished', async () => {
    const controller = new AbortController()
    const record = await run({
      signal: controller.signal,
      listeners: [(event) => event.type === 'gate.decided' && controller.abort()],
    })
    expect(record.outcome).not.toBe('passed')
    expect(stage(record, 'lines').state).toBe('done')
    const again = await run()
    expect(stage(again, 'lines').state).toBe('cached')
    expect(again.exit).toBe(0)
  })

  it('keeps raw rows sealed everywhere', async () => {
    await run()
    const plain = filesBelow(join(dir, 'store')).filter((file) => readFileSync(file).includes('row number'))
    expect(plain).toEqual([])
  })

  it('pins a third party’s stage by the bytes of its file', async () => {
    const first = await run()
    writeFileSync(join(dir, 'shape.mjs'), `${readFileSync(join(dir, 'shape.mjs'), 'utf8')}\n// changed\n`)
    const second = await run()
    expect(stage(second, 'left').key).not.toBe(stage(first, 'left').key)
    expect(stage(second, 'lines').state).toBe('cached')
  })

  it('tries the cutting of sources again too, where the error is transient', async () => {
    edit('per_task: 5', `per_task: 5, busy_once: ${join(dir, 'busy')}`)
    const events: RunEvent[] = []
    const record = await run({ listeners: [(event) => events.push(event)] })
    expect(record.exit).toBe(0)
    expect(events.filter((event) => event.type === 'stage.retry')).toMatchObject([
      { stage: 'lines', code: 'SYSTEM_EBUSY' },
    ])
  })

  it('beside another run in the same store waits for a stage that the other one is at, and takes its result', async () => {
    edit('with: { mode: drop-odd }', 'with: { mode: slow }')
    const waits: RunEvent[] = []
    const [first, second] = await Promise.all([
      run(),
      run({ listeners: [(event) => event.type === 'stage.waiting' && waits.push(event)] }),
    ])
    expect([first.exit, second.exit]).toEqual([0, 0])
    expect(digests(second)).toEqual(digests(first))
    for (const id of ['lines', 'right']) {
      expect([stage(first, id).state, stage(second, id).state].sort(), id).toEqual(['cached', 'done'])
    }
    expect(waits.length).toBeGreaterThan(0)
  })

  it('says why it stopped as a whole: an interruption, or a log that cannot be written', async () => {
    const controller = new AbortController()
    const onGate = (event: RunEvent): void => {
      if (event.type === 'gate.decided') controller.abort()
    }
    const interrupted = await run({ signal: controller.signal, listeners: [onGate] })
    expect(interrupted).toMatchObject({ outcome: 'errored', exit: 5, error: { code: 'INTERRUPTED' } })
    expect(describeVerdict(interrupted).reasons.join()).toContain('INTERRUPTED')

    const ruin = (event: RunEvent): void => {
      if (event.type !== 'stage.finished' || event.stage !== 'lines') return
      rmSync(join(dir, 'store/ledger'), { recursive: true })
      writeFileSync(join(dir, 'store/ledger'), 'not a folder')
    }
    const denied = await run({ listeners: [ruin] })
    expect(denied.outcome).toBe('errored')
    expect(denied.exit).toBeGreaterThan(1)
    expect(denied.error).not.toBeNull()
    expect(states(denied)).toMatchObject({ left: 'skipped', right: 'skipped', last: 'skipped' })
  })

  it('that was interrupted after its last stage is not called interrupted', async () => {
    const controller = new AbortController()
    const onLast = (event: RunEvent): void => {
      if (event.type === 'stage.finished' && event.stage === 'last') setTimeout(() => controller.abort(), 0)
    }
    edit('right: { uses: ./shape.mjs, needs: [lines]', 'right: { uses: ./shape.mjs, needs: [last]')
    edit('needs: [last], with: { mode: drop-odd }', 'needs: [lines], with: { mode: drop-odd }')
    const record = await run({ signal: controller.signal, listeners: [onLast] })
    expect([record.outcome, record.error]).toEqual(['passed', null])
  })

  it('refuses to force a stage that is not there', async () => {
    await expect(run({ force: ['lefft'] })).rejects.toMatchObject({
      code: 'STAGE_UNKNOWN',
      next: 'did you mean `left`?',
    })
  })

  it('is not kept from running by a broken record of an earlier run', async () => {
    const first = await run()
    writeFileSync(join(dir, 'store/runs', first.run, 'run.json'), '{')
    edit('marker: last', 'marker: other')
    const second = await run()
    expect(second.exit).toBe(0)
    expect(stage(second, 'last').state).toBe('done')
  })

  it('leaves one terminal entry in the log for each stage that was planned', async () => {
    writeFileSync(join(dir, 'policy.yaml'), POLICY(0.1))
    const record = await run()
    const log = filesBelow(join(dir, 'store/ledger/tile/entries'))
      .map((file) => readFileSync(file, 'latin1'))
      .join()
    const terminal = [
      ...log.matchAll(/"stage":"(\w+)"[^}]*\},"ts":"[^"]*","type":"stage\.(completed|cached|skipped|errored)"/g),
    ]
    const seen = new Set(terminal.map((match) => `${match[1]} ${match[2]}`))
    expect([...seen].sort()).toEqual(['last skipped', 'left skipped', 'lines completed', 'right skipped'])
    expect(record.exit).toBe(1)
  })
})
