import { createRequire } from 'node:module'
import type { Interval } from './statistics.ts'

const require = createRequire(import.meta.url)

/** Loads when an interval is asked for, not with every command. */
const gammainc = (x: number, s: number, regularized: boolean, upper: boolean): number =>
  (require('@stdlib/math-base-special-gammainc') as (x: number, s: number, r: boolean, u: boolean) => number)(
    x,
    s,
    regularized,
    upper,
  )

/**
 * Exact interval of Garwood (1936) for the mean of a Poisson count, given that `count` events were seen: the means under
 * which as many or more, and as few or fewer, have the probability (1 − level)/2. Solved by bisection on the incomplete
 * gamma function, P(X ≤ k; μ) = Q(k + 1, μ).
 *
 * @throws RangeError unless `count` is a whole number of at least 0
 */
export function poissonInterval(count: number, level = 0.95): Interval {
  if (!Number.isInteger(count) || count < 0) throw new RangeError(`a count needs a whole number, got ${count}`)
  const tail = (1 - level) / 2
  // Beyond any mean that could matter: twelve deviations and a constant for small counts.
  const far = count + 12 * Math.sqrt(count + 1) + 40
  return {
    lower: count === 0 ? 0 : solve((mean) => gammainc(mean, count, true, false), tail, count),
    upper: solve((mean) => -gammainc(mean, count + 1, true, true), -tail, far),
    level,
    method: 'exact',
  }
}

/** Where a function that rises from below `target` at 0 reaches it, up to `high`. */
function solve(rising: (x: number) => number, target: number, high: number): number {
  let from = 0
  let to = high
  for (let i = 0; i < 200 && to - from > 1e-12 * to; i++) {
    const middle = (from + to) / 2
    if (rising(middle) < target) from = middle
    else to = middle
  }
  return (from + to) / 2
}
