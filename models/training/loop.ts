import { sha256, sha256Json } from '../../util/digest.ts'
import { SluiceError } from '../../util/errors.ts'
import type { NetworkConfig } from '../network/config.ts'
import type { BaseModel, BaseTensors } from './base.ts'
import { loadBase } from './base.ts'
import type { TokenRows } from './batches.ts'
import { makeBatch, planEvaluation } from './batches.ts'
import type { TrainingState } from './checkpoint.ts'
import { readCheckpoint, writeCheckpoint } from './checkpoint.ts'
import type { Engine } from './engine.ts'
import { openEngine } from './engine.ts'
import type { TrainingMethod } from './method.ts'
import { initialTheta } from './method.ts'
import type { AdamWConfig, Schedule } from './optimizer.ts'
import type { RoundTrip } from './round-trip.ts'
import { checkRoundTrip } from './round-trip.ts'
import type { StepKind } from './steps.ts'
import { plainSteps } from './steps.ts'

export interface TrainingConfig {
  readonly network: NetworkConfig
  readonly method: TrainingMethod
  readonly optimizer: AdamWConfig
  readonly learningRate: number
  readonly schedule: Schedule
  /** Share of all steps in which the rate rises. */
  readonly warmupShare: number
  /** The last rate, as a share of the highest. */
  readonly finalRateShare: number
  /** May be a fraction: 1.5 is one and a half passes. */
  readonly epochs: number
  /** Tokens of a step, padding included. */
  readonly batchTokens: number
  /**
   * Tokens in one go, padding included, where a step is too large for the memory; a step's gradient is normalised by
   * the trained tokens of the whole step all the same. Default: all of a step.
   */
  readonly microTokens?: number
  /** Compute activations anew in the backward pass: less memory for long sequences, about a third more time. */
  readonly recompute?: boolean
  /** Times the held-out loss is measured, besides the one before the first step. */
  readonly evaluations: number
  /** Stop after this many measurements in a row without a lower held-out loss; 0 never stops. */
  readonly patience: number
  readonly seed: number
  readonly pad: number
}

export interface TrainingJob {
  readonly config: TrainingConfig
  /** What LoRA freezes, or what full training starts from; without one, full training starts from random weights. */
  readonly base?: BaseModel
  readonly train: TokenRows
  readonly valid: TokenRows
  readonly threads: number
  /** Give memory back after each run of a graph: a smaller process, some 15 % slower, the same result. */
  readonly lowMemory?: boolean
  readonly checkpointPath: string
  readonly checkpointSeconds: number
}

export interface TrainingHooks {
  /** `loss` is null where the step trained no token. */
  progress(step: number, steps: number, loss: number | null, validLoss: number): void
  /** Checked before every step; true writes a checkpoint and ends. */
  stopped(): boolean
}

/** What a person should know about the checkpoint that was found. */
export type CheckpointNote = 'resumed' | 'corrupt' | 'other_job'

/** A finished run. */
export interface TrainingOutcome {
  /** The parameters with the lowest held-out loss, and where they were reached. */
  readonly best: TrainingState['best']
  /** Steps done and planned; fewer were done where patience ended the run. */
  readonly steps: number
  readonly planned: number
  /** By step; null where a step trained no token. */
  readonly trainLoss: readonly (number | null)[]
  readonly validLoss: readonly (readonly [number, number])[]
  /** Tokens without padding, and trained tokens, over all steps. */
  readonly tokens: number
  readonly trainedTokens: number
  /** Sums of what the steps counted. */
  readonly counters: Readonly<Record<string, number>>
  /** Of an adapter: its files, read back and merged into the base, have the loss of the parameters in memory. */
  readonly roundTrip?: RoundTrip
  readonly checkpoint?: CheckpointNote
  /** Tokens and seconds of the steps of this process: a speed figure, not evidence. */
  readonly measured: { readonly tokens: number; readonly seconds: number }
}

/**
 * Trains, or goes on from the checkpoint. The result is a function of `config`, the base and the rows alone: neither
 * the number of threads nor interruptions change a bit of it.
 *
 * @param stepKind how rows become steps; plain AdamW where it is not given
 * @throws SluiceError TRAINING_NOTHING_SUPERVISED, TRAINING_NO_BASE, TRAINING_DIVERGED, ADAPTER_ROUND_TRIP, and what
 *   `loadBase` throws
 */
export async function train(
  job: TrainingJob,
  hooks: TrainingHooks,
  stepKind: (job: TrainingJob) => StepKind = plainSteps,
): Promise<TrainingOutcome | 'stopped'> {
  const { config } = job
  refuseNothing(job)
  const kind = stepKind(job)
  const evaluateAt = evaluationSteps(kind.steps, config.evaluations)
  const id = jobDigest(job)
  const found = readCheckpoint(job.checkpointPath, id)
  const checkpoint = found.state === undefined ? found.problem : 'resumed'
  const base = job.base === undefined ? undefined : await loadBase(job.base, config.network)
  const engine = openEngine({
    shape: { network: config.network, method: config.method, recompute: config.recompute ?? false },
    optimizer: config.optimizer,
    seed: config.seed,
    threads: job.threads,
    lowMemory: job.lowMemory ?? false,
    base,
  })
  let state: TrainingState
  const measured = { tokens: 0, seconds: 0 }
  try {
    state = found.state ?? (await firstState(job, base, engine))
    let lastCheckpoint = performance.now()
    while (state.step < kind.steps && !(config.patience > 0 && evaluationsSinceBest(state) >= config.patience)) {
      if (hooks.stopped()) {
        writeCheckpoint(job.checkpointPath, id, state)
        return 'stopped'
      }
      const start = performance.now()
      const tokensBefore = state.tokens
      state = await step(engine, kind, state)
      measured.tokens += state.tokens - tokensBefore
      measured.seconds += (performance.now() - start) / 1000
      if (evaluateAt.has(state.step)) state = await evaluate(engine, state, job)
      hooks.progress(state.step, kind.steps, state.trainLoss.at(-1)!, state.validLoss.at(-1)![1])
      if (performance.now() - lastCheckpoint > job.checkpointSeconds * 1000) {
        writeCheckpoint(job.checkpointPath, id, state)
        lastCheckpoint = performance.now()
      }
    }
  } finally {
    await engine.close()
  }
  const { best, trainLoss, validLoss, tokens, trainedTokens, counters } = state
  const roundTrip = await checkRoundTrip(job, base, best.theta)
  return {
    best,
    steps: state.step,
    planned: kind.steps,
    trainLoss,
    validLoss,
    tokens,
    trainedTokens,
    counters,
    measured,
    ...(roundTrip === undefined ? {} : { roundTrip }),
    ...(checkpoint === undefined ? {} : { checkpoint }),
  }
}

