import { type Moments, moveByAdam } from '../adam.ts'

export interface AdamWConfig {
  readonly beta1: number
  readonly beta2: number
  readonly epsilon: number
  /** Decoupled, on matrices only. */
  readonly weightDecay: number
  /** Largest global norm of a gradient; a longer one is scaled down to it. */
  readonly clipNorm: number
}

/** What AdamW moves: the trained numbers and their moments. */
export interface AdamWState extends Moments {
  readonly theta: Float32Array
}

export interface AdamWStep {
  /** Counted from 1. */
  readonly t: number
  readonly rate: number
  /** Weight decay applies to so many elements, the first ones. */
  readonly decayed: number
}

/**
 * One step of AdamW (Loshchilov & Hutter 2019, alg. 2) in place, on a gradient clipped by its norm. As a graph its
 * results would be new memory at every step, and touching that takes longer than computing them.
 *
 * @returns the gradient's norm before clipping
 */
export function adamWStep(
  state: AdamWState,
  gradient: Float32Array,
  { t, rate, decayed }: AdamWStep,
  { beta1, beta2, epsilon, weightDecay, clipNorm }: AdamWConfig,
): number {
  let squares = 0
  for (let i = 0; i < gradient.length; i++) squares += gradient[i]! * gradient[i]!
  const norm = Math.sqrt(squares)
  const factor = Math.min(clipNorm / (norm + 1e-6), 1)
  const floor = epsilon * Math.sqrt(1 - beta2 ** t)
  moveByAdam(state.theta, state, gradient, { factor, beta1, beta2, t, rate, floor, decay: rate * weightDecay, decayed })
  return norm
}

/** How the rate falls after the warm-up. */
export type Schedule = 'cosine' | 'linear' | 'constant'

/**
 * The rate of a step: linear warm-up to `peak`, then along the schedule to `floor`·peak at the last step; `constant`
 * stays at the peak. Steps count from 1.
 */
export function learningRate(
  step: number,
  total: number,
  shape: { readonly schedule: Schedule; readonly peak: number; readonly warmup: number; readonly floor: number },
): number {
  const { schedule, peak, warmup, floor } = shape
  if (step <= warmup) return (peak * step) / warmup
  const progress = Math.min(1, (step - warmup) / Math.max(1, total - warmup))
  switch (schedule) {
    case 'constant':
      return peak
    case 'linear':
      return peak * (floor + (1 - floor) * (1 - progress))
    case 'cosine':
      return peak * (floor + (1 - floor) * 0.5 * (1 + Math.cos(Math.PI * progress)))
  }
}
