import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Static, TSchema } from 'typebox'
import { Value } from 'typebox/value'
import { putDataset } from '../../../artifacts/dataset.ts'
import type { Metric, MetricSpec } from '../../../artifacts/metric.ts'
import type { TextRecord } from '../../../artifacts/record.ts'
import type { ArtifactRef, Sensitivity } from '../../../artifacts/refs.ts'
import { DEFAULT_SHARD_LIMITS, ShardWriter } from '../../../artifacts/shard-writer.ts'
import { openStore, type Store } from '../../../artifacts/store.ts'
import { Tally } from '../../../artifacts/tally.ts'
import type { RunContext } from '../../../stages/stage.ts'

export function temporaryStore(): { readonly store: Store; readonly remove: () => void } {
  const folder = mkdtempSync(join(tmpdir(), 'sluice-stage-'))
  return { store: openStore(folder), remove: () => rmSync(folder, { recursive: true, force: true }) }
}

export function putRecords(store: Store, records: readonly TextRecord[], sensitivity: Sensitivity): ArtifactRef {
  const writer = new ShardWriter(store, sensitivity, { rows: 50, bytes: 1 << 20 })
  for (const record of records) writer.write(record)
  return putDataset(store, writer.finish(), sensitivity)
}

/** What the engine hands to a stage that sees everything, over a real store. */
export function runContext(store: Store, signal: AbortSignal, told: string[]): RunContext {
  return {
    seed: 7,
    baseDir: '/',
    store,
    tally: new Tally(),
    sensitivity: 'redacted',
    signal,
    jobs: 1,
    workDir: join(store.root, 'work'),
    secret: (ref) => store.secret('store' in ref ? ref.store : 'other'),
    progress: (done, total, unit, detail) => told.push(`${done}/${total} ${unit} ${detail}`),
    map: () => Promise.reject(new Error('these stages have no passes')),
    shardLimits: DEFAULT_SHARD_LIMITS,
  }
}

/** The config with its defaults, as the engine gives it. */
export function withDefaults<S extends TSchema>(schema: S, given: object): Static<S> {
  return Value.Parse(schema, Value.Default(schema, { ...given })) as Static<S>
}

/** What is wrong with reported metrics: undeclared, other labels, out of range, a rate without n or interval. */
export function metricProblems(metrics: readonly Metric[], specs: readonly MetricSpec[]): readonly string[] {
  const declared = new Map(specs.map((spec) => [spec.name, spec]))
  return metrics.flatMap((metric) => {
    const spec = declared.get(metric.name)
    if (spec === undefined) return [`${metric.name} is not declared`]
    const problems: string[] = []
    if (JSON.stringify(Object.keys(metric.labels ?? {})) !== JSON.stringify(spec.labels ?? [])) problems.push('labels')
    if (metric.value === null && metric.note === undefined) problems.push('null without a note')
    if (typeof metric.value === 'number' && spec.range !== undefined) {
      if (metric.value < spec.range[0] || metric.value > spec.range[1]) problems.push('range')
    }
    if (typeof metric.value === 'number' && metric.interval !== undefined) {
      const { lower, upper } = metric.interval
      if (metric.value < lower - 1e-9 || metric.value > upper + 1e-9) problems.push('outside its interval')
    }
    return problems.map((problem) => `${metric.name}: ${problem}`)
  })
}
