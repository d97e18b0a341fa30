import { existsSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { gpt2Config } from '../../../models/network/config.ts'
import { packRows } from '../../../models/training/batches.ts'
import type { TrainingJob } from '../../../models/training/job.ts'
import type { TrainingHooks, TrainingOutcome } from '../../../models/training/loop.ts'
import { train } from '../../../models/training/loop.ts'
import { FULL } from '../../../models/training/method.ts'
import { runTraining } from '../../../models/training/trainer.ts'
import { sha256 } from '../../../util/digest.ts'
import { baseTensors, loraJob } from './lora-job.ts'
import { patternRows, smallJob } from './small.ts'

let folder: string
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'sluice-lora-'))
})
afterAll(() => rmSync(folder, { recursive: true, force: true }))

let next = 0
const path = (): string => join(folder, `checkpoint-${next++}`)
const quiet: TrainingHooks = { progress: () => {}, stopped: () => false }

/** Stops before the step after `at`, as a signal would. */
function stopAt(at: number): TrainingHooks {
  let done = 0
  return {
    progress(step) {
      done = step
    },
    stopped: () => done >= at,
  }
}

function evidence(outcome: TrainingOutcome): unknown {
  const { measured: _, checkpoint: __, best, ...rest } = outcome
  const { buffer, byteOffset, byteLength } = best.theta
  return { ...rest, best: { ...best, theta: sha256(new Uint8Array(buffer, byteOffset, byteLength)) } }
}

async function finish(job: TrainingJob, hooks: TrainingHooks = quiet): Promise<TrainingOutcome> {
  const outcome = await train(job, hooks)
  if (outcome === 'stopped') throw new Error('stopped')
  return outcome
}

describe('train with LoRA', () => {
  it('lowers the held-out loss of a frozen base, and the adapter that is written has the loss of the one in memory', async () => {
    const job = loraJob(path())
    const outcome = await finish(job)
    const before = outcome.validLoss[0]![1]
    expect(before - outcome.best.loss).toBeGreaterThan(0.5)
    const { trained, reloaded } = outcome.roundTrip!
    expect(Math.abs(trained - reloaded)).toBeLessThan(1e-5)
    // The base is as it was.
    expect((job.base as { tensors: unknown }).tensors).toEqual(baseTensors())
  })

  it('gives the same bytes for one thread and two, dropout included, and in low-memory mode too', async () => {
    const one = await finish(loraJob(path()))
    expect(evidence(await finish(loraJob(path(), {}, { threads: 2 })))).toEqual(evidence(one))
    const low = await finish(loraJob(path(), {}, { lowMemory: true }))
    expect(evidence(await finish(loraJob(path(), {}, { lowMemory: true, threads: 2 })))).toEqual(evidence(low))
    // Nothing is packed then, which rounds differently and changes no more than that.
    const losses = (outcome: TrainingOutcome): readonly number[] => outcome.validLoss.map(([, loss]) => loss)
    expect(Math.max(...losses(low).map((loss, i) => Math.abs(loss - losses(one)[i]!)))).toBeLessThan(1e-5)
    const other = await finish(loraJob(path(), { seed: 6 }))
    expect(other.best.theta).not.toEqual(one.best.theta)
  })

  it('gives the same bytes interrupted as undisturbed, with micro-batches and dropout', async () => {
    const whole = await finish(loraJob(path(), { microTokens: 64 }))
    const job = loraJob(path(), { microTokens: 64 })
    for (const at of [1, 5, 11]) expect(await train(job, stopAt(at))).toBe('stopped')
    const resumed = await finish(job)
    expect(resumed.checkpoint).toBe('resumed')
    expect(evidence(resumed)).toEqual(evidence(whole))
  })

  it('leaves no copy of the base behind, finished or stopped, nor where it could not begin', async () => {
    const job = loraJob(path())
    const base = `${job.checkpointPath}.base`
    const seen: boolean[] = []
    await train(job, { ...stopAt(2), progress: () => seen.push(existsSync(base)), stopped: () => seen.length > 2 })
    expect([seen, existsSync(base)]).toEqual([[true, true, true], false])
    await finish(job)
    expect(existsSync(base)).toBe(false)
    const lora = { rank: 4, alpha: 8, targets: ['no_such_layer'], rslora: false, dropout: 0 }
    await expect(finish(loraJob(job.checkpointPath, { method: { kind: 'lora', lora } }))).rejects.toMatchObject({
      code: 'LORA_TARGET_UNKNOWN',
    })
    expect(existsSync(base)).toBe(false)
  })

  it('takes up no checkpoint of low-memory mode, which rounds differently', async () => {
    const job = loraJob(path())
    await train({ ...job, lowMemory: true }, stopAt(2))
    expect((await finish(job)).checkpoint).toBe('other_job')
  })

  it('takes up no checkpoint over another base', async () => {
    const job = loraJob(path())
    await train(job, stopAt(2))
    const other = await finish({ ...job, base: { digest: 'base-18', tensors: baseTensors() } })
    expect(other.checkpoint).toBe('other_job')
  })

  it('gives nearly the same factors where activations are recomputed', async () => {
    const lora = { rank: 4, alpha: 8, targets: ['q_proj', 'down_proj'], rslora: true, dropout: 0.1 }
    const method = { kind: 'lora', lora } as const
    const plain = await finish(loraJob(path(), { method, epochs: 1 }))
    const recomputed = await finish(loraJob(path(), { method, epochs: 1, recompute: true }))
    expect(Math.abs(plain.best.loss - recomputed.best.loss)).toBeLessThan(1e-4)
  })

  it('trains in a thread, to which the base moves', async () => {
    const job = loraJob(path())
    const tensors = (job.base as { tensors: ReturnType<typeof baseTensors> }).tensors
    const here = await finish(loraJob(path()))
    const there = await runTraining(job, new AbortController().signal, () => {})
    expect(evidence(there)).toEqual(evidence(here))
    expect([...tensors.values()].every(({ data }) => data.length === 0)).toBe(true)
  })
})

