import type { Random } from './random.ts'
import { type Interval, wilson } from './statistics.ts'

/**
 * Percentile bootstrap (Efron 1979) of Σ numerators / Σ denominators over independent units: the interval of a mean
 * whose units (conversations, say) have different weights. `null` for fewer than two units, which say nothing about
 * their spread.
 */
export function bootstrapRatio(
  numerators: readonly number[],
  denominators: readonly number[],
  random: Random,
  { level = 0.95, resamples = 2000 } = {},
): Interval | null {
  const n = numerators.length
  if (n !== denominators.length) throw new RangeError('one denominator for each numerator')
  if (n < 2) return null
  const ratios: number[] = []
  for (let i = 0; i < resamples; i++) {
    let top = 0
    let bottom = 0
    for (let j = 0; j < n; j++) {
      const unit = random.integer(n)
      top += numerators[unit]!
      bottom += denominators[unit]!
    }
    // A draw without weight has no mean; it cannot happen where every unit weighs something.
    if (bottom > 0) ratios.push(top / bottom)
  }
  if (ratios.length === 0) return null
  ratios.sort((a, b) => a - b)
  const at = (share: number): number =>
    ratios[Math.min(ratios.length - 1, Math.max(0, Math.round(share * (ratios.length - 1))))]!
  return { lower: at((1 - level) / 2), upper: at(1 - (1 - level) / 2), level, method: 'bootstrap' }
}

/** Bootstrap interval of a plain mean. */
export function bootstrapMean(values: readonly number[], random: Random): Interval | null {
  return bootstrapRatio(values, new Array<number>(values.length).fill(1), random)
}

/** k₁/n₁ − k₂/n₂ with an interval from the two Wilson intervals (Newcombe 1998, method 10). */
export function differenceOfRates(
  k1: number,
  n1: number,
  k2: number,
  n2: number,
  level = 0.95,
): { readonly difference: number; readonly interval: Interval } {
  if (n1 === 0 || n2 === 0) throw new RangeError('a difference of rates needs observations on both sides')
  const a = wilson(k1, n1, level)
  const b = wilson(k2, n2, level)
  const p = k1 / n1
  const q = k2 / n2
  return {
    difference: p - q,
    interval: {
      lower: p - q - Math.hypot(p - a.lower, b.upper - q),
      upper: p - q + Math.hypot(a.upper - p, q - b.lower),
      level,
      method: 'wilson',
    },
  }
}
