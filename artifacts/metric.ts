import type { Interval } from '../util/statistics.ts'

/**
 * One measured number, the unit of evidence that policies judge. Metrics are deterministic: the same inputs give the
 * same value, so wall-clock figures (tokens/s) are not metrics but `timings` of the run record.
 */
export interface Metric {
  /** Without the stage: `seeded_recall`. Declared in the stage's `metrics`. */
  readonly name: string
  /** `null` where it could not be measured; then `note` says why. Policies give `no_evidence`. */
  readonly value: number | string | boolean | null
  /** What the value is about: `{type: 'EMAIL'}`, `{group: 'women'}`. `for_each` ranges over these. */
  readonly labels?: Readonly<Record<string, string>>
  /** Observations behind the value. */
  readonly n?: number
  readonly interval?: Interval
  readonly note?: string
}

export interface MetricSpec {
  readonly name: string
  readonly unit:
    | 'ratio'
    | 'count'
    | 'bits'
    | 'nats'
    | 'perplexity'
    | 'bytes'
    | 'tokens'
    | 'text'
    | 'flag'
    | 'index'
    | 'ratio-of-rates'
  readonly better: 'lower' | 'higher' | 'neither'
  readonly description: string
  /** Names of the labels it carries, if any. */
  readonly labels?: readonly string[]
  /** Closed range of values a policy may compare with, e.g. [0, 1] for a ratio. */
  readonly range?: readonly [number, number]
}
