import type { Json } from '../util/json.ts'
import type { Metric } from './metric.ts'
import type { ArtifactRef } from './refs.ts'
import type { Store } from './store.ts'
import type { TallyJson } from './tally.ts'

/** A curve or a set of points, for charts: `points` are [x, y]. */
export interface Series {
  readonly name: string
  readonly x: string
  readonly y: string
  readonly points: readonly (readonly [number, number])[]
}

/** A table a person reads. `columns[i].key` names the member of each row. */
export interface Table {
  readonly name: string
  readonly title: string
  readonly columns: readonly { readonly key: string; readonly title: string; readonly unit?: string }[]
  readonly rows: readonly Readonly<Record<string, Json>>[]
}

/**
 * What a stage measured, stored beside its outputs: the evidence. Deterministic, free of raw personal data.
 */
export interface Evaluation {
  readonly kind: 'evaluation'
  readonly metrics: readonly Metric[]
  readonly series: readonly Series[]
  readonly tables: readonly Table[]
  /** Limits of what was measured, in plain words, for the report. */
  readonly limits: readonly string[]
  readonly tally: TallyJson
  /** Anything else a later stage needs from this one (a canary plan, say). */
  readonly data?: Json
}

export function putEvaluation(store: Store, evaluation: Evaluation): ArtifactRef {
  const object = store.putJson(evaluation, 'redacted')
  return { kind: 'evaluation', digest: object.sha256, bytes: object.bytes, sensitivity: 'redacted' }
}

export function getEvaluation(store: Store, ref: Pick<ArtifactRef, 'digest'>): Evaluation {
  return store.getJson<Evaluation>({ sha256: ref.digest, sensitivity: 'redacted' })
}
