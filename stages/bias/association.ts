import { type Interval, normalDeviate } from '../../util/statistics.ts'

/** Events among those with a property and among those without. */
export interface TwoByTwo {
  readonly events: number
  readonly n: number
  readonly otherEvents: number
  readonly otherN: number
}

export interface Estimate {
  readonly value: number
  readonly interval: Interval
}

/**
 * Ratio of two rates with Katz's log interval (Katz et al. 1978). Where a count is zero, half an event is added to both
 * and one observation to both totals (Walter 1975), so that the ratio and its interval stay finite.
 */
export function rateRatio(table: TwoByTwo, level: number): Estimate {
  const zero = table.events === 0 || table.otherEvents === 0
  const [a, n] = zero ? [table.events + 0.5, table.n + 1] : [table.events, table.n]
  const [b, m] = zero ? [table.otherEvents + 0.5, table.otherN + 1] : [table.otherEvents, table.otherN]
  const log = Math.log(a / n / (b / m))
  const half = normalDeviate(level) * Math.sqrt(1 / a - 1 / n + 1 / b - 1 / m)
  return {
    value: Math.exp(log),
    interval: { lower: Math.exp(log - half), upper: Math.exp(log + half), level, method: 'normal' },
  }
}

/** Log of the odds ratio with Woolf's interval, half an observation added to each cell (Haldane 1956, Anscombe 1956). */
export function logOddsRatio(table: TwoByTwo, level: number): Estimate {
  const a = table.events + 0.5
  const b = table.n - table.events + 0.5
  const c = table.otherEvents + 0.5
  const d = table.otherN - table.otherEvents + 0.5
  const value = Math.log((a * d) / (b * c))
  const half = normalDeviate(level) * Math.sqrt(1 / a + 1 / b + 1 / c + 1 / d)
  return { value, interval: { lower: value - half, upper: value + half, level, method: 'normal' } }
}
