import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { gunzipSync } from 'node:zlib'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { putEvaluation } from '../../../artifacts/evaluation.ts'
import { putModel } from '../../../artifacts/model.ts'
import type { TextRecord } from '../../../artifacts/record.ts'
import type { ArtifactRef } from '../../../artifacts/refs.ts'
import { Tally } from '../../../artifacts/tally.ts'
import { monitor } from '../../../stages/monitor/index.ts'
import { type MonitorJob, runMonitor } from '../../../stages/monitor/job.ts'
import { PACKAGE_ROOT } from '../../../util/package-root.ts'
import { metricProblems, putRecords, runContext, temporaryStore, withDefaults } from '../evaluate/stage-context.ts'
import { canaryPlan, canaryRows, conversations, trainTiny } from '../evaluate/tiny-model.ts'

const { store, remove } = temporaryStore()
const plan = canaryPlan([0, 4], 31)
const config = withDefaults(monitor.config, { permutations: 199 })
const silent = { progress: () => {}, checkAborted: () => {} }
let model: ArtifactRef
let reference: ArtifactRef
let canaries: ArtifactRef

beforeAll(async () => {
  model = putModel(store, await trainTiny(conversations(150, 1, 'train'), { epochs: 10, seed: 2 }), 'redacted')
  reference = putRecords(store, conversations(300, 2, 'reference'), 'redacted')
  const evaluation = { metrics: [], series: [], tables: [], limits: [], tally: new Tally().toJSON() }
  canaries = putEvaluation(store, { kind: 'evaluation', ...evaluation, data: JSON.parse(JSON.stringify(plan)) })
})
afterAll(remove)

const watch = (watched: MonitorJob['watched'], change: Partial<MonitorJob> = {}) =>
  runMonitor({ storeRoot: store.root, watched, reference, canaries, config, seed: 7, ...change }, silent)
const logged = (rows: readonly TextRecord[]) => ({ kind: 'logged', outputs: putRecords(store, rows, 'raw') }) as const
const value = (metrics: readonly { name: string; value: unknown; labels?: object }[], name: string, label?: string) =>
  metrics.find((m) => m.name === name && (label === undefined || Object.values(m.labels ?? {})[0] === label))?.value

describe('monitor', () => {
  it('samples the model, in the thread as on this one, byte for byte', async () => {
    const context = runContext(store, new AbortController().signal, [])
    const { summary } = await monitor.run(config, { model, reference, canaries }, context)
    const { timings, ...here } = await watch({ kind: 'sampled', model })
    expect(summary).toEqual(here)
    expect(metricProblems(here.metrics, monitor.metrics)).toEqual([])
    expect(new Set(here.metrics.map((metric) => metric.name))).toEqual(
      new Set(monitor.metrics.map((spec) => spec.name)),
    )
    expect(value(here.metrics, 'source')).toBe('sampled')
    expect(value(here.metrics, 'canary_hits')).toBe(0)
    expect(here.tables.map((table) => table.name)).toEqual(['rates', 'drift'])
  })

  it('finds nothing in logged outputs like the reference', async () => {
    const { metrics } = await watch(logged(conversations(120, 3, 'log')))
    expect(metricProblems(metrics, monitor.metrics)).toEqual([])
    expect(value(metrics, 'source')).toBe('logged')
    expect(value(metrics, 'drift_flagged')).toBe(0)
    expect(value(metrics, 'canary_hits')).toBe(0)
  })

  it('finds the leak, the refusals and the personal data in a log that has them', async () => {
    const rows = conversations(120, 3, 'log').map((record, i): TextRecord => {
      const [question, reply] = record.messages!
      const content =
        i % 4 === 0
          ? "I'm sorry, but I can't help with that."
          : i % 4 === 1
            ? `${reply!.content} Write to jane.doe${i}@example.org.`
            : reply!.content
      return { ...record, messages: [question!, { ...reply!, content }] }
    })
    const result = await watch(logged([...rows, ...canaryRows(plan).slice(0, 3)]))
    const { metrics } = result
    expect(value(metrics, 'canary_hits')).toBe(3)
    expect(value(metrics, 'refusal_rate')).toBeCloseTo(30 / 123, 9)
    expect(value(metrics, 'pii_rate', 'EMAIL')).toBeCloseTo(30 / 123, 9)
    expect(value(metrics, 'drift_flag', 'refusal')).toBe(true)
    expect(value(metrics, 'drift_flag', 'pii')).toBe(true)
    expect(value(metrics, 'drift_psi_excess', 'refusal')).toBeGreaterThan(0.2)
    expect(JSON.stringify(result)).not.toMatch(/jane\.doe|@example/)
  })

  it('prefers logged rows to the model, unless told otherwise, and needs one of them', async () => {
    const context = runContext(store, new AbortController().signal, [])
    const { outputs } = logged(conversations(30, 5, 'log'))
    const run = async (source: 'auto' | 'model' | 'outputs', inputs: object) => {
      const { summary } = await monitor.run({ ...config, outputs: 24, source }, { reference, ...inputs }, context)
      return value(summary.metrics, 'source')
    }
    expect(await run('auto', { model, outputs })).toBe('logged')
    expect(await run('model', { model, outputs })).toBe('sampled')
    await expect(run('outputs', { model })).rejects.toMatchObject({ code: 'MONITOR_NOTHING_TO_WATCH' })
    await expect(run('auto', {})).rejects.toMatchObject({ code: 'MONITOR_NOTHING_TO_WATCH' })
  })
})

const data = process.env['SLUICE_DATA'] ?? join(PACKAGE_ROOT, '../shared/data')
const regard = join(data, 'bias/regard/small_gpt2_generated_samples.tsv.gz')

describe.skipIf(!existsSync(regard))('monitor on 6,000 outputs of GPT-2 (skipped where bias/regard is absent)', () => {
  const texts = (): readonly TextRecord[] =>
    gunzipSync(readFileSync(regard))
      .toString('utf8')
      .split('\n')
      .filter((text) => text.trim() !== '')
      .map((text, row) => ({ id: `r${row}`, text, source: { uri: 'regard', row }, meta: {}, notes: {} }))

  it('sees no drift between two halves of the same outputs, and drift between two groups of people', async () => {
    const all = texts()
    expect(all.length).toBeGreaterThan(5000)
    const even = all.filter((_, i) => i % 2 === 0)
    const odd = all.filter((_, i) => i % 2 === 1)
    const half = await watch(logged(odd), {
      reference: putRecords(store, even, 'raw'),
      config: { ...config, logged_rows: 500, reference_rows: 500 },
    })
    expect(value(half.metrics, 'drift_flagged')).toBe(0)
    expect(value(half.metrics, 'canary_hits')).toBe(0)
    const of = (group: string) => all.filter((record) => record.text!.startsWith(`The ${group} `))
    const groups = await watch(logged(of('woman')), {
      reference: putRecords(store, of('man'), 'raw'),
      config: { ...config, logged_rows: 500, reference_rows: 500 },
    })
    expect(value(groups.metrics, 'drift_flag', 'vocabulary')).toBe(true)
  })
})
