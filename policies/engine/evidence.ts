import type { Metric } from '../../artifacts/metric.ts'
import { canonicalJson } from '../../util/json.ts'

/** A metric and who measured it. */
export interface EvidenceMetric extends Metric {
  /** Id of the stage in its pipeline. */
  readonly stage: string
  /** What the stage is: `redact`. */
  readonly uses: string
}

/** What a gate judges. */
export interface Evidence {
  readonly metrics: readonly EvidenceMetric[]
}

/** `redact.seeded_recall{type=EMAIL}` */
export function metricName(metric: Pick<EvidenceMetric, 'stage' | 'name' | 'labels'>): string {
  return `${metric.stage}.${metric.name}${labelText(metric.labels)}`
}

/** `{a=1,b=2}` with the names in order; `''` without labels. */
export function labelText(labels: Metric['labels']): string {
  const names = Object.keys(labels ?? {}).sort()
  return names.length === 0 ? '' : `{${names.map((name) => `${name}=${labels![name]}`).join(',')}}`
}

/**
 * Canonical text of the evidence, the same for any order of the metrics. JSON has no NaN, so numbers that are not
 * finite are written as words: a decision on them is an `error`, and that too must be reproducible.
 */
export function canonicalEvidence(evidence: Evidence): string {
  const lines = evidence.metrics.map((metric) => canonicalJson(speakable(metric))).sort()
  return `[${lines.join(',')}]`
}

function speakable(value: unknown): unknown {
  if (typeof value === 'number') return Number.isFinite(value) ? value : { not_finite: String(value) }
  if (Array.isArray(value)) return value.map(speakable)
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(Object.entries(value).map(([key, member]) => [key, speakable(member)]))
}
