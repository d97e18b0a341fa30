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

/**
 * Canonical text of the evidence, the same for any order of the metrics: a JSON array of the metrics in RFC 8785 form,
 * sorted as text. JSON has no NaN, so numbers that are not finite are written as words: a decision on them is an
 * `error`, and that too must be reproducible.
 */
export function canonicalEvidence(evidence: Evidence): string {
  return `[${evidence.metrics.map(canonicalMetric).sort().join(',')}]`
}

/**
 * Members in the order of RFC 8785; `JSON.stringify` writes strings and finite numbers as that asks, in one flat piece,
 * which matters for ten thousand metrics.
 */
function canonicalMetric({ interval, labels, n, name, note, stage, uses, value }: EvidenceMetric): string {
  return JSON.stringify({
    interval: interval === undefined ? undefined : sortedInterval(interval),
    labels: labels === undefined ? undefined : sortedLabels(labels),
    n: speakable(n),
    name,
    note,
    stage,
    uses,
    value: speakable(value),
  })
}

function sortedInterval({ level, lower, method, upper }: NonNullable<Metric['interval']>): unknown {
  return { level: speakable(level), lower: speakable(lower), method, upper: speakable(upper) }
}

function sortedLabels(labels: NonNullable<Metric['labels']>): Metric['labels'] {
  const names = Object.keys(labels)
  return names.length < 2 ? labels : Object.fromEntries(names.sort().map((name) => [name, labels[name]!]))
}

function speakable(value: Metric['value'] | undefined): unknown {
  return typeof value === 'number' && !Number.isFinite(value) ? { not_finite: String(value) } : value
}
