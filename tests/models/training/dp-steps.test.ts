import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { float32, number32, openSession } from '../../../models/graph/session.ts'
import { initialFactors } from '../../../models/lora/factors.ts'
import { initialWeights, toTensors } from '../../../models/network/weights.ts'
import { splitNoise } from '../../../models/privacy/clipped-share.ts'
import { PRIVACY_METRICS, privacyEvidence } from '../../../models/privacy/evidence.ts'
import type { PrivateTraining } from '../../../models/privacy/plan.ts'
import { planPrivacy } from '../../../models/privacy/plan.ts'
import { makeBatch, rowCount } from '../../../models/training/batches.ts'
import { clippedSum, rowsOfUnits } from '../../../models/training/dp-steps.ts'
import { openEngine } from '../../../models/training/engine.ts'
import { batchFeeds } from '../../../models/training/feeds.ts'
import { gradientGraph } from '../../../models/training/graphs.ts'
import type { TrainingJob } from '../../../models/training/job.ts'
import type { TrainingHooks, TrainingOutcome } from '../../../models/training/loop.ts'
import { train } from '../../../models/training/loop.ts'
import { initialTheta } from '../../../models/training/method.ts'
import { runTraining } from '../../../models/training/trainer.ts'
import { random } from '../../../util/random.ts'
import { smallJob } from './small.ts'

let folder: string
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'sluice-dp-'))
})
afterAll(() => rmSync(folder, { recursive: true, force: true }))

let next = 0
const path = (): string => join(folder, `checkpoint-${next++}`)
const quiet: TrainingHooks = { progress: () => {}, stopped: () => false }
const rows = smallJob('').train
const trained = rows.supervised.reduce((sum, flag) => sum + flag, 0)
/** Rows 0 and 1 are one unit, 2 and 3 the next, … */
const unitOfRow = Int32Array.from({ length: rowCount(rows) }, (_, row) => row >> 1)

const NOT_PRIVATE: PrivateTraining = {
  epsilon: 1,
  delta: 1e-5,
  unit: 'conversation',
  clip: Number.POSITIVE_INFINITY,
  unitOfRow,
  units: 60,
  rate: 1,
  steps: 6,
  noise: 0,
  heldOut: 'public',
  lossPer: 'token of the unit',
  seededNoise: 1,
}

function privateJob(dp: Partial<PrivateTraining>, overrides: Partial<TrainingJob> = {}): TrainingJob {
  return { ...smallJob(path()), dp: { ...NOT_PRIVATE, ...dp }, ...overrides }
}

async function finish(job: TrainingJob, hooks: TrainingHooks = quiet): Promise<TrainingOutcome> {
  const outcome = await train(job, hooks)
  if (outcome === 'stopped') throw new Error('stopped')
  return outcome
}

function difference(a: ArrayLike<number>, b: ArrayLike<number>): number {
  let largest = 0
  for (let i = 0; i < a.length; i++) largest = Math.max(largest, Math.abs(a[i]! - b[i]!))
  return largest
}

