import { describe, expect, it } from 'vitest'
import type { Feed } from '../../../models/graph/session.ts'
import { int32, openSession } from '../../../models/graph/session.ts'
import { elements, llamaConfig, parametersOf } from '../../../models/network/config.ts'
import { initialWeights } from '../../../models/network/weights.ts'
import { causalMask, makeBatch, packRows } from '../../../models/training/batches.ts'
import { gradientGraph } from '../../../models/training/graphs.ts'
import { decayedSize, FULL, parameterSize } from '../../../models/training/method.ts'
import { adamWStep, learningRate } from '../../../models/training/optimizer.ts'
import { random } from '../../../util/random.ts'
import { patternRows } from './small.ts'

const CONFIG = llamaConfig({ vocabulary: 40, width: 8, hidden: 12, heads: 2, layers: 2, context: 32 })
const SHAPE = { network: CONFIG, method: FULL }
const SIZE = parameterSize(CONFIG)

/** Weights large enough that every path of the network carries signal. */
function busyWeights(): Float64Array {
  const rng = random(9)
  return Float64Array.from(initialWeights(CONFIG, rng), (x) => x * 6 + 0.05 * rng.normal())
}

function feeds(type: 'float32' | 'float64', theta: Float64Array, rows: readonly number[]): Record<string, Feed> {
  const batch = makeBatch(patternRows(4, 3), rows, 1)
  const make = (data: ArrayLike<number>, shape: readonly number[]): Feed => ({
    type,
    data: type === 'float64' ? Float64Array.from(data) : Float32Array.from(data),
    shape,
  })
  return {
    theta: make(theta, [SIZE]),
    ids: int32(batch.ids, [batch.rows, batch.sequence]),
    mask: make(causalMask(batch.sequence), [batch.sequence, batch.sequence]),
    positions: int32(batch.positions),
    targets: int32(batch.targets),
    inverse_count: make([1 / batch.targets.length], []),
  }
}

describe('the gradient of the whole network', () => {
  it('agrees with central differences in double precision, parameter by parameter', async () => {
    const session = await openSession(gradientGraph(SHAPE, 'float64'), 1)
    const theta = busyWeights()
    const loss = async (at: Float64Array): Promise<number> =>
      ((await session.run(feeds('float64', at, [0, 1])))['loss']!.data as Float64Array)[0]!
    const gradient = (await session.run(feeds('float64', theta, [0, 1])))['gradient']!.data as Float64Array
    const rng = random(1)
    const h = 1e-5
    for (let k = 0; k < 150; k++) {
      const i = rng.integer(SIZE)
      const moved = (by: number): Float64Array => theta.with(i, theta[i]! + by)
      const difference = ((await loss(moved(h))) - (await loss(moved(-h)))) / (2 * h)
      expect(Math.abs(gradient[i]! - difference)).toBeLessThan(1e-8 + 1e-6 * Math.abs(difference))
    }
    await session.close()
  })

  it('is the same in float32, where fused operators compute it', async () => {
    const double = await openSession(gradientGraph(SHAPE, 'float64'), 1)
    const single = await openSession(gradientGraph(SHAPE, 'float32'), 1)
    const theta = Float64Array.from(Float32Array.from(busyWeights()))
    const exact = (await double.run(feeds('float64', theta, [0, 1])))['gradient']!.data as Float64Array
    const fast = (await single.run(feeds('float32', theta, [0, 1])))['gradient']!.data as Float32Array
    const norm = Math.hypot(...exact)
    expect(Math.hypot(...exact.map((x, i) => x - fast[i]!)) / norm).toBeLessThan(1e-5)
    await double.close()
    await single.close()
  })

  it('does not depend on padding or on the other rows of the batch', async () => {
    const session = await openSession(gradientGraph(SHAPE, 'float64'), 1)
    const theta = busyWeights()
    const counts = [0, 1, 2].map((row) => makeBatch(patternRows(4, 3), [row], 1).targets.length)
    const total = counts.reduce((a, b) => a + b, 0)
    const together = (await session.run(feeds('float64', theta, [0, 1, 2])))['gradient']!.data as Float64Array
    const sum = new Float64Array(SIZE)
    for (const row of [0, 1, 2]) {
      const alone = (await session.run(feeds('float64', theta, [row])))['gradient']!.data as Float64Array
      for (let i = 0; i < SIZE; i++) sum[i] = sum[i]! + (alone[i]! * counts[row]!) / total
    }
    for (let i = 0; i < SIZE; i++) expect(Math.abs(together[i]! - sum[i]!)).toBeLessThan(1e-12)
    await session.close()
  })
})

