import { sha256, sha256Json } from '../../util/digest.ts'
import { random } from '../../util/random.ts'
import { type Feed, float32, int32, number32, openSession, type Session } from '../graph/session.ts'
import type { NetworkConfig } from '../network/config.ts'
import { initialWeights } from '../network/weights.ts'
import type { Batch, TokenRows } from './batches.ts'
import { causalMask, makeBatch, planEpoch, planEvaluation } from './batches.ts'
import type { TrainingState } from './checkpoint.ts'
import { readCheckpoint, writeCheckpoint } from './checkpoint.ts'
import { decayMask, lossGraph, trainingGraph } from './graphs.ts'
import type { AdamWConfig } from './optimizer.ts'
import { adamWScalars, learningRate } from './optimizer.ts'

export interface TrainingConfig {
  readonly network: NetworkConfig
  readonly optimizer: AdamWConfig
  readonly learningRate: number
  /** Share of all steps in which the rate rises. */
  readonly warmupShare: number
  /** The last rate, as a share of the highest. */
  readonly finalRateShare: number
  /** May be a fraction: 1.5 is one and a half passes. */
  readonly epochs: number
  /** Tokens of a step, padding included. */
  readonly batchTokens: number
  /** Times the held-out loss is measured, besides the one before the first step. */
  readonly evaluations: number
  /** Stop after this many measurements in a row without a lower held-out loss; 0 never stops. */
  readonly patience: number
  readonly seed: number
  readonly pad: number
}

export interface TrainingJob {
  readonly config: TrainingConfig
  readonly train: TokenRows
  readonly valid: TokenRows
  readonly threads: number
  readonly checkpointPath: string
  readonly checkpointSeconds: number
}

export interface TrainingHooks {
  progress(step: number, steps: number, loss: number, validLoss: number): void
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
  readonly trainLoss: readonly number[]
  readonly validLoss: readonly (readonly [number, number])[]
  /** Tokens without padding, and trained tokens, over all steps. */
  readonly tokens: number
  readonly trainedTokens: number
  readonly checkpoint?: CheckpointNote
  /** Tokens and seconds of the steps of this process: a speed figure, not evidence. */
  readonly measured: { readonly tokens: number; readonly seconds: number }
}

/**
 * Trains from random weights, or goes on from the checkpoint. The result is a function of `config` and the rows alone:
 * neither the number of threads nor interruptions change a bit of it.
 */
export async function train(job: TrainingJob, hooks: TrainingHooks): Promise<TrainingOutcome | 'stopped'> {
  const { config } = job
  const plan = planSteps(job.train, config)
  const evaluateAt = evaluationSteps(plan.length, config.evaluations)
  const id = jobDigest(job)
  const found = readCheckpoint(job.checkpointPath, id)
  const checkpoint = found.state === undefined ? found.problem : 'resumed'
  const optimizer = await openSession(trainingGraph(config.network, config.optimizer), job.threads)
  const scorer = await openSession(lossGraph(config.network), job.threads)
  try {
    let state = found.state ?? (await firstState(job, scorer))
    const mask = decayMask(config.network)
    let lastCheckpoint = performance.now()
    const measured = { tokens: 0, seconds: 0 }
    let waiting = evaluationsSinceBest(state)

    while (state.step < plan.length && !(config.patience > 0 && waiting >= config.patience)) {
      if (hooks.stopped()) {
        writeCheckpoint(job.checkpointPath, id, state)
        return 'stopped'
      }
      const start = performance.now()
      const batch = makeBatch(job.train, plan[state.step]!, config.pad)
      state = await step(optimizer, state, batch, mask, config, plan.length)
      measured.tokens += batch.tokens
      measured.seconds += (performance.now() - start) / 1000
      if (evaluateAt.has(state.step)) state = await evaluate(scorer, state, job)
      waiting = evaluationsSinceBest(state)
      hooks.progress(state.step, plan.length, state.trainLoss.at(-1)!, state.validLoss.at(-1)![1])
      if (performance.now() - lastCheckpoint > job.checkpointSeconds * 1000) {
        writeCheckpoint(job.checkpointPath, id, state)
        lastCheckpoint = performance.now()
      }
    }
    const { best, trainLoss, validLoss, tokens, trainedTokens } = state
    return {
      best,
      steps: state.step,
      planned: plan.length,
      trainLoss,
      validLoss,
      tokens,
      trainedTokens,
      measured,
      ...(checkpoint === undefined ? {} : { checkpoint }),
    }
  } finally {
    await optimizer.close()
    await scorer.close()
  }
}

