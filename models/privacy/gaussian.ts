import type { Randomness } from './randomness.ts'

/**
 * Independent normal numbers added up for each one of the result. A single one made in double precision can be told
 * from its low bits, which gives the value below away (Mironov 2012); undoing a sum of four is out of reach (Holohan &
 * Braghin 2021, §4).
 */
const DRAWS = 4

/** The result is rounded to σ times this power of two: bits below the grid, which rounding made, are not handed out. */
const GRID_BITS = 20

/**
 * Adds N(0, deviation²) to every element of `values` and gives the sums in float32, on a grid of about
 * deviation · 2⁻²⁰, so that no low bit of the noise or of the value comes through. A deviation of 0 adds nothing and
 * rounds to float32 alone.
 */
export function addGaussianNoise(values: ArrayLike<number>, deviation: number, randomness: Randomness): Float32Array {
  if (deviation === 0) return Float32Array.from(values)
  const grid = 2 ** (Math.floor(Math.log2(deviation)) - GRID_BITS)
  const out = new Float32Array(values.length)
  for (let i = 0; i < out.length; i++) {
    out[i] = Math.round((values[i]! + deviation * normal(randomness)) / grid) * grid
  }
  return out
}

/** One standard normal number, the sum of `DRAWS` by Box & Muller (1958), scaled back to variance 1. */
export function normal(randomness: Randomness): number {
  let sum = 0
  for (let pair = 0; pair < DRAWS; pair += 2) {
    // 1 − u is never 0, so the logarithm is finite; the tail ends at 8.6 deviations of each draw.
    const radius = Math.sqrt(-2 * Math.log(1 - randomness.uniform()))
    const angle = 2 * Math.PI * randomness.uniform()
    sum += radius * (Math.cos(angle) + Math.sin(angle))
  }
  return sum / Math.sqrt(DRAWS)
}

/**
 * The members of a Poisson sample: each of `count` units independently with probability `rate`. The size varies, and
 * may be 0: a fixed size, or a shuffled pass, is not what the accountants assume.
 */
export function poissonSample(count: number, rate: number, randomness: Randomness): readonly number[] {
  const chosen: number[] = []
  for (let unit = 0; unit < count; unit++) if (randomness.uniform() < rate) chosen.push(unit)
  return chosen
}
