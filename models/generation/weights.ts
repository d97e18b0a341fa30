import type { Value } from '../graph/graph.ts'
import { createGraph, type Graph } from '../graph/graph.ts'
import { type Feed, float32 } from '../graph/session.ts'
import { loraAdapt } from '../lora/factors.ts'
import type { LoraConfig } from '../lora/modules.ts'
import { type NetworkConfig, parametersOf } from '../network/config.ts'
import { type ForwardOptions, frozenWeights, type Weights } from '../network/network.ts'
import type { NamedTensor } from '../safetensors.ts'

/** All parameters as feeds, each under its own name, and `theta` where the model wears an adapter. */
export type WeightFeeds = Readonly<Record<string, Feed>>

/** Factors that are added to some of the linear layers. */
export interface Worn {
  readonly lora: LoraConfig
  readonly theta: Float32Array
}

/** Reads every parameter once; the feeds keep them, so the source may be closed. */
export function weightFeeds(config: NetworkConfig, read: (name: string) => NamedTensor, worn?: Worn): WeightFeeds {
  const weights = parametersOf(config).map(({ name, shape }) => [name, float32(read(name).data, shape)])
  return { ...Object.fromEntries(weights), ...(worn === undefined ? {} : { theta: float32(worn.theta) }) }
}

/** A graph whose weights are inputs, and the adapter where there is one. */
export function graphWithWeights(
  name: string,
  config: NetworkConfig,
  worn?: Worn,
): { readonly graph: Graph; readonly weights: Weights; readonly options: ForwardOptions } {
  const graph = createGraph(name)
  const weights = frozenWeights(graph, config)
  if (worn === undefined) return { graph, weights, options: {} }
  const theta: Value = graph.input('theta', 'float32', [worn.theta.length])
  return { graph, weights, options: { adapt: loraAdapt(theta, config, worn.lora) } }
}