function evaluationSteps(steps: number, times: number): ReadonlySet<number> {
  return new Set(Array.from({ length: times }, (_, i) => Math.round((steps * (i + 1)) / times)).concat(steps))
}

function evaluationsSinceBest(state: TrainingState): number {
  return state.validLoss.filter(([step]) => step > state.best.step).length
}

async function step(engine: Engine, kind: StepKind, state: TrainingState): Promise<TrainingState> {
  const t = state.step + 1
  const { vectors, loss, norm, tokens, trainedTokens, counters } = await kind.take(engine, state, t)
  // An infinite gradient makes the parameters NaN one step before the loss shows it.
  if (!Number.isFinite(loss ?? 0) || !Number.isFinite(norm)) throw diverged(t, loss)
  state.trainLoss.push(loss)
  return {
    ...state,
    ...vectors,
    step: t,
    tokens: state.tokens + tokens,
    trainedTokens: state.trainedTokens + trainedTokens,
    counters: addCounters(state.counters, counters),
  }
}

function addCounters(
  sums: Readonly<Record<string, number>>,
  more: Readonly<Record<string, number>> = {},
): Readonly<Record<string, number>> {
  return Object.fromEntries(
    [...new Set([...Object.keys(sums), ...Object.keys(more)])].map((key) => [key, (sums[key] ?? 0) + (more[key] ?? 0)]),
  )
}

async function firstState(job: TrainingJob, base: BaseTensors | undefined, engine: Engine): Promise<TrainingState> {
  const { network, method, seed } = job.config
  const theta = initialTheta(network, method, base, seed)
  const state: TrainingState = {
    step: 0,
    theta,
    m: new Float32Array(theta.length),
    v: new Float32Array(theta.length),
    best: { theta, step: 0, loss: Number.MAX_VALUE },
    trainLoss: [],
    validLoss: [],
    tokens: 0,
    trainedTokens: 0,
    counters: {},
  }
  return evaluate(engine, state, job)
}

async function evaluate(engine: Engine, state: TrainingState, job: TrainingJob): Promise<TrainingState> {
  const loss = await heldOutLoss(engine, state.theta, job)
  if (!Number.isFinite(loss)) throw diverged(state.step, loss)
  return {
    ...state,
    validLoss: [...state.validLoss, [state.step, loss]],
    best: loss < state.best.loss ? { theta: state.theta, step: state.step, loss } : state.best,
  }
}

/** Mean nats per trained token of held-out rows. */
async function heldOutLoss(engine: Engine, theta: Float32Array, { valid, config }: TrainingJob): Promise<number> {
  let sum = 0
  let count = 0
  for (const chosen of planEvaluation(valid, config.microTokens ?? config.batchTokens)) {
    const batch = makeBatch(valid, chosen, config.pad)
    if (batch.targets.length === 0) continue
    sum += await engine.lossSum(theta, batch)
    count += batch.targets.length
  }
  return sum / count
}

/** A run without a trained token would report a loss and learn nothing (trl issue 6668). */
function refuseNothing(job: TrainingJob): void {
  for (const [name, rows] of [
    ['train', job.train],
    ['valid', job.valid],
  ] as const) {
    if (rows.supervised.includes(1)) continue
    throw new SluiceError({
      code: 'TRAINING_NOTHING_SUPERVISED',
      message: `no token of the ${name} rows is trained`,
      next: 'check the roles of the messages and what was left out before training',
    })
  }
  if (job.config.method.kind === 'lora' && job.base === undefined) {
    throw new SluiceError({
      code: 'TRAINING_NO_BASE',
      message: 'LoRA trains factors beside a base model, and none is given',
      next: 'name a base model, or train all parameters',
    })
  }
}

function diverged(step: number, loss: number | null): SluiceError {
  return new SluiceError({
    code: 'TRAINING_DIVERGED',
    message: `step ${step}: the ${Number.isFinite(loss ?? 0) ? 'gradient' : 'loss'} is not a number any more`,
    next: 'lower the learning rate, lengthen the warm-up or clip to a smaller norm, then run again',
    exit: 5,
  })
}

function jobDigest({ config, base, train: rows, valid }: TrainingJob): string {
  const digest = (data: Int32Array | Uint8Array): string =>
    sha256(new Uint8Array(data.buffer, data.byteOffset, data.byteLength))
  return sha256Json([
    config,
    base?.digest ?? null,
    ...[rows, valid].flatMap((set) => [digest(set.ids), digest(set.supervised), digest(set.offsets)]),
  ])
}
