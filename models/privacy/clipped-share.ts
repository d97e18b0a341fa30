/**
 * How many units were clipped is itself a fact about the data. It is released as Andrew et al. 2021 do for adaptive
 * clipping: a second, noised sum of bᵢ − ½ with bᵢ = 1 where unit i was clipped, under the same σ.
 */

/** Standard deviations of the two noises. */
export interface JointNoise {
  /** Of the gradient's sum, divided by the clipping norm. A little above σ. */
  readonly gradient: number
  /** Of the sum of bᵢ − ½. */
  readonly count: number
}

/**
 * Splits σ: with gradient noise z and count noise s, one unit moves both together by 1/z² + (1/2)²/s² = 1/σ² squared
 * deviations (ibid., theorem 1). The count takes at most one part in a hundred.
 */
export function splitNoise(noise: number, expectedUnits: number): JointNoise {
  if (noise === 0) return { gradient: 0, count: 0 }
  const count = Math.max(expectedUnits / 20, 5 * noise)
  return { gradient: 1 / Math.sqrt(1 / noise ** 2 - 1 / (2 * count) ** 2), count }
}

/** The share from the noised sums of all steps, put into [0, 1]. */
export function clippedShare(sum: number, expectedUnits: number, steps: number): number {
  if (steps === 0) return 0
  return Math.min(1, Math.max(0, 0.5 + sum / (expectedUnits * steps)))
}
