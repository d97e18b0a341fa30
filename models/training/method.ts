import { random } from '../../util/random.ts'
import { initialFactors } from '../lora/factors.ts'
import type { LoraConfig } from '../lora/modules.ts'
import { loraSize } from '../lora/modules.ts'
import type { NetworkConfig } from '../network/config.ts'
import { elements, parametersOf } from '../network/config.ts'
import { fromTensors, initialWeights } from '../network/weights.ts'
import type { BaseTensors } from './base.ts'

/** Which numbers are trained: all of the network's, or the factors of LoRA beside frozen ones. */
export type TrainingMethod = { readonly kind: 'full' } | { readonly kind: 'lora'; readonly lora: LoraConfig }

export const FULL: TrainingMethod = { kind: 'full' }

/** Number of elements of the flat vectors θ, m and v. */
export function parameterSize(network: NetworkConfig, method: TrainingMethod = FULL): number {
  if (method.kind === 'lora') return loraSize(network, method.lora)
  return parametersOf(network).reduce((sum, spec) => sum + elements(spec), 0)
}

/** Weight decay applies to so many elements of θ, the first ones: to matrices, as factors are, and not to vectors. */
export function decayedSize(network: NetworkConfig, method: TrainingMethod = FULL): number {
  if (method.kind === 'lora') return loraSize(network, method.lora)
  const matrices = parametersOf(network).filter(({ kind }) => kind === 'matrix')
  return matrices.reduce((sum, spec) => sum + elements(spec), 0)
}

/** θ before the first step: fresh factors, the base's own parameters, or random ones where there is no base. */
export function initialTheta(
  network: NetworkConfig,
  method: TrainingMethod,
  base: BaseTensors | undefined,
  seed: number,
): Float32Array {
  if (method.kind === 'lora') return initialFactors(network, method.lora, random(seed, 'factors'))
  if (base !== undefined) return fromTensors(base, network)
  return initialWeights(network, random(seed, 'weights'))
}
