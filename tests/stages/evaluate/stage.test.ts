import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { getEvaluation, putEvaluation } from '../../../artifacts/evaluation.ts'
import { putModel } from '../../../artifacts/model.ts'
import type { ArtifactRef } from '../../../artifacts/refs.ts'
import { Tally } from '../../../artifacts/tally.ts'
import { evaluate } from '../../../stages/evaluate/index.ts'
import { type EvaluateJob, runEvaluation } from '../../../stages/evaluate/job.ts'
import { metricProblems, putRecords, runContext, temporaryStore, withDefaults } from './stage-context.ts'
import { canaryPlan, canaryRows, conversations, trainTiny } from './tiny-model.ts'

const { store, remove } = temporaryStore()
const plan = canaryPlan([0, 30, 1], 21)
const config = withDefaults(evaluate.config, {
  heldout_rows: 110,
  member_rows: 60,
  outputs: 40,
  extraction_rows: 20,
  extraction_prefix: 2,
  extraction_suffix: 6,
})
const silent = { progress: () => {}, checkAborted: () => {} }
let inputs: Readonly<Record<'model' | 'test' | 'train' | 'canaries', ArtifactRef>>

beforeAll(async () => {
  const train = [...conversations(150, 1, 'train'), ...canaryRows(plan)]
  const evaluation = { metrics: [], series: [], tables: [], limits: [], tally: new Tally().toJSON() }
  inputs = {
    model: putModel(store, await trainTiny(train, { epochs: 10, seed: 2 }), 'redacted'),
    test: putRecords(store, conversations(120, 2, 'test'), 'redacted'),
    train: putRecords(store, train, 'redacted'),
    canaries: putEvaluation(store, { kind: 'evaluation', ...evaluation, data: JSON.parse(JSON.stringify(plan)) }),
  }
})
afterAll(remove)

const job = (change: Partial<EvaluateJob> = {}): EvaluateJob => ({
  storeRoot: store.root,
  ...inputs,
  config,
  seed: 7,
  sensitivity: 'redacted',
  ...change,
})
const value = (metrics: readonly { name: string; value: unknown; labels?: object }[], name: string, label?: string) =>
  metrics.find((m) => m.name === name && (label === undefined || Object.values(m.labels ?? {})[0] === label))?.value

describe('evaluate', () => {
  it('measures everything it declares, in the thread as on this one, byte for byte', async () => {
    const told: string[] = []
    const context = runContext(store, new AbortController().signal, told)
    const { artifacts, summary } = await evaluate.run(config, inputs, context)
    const { timings, tally, ...here } = await runEvaluation(job(), silent)
    expect(summary).toEqual(here)
    expect(context.tally.toJSON()).toEqual(tally)
    expect(getEvaluation(store, artifacts['report']!).metrics).toEqual(JSON.parse(JSON.stringify(here.metrics)))
    expect(metricProblems(here.metrics, evaluate.metrics)).toEqual([])
    expect(new Set(here.metrics.map((metric) => metric.name))).toEqual(
      new Set(evaluate.metrics.map((spec) => spec.name)),
    )
    expect(told.at(-1)).toMatch(/^(\d+)\/\1 samples inspection$|^(\d+)\/\2 samples outputs$/)

    expect(value(here.metrics, 'perplexity')).toBeLessThan(6)
    expect(value(here.metrics, 'perplexity_ratio')).toBeLessThan(0.2)
    expect(value(here.metrics, 'canaries_exposed')).toBe(1)
    expect(value(here.metrics, 'canary_exposure', '30')).toBeGreaterThan(9.9)
    expect(value(here.metrics, 'membership_auc')).toBeGreaterThan(0.3)
    expect(value(here.metrics, 'output_ended_rate')).toBeGreaterThan(0.8)
    // No secret and no answer with a found value in what a report shows.
    const shown = JSON.stringify(here)
    for (const canary of plan.canaries) expect(shown).not.toContain(canary.secret)
    expect(here.tables.map((table) => table.name)).toEqual(['canaries', 'samples'])
  })

  it('says what it could not measure without train and canaries, and shows no answers of raw rows', async () => {
    const result = await runEvaluation(job({ train: null, canaries: null, sensitivity: 'raw' }), silent)
    expect(metricProblems(result.metrics, evaluate.metrics)).toEqual([])
    for (const name of ['canary_exposure_max', 'membership_auc', 'extraction_excess', 'perplexity_ratio']) {
      expect(value(result.metrics, name), name).toBeNull()
    }
    expect(value(result.metrics, 'extraction_rate', 'heldout')).not.toBeNull()
    expect(result.tables).toEqual([])
    expect(result.limits.join('\n')).toMatch(/not measured by canaries/)
    expect(result.limits.join('\n')).toMatch(/No answers are shown/)
  })

  it('stops when the run is aborted', async () => {
    const controller = new AbortController()
    const context = runContext(store, controller.signal, [])
    const reason = new Error('stopped by the user')
    const run = evaluate.run(config, inputs, { ...context, progress: () => controller.abort(reason) })
    await expect(run).rejects.toBe(reason)
  })

  it('refuses an evaluation that is no canary plan', async () => {
    const wrong = putEvaluation(store, {
      kind: 'evaluation',
      metrics: [],
      series: [],
      tables: [],
      limits: [],
      tally: new Tally().toJSON(),
    })
    const context = runContext(store, new AbortController().signal, [])
    await expect(evaluate.run(config, { ...inputs, canaries: wrong }, context)).rejects.toMatchObject({
      code: 'CANARY_PLAN_MISSING',
    })
  })
})
