import { SluiceError } from '../../util/errors.ts'
import { fft } from './fft.ts'
import type { Mechanism } from './rdp.ts'
import { rdpEpsilon } from './rdp.ts'
import { normalCdf } from './special.ts'

/** ε with rigorous bounds: the true value lies in [lower, upper]. */
export interface PrvBound {
  readonly lower: number
  readonly estimate: number
  readonly upper: number
}

export interface PrvPrecision {
  /** Half the width of the interval that the mesh may cause. */
  readonly epsilonError?: number
  /** Part of δ that truncation and discretisation may take; δ/1000 where not given. */
  readonly deltaError?: number
}

/** Most points of a mesh: about 400 MB at the peak. A finer mesh is made coarser, with wider bounds. */
const MAX_POINTS = 2 ** 22

/** Smallest part of δ that double precision lets the bounds speak about. */
const MAX_ROUNDING_SHARE = 0.05

/**
 * ε at δ by numerical composition of the privacy-loss random variable (Gopi, Lee & Wutschitz 2021, alg. 1): the loss
 * of one step is put on a mesh with its mean kept, convolved with itself by FFT, and δ(ε) read off. Both adding and
 * removing a unit are composed, and the larger ε counts.
 *
 * @throws SluiceError DP_PRECISION where δ is too small for double precision
 */
export function prvEpsilon(mechanism: Mechanism, delta: number, precision: PrvPrecision = {}): PrvBound {
  if (mechanism.rate === 0 || mechanism.steps === 0) return { lower: 0, estimate: 0, upper: 0 }
  const deltaError = precision.deltaError ?? delta / 1000
  const wanted = precision.epsilonError ?? 0.01
  const mesh = chooseMesh(mechanism, deltaError, wanted)
  const bounds = (['remove', 'add'] as const).map((direction) => {
    const composed = compose(discretise(mechanism, direction, mesh), mechanism.steps, mesh)
    const taken = deltaError + composed.rounding
    if (composed.rounding > MAX_ROUNDING_SHARE * delta) throw imprecise(delta)
    return {
      lower: Math.max(0, epsilonAt(composed, delta + taken) - mesh.epsilonError),
      estimate: epsilonAt(composed, delta),
      upper: epsilonAt(composed, delta - taken) + mesh.epsilonError,
    }
  })
  return {
    lower: Math.max(...bounds.map(({ lower }) => lower)),
    estimate: Math.max(...bounds.map(({ estimate }) => estimate)),
    upper: Math.max(...bounds.map(({ upper }) => upper)),
  }
}

interface Mesh {
  /** Distance of two points. */
  readonly step: number
  /** Points, a power of two; they reach from −points/2·step to (points/2 − 1)·step. */
  readonly points: number
  readonly epsilonError: number
}

/**
 * Mesh and half-width by theorem 5.5 of the paper: step = ε_err / √(k/2 · ln(12/δ_err)), and a half-width beyond which
 * the composed loss has a mass below δ_err/4 and each single one below δ_err/8k. RDP bounds both tails.
 */
function chooseMesh(mechanism: Mechanism, deltaError: number, wanted: number): Mesh {
  const { steps } = mechanism
  const reach =
    3 +
    Math.max(
      wanted,
      rdpEpsilon(mechanism, deltaError / 4).epsilon,
      rdpEpsilon({ ...mechanism, steps: 1 }, deltaError / (8 * steps)).epsilon,
    )
  if (!Number.isFinite(reach)) throw imprecise(deltaError)
  const perStep = Math.sqrt((steps / 2) * Math.log(12 / deltaError))
  let epsilonError = wanted
  let step = wanted / perStep
  let points = 2
  while (points * step < 2 * (reach + step)) {
    points *= 2
    if (points <= MAX_POINTS) continue
    points = 2
    epsilonError *= 2
    step = epsilonError / perStep
  }
  return { step, points, epsilonError }
}

/** Probabilities on the mesh, all shifted by `shift`. */
interface OnMesh {
  readonly mass: Float64Array
  readonly shift: number
}

/**
 * The loss of one step on the mesh. With P = (1 − q)·N(0, σ²) + q·N(1, σ²) and Q = N(0, σ²) it is ln(P/Q) under P when
 * a unit is removed, and ln(Q/P) under Q when one is added. Each point takes the mass of the cell around it; the shift
 * makes the mean that of the exact, truncated variable.
 */
function discretise(mechanism: Mechanism, direction: 'remove' | 'add', { step, points }: Mesh): OnMesh {
  const { noise: sigma, rate: q } = mechanism
  const mass = new Float64Array(points)
  const start = -points / 2
  /** P(loss ≤ t) where `lower`, else P(loss > t): the smaller one, so that differences keep their digits. */
  const tail = (t: number, lower: boolean): number => {
    const x = lossInverse(direction === 'remove' ? t : -t, sigma, q)
    if (direction === 'remove') {
      return lower
        ? (1 - q) * tailMass(x / sigma) + q * tailMass((x - 1) / sigma)
        : (1 - q) * tailMass(-x / sigma) + q * tailMass((1 - x) / sigma)
    }
    return lower ? tailMass(-x / sigma) : tailMass(x / sigma)
  }
  const middle = Math.floor(points / 2)
  let before = tail((start - 0.5) * step, true)
  for (let i = 0; i < middle; i++) {
    const at = tail((start + i + 0.5) * step, true)
    mass[i] = at - before
    before = at
  }
  before = tail((start + middle - 0.5) * step, false)
  for (let i = middle; i < points; i++) {
    const at = tail((start + i + 0.5) * step, false)
    mass[i] = before - at
    before = at
  }
  let total = 0
  let mean = 0
  for (let i = 0; i < points; i++) {
    total += mass[i]!
    mean += mass[i]! * (start + i) * step
  }
  for (let i = 0; i < points; i++) mass[i] = mass[i]! / total
  const limits = [(start - 0.5) * step, (start + points - 0.5) * step] as const
  return { mass, shift: exactMean(mechanism, direction, limits) - mean / total }
}

