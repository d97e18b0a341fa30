import { linearNegativeLogLikelihood } from '../graph/cross-entropy.ts'
import { gatherRows, reshape } from '../graph/layout.ts'
import { matmul } from '../graph/linear.ts'
import { product } from '../graph/shape.ts'
import type { NetworkConfig } from '../network/config.ts'
import { forward, headTable } from '../network/network.ts'
import { graphWithWeights, type Worn } from './weights.ts'

/**
 * Scores given tokens. Inputs: every parameter under its name (and `theta` [N] of an adapter), `ids`
 * [batch, sequence], `mask` [sequence, sequence], `positions` and `targets` [labelled] as in the training graph. Output: `nll` [labelled], −log p of each target in nats.
 */
export function scoringGraph(config: NetworkConfig, worn?: Worn): Uint8Array {
  const { graph, weights, options } = graphWithWeights('scoring', config, worn)
  const ids = graph.input('ids', 'int32', ['batch', 'sequence'])
  const mask = graph.input('mask', 'float32', ['sequence', 'sequence'])
  const positions = graph.input('positions', 'int32', ['labelled'])
  const targets = graph.input('targets', 'int32', ['labelled'])
  const { hidden } = forward(graph, config, weights, { ids, positions: graph.int64s([0]), mask }, options)
  const rows = gatherRows(hidden, positions)
  return graph.encode({ nll: linearNegativeLogLikelihood(rows, headTable(config, weights), targets) })
}

/**
 * One step of writing. Inputs: the weights as in `scoringGraph`, `ids` [batch, sequence], `places` int64
 * [batch, sequence] with each token's position, `mask` [batch, 1, sequence, keys] over cached and new tokens, `rows` [wanted] (indices into
 * batch·sequence of the tokens whose successors are asked for), and per layer `keys_i`, `values_i`
 * [batch, key-value heads, past, D]. Outputs: `logits` [wanted, vocabulary] and per layer the new tokens' `new_keys_i`,
 * `new_values_i` [batch, key-value heads, sequence, D]; the caller keeps the cache, so it is never copied out.
 */
export function generationGraph(config: NetworkConfig, worn?: Worn): Uint8Array {
  const { graph, table, chosen, added } = cachedForward('generation', config, worn)
  return graph.encode({
    logits: matmul(chosen, table, { transB: true }),
    ...Object.fromEntries(
      added.flatMap(({ keys, values }, layer) => [
        [`new_keys_${layer}`, keys],
        [`new_values_${layer}`, values],
      ]),
    ),
  })
}

/**
 * Scores given tokens behind a cache. Inputs as for `generationGraph`, and `targets` [wanted], the successor of each
 * token that `rows` names. Output: `nll` [wanted], −log p of each target in nats.
 */
export function continuationGraph(config: NetworkConfig, worn?: Worn): Uint8Array {
  const { graph, table, chosen } = cachedForward('continuation', config, worn)
  return graph.encode({ nll: linearNegativeLogLikelihood(chosen, table, graph.input('targets', 'int32', ['wanted'])) })
}

/** The network over new tokens that follow cached ones, and the hidden rows that are asked for. */
function cachedForward(name: string, config: NetworkConfig, worn?: Worn) {
  const { graph, weights, options } = graphWithWeights(name, config, worn)
  const { keyValueHeads, headWidth } = config
  const ids = graph.input('ids', 'int32', ['batch', 'sequence'])
  const positions = graph.input('places', 'int64', ['batch', 'sequence'])
  const mask = graph.input('mask', 'float32', ['batch', 1, 'sequence', 'keys'])
  const rows = graph.input('rows', 'int32', ['wanted'])
  const past = Array.from({ length: config.layers }, (_, layer) => ({
    keys: graph.input(`keys_${layer}`, 'float32', ['batch', keyValueHeads, 'past', headWidth]),
    values: graph.input(`values_${layer}`, 'float32', ['batch', keyValueHeads, 'past', headWidth]),
  }))
  const { hidden, added } = forward(graph, config, weights, { ids, positions, mask, past }, options)
  const chosen = gatherRows(reshape(hidden, [product(['batch', 'sequence']), config.width]), rows)
  return { graph, table: headTable(config, weights), chosen, added }
}
