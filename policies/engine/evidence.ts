import type { Metric } from '../../artifacts/metric.ts'

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
  if (labels === undefined) return ''
  const names = Object.keys(labels)
  if (names.length === 0) return ''
  if (names.length === 1) return `{${names[0]}=${labels[names[0]!]}}`
  return `{${names
    .sort()
    .map((name) => `${name}=${labels[name]}`)
    .join(',')}}`
}
