import type { Metric } from '../../artifacts/metric.ts'
import { guessUnit } from '../format.ts'

/** A point with its interval on an axis; a dashed line where a policy draws the limit. */
export function IntervalBar({
  metric,
  range,
  limit,
}: {
  metric: Metric
  range: readonly [number, number]
  limit?: number | undefined
}) {
  if (typeof metric.value !== 'number') return <span class="soft">—</span>
  const [low, high] = range
  const x = (value: number): number =>
    Math.round(Math.min(1, Math.max(0, (value - low) / (high - low || 1))) * 1000) / 10
  const { interval } = metric
  return (
    <svg class="iv" viewBox="0 0 100 10" preserveAspectRatio="none" aria-hidden="true">
      <line class="axis" x1="0" x2="100" y1="5" y2="5" vector-effect="non-scaling-stroke" />
      {interval === undefined ? null : (
        <line
          class="span"
          x1={x(interval.lower)}
          x2={x(interval.upper)}
          y1="5"
          y2="5"
          vector-effect="non-scaling-stroke"
        />
      )}
      {limit === undefined ? null : (
        <line class="limit" x1={x(limit)} x2={x(limit)} y1="0" y2="10" vector-effect="non-scaling-stroke" />
      )}
      <line
        x1={x(metric.value)}
        x2={x(metric.value)}
        y1="5"
        y2="5"
        stroke="var(--c1)"
        stroke-width="9"
        stroke-linecap="round"
        vector-effect="non-scaling-stroke"
      />
    </svg>
  )
}

/** A plain share bar. */
export function ShareBar({ share }: { share: number }) {
  const width = Math.round(Math.min(1, Math.max(0, share)) * 1000) / 10
  return (
    <svg class="bar" viewBox="0 0 100 10" preserveAspectRatio="none" aria-hidden="true">
      <rect class="back" width="100" height="10" />
      <rect class="front" width={share > 0 ? Math.max(0.6, width) : 0} height="10" />
    </svg>
  )
}

/** The range that shows a family of metrics best: all of [0, 1] if they fill it, else what they span with a margin. */
export function rangeOf(metrics: readonly Metric[], limits: readonly number[] = []): readonly [number, number] {
  const values = [
    ...metrics.flatMap((metric) =>
      typeof metric.value === 'number'
        ? [metric.value, ...(metric.interval === undefined ? [] : [metric.interval.lower, metric.interval.upper])]
        : [],
    ),
    ...limits,
  ]
  if (values.length === 0) return [0, 1]
  const low = Math.min(...values)
  const high = Math.max(...values)
  const shares = metrics.every((metric) => guessUnit(metric) === 'ratio' || metric.value === null)
  if (shares) {
    if (low > 0.5) return [Math.floor(low * 10 - 0.001) / 10, 1]
    if (high < 0.5) return [0, high * 1.1 || 1]
    return [0, 1]
  }
  const margin = (high - low) * 0.08 || 1
  return [low >= 0 && low < high / 2 ? 0 : low - margin, high + margin]
}
