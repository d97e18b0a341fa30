import type { Batch, TokenRows } from './batches.ts'
import { makeBatch, paddedLength, planEpoch, rowLength } from './batches.ts'
import type { Engine } from './engine.ts'
import type { TrainingJob } from './job.ts'
import type { AdamWState } from './optimizer.ts'
import { learningRate } from './optimizer.ts'

/** How a run turns rows into steps. A kind is a pure function of its job, so a resumed run finds the same steps. */
export interface StepKind {
  /** Number of steps that are planned. */
  readonly steps: number
  /** Takes step `t`, counted from 1: it moves `state`, in place. */
  take(engine: Engine, state: AdamWState, t: number): Promise<StepResult>
}

export interface StepResult {
  /** Mean nats per trained token; null where the step trained none. */
  readonly loss: number | null
  /** Of the gradient before clipping. */
  readonly norm: number
  /** Tokens without padding. */
  readonly tokens: number
  readonly trainedTokens: number
  /** Counts that are added up over the run and kept in checkpoints. */
  readonly counters?: Readonly<Record<string, number>>
}

/** Steps of AdamW on the batches of a seeded plan; a batch too large for one go is cut into micro-batches. */
export function plainSteps({ config, train: rows }: TrainingJob): StepKind {
  const plan = planSteps(rows, config)
  return {
    steps: plan.length,
    async take(engine, state, t) {
      const chosen = plan[t - 1]!
      const batches = microBatches(rows, chosen, config.microTokens ?? config.batchTokens).map((part) =>
        makeBatch(rows, part, config.pad, config.network.context),
      )
      const tokens = sum(batches, (batch) => batch.tokens)
      const trainedTokens = sum(batches, (batch) => batch.targets.length)
      // Without a trained token there is no loss, and nothing to learn: not 0, which would look like success.
      if (trainedTokens === 0) return { loss: null, norm: 0, tokens, trainedTokens }
      const trained = batches.filter((batch) => batch.targets.length > 0)
      const stepped = await engine.step(state, trained, t, rateAt(config, t, plan.length))
      return { ...stepped, tokens, trainedTokens }
    },
  }
}

/** The learning rate of step `t` of `steps`. */
export function rateAt(config: TrainingJob['config'], t: number, steps: number): number {
  return learningRate(t, steps, {
    schedule: config.schedule,
    peak: config.learningRate,
    warmup: Math.max(1, Math.round(config.warmupShare * steps)),
    floor: config.finalRateShare,
  })
}

/** Cuts the rows of a step into parts of at most `microTokens` tokens with padding; a longer row is a part alone. */
export function microBatches(
  rows: TokenRows,
  chosen: readonly number[],
  microTokens: number,
): readonly (readonly number[])[] {
  const parts: number[][] = []
  let longest = 0
  for (const row of chosen) {
    const part = parts.at(-1)
    const length = Math.max(longest, paddedLength(rowLength(rows, row)))
    if (part !== undefined && (part.length + 1) * length <= microTokens) {
      part.push(row)
      longest = length
    } else {
      parts.push([row])
      longest = paddedLength(rowLength(rows, row))
    }
  }
  return parts
}

/** The batches of all steps in order; a fraction of an epoch takes its first batches. */
export function planSteps(rows: TokenRows, config: TrainingJob['config']): readonly (readonly number[])[] {
  const plans = Array.from({ length: Math.ceil(config.epochs) }, (_, epoch) =>
    planEpoch(rows, config.batchTokens, config.seed, epoch),
  )
  const last = plans.pop()!
  const share = config.epochs - plans.length
  return [...plans.flat(), ...last.slice(0, Math.max(1, Math.round(share * last.length)))]
}

function sum(batches: readonly Batch[], count: (batch: Batch) => number): number {
  return batches.reduce((total, batch) => total + count(batch), 0)
}