describe('training with differential privacy', () => {
  it('equals plain training with noise 0 and infinite clipping on the same batches', async () => {
    // Everybody in every step, and the loss per trained token of all: the plain step on one batch of all rows.
    const job = privateJob({ lossPer: trained / 60, steps: 6 })
    const plain: TrainingJob = {
      ...smallJob(path()),
      config: { ...job.config, batchTokens: 1_000_000, microTokens: 512, epochs: 6 },
    }
    const [a, b] = [await finish(job), await finish(plain)]
    expect(a.steps).toBe(6)
    expect(a.validLoss.length).toBe(b.validLoss.length)
    for (const [i, [step, loss]] of a.validLoss.entries()) {
      expect(step).toBe(b.validLoss[i]![0])
      expect(Math.abs(loss - b.validLoss[i]![1])).toBeLessThan(1e-5)
    }
    expect(difference(a.best.theta, b.best.theta)).toBeLessThan(2e-4)
    // AdamW's first steps only see signs; the size of the gradient is compared in the tests of the sum below.
    expect(difference(a.best.theta, initialTheta(job.config.network, job.config.method, undefined, 5))).toBeGreaterThan(
      0.01,
    )
  })

  it('adds up unit gradients that equal those taken one by one, each clipped by its own norm', async () => {
    const job = privateJob({})
    const { network, method, optimizer, seed, pad } = job.config
    const theta = initialTheta(network, method, undefined, seed).map((x) => x * 3)
    const single = await openSession(gradientGraph({ network, method }, 'float32'), 1)
    const units = [0, 5, 17, 41]
    const unitRows = rowsOfUnits(job.dp!)
    const oneByOne = await Promise.all(
      units.map(async (unit) => {
        const batch = makeBatch(rows, unitRows[unit]!, pad)
        const out = await single.run({
          ...batchFeeds(batch),
          theta: float32(theta),
          inverse_count: number32(1 / batch.targets.length),
        })
        return out['gradient']!.data as Float32Array
      }),
    )
    await single.close()
    const norms = oneByOne.map((gradient) => Math.hypot(...gradient))
    const clip = norms.toSorted((a, b) => a - b)[1]! * 1.001
    const engine = openEngine({ shape: { network, method }, optimizer, seed, threads: 1 })
    for (const bound of [Number.POSITIVE_INFINITY, clip]) {
      const expected = new Float64Array(theta.length)
      for (const [i, gradient] of oneByOne.entries()) {
        const factor = Math.min(1, bound / norms[i]!)
        for (let k = 0; k < gradient.length; k++) expected[k]! += factor * gradient[k]!
      }
      // A micro-batch that holds one row only: the unit's gradient is made in two runs.
      for (const microTokens of [4096, 16]) {
        const context = {
          job: { ...job, config: { ...job.config, microTokens } },
          dp: { ...job.dp!, clip: bound },
          unitRows,
          t: 1,
        }
        const { sum, clipped, sampled } = await clippedSum(engine, theta, units, context)
        expect(difference(sum, expected) / Math.max(...expected.map(Math.abs))).toBeLessThan(1e-5)
        expect({ clipped, sampled }).toEqual({ clipped: bound === clip ? 2 : 0, sampled: 4 })
      }
      // One unit more or less moves the sum by no more than the bound.
      const context = { job, dp: { ...job.dp!, clip: bound }, unitRows, t: 1 }
      const without = await clippedSum(engine, theta, units.slice(1), context)
      const moved = Math.hypot(...expected.map((x, i) => x - without.sum[i]!))
      expect(moved).toBeLessThanOrEqual(Math.min(bound, norms[0]!) * (1 + 1e-5))
    }
    await engine.close()
  })

  it('makes the gradients of several units in one run under LoRA, equal to those made one by one', async () => {
    const { network } = smallJob('').config
    const lora = { rank: 4, alpha: 8, targets: ['q_proj', 'v_proj', 'down_proj'], rslora: false, dropout: 0 }
    const method = { kind: 'lora', lora } as const
    const base = new Map(toTensors(initialWeights(network, random(9)), network).map((tensor) => [tensor.name, tensor]))
    const plain = smallJob(path())
    const job: TrainingJob = { ...plain, config: { ...plain.config, method, microTokens: 512 } }
    const rng = random(4)
    const theta = initialFactors(network, lora, rng).map((x) => x + 0.1 * rng.normal())
    const { optimizer, seed } = job.config
    const engine = openEngine({ shape: { network, method }, optimizer, seed, threads: 1, base })
    const { unitGradients: _, ...oneByOne } = engine
    const dp = { ...NOT_PRIVATE, lossPer: 'token of the unit' } as const
    const units = [3, 4, 10, 11, 30, 31, 59]
    for (const clip of [Number.POSITIVE_INFINITY, 0.5, 0.05]) {
      const context = { job, dp: { ...dp, clip }, unitRows: rowsOfUnits(dp), t: 1 }
      const together = await clippedSum(engine, theta, units, context)
      const apart = await clippedSum(oneByOne, theta, units, context)
      expect([together.clipped, together.sampled]).toEqual([apart.clipped, 7])
      expect(difference(together.sum, apart.sum)).toBeLessThan(1e-5 * Math.max(...apart.sum.map(Math.abs)))
    }
    await engine.close()
  })

  it('takes an empty sample as noise around zero, and goes on', async () => {
    const job = privateJob({ rate: 0.005, steps: 12, noise: 1, clip: 1 })
    const outcome = await finish(job)
    expect(outcome.steps).toBe(12)
    expect(outcome.best.theta.every(Number.isFinite)).toBe(true)
  })

  it('learns with cryptographic noise, says what that cost, and tells no loss of a step', {
    timeout: 120_000,
  }, async () => {
    const keys = Array.from(unitOfRow, String)
    const dp = planPrivacy(
      { epsilon: 8, delta: 1e-4, unit: 'person', clip: 1, unitsPerStep: 20, epochs: 40, accountant: 'rdp' },
      keys,
    )
    expect([dp.units, dp.steps, dp.heldOut]).toEqual([60, 120, 'private'])
    const job = { ...smallJob(path()), dp }
    const outcome = await finish({ ...job, config: { ...job.config, patience: 1, evaluations: 8 } })
    expect(outcome.steps).toBe(120)
    expect(outcome.trainLoss).toEqual(new Array(120).fill(null))
    expect(outcome.tokens).toBeCloseTo((rows.ids.length * 120) / 3, 3)
    // The held-out rows are private: they choose nothing, and the last parameters are kept.
    expect(outcome.best.step).toBe(120)
    expect(outcome.best.loss).toBeLessThan(outcome.validLoss[0]![1] - 0.2)
    const evidence = privacyEvidence(dp, outcome.steps, outcome.counters)
    expect(evidence).toMatchObject({ private: true, noise: 'cryptographic', unit: 'person', units: 60, steps: 120 })
    expect(evidence.epsilon).toBeLessThanOrEqual(8)
    expect(evidence.prvEpsilon!.upper).toBeLessThan(evidence.rdpEpsilon!)
    expect(evidence.clippedShare).toBeGreaterThan(0.3)
    const names = PRIVACY_METRICS.map(({ name }) => name)
    expect(new Set(names).size).toBe(names.length)
    expect(PRIVACY_METRICS.every((metric) => metric.value(evidence) !== undefined)).toBe(true)
  })

  it('never reports seeded noise, or no noise, as private', () => {
    const seeded = privacyEvidence({ ...NOT_PRIVATE, noise: 1, clip: 1 }, 6, {})
    expect(seeded).toMatchObject({ private: false, noise: 'seeded', epsilon: null, rdpEpsilon: null, prvEpsilon: null })
    const { seededNoise: _, ...unseeded } = NOT_PRIVATE
    expect(privacyEvidence(unseeded, 6, {})).toMatchObject({ private: false, epsilon: null })
  })

  it('counts steps exactly over an interruption, and draws new noise after it', async () => {
    const { seededNoise: _, ...unseeded } = NOT_PRIVATE
    const dp: PrivateTraining = { ...unseeded, rate: 0.2, steps: 9, noise: 1, clip: 1, heldOut: 'private' }
    const job = (checkpointPath: string): TrainingJob => ({ ...smallJob(checkpointPath), dp })
    const interrupted = path()
    let done = 0
    const hooks: TrainingHooks = {
      progress: (step) => {
        done = step
      },
      stopped: () => done === 4,
    }
    expect(await train(job(interrupted), hooks)).toBe('stopped')
    const copy = path()
    writeFileSync(copy, readFileSync(interrupted))
    const [a, b] = [await finish(job(interrupted)), await finish(job(copy))]
    for (const outcome of [a, b]) expect([outcome.checkpoint, outcome.steps]).toEqual(['resumed', 9])
    expect(difference(a.best.theta, b.best.theta)).toBeGreaterThan(0)
  })

  it('repeats with seeded noise, interrupted or not; another seed or other data give other noise', async () => {
    const seeded = { rate: 0.2, steps: 9, noise: 1, clip: 1 }
    const whole = await finish(privateJob(seeded))
    const stopping = privateJob(seeded)
    let done = 0
    const hooks: TrainingHooks = {
      progress: (step) => {
        done = step
      },
      stopped: () => done === 5,
    }
    expect(await train(stopping, hooks)).toBe('stopped')
    const resumed = await finish(stopping)
    expect(resumed.best.theta).toEqual(whole.best.theta)
    expect(resumed.counters).toEqual(whole.counters)
    const other = await finish(privateJob({ ...seeded, seededNoise: 2 }))
    expect(difference(other.best.theta, whole.best.theta)).toBeGreaterThan(0)
  })

  it('refuses a damaged checkpoint, since its steps can no longer be counted', async () => {
    const job = privateJob({ rate: 0.2, steps: 4, noise: 1, clip: 1 })
    await finish(job)
    const bytes = readFileSync(job.checkpointPath)
    bytes[bytes.length >> 1]! ^= 1
    writeFileSync(job.checkpointPath, bytes)
    await expect(finish(job)).rejects.toMatchObject({ code: 'DP_CHECKPOINT_CORRUPT' })
  })

  it('writes a checkpoint before it tells a held-out loss, so that a killed run repeats no step that was told', async () => {
    const job = privateJob({ rate: 0.2, steps: 6, noise: 1, clip: 1 })
    const killed = finish(job, {
      stopped: () => false,
      progress: (step) => {
        if (step === 2) throw new Error('killed')
      },
    })
    await expect(killed).rejects.toThrow('killed')
    const seen: number[] = []
    await finish(job, { stopped: () => false, progress: (step) => seen.push(step) })
    expect(seen).toEqual([3, 4, 5, 6])
  })

  it('is what the training thread does with a job that asks for it', async () => {
    const job = privateJob({ rate: 0.2, steps: 4, noise: 1, clip: 1 })
    const details: string[] = []
    const outcome = await runTraining(job, new AbortController().signal, (_, __, ___, detail) => details.push(detail!))
    expect(outcome.trainLoss).toEqual([null, null, null, null])
    expect(details.every((detail) => detail.startsWith('loss not told (private)'))).toBe(true)
    expect(outcome.best.theta).toEqual((await finish({ ...job, checkpointPath: path() })).best.theta)
  })
})

