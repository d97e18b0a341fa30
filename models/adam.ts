/** The running means of a gradient and of its square. */
export interface Moments {
  readonly m: Float32Array
  readonly v: Float32Array
}

export interface AdamStep {
  /** The gradient is multiplied by it first. */
  readonly factor: number
  readonly beta1: number
  readonly beta2: number
  /** Counted from 1. */
  readonly t: number
  readonly rate: number
  /** Added to √v, as it is: the correction of v's bias stands in the step size. */
  readonly floor: number
  /** The first `decayed` elements of θ lose this share. */
  readonly decay: number
  readonly decayed: number
}

/**
 * Moves θ and its moments in place by Adam (Kingma & Ba 2015, alg. 1), the two bias corrections moved into the step size
 * (§2), with decoupled decay (Loshchilov & Hutter 2019). Computed in double precision and rounded when stored, by one
 * thread: the same gradient moves θ to the same bits.
 */
export function moveByAdam(theta: Float32Array, { m, v }: Moments, gradient: Float32Array, step: AdamStep): void {
  const { factor, beta1, beta2, t, rate, floor, decay, decayed } = step
  const size = (rate * Math.sqrt(1 - beta2 ** t)) / (1 - beta1 ** t)
  const keep = 1 - decay
  for (let i = 0; i < theta.length; i++) {
    const g = gradient[i]! * factor
    const mean = beta1 * m[i]! + (1 - beta1) * g
    const square = beta2 * v[i]! + (1 - beta2) * g * g
    m[i] = mean
    v[i] = square
    theta[i] = theta[i]! * (i < decayed ? keep : 1) - (size * mean) / (Math.sqrt(square) + floor)
  }
}
