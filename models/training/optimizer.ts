export interface AdamWConfig {
  readonly beta1: number
  readonly beta2: number
  readonly epsilon: number
  /** Decoupled, on matrices only. */
  readonly weightDecay: number
  /** Largest global norm of a gradient; a longer one is scaled down to it. */
  readonly clipNorm: number
}

/** What AdamW moves: the trained numbers, and the running means of their gradient and of its square. */
export interface AdamWState {
  readonly theta: Float32Array
  readonly m: Float32Array
  readonly v: Float32Array
}

export interface AdamWStep {
  /** Counted from 1. */
  readonly t: number
  readonly rate: number
  /** Weight decay applies to so many elements, the first ones. */
  readonly decayed: number
}

/**
 * One step of AdamW (Loshchilov & Hutter 2019, alg. 2) in place, with the two bias corrections moved into the step size
 * and ε (Kingma & Ba 2015, §2). Computed in double precision and rounded when stored, so it is the same on any machine.
 * As a graph its results would be new memory at every step, and touching that takes longer than computing them.
 *
 * @returns the gradient's norm before clipping
 */
export function adamWStep(
  { theta, m, v }: AdamWState,
  gradient: Float32Array,
  { t, rate, decayed }: AdamWStep,
  { beta1, beta2, epsilon, weightDecay, clipNorm }: AdamWConfig,
): number {
  let squares = 0
  for (let i = 0; i < gradient.length; i++) squares += gradient[i]! * gradient[i]!
  const norm = Math.sqrt(squares)
  const clip = Math.min(clipNorm / (norm + 1e-6), 1)
  const root = Math.sqrt(1 - beta2 ** t)
  const stepSize = (rate * root) / (1 - beta1 ** t)
  const floor = epsilon * root
  for (let i = 0; i < gradient.length; i++) {
    const g = gradient[i]! * clip
    const mean = beta1 * m[i]! + (1 - beta1) * g
    const square = beta2 * v[i]! + (1 - beta2) * g * g
    const kept = i < decayed ? 1 - rate * weightDecay : 1
    m[i] = mean
    v[i] = square
    theta[i] = kept * theta[i]! - (stepSize * mean) / (Math.sqrt(square) + floor)
  }
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