/** The batches of all steps in order; a fraction of an epoch takes its first batches. */
function planSteps(rows: TokenRows, config: TrainingConfig): readonly (readonly number[])[] {
  const plans = Array.from({ length: Math.ceil(config.epochs) }, (_, epoch) =>
    planEpoch(rows, config.batchTokens, config.seed, epoch),
  )
  const last = plans.pop()!
  const share = config.epochs - plans.length
  return [...plans.flat(), ...last.slice(0, Math.max(1, Math.round(share * last.length)))]
}

function evaluationSteps(steps: number, times: number): ReadonlySet<number> {
  return new Set(Array.from({ length: times }, (_, i) => Math.round((steps * (i + 1)) / times)).concat(steps))
}

function evaluationsSinceBest(state: TrainingState): number {
  return state.validLoss.filter(([step]) => step > state.best.step).length
}

async function step(
  session: Session,
  state: TrainingState,
  batch: Batch,
  mask: Float32Array,
  config: TrainingConfig,
  steps: number,
): Promise<TrainingState> {
  const t = state.step + 1
  const rate = learningRate(t, steps, {
    peak: config.learningRate,
    warmup: Math.max(1, Math.round(config.warmupShare * steps)),
    floor: config.finalRateShare,
  })
  const scalars = adamWScalars(config.optimizer, t, rate)
  const count = batch.targets.length
  const out = await session.run({
    ...batchFeeds(batch),
    theta: float32(state.theta),
    m: float32(state.m),
    v: float32(state.v),
    decay_mask: float32(mask),
    inverse_count: number32(1 / count),
    step_size: number32(scalars.stepSize),
    epsilon: number32(scalars.epsilon),
    decay: number32(scalars.decay),
  })
  const loss = (out['loss']!.data as Float32Array)[0]!
  state.trainLoss.push(loss)
  if (!Number.isFinite(loss)) throw new RangeError(`the loss is not a number at step ${t}`)
  return {
    ...state,
    step: t,
    theta: out['next_theta']!.data as Float32Array,
    m: out['next_m']!.data as Float32Array,
    v: out['next_v']!.data as Float32Array,
    tokens: state.tokens + batch.tokens,
    trainedTokens: state.trainedTokens + count,
  }
}

async function firstState(job: TrainingJob, scorer: Session): Promise<TrainingState> {
  const theta = initialWeights(job.config.network, random(job.config.seed, 'weights'))
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
  }
  return evaluate(scorer, state, job)
}

async function evaluate(scorer: Session, state: TrainingState, job: TrainingJob): Promise<TrainingState> {
  const loss = await meanLoss(scorer, state.theta, job.valid, job.config)
  return {
    ...state,
    validLoss: [...state.validLoss, [state.step, loss]],
    best: loss < state.best.loss ? { theta: state.theta, step: state.step, loss } : state.best,
  }
}

/** Mean nats per trained token of held-out rows. */
async function meanLoss(
  session: Session,
  theta: Float32Array,
  rows: TokenRows,
  config: TrainingConfig,
): Promise<number> {
  let sum = 0
  let count = 0
  for (const chosen of planEvaluation(rows, config.batchTokens)) {
    const batch = makeBatch(rows, chosen, config.pad)
    if (batch.targets.length === 0) continue
    const out = await session.run({ ...batchFeeds(batch), theta: float32(theta), inverse_count: number32(1) })
    sum += (out['loss']!.data as Float32Array)[0]!
    count += batch.targets.length
  }
  return sum / count
}

function batchFeeds(batch: Batch): Readonly<Record<string, Feed>> {
  return {
    ids: int32(batch.ids, [batch.rows, batch.sequence]),
    mask: float32(causalMask(batch.sequence), [batch.sequence, batch.sequence]),
    positions: int32(batch.positions),
    targets: int32(batch.targets),
  }
}

function jobDigest({ config, train: rows, valid }: TrainingJob): string {
  const digest = (data: Int32Array | Uint8Array): string =>
    sha256(new Uint8Array(data.buffer, data.byteOffset, data.byteLength))
  return sha256Json([
    config,
    ...[rows, valid].flatMap((set) => [digest(set.ids), digest(set.supervised), digest(set.offsets)]),
  ])
}
