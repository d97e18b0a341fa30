import { linearNegativeLogLikelihood } from '../graph/cross-entropy.ts'
import { createGraph } from '../graph/graph.ts'
import { gatherRows, reshape } from '../graph/layout.ts'
import { matmul } from '../graph/linear.ts'
import { product } from '../graph/shape.ts'
import type { NetworkConfig } from '../network/config.ts'
import { elements, headName, parametersOf } from '../network/config.ts'
import { forward, unpackWeights } from '../network/network.ts'

/**
 * Scores given tokens. Inputs: `theta` [N], `ids` [batch, sequence], `mask` [sequence, sequence], `positions` and
 * `targets` [labelled] as in the training graph. Output: `nll` [labelled], −log p of each target in nats.
 */
export function scoringGraph(config: NetworkConfig): Uint8Array {
  const graph = createGraph('scoring')
  const weights = unpackWeights(graph.input('theta', 'float32', [size(config)]), config)
  const ids = graph.input('ids', 'int32', ['batch', 'sequence'])
  const mask = graph.input('mask', 'float32', ['sequence', 'sequence'])
  const positions = graph.input('positions', 'int32', ['labelled'])
  const targets = graph.input('targets', 'int32', ['labelled'])
  const { hidden } = forward(graph, config, weights, { ids, positions: graph.int64s([0]), mask })
  const rows = gatherRows(hidden, positions)
  return graph.encode({ nll: linearNegativeLogLikelihood(rows, weights(headName(config)), targets) })
}

/**
 * One step of writing. Inputs: `theta` [N], `ids` [batch, sequence], `places` int64 [batch, sequence] with each token's
 * position, `mask` [batch, 1, sequence, keys] over cached and new tokens, `rows` [wanted] (indices into
 * batch·sequence of the tokens whose successors are asked for), and per layer `keys_i`, `values_i`
 * [batch, key-value heads, past, D]. Outputs: `logits` [wanted, vocabulary] and per layer the new tokens' `new_keys_i`,
 * `new_values_i` [batch, key-value heads, sequence, D]; the caller keeps the cache, so it is never copied out.
 */
export function generationGraph(config: NetworkConfig): Uint8Array {
  const { graph, table, chosen, added } = cachedForward('generation', config)
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
export function continuationGraph(config: NetworkConfig): Uint8Array {
  const { graph, table, chosen } = cachedForward('continuation', config)
  return graph.encode({ nll: linearNegativeLogLikelihood(chosen, table, graph.input('targets', 'int32', ['wanted'])) })
}

/** The network over new tokens that follow cached ones, and the hidden rows that are asked for. */
function cachedForward(name: string, config: NetworkConfig) {
  const graph = createGraph(name)
  const { keyValueHeads, headWidth } = config
  const weights = unpackWeights(graph.input('theta', 'float32', [size(config)]), config)
  const ids = graph.input('ids', 'int32', ['batch', 'sequence'])
  const positions = graph.input('places', 'int64', ['batch', 'sequence'])
  const mask = graph.input('mask', 'float32', ['batch', 1, 'sequence', 'keys'])
  const rows = graph.input('rows', 'int32', ['wanted'])
  const past = Array.from({ length: config.layers }, (_, layer) => ({
    keys: graph.input(`keys_${layer}`, 'float32', ['batch', keyValueHeads, 'past', headWidth]),
    values: graph.input(`values_${layer}`, 'float32', ['batch', keyValueHeads, 'past', headWidth]),
  }))
  const { hidden, added } = forward(graph, config, weights, { ids, positions, mask, past })
  const chosen = gatherRows(reshape(hidden, [product(['batch', 'sequence']), config.width]), rows)
  return { graph, table: weights(headName(config)), chosen, added }
}

function size(config: NetworkConfig): number {
  return parametersOf(config).reduce((sum, spec) => sum + elements(spec), 0)
}
