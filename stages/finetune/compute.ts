import { existsSync, readFileSync } from 'node:fs'
import { SHIPPED_BASE, SHIPPED_FOLDER } from '../../models/checkpoints/registry.ts'
import { loraSize } from '../../models/lora/modules.ts'
import { type NetworkConfig, parameterCounts } from '../../models/network/config.ts'
import type { TrainingMethod } from '../../models/training/method.ts'
import { packageFile } from '../../util/package-root.ts'

/**
 * Floating-point operations of a training run, estimated: 2 a token for each parameter forward, 2 backward for the
 * activations, 2 more for the gradient of each that is trained (Kaplan et al. 2020, §2.1). Attention scores, and the
 * head's saving on tokens without a label, are left out.
 *
 * @param tokens read in all steps, without padding
 */
export function trainingFlops(network: NetworkConfig, method: TrainingMethod, tokens: number): number {
  const { multiplied } = parameterCounts(network)
  if (method.kind === 'full') return 6 * multiplied * tokens
  return (4 * multiplied + 6 * loraSize(network, method.lora)) * tokens
}

/** The operations that trained the base; undefined for one that does not say. */
export function baseCompute(base: string): number | undefined {
  const file = packageFile(`${SHIPPED_FOLDER}/training.json`)
  if (base !== SHIPPED_BASE || !existsSync(file)) return undefined
  const { training_flops: flops } = JSON.parse(readFileSync(file, 'utf8')) as { readonly training_flops: number }
  return flops
}
