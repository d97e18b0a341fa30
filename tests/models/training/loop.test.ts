import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { makeBatch, rowCount } from '../../../models/training/batches.ts'
import { readCheckpoint } from '../../../models/training/checkpoint.ts'
import { openEngine } from '../../../models/training/engine.ts'
import type { TrainingHooks, TrainingJob, TrainingOutcome } from '../../../models/training/loop.ts'
import { train } from '../../../models/training/loop.ts'
import { FULL } from '../../../models/training/method.ts'
import { runTraining } from '../../../models/training/trainer.ts'
import { sha256 } from '../../../util/digest.ts'
import { SMALL, smallJob } from './small.ts'

let folder: string
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'sluice-training-'))
})
afterAll(() => rmSync(folder, { recursive: true, force: true }))

let next = 0
const path = (): string => join(folder, `checkpoint-${next++}`)
const quiet: TrainingHooks = { progress: () => {}, stopped: () => false }
const digest = (theta: Float32Array): string => sha256(new Uint8Array(theta.buffer, theta.byteOffset, theta.byteLength))

/** What must not depend on interruptions or threads. */
function evidence(outcome: TrainingOutcome): unknown {
  const { measured: _, checkpoint: __, best, ...rest } = outcome
  return { ...rest, best: { ...best, theta: digest(best.theta) } }
}

async function finish(job: TrainingJob, hooks: TrainingHooks = quiet): Promise<TrainingOutcome> {
  const outcome = await train(job, hooks)
  if (outcome === 'stopped') throw new Error('stopped')
  return outcome
}

/** Stops before step `at`, as a signal would. */
function stopAt(at: number): TrainingHooks {
  let done = 0
  return {
    progress(step) {
      done = step
    },
    stopped: () => done === at,
  }
}

describe('train', () => {
  it('learns the pattern: the held-out loss falls far below that of the untrained network', async () => {
    const outcome = await finish(smallJob(path()))
    const [[, before]] = outcome.validLoss as [[number, number]]
    expect(before).toBeGreaterThan(3.5)
    expect(outcome.best.loss).toBeLessThan(2.2)
    expect(outcome.steps).toBe(outcome.planned)
    expect(outcome.trainLoss).toHaveLength(outcome.steps)
  })

  it('gives the same bytes for one thread and two', async () => {
    const one = await finish(smallJob(path(), { threads: 1 }))
    const two = await finish(smallJob(path(), { threads: 2 }))
    expect(evidence(two)).toEqual(evidence(one))
  })

  it('gives the same bytes interrupted at any step as undisturbed', async () => {
    const whole = await finish(smallJob(path()))
    for (const at of [1, 7, whole.planned - 1]) {
      const checkpointPath = path()
      expect(await train(smallJob(checkpointPath), stopAt(at))).toBe('stopped')
      const resumed = await finish(smallJob(checkpointPath))
      expect(resumed.checkpoint).toBe('resumed')
      expect(evidence(resumed)).toEqual(evidence(whole))
    }
  })

  it('sets aside a checkpoint with a changed byte, or of another job, and says so', async () => {
    const checkpointPath = path()
    const whole = await finish(smallJob(path()))
    await train(smallJob(checkpointPath), stopAt(5))
    const good = readFileSync(checkpointPath)
    const bad = Buffer.from(good)
    bad[good.length >> 1] = bad[good.length >> 1]! ^ 1
    writeFileSync(checkpointPath, bad)
    const outcome = await finish(smallJob(checkpointPath))
    expect(outcome.checkpoint).toBe('corrupt')
    expect(evidence(outcome)).toEqual(evidence(whole))
    writeFileSync(checkpointPath, good)
    const base = smallJob(checkpointPath)
    const other = await finish({ ...base, config: { ...base.config, learningRate: 0.02 } })
    expect(other.checkpoint).toBe('other_job')
  })

  it('writes checkpoints while it runs, and a killed run goes on from the last one', async () => {
    const checkpointPath = path()
    const base = smallJob(checkpointPath, { checkpointSeconds: 0 })
    const killed = train(base, {
      stopped: () => false,
      progress: (step) => {
        if (step === 9) throw new Error('killed')
      },
    })
    await expect(killed).rejects.toThrow('killed')
    const resumed = await finish(base)
    expect(resumed.checkpoint).toBe('resumed')
    expect(evidence(resumed)).toEqual(evidence(await finish(smallJob(path()))))
  })

  it('gives the parameters of the lowest held-out loss, not those that later steps moved on to', async () => {
    const base = smallJob(path())
    const config = { ...base.config, epochs: 40, evaluations: 60, patience: 3, learningRate: 0.05 }
    const { best, steps } = await finish({ ...base, config })
    expect(best.step).toBeLessThan(steps)
    const engine = openEngine({
      shape: { network: SMALL, method: FULL },
      optimizer: config.optimizer,
      seed: 1,
      threads: 1,
    })
    const all = makeBatch(
      base.valid,
      Array.from({ length: rowCount(base.valid) }, (_, row) => row),
      1,
    )
    expect((await engine.lossSum(best.theta, all)) / all.targets.length).toBeCloseTo(best.loss, 5)
    await engine.close()
  })

  it('stops early where the held-out loss no longer falls, at the same step every time', async () => {
    const base = smallJob(path())
    const config = { ...base.config, epochs: 40, evaluations: 60, patience: 3, learningRate: 0.05 }
    const first = await finish({ ...base, config, checkpointPath: path() })
    expect(first.steps).toBeLessThan(first.planned)
    expect(first.validLoss.filter(([step]) => step > first.best.step)).toHaveLength(3)
    expect(evidence(await finish({ ...base, config, checkpointPath: path() }))).toEqual(evidence(first))
  })
})

describe('readCheckpoint', () => {
  it('takes nothing from a file in which any byte changed or any end is missing', async () => {
    const checkpointPath = path()
    await train(smallJob(checkpointPath), stopAt(2))
    const good = readFileSync(checkpointPath)
    const damage = fc.oneof(
      fc.nat(good.length - 1).map((at) => {
        const bad = Buffer.from(good)
        bad[at] = bad[at]! ^ 0x40
        return bad
      }),
      fc.nat(good.length - 1).map((length) => good.subarray(0, length)),
    )
    fc.assert(
      fc.property(damage, (bad) => {
        writeFileSync(checkpointPath, bad)
        expect(readCheckpoint(checkpointPath, 'any')).toEqual({ problem: 'corrupt' })
      }),
      { numRuns: 60 },
    )
  })
})

describe('runTraining', () => {
  it('trains in a thread, reports progress, and stops at a signal with a checkpoint that it takes up again', async () => {
    const job = smallJob(path())
    const controller = new AbortController()
    const seen: number[] = []
    const aborted = runTraining(job, controller.signal, (done) => {
      seen.push(done)
      if (done === 4) controller.abort(new Error('enough'))
    })
    await expect(aborted).rejects.toThrow('enough')
    expect(seen.slice(0, 4)).toEqual([1, 2, 3, 4])
    const resumed = await runTraining(job, new AbortController().signal, () => {})
    expect(resumed.checkpoint).toBe('resumed')
    expect(evidence(resumed)).toEqual(evidence(await finish(smallJob(path()))))
  })
})