describe('planPrivacy', () => {
  const keys = Array.from({ length: 100 }, (_, i) => `unit ${i}`)
  const target = { epsilon: 4, delta: 1e-4, unit: 'conversation', clip: 1, unitsPerStep: 10, epochs: 2 } as const

  it('derives rate and steps from the units', () => {
    const { rate, steps, units, noise } = planPrivacy(target, keys)
    expect({ rate, steps, units }).toEqual({ rate: 0.1, steps: 20, units: 100 })
    expect(noise).toBeGreaterThan(0.5)
  })

  it.each([
    [{ clip: 0 }, 'DP_CONFIG'],
    [{ clip: Number.POSITIVE_INFINITY }, 'DP_CONFIG'],
    [{ delta: 0.02 }, 'DP_CONFIG'],
    [{ unitsPerStep: 200 }, 'DP_TOO_FEW_UNITS'],
    [{ epsilon: -1 }, 'DP_CONFIG'],
  ])('refuses %o with %s', (change, code) => {
    expect(() => planPrivacy({ ...target, ...change }, keys)).toThrow(expect.objectContaining({ code }))
  })

  it('gives the clipped count a part of the noise that leaves the whole as it was', () => {
    for (const noise of [0.3, 1, 7]) {
      const { gradient, count } = splitNoise(noise, 64)
      expect(1 / gradient ** 2 + 0.25 / count ** 2).toBeCloseTo(1 / noise ** 2, 10)
      expect(gradient / noise).toBeLessThan(1.0051)
    }
  })
})
