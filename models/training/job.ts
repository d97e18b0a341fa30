import type { NetworkConfig } from '../network/config.ts'
import type { PrivateTraining } from '../privacy/plan.ts'
import type { BaseModel } from './base.ts'
import type { TokenRows } from './batches.ts'
import type { TrainingMethod } from './method.ts'
import type { AdamWConfig, Schedule } from './optimizer.ts'

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
  /** Train with differential privacy; see `privateSteps`. The step's losses are then not told. */
  readonly dp?: PrivateTraining
  readonly threads: number
  /**
   * Give memory back after each run of a graph, and do not pack the layers of a frozen base: a smaller process, 5 to
   * 15 % slower. The same result but for rounding.
   */
  readonly lowMemory?: boolean
  readonly checkpointPath: string
  readonly checkpointSeconds: number
}
