import { add, atMost, div, mul, scale, shift, sqrt, sub, sumOfSquares } from '../graph/elementwise.ts'
import type { Value } from '../graph/graph.ts'

export interface AdamWConfig {
  readonly beta1: number
  readonly beta2: number
  readonly epsilon: number
  /** Decoupled, on matrices only. */
  readonly weightDecay: number
  /** Largest global norm of a gradient; a longer one is scaled down to it. */
  readonly clipNorm: number
}

export interface AdamWState {
  readonly theta: Value
  readonly m: Value
  readonly v: Value
}

/** Per-step scalars, computed outside the graph by `adamWScalars`. */
export interface AdamWInputs {
  /** η·√(1 − β₂ᵗ)/(1 − β₁ᵗ). */
  readonly stepSize: Value
  /** ε·√(1 − β₂ᵗ). */
  readonly epsilon: Value
  /** η·λ. */
  readonly decay: Value
  /** 1 where weight decay applies, else 0; one element per parameter. */
  readonly decayMask: Value
}

/**
 * One step of AdamW (Loshchilov & Hutter 2019, alg. 2) on a flat vector, with the two bias corrections moved into the
 * step size and ε (Kingma & Ba 2015, §2), which saves two passes over the parameters. Clipping multiplies the
 * gradient's coefficients instead of the gradient.
 *
 * @returns the next state and the gradient's norm before clipping
 */
export function adamW(
  { theta, m, v }: AdamWState,
  gradient: Value,
  inputs: AdamWInputs,
  config: AdamWConfig,
): AdamWState & { readonly norm: Value } {
  const { graph } = theta
  const norm = sqrt(sumOfSquares(gradient))
  const clip = atMost(div(graph.scalar(theta.type, config.clipNorm), shift(norm, 1e-6)), 1)
  const nextM = add(scale(m, config.beta1), mul(gradient, scale(clip, 1 - config.beta1)))
  const squared = mul(gradient, gradient)
  const nextV = add(scale(v, config.beta2), mul(squared, scale(mul(clip, clip), 1 - config.beta2)))
  const direction = div(nextM, add(sqrt(nextV), inputs.epsilon))
  const decayed = sub(theta, mul(mul(theta, inputs.decayMask), inputs.decay))
  return { theta: sub(decayed, mul(direction, inputs.stepSize)), m: nextM, v: nextV, norm }
}

/** The scalars of step `t` (from 1) at learning rate `rate`. */
export function adamWScalars(
  config: AdamWConfig,
  t: number,
  rate: number,
): { readonly stepSize: number; readonly epsilon: number; readonly decay: number } {
  const root = Math.sqrt(1 - config.beta2 ** t)
  return {
    stepSize: (rate * root) / (1 - config.beta1 ** t),
    epsilon: config.epsilon * root,
    decay: rate * config.weightDecay,
  }
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
