import { join } from 'node:path'
import type { LoraConfig } from '../../models/lora/modules.ts'
import { defaultTargets } from '../../models/lora/modules.ts'
import type { NetworkConfig } from '../../models/network/config.ts'
import { type PrivateTraining, planPrivacy } from '../../models/privacy/plan.ts'
import { refuseSharedUnits } from '../../models/privacy/units.ts'
import { packRows } from '../../models/training/batches.ts'
import type { TrainingJob } from '../../models/training/loop.ts'
import { FULL, type TrainingMethod } from '../../models/training/method.ts'
import { packBlocks } from '../../models/training/packing.ts'
import type { FoundBase } from './base.ts'
import { type FinetuneConfig, learningRateOf, methodOf } from './config.ts'
import type { Language } from './language.ts'
import type { PreparedRows } from './prepare.ts'

/** The method with all that the config leaves open decided. */
export function trainingMethod(config: FinetuneConfig, network: NetworkConfig): TrainingMethod {
  return methodOf(config) === 'full' ? FULL : { kind: 'lora', lora: loraOf(config, network) }
}

/** The config's LoRA; targets that are not named are those that PEFT would take. */
export function loraOf({ lora }: Pick<FinetuneConfig, 'lora'>, network: NetworkConfig): LoraConfig {
  return { ...lora, targets: lora.targets.length > 0 ? lora.targets : defaultTargets(network) }
}

export interface JobParts {
  readonly config: FinetuneConfig
  readonly language: Language
  readonly base: FoundBase | undefined
  readonly train: PreparedRows
  readonly valid: PreparedRows
  readonly seed: number
  readonly workDir: string
}

/**
 * The job of the training thread.
 *
 * @throws SluiceError those of `planPrivacy` and `refuseSharedUnits`
 */
export function trainingJob({ config, language, base, train, valid, seed, workDir }: JobParts): TrainingJob {
  const { network, chat, context } = language
  const dp = privacyOf(config, train, valid)
  const rows = packRows(train.rows)
  return {
    config: {
      network,
      method: trainingMethod(config, network),
      optimizer: {
        beta1: 0.9,
        beta2: 0.95,
        epsilon: 1e-8,
        weightDecay: config.weight_decay,
        clipNorm: config.clip_norm,
      },
      learningRate: learningRateOf(config),
      schedule: config.schedule,
      warmupShare: config.warmup,
      finalRateShare: config.final_rate,
      epochs: config.epochs,
      batchTokens: config.batch_tokens,
      ...(config.micro_tokens > 0 ? { microTokens: config.micro_tokens } : {}),
      recompute: config.recompute,
      evaluations: config.evaluations,
      patience: config.patience,
      seed,
      pad: chat.pad,
    },
    ...(base === undefined ? {} : { base: { path: base.path, digest: base.digest } }),
    train: config.packing === 'blocks' ? packBlocks(rows, context) : rows,
    valid: packRows(valid.rows),
    ...(dp === undefined ? {} : { dp }),
    threads: config.threads,
    lowMemory: config.low_memory,
    checkpointPath: join(workDir, 'training.checkpoint'),
    checkpointSeconds: config.checkpoint_seconds,
  }
}

function privacyOf(config: FinetuneConfig, train: PreparedRows, valid: PreparedRows): PrivateTraining | undefined {
  const { dp } = config
  if (dp === undefined) return undefined
  refuseSharedUnits(train.units, valid.units)
  return planPrivacy(
    {
      epsilon: dp.epsilon,
      delta: dp.delta,
      unit: dp.unit,
      clip: dp.clip,
      unitsPerStep: dp.units_per_step,
      epochs: config.epochs,
      heldOut: dp.held_out,
    },
    train.units,
  )
}
