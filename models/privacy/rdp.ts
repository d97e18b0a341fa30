import { logAdd, logErfc, logSubtract } from './special.ts'

/** A Gaussian mechanism on a Poisson sample, repeated: what DP-SGD does. */
export interface Mechanism {
  /** Standard deviation of the noise divided by the clipping norm. */
  readonly noise: number
  /** Probability with which each unit is in a step's sample. */
  readonly rate: number
  readonly steps: number
}

/** A bound by Rényi differential privacy. */
export interface RdpBound {
  readonly epsilon: number
  /** The order that gave the smallest ε. At an end of the list, other orders could give less. */
  readonly order: number
}

/** Orders 1.1 … 10.9 by tenths, 12 … 63, then coarser: large orders matter for little noise and few steps. */
export const ORDERS: readonly number[] = [
  ...Array.from({ length: 99 }, (_, i) => 1 + (i + 1) / 10),
  ...Array.from({ length: 52 }, (_, i) => 12 + i),
  ...[72, 80, 96, 112, 128, 160, 192, 224, 256, 384, 512, 1024],
]

/**
 * Rényi divergence of order α of one step, removal and addition of a unit alike (Mironov, Talwar & Zhang 2019).
 *
 * @param order α > 1; whole orders by the finite sum of eq. 4, others by the two series of §3.3
 */
export function rdpOfStep(noise: number, rate: number, order: number): number {
  if (rate === 0) return 0
  if (noise === 0) return Number.POSITIVE_INFINITY
  if (rate === 1) return order / (2 * noise * noise)
  const log = Number.isInteger(order) ? logMomentWhole(noise, rate, order) : logMomentFraction(noise, rate, order)
  // Rounding can leave a moment a little below 1; a divergence is never negative.
  return Math.max(0, log / (order - 1))
}

/** ln Σ_k C(α, k)·(1 − q)^(α − k)·q^k·exp((k² − k)/2σ²). */
function logMomentWhole(noise: number, rate: number, order: number): number {
  const logRate = Math.log(rate)
  const logRest = Math.log1p(-rate)
  let total = Number.NEGATIVE_INFINITY
  let logChoose = 0
  for (let k = 0; k <= order; k++) {
    total = logAdd(total, logChoose + (order - k) * logRest + k * logRate + (k * k - k) / (2 * noise * noise))
    logChoose += Math.log(order - k) - Math.log(k + 1)
  }
  return total
}

/** Terms that are summed with Cohen's weights; the error is about 5.8 to the minus this power of the first of them. */
const ACCELERATED = 24

/**
 * The moment of a fractional order: the integral is cut at z₀ = σ²·ln(1/q − 1) + ½, where the two parts of the mixture
 * are equal, and the binomial series of each side is integrated term by term. The terms only fall like k^(−α−2), but
 * past α they alternate: where they have become smooth, the rest is summed by Cohen, Rodriguez Villegas & Zagier 2000,
 * alg. 1.
 */
function logMomentFraction(noise: number, rate: number, order: number): number {
  const logRate = Math.log(rate)
  const logRest = Math.log1p(-rate)
  const cut = noise * noise * (logRest - logRate) + 0.5
  const width = Math.SQRT2 * noise
  let positive = Number.NEGATIVE_INFINITY
  let negative = Number.NEGATIVE_INFINITY
  let logChoose = 0
  let sign = 1
  /** ln of the absolute value of term k, the terms being asked for in order. */
  const logTerm = (k: number): number => {
    const j = order - k
    const below = logChoose + k * logRate + j * logRest + (k * k - k) / (2 * noise * noise) - Math.LN2
    const above = logChoose + j * logRate + k * logRest + (j * j - j) / (2 * noise * noise) - Math.LN2
    logChoose += Math.log(Math.abs(j)) - Math.log(k + 1)
    return logAdd(below + logErfc((k - cut) / width), above + logErfc((cut - j) / width))
  }
  const count = (term: number): void => {
    if (sign > 0) positive = logAdd(positive, term)
    else negative = logAdd(negative, term)
  }
  const smooth = Math.ceil(Math.max(order, cut + 6 * noise, order - cut + 6 * noise)) + 4
  for (let k = 0; k < smooth; k++) {
    const term = logTerm(k)
    count(term)
    if (k > order + 1 && term < positive - 45) return logSubtract(positive, negative)
    if (k > order) sign = -sign
  }
  const d = ((3 + Math.sqrt(8)) ** ACCELERATED + (3 - Math.sqrt(8)) ** ACCELERATED) / 2
  let b = -1
  let c = -d
  for (let i = 0; i < ACCELERATED; i++) {
    c = b - c
    count(logTerm(smooth + i) + Math.log(Math.abs(c) / d))
    sign = -sign
    b = ((i + ACCELERATED) * (i - ACCELERATED) * b) / ((i + 0.5) * (i + 1))
  }
  return logSubtract(positive, negative)
}

/**
 * ε at δ of all steps: RDP adds up over steps, and is turned into (ε, δ) by Canonne, Kamath & Steinke 2020, prop. 12:
 * ε = ρ − (ln δ + ln α)/(α − 1) + ln((α − 1)/α), the smallest over the orders.
 */
export function rdpEpsilon(mechanism: Mechanism, delta: number, orders: readonly number[] = ORDERS): RdpBound {
  let best: RdpBound = { epsilon: Number.POSITIVE_INFINITY, order: orders[0]! }
  for (const order of orders) {
    const rho = mechanism.steps * rdpOfStep(mechanism.noise, mechanism.rate, order)
    const epsilon = rho - (Math.log(delta) + Math.log(order)) / (order - 1) + Math.log1p(-1 / order)
    if (epsilon < best.epsilon) best = { epsilon: Math.max(0, epsilon), order }
  }
  return best
}
