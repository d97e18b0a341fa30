import type { Random } from '../../util/random.ts'
import { add, mul } from '../graph/elementwise.ts'
import type { Value } from '../graph/graph.ts'
import { reshape, split } from '../graph/layout.ts'
import { matmul } from '../graph/linear.ts'
import type { NetworkConfig } from '../network/config.ts'
import type { Adapt } from '../network/network.ts'
import type { LoraConfig, LoraModule } from './modules.ts'
import { loraModules, loraScaling, loraSize } from './modules.ts'

/**
 * Fresh factors as the flat vector θ, as PEFT starts: A from U(−1/√inputs, 1/√inputs), which is Kaiming's uniform
 * with a = √5, and B zero, so that the adapted model begins as the base.
 */
export function initialFactors(network: NetworkConfig, lora: LoraConfig, random: Random): Float32Array<ArrayBuffer> {
  const theta = new Float32Array(loraSize(network, lora))
  for (const { inputs, offsetA, offsetB } of loraModules(network, lora)) {
    const bound = 1 / Math.sqrt(inputs)
    for (let i = offsetA; i < offsetB; i++) theta[i] = bound * (2 * random.next() - 1)
  }
  return theta
}

/** The dropout mask of a module, [batch·sequence, inputs]: 0 or 1/(1 − dropout). */
export type DropoutMask = (module: LoraModule) => Value

/**
 * What `forward` takes to add the products of the factors in θ.
 *
 * @param theta [size], laid out by `loraModules`
 */
export function loraAdapt(theta: Value, network: NetworkConfig, lora: LoraConfig, dropout?: DropoutMask): Adapt {
  const modules = loraModules(network, lora)
  const { rank } = lora
  const pieces = split(
    theta,
    modules.flatMap(({ inputs, outputs }) => [rank * inputs, outputs * rank]),
    0,
  )
  const factors = new Map(
    modules.map((module, i) => {
      const a = reshape(pieces[2 * i]!, [rank, module.inputs])
      const b = reshape(pieces[2 * i + 1]!, [module.outputs, rank])
      return [module.module, { module, a, b }]
    }),
  )
  const alpha = loraScaling(lora)
  return (name, input, output) => {
    const factor = factors.get(name)
    if (factor === undefined) return output
    const x = dropout === undefined ? input : mul(input, dropout(factor.module))
    // The scale goes onto the narrow product: [tokens, rank].
    const low = matmul(x, factor.a, { transB: true, alpha })
    return add(output, matmul(low, factor.b, { transB: true }))
  }
}
