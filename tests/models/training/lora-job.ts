import { llamaConfig } from '../../../models/network/config.ts'
import { initialWeights, toTensors } from '../../../models/network/weights.ts'
import type { NamedTensor } from '../../../models/safetensors.ts'
import type { TrainingConfig, TrainingJob } from '../../../models/training/job.ts'
import { random } from '../../../util/random.ts'
import { patternRows, smallJob } from './small.ts'

/** Grouped heads and an untied head. */
export const LORA_NETWORK = llamaConfig({
  vocabulary: 40,
  width: 16,
  hidden: 32,
  layers: 2,
  heads: 4,
  keyValueHeads: 2,
  context: 48,
  tied: false,
})

/** Parameters of a base, always the same, far enough from zero that its layers do something. */
export function baseTensors(): ReadonlyMap<string, NamedTensor> {
  const weights = initialWeights(LORA_NETWORK, random(17)).map((x) => (x === 1 ? 1 : 8 * x))
  return new Map(toTensors(weights, LORA_NETWORK).map((tensor) => [tensor.name, tensor]))
}

export function loraJob(
  checkpointPath: string,
  config: Partial<TrainingConfig> = {},
  overrides: Partial<TrainingJob> = {},
): TrainingJob {
  const job = smallJob(checkpointPath)
  return {
    ...job,
    base: { digest: 'base-17', tensors: baseTensors() },
    train: patternRows(60, 1),
    config: {
      ...job.config,
      network: LORA_NETWORK,
      method: {
        kind: 'lora',
        lora: { rank: 4, alpha: 8, targets: ['all-linear'], rslora: false, dropout: 0.1 },
      },
      learningRate: 0.02,
      ...config,
    },
    ...overrides,
  }
}
