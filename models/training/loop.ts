import { sha256, sha256Json } from '../../util/digest.ts'
import { SluiceError } from '../../util/errors.ts'
import type { BaseTensors } from './base.ts'
import { loadBase } from './base.ts'
import { makeBatch, planEvaluation } from './batches.ts'
import { blocksOf, longestRow } from './blocks.ts'
import type { TrainingState } from './checkpoint.ts'
import { readCheckpoint, writeCheckpoint } from './checkpoint.ts'
import type { Engine } from './engine.ts'
import { openEngine } from './engine.ts'
import type { TrainingJob } from './job.ts'
import { initialTheta } from './method.ts'
import type { RoundTrip } from './round-trip.ts'
import { checkRoundTrip } from './round-trip.ts'
import { stepsOf } from './step-kinds.ts'
import type { StepKind } from './steps.ts'
import type { StoredBase } from './stored-base.ts'
import { storeBase } from './stored-base.ts'

export type { TrainingJob } from './job.ts'

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
 * Trains, or goes on from the checkpoint. The result is a function of `config`, the base and the rows alone:
 * interruptions change no bit of it, nor does a second thread.
 *
 * @param stepKind how rows become steps; what the job asks for where it is not given
 * @throws SluiceError TRAINING_NOTHING_SUPERVISED, TRAINING_NO_BASE, TRAINING_DIVERGED, ADAPTER_ROUND_TRIP, and what
 *   `loadBase` throws
 */
export async function train(
  job: TrainingJob,
  hooks: TrainingHooks,
  stepKind: (job: TrainingJob) => StepKind = stepsOf,
): Promise<TrainingOutcome | 'stopped'> {
  const { config } = job
  refuseNothing(job)
  const kind = stepKind(job)
  const evaluateAt = evaluationSteps(kind.steps, config.evaluations)
  const id = jobDigest(job)
  const found = readCheckpoint(job.checkpointPath, id)
  if (job.dp !== undefined && found.state === undefined && found.problem === 'corrupt') throw lostSteps()
  const checkpoint = found.state === undefined ? found.problem : 'resumed'
  const { base, stored } = await placeBase(job)
  let state: TrainingState
  const measured = { tokens: 0, seconds: 0 }
  let engine: Engine | undefined
  try {
    engine = engineOf(job, base, stored)
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
      if (evaluateAt.has(state.step)) {
        state = await evaluate(engine, state, job)
        // What is told must belong to steps that are counted: a killed run must not take them a second time.
        if (job.dp !== undefined) writeCheckpoint(job.checkpointPath, id, state)
      }
      hooks.progress(state.step, kind.steps, state.trainLoss.at(-1)!, state.validLoss.at(-1)![1])
      if (performance.now() - lastCheckpoint > job.checkpointSeconds * 1000) {
        writeCheckpoint(job.checkpointPath, id, state)
        lastCheckpoint = performance.now()
      }
    }
  } finally {
    await engine?.close()
    stored?.remove()
  }
  const { best, trainLoss, validLoss, tokens, trainedTokens, counters } = state
  const again = stored === undefined ? base : await loadBase(job.base!, config.network)
  const roundTrip = await checkRoundTrip(job, again, best.theta)
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

/** The base in memory, or in a file beside the checkpoint where its layers are to be packed. */
async function placeBase(
  job: TrainingJob,
): Promise<{ readonly base?: BaseTensors | undefined; readonly stored?: StoredBase | undefined }> {
  const { base, config, dp, lowMemory, checkpointPath } = job
  if (base === undefined) return {}
  // Computed again, a layer would be packed once more; the sessions that make gradients of units do not pack.
  const packs = config.method.kind === 'lora' && dp === undefined && lowMemory !== true && config.recompute !== true
  if (!packs) return { base: await loadBase(base, config.network) }
  return { stored: await storeBase(base, config.network, `${checkpointPath}.base`) }
}

function engineOf(job: TrainingJob, base: BaseTensors | undefined, stored: StoredBase | undefined): Engine {
  const { network, method, recompute, microTokens, batchTokens, optimizer, seed } = job.config
  const longest = Math.max(longestRow(job.train), longestRow(job.valid))
  return openEngine({
    shape: {
      network,
      method,
      packed: job.train.parts !== undefined || job.valid.parts !== undefined,
      recompute: recompute ?? false,
      ...blocksOf(network, longest, microTokens ?? batchTokens),
    },
    optimizer,
    seed,
    threads: job.threads,
    lowMemory: job.lowMemory ?? false,
    base,
    stored,
  })
}

/** After which steps the held-out loss is measured. */
export function evaluationSteps(steps: number, times: number): ReadonlySet<number> {
  return new Set(Array.from({ length: times }, (_, i) => Math.round((steps * (i + 1)) / times)).concat(steps))
}

function evaluationsSinceBest(state: TrainingState): number {
  return state.validLoss.filter(([step]) => step > state.best.step).length
}

async function step(engine: Engine, kind: StepKind, state: TrainingState): Promise<TrainingState> {
  const t = state.step + 1
  const { loss, norm, tokens, trainedTokens, counters } = await kind.take(engine, state, t)
  // An infinite gradient makes the parameters NaN one step before the loss shows it.
  if (!Number.isFinite(loss ?? 0) || !Number.isFinite(norm)) throw diverged(t, loss)
  state.trainLoss.push(loss)
  return {
    ...state,
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
    best:
      mayChoose(job) && loss >= state.best.loss ? state.best : { theta: state.theta.slice(), step: state.step, loss },
  }
}

/** Choosing parameters by private held-out rows would reveal them: then the last ones are kept, and none stops early. */
function mayChoose({ dp }: TrainingJob): boolean {
  return dp === undefined || dp.heldOut === 'public'
}

/** Mean nats per trained token of held-out rows. */
async function heldOutLoss(engine: Engine, theta: Float32Array, { valid, config }: TrainingJob): Promise<number> {
  let sum = 0
  let count = 0
  for (const chosen of planEvaluation(valid, config.microTokens ?? config.batchTokens)) {
    const batch = makeBatch(valid, chosen, config.pad, config.network.context)
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

function lostSteps(): SluiceError {
  return new SluiceError({
    code: 'DP_CHECKPOINT_CORRUPT',
    message: 'the checkpoint of a run with differential privacy is damaged, so its steps can no longer be counted',
    next: 'delete it to train anew; what the lost run told of held-out losses is not in the new epsilon',
    exit: 4,
  })
}

function jobDigest({ config, base, train: rows, valid, dp, lowMemory }: TrainingJob): string {
  const digest = (data: Int32Array | Uint8Array): string =>
    sha256(new Uint8Array(data.buffer, data.byteOffset, data.byteLength))
  return sha256Json([
    config,
    base?.digest ?? null,
    // Packed layers round differently.
    lowMemory === true,
    // An infinite bound, in tests, has no canonical form as a number.
    dp === undefined ? null : { ...dp, clip: String(dp.clip), unitOfRow: digest(dp.unitOfRow) },
    ...[rows, valid].flatMap((set) => [
      ...[digest(set.ids), digest(set.supervised), digest(set.offsets)],
      ...(set.parts === undefined ? [] : [digest(set.parts)]),
    ]),
  ])
}