describe('train with all parameters of a base', () => {
  it('starts from the loss that LoRA starts from, and goes lower with the base as its first parameters', async () => {
    const lora = await finish(loraJob(path(), { epochs: 1 }))
    const full = await finish(loraJob(path(), { method: FULL, epochs: 1, learningRate: 5e-3 }))
    expect(full.validLoss[0]![1]).toBeCloseTo(lora.validLoss[0]![1], 5)
    expect(full.best.loss).toBeLessThan(full.validLoss[0]![1] - 0.3)
    expect(full.roundTrip).toBeUndefined()
  })
})

it('trains rows as long as a context of learned positions that is no multiple of the padding', async () => {
  const network = gpt2Config({ vocabulary: 40, width: 16, layers: 1, heads: 2, context: 40 })
  const row = { ids: Int32Array.from({ length: 40 }, (_, i) => i), supervised: new Uint8Array(40).fill(1, 1) }
  const job = smallJob(path())
  const rows = packRows([row, row, { ids: row.ids.slice(0, 9), supervised: row.supervised.slice(0, 9) }])
  const outcome = await finish({ ...job, config: { ...job.config, network }, train: rows, valid: rows })
  expect(outcome.best.loss).toBeLessThan(outcome.validLoss[0]![1])
})

describe('train refuses', () => {
  const none = (rows: ReturnType<typeof patternRows>): ReturnType<typeof patternRows> => ({
    ...rows,
    supervised: new Uint8Array(rows.supervised.length),
  })

  it.each([
    ['train', { train: none(patternRows(4, 1)) }],
    ['valid', { valid: none(patternRows(4, 1)) }],
  ])('%s rows without a trained token: there is no loss to report', async (name, overrides) => {
    await expect(train(loraJob(path(), {}, overrides), quiet)).rejects.toMatchObject({
      code: 'TRAINING_NOTHING_SUPERVISED',
      message: `no token of the ${name} rows is trained`,
    })
  })

  it('LoRA without a base, and a base that does not fit', async () => {
    const { base: _, ...without } = loraJob(path())
    await expect(train(without, quiet)).rejects.toMatchObject({ code: 'TRAINING_NO_BASE' })
    const tensors = new Map(baseTensors())
    tensors.delete('model.norm.weight')
    const broken = loraJob(path(), {}, { base: { digest: 'x', tensors } })
    await expect(train(broken, quiet)).rejects.toMatchObject({
      code: 'MODEL_UNSUPPORTED',
      message: 'the base model has no model.norm.weight of shape [16]',
    })
  })

  it('to go on where the loss is not a number any more, and says which step it was', async () => {
    const job = loraJob(path(), { learningRate: 1e30, warmupShare: 0 })
    await expect(train(job, quiet)).rejects.toMatchObject({
      code: 'TRAINING_DIVERGED',
      message: expect.stringMatching(/^step \d+: the (loss|gradient) is not a number any more$/),
      next: expect.stringContaining('lower the learning rate'),
    })
  })

  it('to call a step without a trained token a loss: it is null, and nothing moves', async () => {
    const rows = patternRows(3, 1)
    const supervised = rows.supervised.slice()
    supervised.fill(0, rows.offsets[1], rows.offsets[2])
    // One row a step.
    const job = loraJob(path(), { batchTokens: 16, epochs: 1, evaluations: 1 }, { train: { ...rows, supervised } })
    const outcome = await finish(job)
    expect(outcome.trainLoss.filter((loss) => loss === null)).toHaveLength(1)
    expect(outcome.trainLoss).toHaveLength(3)
    expect(outcome.trainedTokens).toBe(supervised.reduce((sum, flag) => sum + flag, 0))
  })
})
