/** Special functions that the accountants need, in double precision and in log space where values underflow. */

const SQRT_PI = Math.sqrt(Math.PI)

/** Above this the continued fraction takes over from the power series; both hold 13 digits there. */
const SERIES_LIMIT = 2

/**
 * ln erfc(x), finite for every finite x.
 *
 * Below 2 by the series erf(x) = 2/√π · e^(−x²) · Σ 2ⁿ x^(2n+1) / (2n+1)!! (DLMF 7.6.2), above by the continued
 * fraction of DLMF 7.9.1, in which e^(−x²) stands outside and cannot underflow.
 */
export function logErfc(x: number): number {
  if (x < 0) return Math.log(2 - Math.exp(logErfc(-x)))
  if (x < SERIES_LIMIT) return Math.log1p(-erfSeries(x))
  return -x * x - Math.log(x * SQRT_PI) - Math.log(tailFraction(x))
}

function erfSeries(x: number): number {
  let term = x
  let sum = x
  for (let n = 1; Math.abs(term) > 1e-18 * Math.abs(sum); n++) {
    term *= (2 * x * x) / (2 * n + 1)
    sum += term
  }
  return (2 / SQRT_PI) * Math.exp(-x * x) * sum
}

/** 1 + a/(1 + 2a/(1 + 3a/(1 + …))) with a = 1/(2x²), from the inside out. */
function tailFraction(x: number): number {
  const a = 1 / (2 * x * x)
  let value = 1
  for (let n = Math.ceil(20 + 260 / (x * x)); n >= 1; n--) value = 1 + (n * a) / value
  return value
}

/** P(Z ≤ x) of a standard normal, accurate in the lower tail; the upper tail is `normalCdf(-x)`. */
export function normalCdf(x: number): number {
  if (x === Number.POSITIVE_INFINITY) return 1
  if (x === Number.NEGATIVE_INFINITY) return 0
  return 0.5 * Math.exp(logErfc(-x / Math.SQRT2))
}

/** ln(eᵃ + eᵇ). */
export function logAdd(a: number, b: number): number {
  const high = Math.max(a, b)
  if (high === Number.NEGATIVE_INFINITY) return high
  return high + Math.log1p(Math.exp(Math.min(a, b) - high))
}

/** ln(eᵃ − eᵇ) for a ≥ b. */
export function logSubtract(a: number, b: number): number {
  if (b === Number.NEGATIVE_INFINITY) return a
  return a + Math.log(-Math.expm1(b - a))
}