/** P(Z ≤ z), 0 below −15, where it is under 1e−50 and would cost most of the time. */
function tailMass(z: number): number {
  return z < -15 ? 0 : z > 15 ? 1 : normalCdf(z)
}

/** The x at which ln(1 − q + q·e^((2x − 1)/2σ²)) = t; −∞ where the loss never falls so low. */
function lossInverse(t: number, sigma: number, q: number): number {
  const inner = Math.expm1(t) + q
  if (inner <= 0) return Number.NEGATIVE_INFINITY
  // For large t, e^t overflows long after −(1 − q)/e^t has become negligible.
  const log = t > 700 ? t - Math.log(q) : Math.log(inner / q)
  return sigma * sigma * log + 0.5
}

/** Mean of the loss within the limits, by Simpson's rule over x: the integrand is smooth and has Gaussian tails. */
function exactMean(mechanism: Mechanism, direction: 'remove' | 'add', limits: readonly [number, number]): number {
  const { noise: sigma, rate: q } = mechanism
  const [low, high] = direction === 'remove' ? limits : [-limits[1], -limits[0]]
  const from = Math.max(lossInverse(low, sigma, q), -14 * sigma)
  const to = Math.min(lossInverse(high, sigma, q), 1 + 14 * sigma)
  const intervals = 2 ** 15
  const width = (to - from) / intervals
  let mass = 0
  let sum = 0
  for (let i = 0; i <= intervals; i++) {
    const x = from + i * width
    const weight = i === 0 || i === intervals ? 1 : i % 2 === 1 ? 4 : 2
    const base = Math.exp(-(x * x) / (2 * sigma * sigma))
    const exponent = (2 * x - 1) / (2 * sigma * sigma)
    const ratio = 1 - q + q * Math.exp(exponent)
    const loss = Number.isFinite(ratio) ? Math.log(ratio) : exponent + Math.log(q)
    const density =
      direction === 'remove' ? (1 - q) * base + q * Math.exp(-((x - 1) * (x - 1)) / (2 * sigma * sigma)) : base
    mass += weight * density
    sum += weight * density * (direction === 'remove' ? loss : -loss)
  }
  return sum / mass
}

interface Composed {
  readonly mass: Float64Array
  /** The loss at point 0, and between two points. */
  readonly first: number
  readonly step: number
  /** A bound of what rounding in the transform may add to any sum of masses. */
  readonly rounding: number
}

function compose({ mass, shift }: OnMesh, steps: number, { step, points }: Mesh): Composed {
  const real = Float64Array.from(mass)
  const imaginary = new Float64Array(points)
  let squares = 0
  for (const p of mass) squares += p * p
  fft({ real, imaginary })
  for (let i = 0; i < points; i++) {
    const [re, im] = power(real[i]!, imaginary[i]!, steps)
    real[i] = re
    imaginary[i] = im
  }
  fft({ real, imaginary }, true)
  // Index 0 stands for −points/2, so k variables together are off by (k − 1)·points/2, modulo the length.
  const composed = (steps - 1) % 2 === 0 ? real : rotate(real, points / 2)
  // The transform's error is about u·log₂n in the 2-norm, k times as much after the power; the 1-norm is at most √n of it.
  const rounding = 2 ** -53 * Math.log2(points) * steps * Math.sqrt(points * squares)
  return { mass: composed, first: (-points / 2) * step + steps * shift, step, rounding }
}

/** (a + bi)ᵏ by squaring. */
function power(a: number, b: number, k: number): readonly [number, number] {
  let re = 1
  let im = 0
  let x = a
  let y = b
  for (let left = k; left > 0; left = Math.floor(left / 2)) {
    if (left % 2 === 1) {
      const next = re * x - im * y
      im = re * y + im * x
      re = next
    }
    const square = x * x - y * y
    y = 2 * x * y
    x = square
  }
  return [re, im]
}

function rotate(values: Float64Array, by: number): Float64Array {
  const out = new Float64Array(values.length)
  out.set(values.subarray(by), 0)
  out.set(values.subarray(0, by), values.length - by)
  return out
}

/**
 * The smallest ε ≥ 0 with δ(ε) = Σ over losses t > ε of mass·(1 − e^(ε − t)) at most `delta`. Between two points of
 * the mesh the sum is S₁ − e^ε·S₂, so e^ε = (S₁ − δ)/S₂.
 */
function epsilonAt({ mass, first, step }: Composed, delta: number): number {
  if (delta <= 0) return Number.POSITIVE_INFINITY
  let above = 0
  let weighted = 0
  for (let i = mass.length - 1; i >= 0; i--) {
    const t = first + i * step
    if (t <= 0) break
    above += mass[i]!
    weighted += mass[i]! * Math.exp(-t)
    const next = Math.max(0, t - step)
    if (above - Math.exp(next) * weighted > delta) {
      return Math.min(t, Math.max(next, Math.log((above - delta) / weighted)))
    }
  }
  return 0
}

function imprecise(delta: number): SluiceError {
  return new SluiceError({
    code: 'DP_PRECISION',
    message: `the numerical accountant cannot speak about a delta of ${delta}: double precision ends there`,
    next: 'choose a larger delta or fewer steps, or rely on the Rényi bound alone',
  })
}
