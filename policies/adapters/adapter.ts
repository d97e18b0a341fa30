import type { Metric, MetricSpec } from '../../artifacts/metric.ts'
import type { Place } from '../../util/errors.ts'
import { SluiceError } from '../../util/errors.ts'
import type { Interval } from '../../util/statistics.ts'
import { clopperPearson, normalDeviate } from '../../util/statistics.ts'
import type { EvidenceMetric } from '../engine/evidence.ts'
import { metricName } from '../engine/evidence.ts'

/** Files that `sluice gate` reads metrics from. */
export type MetricsFormat = 'sluice' | 'promptfoo' | 'garak' | 'lm-eval'

/** What a file of another tool says, as evidence. */
export interface Measured {
  /** Empty where the tool ran and measured nothing: then every rule has the verdict `no_evidence`. */
  readonly metrics: readonly EvidenceMetric[]
  /** What the tool can report, by stage; for stages that are not listed a policy may ask for anything. */
  readonly catalogue: ReadonlyMap<string, readonly MetricSpec[]>
  /** True where the tool may report metrics besides those of the catalogue. */
  readonly open: boolean
}

/** Reads the file of a tool. Pure: bytes to evidence. */
export type Adapter = (bytes: Uint8Array, at: Place) => Measured

/** A share with the interval that its counts give. `of` 0: it was not measured. */
export function rate(name: string, k: number, of: number, labels?: Metric['labels']): Metric {
  const labelled = labels === undefined ? {} : { labels }
  if (of === 0) return { name, value: null, ...labelled, n: 0, note: 'nothing was tried' }
  return { name, value: k / of, ...labelled, n: of, interval: clopperPearson(k, of) }
}

/** A count, with no interval: it is what happened. */
export function count(name: string, value: number, labels?: Metric['labels']): Metric {
  return labels === undefined ? { name, value } : { name, value, labels }
}

/**
 * 95 % interval of an estimate by its standard error. `undefined` for a standard error of 0: all observations were equal,
 * and an interval without width would claim to be certain.
 */
export function normalInterval(value: number, error: number): Interval | undefined {
  if (error === 0) return undefined
  const half = normalDeviate(0.95) * error
  return { lower: value - half, upper: value + half, level: 0.95, method: 'normal' }
}

/** Metrics of one tool: the tool is the stage. @throws SluiceError `METRICS_TWICE`. */
export function ofTool(tool: MetricsFormat, metrics: readonly Metric[], at: Place): readonly EvidenceMetric[] {
  return distinct(
    metrics.map((metric) => ({ ...metric, stage: tool, uses: tool })),
    at,
  )
}

/** Refuses two values for one thing: nobody could say which of them a rule means. @throws SluiceError `METRICS_TWICE`. */
export function distinct(metrics: readonly EvidenceMetric[], at: Place): readonly EvidenceMetric[] {
  const seen = new Set<string>()
  for (const metric of metrics) {
    const key = JSON.stringify([metric.stage, metric.name, Object.entries(metric.labels ?? {}).sort()])
    if (seen.has(key)) {
      throw new SluiceError({
        code: 'METRICS_TWICE',
        message: `\`${metricName(metric)}\` is reported twice`,
        next: 'give each its own name: a label of the prompt or provider, a task of its own, one scan a file',
        at,
      })
    }
    seen.add(key)
  }
  return metrics
}
