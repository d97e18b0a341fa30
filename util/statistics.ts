import { createRequire } from 'node:module'

const require = createRequire(import.meta.url)

/** Two hundred small files: they load when an interval is asked for, not with every command. */
const betaQuantile = (p: number, a: number, b: number): number =>
  (require('@stdlib/stats-base-dists-beta-quantile') as (p: number, a: number, b: number) => number)(p, a, b)
const erfcinv = (x: number): number => (require('@stdlib/math-base-special-erfcinv') as (x: number) => number)(x)

/** A two-sided confidence interval. Every rate in Sluice's evidence carries one. */
export interface Interval {
  readonly lower: number
  readonly upper: number
  /** Confidence level, e.g. 0.95. */
  readonly level: number
  readonly method: 'wilson' | 'clopper-pearson' | 'bootstrap' | 'normal' | 'exact'
}

/**
 * Clopper–Pearson interval for `k` successes of `n` (Clopper & Pearson 1934, beta form). Never too narrow; the right
 * one for gates. `n = 0` gives [0, 1].
 */
export function clopperPearson(k: number, n: number, level = 0.95): Interval {
  checkCounts(k, n)
  const alpha = 1 - level
  return {
    lower: k === 0 ? 0 : betaQuantile(alpha / 2, k, n - k + 1),
    upper: k === n ? 1 : betaQuantile(1 - alpha / 2, k + 1, n - k),
    level,
    method: 'clopper-pearson',
  }
}

/** Wilson score interval for `k` of `n` (Wilson 1927). Better centred than Clopper–Pearson; for descriptions. */
export function wilson(k: number, n: number, level = 0.95): Interval {
  checkCounts(k, n)
  if (n === 0) return { lower: 0, upper: 1, level, method: 'wilson' }
  const z = normalDeviate(level)
  const p = k / n
  const denominator = 1 + (z * z) / n
  const centre = (p + (z * z) / (2 * n)) / denominator
  const half = (z * Math.sqrt((p * (1 - p)) / n + (z * z) / (4 * n * n))) / denominator
  return {
    lower: k === 0 ? 0 : Math.max(0, centre - half),
    upper: k === n ? 1 : Math.min(1, centre + half),
    level,
    method: 'wilson',
  }
}

/**
 * The z of a two-sided normal interval: 1.95996 for 0.95. (`probit` of simple-statistics is 0.15–0.5 % too small, which
 * makes intervals too narrow.)
 */
export function normalDeviate(level: number): number {
  return Math.SQRT2 * erfcinv(1 - level)
}

function checkCounts(k: number, n: number): void {
  if (!Number.isInteger(k) || !Number.isInteger(n) || k < 0 || n < k) {
    throw new RangeError(`a rate needs whole numbers 0 ≤ k ≤ n, got k=${k} n=${n}`)
  }
}