describe('a training step', () => {
  it('is AdamW with clipping, decay of matrices only and bias correction, as written out in double precision', async () => {
    const optimizer = { beta1: 0.9, beta2: 0.95, epsilon: 1e-8, weightDecay: 0.1, clipNorm: 0.05 }
    const gradients = await openSession(gradientGraph(SHAPE, 'float32'), 1)
    const decayed = decayedSize(CONFIG)
    const isMatrix = parametersOf(CONFIG).flatMap((spec) =>
      new Array<boolean>(elements(spec)).fill(spec.shape.length === 2),
    )
    expect(new Set(isMatrix).size).toBe(2)
    const theta = Float32Array.from(busyWeights())
    const state = { theta, m: new Float32Array(SIZE), v: new Float32Array(SIZE) }
    const exact = { theta: Float64Array.from(theta), m: new Float64Array(SIZE), v: new Float64Array(SIZE) }
    for (let t = 1; t <= 3; t++) {
      const base = feeds('float32', Float64Array.from(theta), [0, 1, 2])
      const gradient = (await gradients.run(base))['gradient']!.data as Float32Array
      const norm = Math.hypot(...gradient)
      expect(norm).toBeGreaterThan(optimizer.clipNorm)
      const rate = 0.01 * t
      for (let i = 0; i < SIZE; i++) {
        const g = (gradient[i]! * optimizer.clipNorm) / norm
        exact.m[i] = 0.9 * exact.m[i]! + 0.1 * g
        exact.v[i] = 0.95 * exact.v[i]! + 0.05 * g * g
        const direction = exact.m[i]! / (1 - 0.9 ** t) / (Math.sqrt(exact.v[i]! / (1 - 0.95 ** t)) + 1e-8)
        exact.theta[i] = exact.theta[i]! * (1 - rate * (isMatrix[i]! ? 0.1 : 0)) - rate * direction
      }
      expect(adamWStep(state, gradient, { t, rate, decayed }, optimizer)).toBeCloseTo(norm, 4)
      let worst = 0
      for (let i = 0; i < SIZE; i++) worst = Math.max(worst, Math.abs(theta[i]! - exact.theta[i]!))
      expect(worst).toBeLessThan(2e-6)
    }
    await gradients.close()
  })
})

describe('learningRate', () => {
  it('rises in a line, peaks after the warm-up and falls along a cosine to its floor', () => {
    const shape = { schedule: 'cosine', peak: 1, warmup: 4, floor: 0.1 } as const
    const rates = Array.from({ length: 20 }, (_, i) => learningRate(i + 1, 20, shape))
    expect(rates.slice(0, 4)).toEqual([0.25, 0.5, 0.75, 1])
    expect(rates.slice(4).every((rate, i) => rate < rates[i + 3]!)).toBe(true)
    expect(rates[11]).toBeCloseTo(0.55, 10)
    expect(rates[19]).toBeCloseTo(0.1, 10)
  })

  it('falls in a line, or stays at its peak, where the schedule says so', () => {
    const rates = (schedule: 'linear' | 'constant'): readonly number[] =>
      [1, 2, 4, 7, 12].map((step) => learningRate(step, 12, { schedule, peak: 2, warmup: 2, floor: 0.5 }))
    expect(rates('linear')).toEqual([1, 2, 1.8, 1.5, 1])
    expect(rates('constant')).toEqual([1, 2, 2, 2, 2])
  })
})

describe('packRows', () => {
  it('keeps rows and masks apart', () => {
    const packed = packRows([
      { ids: Int32Array.of(1, 2), supervised: Uint8Array.of(0, 1) },
      { ids: Int32Array.of(3), supervised: Uint8Array.of(0) },
    ])
    expect(packed).toEqual({
      ids: Int32Array.of(1, 2, 3),
      supervised: Uint8Array.of(0, 1, 0),
      offsets: Int32Array.of(0, 2, 3),
    })
  })
})
