import { describe, expect, it } from 'vitest'
import type { Batch } from '../../../models/training/batches.ts'
import { makeBatch } from '../../../models/training/batches.ts'
import type { Engine } from '../../../models/training/engine.ts'
import { openEngine } from '../../../models/training/engine.ts'
import { initialTheta, type TrainingMethod } from '../../../models/training/method.ts'
import { microBatches } from '../../../models/training/steps.ts'
import { random } from '../../../util/random.ts'
import { baseTensors, LORA_NETWORK } from './lora-job.ts'
import { patternRows } from './small.ts'

const OPTIMIZER = { beta1: 0.9, beta2: 0.95, epsilon: 1e-8, weightDecay: 0.1, clipNorm: 1 }
const METHODS: readonly (readonly [string, TrainingMethod])[] = [
  ['all parameters', { kind: 'full' }],
  ['LoRA', { kind: 'lora', lora: { rank: 4, alpha: 8, targets: ['all-linear'], rslora: false, dropout: 0 } }],
]
const ROWS = patternRows(8, 3)
const ALL = [0, 1, 2, 3, 4, 5, 6, 7]
const batchOf = (rows: readonly number[]): Batch => makeBatch(ROWS, rows, 1)

async function withEngine<T>(
  method: TrainingMethod,
  use: (engine: Engine, theta: Float32Array) => Promise<T>,
): Promise<T> {
  const base = baseTensors()
  const engine = openEngine({
    shape: { network: LORA_NETWORK, method },
    optimizer: OPTIMIZER,
    seed: 1,
    threads: 1,
    base,
  })
  const rng = random(5)
  const theta = initialTheta(LORA_NETWORK, method, base, 1).map((x) => x + 0.02 * rng.normal())
  try {
    return await use(engine, theta)
  } finally {
    await engine.close()
  }
}

const stateOf = (theta: Float32Array) => ({
  theta: theta.slice(),
  m: new Float32Array(theta.length),
  v: new Float32Array(theta.length),
})
const apart = (a: Float32Array, b: Float32Array): number =>
  a.reduce((worst, x, i) => Math.max(worst, Math.abs(x - b[i]!)), 0)

describe.each(METHODS)('%s', (_, method) => {
  it('one batch of eight rows and eight of one are the same step: normalised by the trained tokens of the whole', async () => {
    await withEngine(method, async (engine, theta) => {
      // Rows of different lengths: a mean of means would be another number.
      expect(new Set(ALL.map((row) => batchOf([row]).targets.length)).size).toBeGreaterThan(4)
      const [once, apiece] = [stateOf(theta), stateOf(theta)]
      const together = await engine.step(once, [batchOf(ALL)], 1, 1e-3)
      const alone = await engine.step(
        apiece,
        ALL.map((row) => batchOf([row])),
        1,
        1e-3,
      )
      expect(Math.abs(together.loss - alone.loss)).toBeLessThan(1e-6)
      expect(Math.abs(together.norm / alone.norm - 1)).toBeLessThan(1e-5)
      // m is (1 − β₁) times the clipped gradient.
      expect(apart(once.m, apiece.m)).toBeLessThan(1e-6)
      expect(apart(once.v, apiece.v)).toBeLessThan(1e-6)
      const sums = await Promise.all([engine.lossSum(theta, batchOf(ALL))])
      const tokens = batchOf(ALL).targets.length
      expect(sums[0]! / tokens).toBeCloseTo(together.loss, 5)
    })
  })

  it('the gradients of units, not clipped, add up to that of the step', async () => {
    await withEngine(method, async (engine, theta) => {
      const count = batchOf(ALL).targets.length
      const [stepped, applied] = [stateOf(theta), stateOf(theta)]
      const plain = await engine.step(stepped, [batchOf(ALL)], 1, 1e-3)
      let sum = new Float32Array(engine.size)
      for (const row of ALL) {
        const unit = { inverseCount: 1 / count, clip: Number.POSITIVE_INFINITY, sum, place: [1, row] }
        sum = (await engine.unitGradient(theta, batchOf([row]), unit)).sum as Float32Array<ArrayBuffer>
      }
      const norm = engine.applyGradient(applied, sum, 1, 1e-3)
      expect(Math.abs(norm / plain.norm - 1)).toBeLessThan(1e-5)
      expect(apart(applied.m, stepped.m)).toBeLessThan(1e-6)
    })
  })

  it("a unit's gradient longer than the bound is scaled down to it, a shorter one is kept", async () => {
    await withEngine(method, async (engine, theta) => {
      const zero = new Float32Array(engine.size)
      const take = (clip: number) =>
        engine.unitGradient(theta, batchOf([0]), { inverseCount: 1, clip, sum: zero, place: [1, 0] })
      const free = await take(Number.POSITIVE_INFINITY)
      expect(Math.hypot(...free.sum)).toBeCloseTo(free.norm, 2)
      const clipped = await take(free.norm / 4)
      expect(clipped.norm).toBe(free.norm)
      expect(Math.hypot(...clipped.sum) / (free.norm / 4)).toBeCloseTo(1, 4)
      expect((await take(free.norm * 2)).sum).toEqual(free.sum)
    })
  })
})

describe('microBatches', () => {
  it('keeps the order of rows and stays within the tokens, padding included', () => {
    for (const limit of [16, 48, 96, 1000]) {
      const parts = microBatches(ROWS, ALL, limit)
      expect(parts.flat()).toEqual(ALL)
      for (const part of parts) {
        const { rows, sequence } = batchOf(part)
        expect(rows === 1 || rows * sequence <= limit).toBe(true)
      }
    }
    expect(microBatches(ROWS, ALL, 1000)).toEqual([ALL])
  })
})
