import type { Random } from '../../util/random.ts'
import { add, mul } from '../graph/elementwise.ts'
import type { Value } from '../graph/graph.ts'
import { concat, reshape, split } from '../graph/layout.ts'
import { matmul } from '../graph/linear.ts'
import { normedProduct } from '../graph/norm.ts'
import type { NetworkConfig } from '../network/config.ts'
import type { Adapt } from '../network/network.ts'
import type { LoraConfig, LoraModule } from './modules.ts'
import { linearLayers, loraModules, loraScaling, loraSize } from './modules.ts'

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
  const outputs = new Map(linearLayers(network).map((layer) => [layer.module, layer.outputs]))
  const zeros = zerosFor(theta)
  return (names, input, output) => {
    const found = names.flatMap((name) => factors.get(name) ?? [])
    if (found.length === 0) return output
    // The scale goes onto the narrow product: [tokens, rank].
    const masked = (mask: DropoutMask): readonly Value[] =>
      found.map(({ module, a }) => matmul(mul(input, mask(module)), a, { transB: true, alpha }))
    const as = found.map(({ a }) => a)
    const low = dropout === undefined ? normedProduct(input, concat(as, 0), alpha) : concat(masked(dropout), 1)
    // Of layers side by side each factor B stands in its own rows and columns, with zeros around it.
    const blocks = names.map((name) => {
      const rows = outputs.get(name)!
      const columns = found.map(({ module, b }) => (module.module === name ? b : zeros(rows, rank)))
      return concat(columns, 1)
    })
    return add(output, matmul(low, concat(blocks, 0), { transB: true }))
  }
}

/** Matrices of zeros as constants, each size stored once. */
function zerosFor({ graph, type }: Value): (rows: number, columns: number) => Value {
  const known = new Map<string, Value>()
  return (rows, columns) => {
    const key = `${rows} ${columns}`
    const numbers = type === 'float64' ? Float64Array : Float32Array
    const value = known.get(key) ?? graph.constant(type, [rows, columns], new numbers(rows * columns))
    known.set(key, value)
    return value
  }
}
