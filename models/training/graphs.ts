import { linearCrossEntropy } from '../graph/cross-entropy.ts'
import { mul } from '../graph/elementwise.ts'
import { gradients } from '../graph/gradient.ts'
import { createGraph, type Graph, type Value } from '../graph/graph.ts'
import { concat, gatherRows, reshape } from '../graph/layout.ts'
import { product } from '../graph/shape.ts'
import type { NetworkConfig } from '../network/config.ts'
import { elements, headName, parametersOf } from '../network/config.ts'
import { forward, unpackWeights } from '../network/network.ts'
import type { AdamWConfig } from './optimizer.ts'
import { adamW } from './optimizer.ts'

/** Number of elements of the flat vectors θ, m and v. */
export function parameterSize(config: NetworkConfig): number {
  return parametersOf(config).reduce((sum, spec) => sum + elements(spec), 0)
}

/** 1 for elements of matrices, 0 for those of vectors: where weight decay applies. */
export function decayMask(config: NetworkConfig): Float32Array {
  const mask = new Float32Array(parameterSize(config))
  const matrices = parametersOf(config).filter(({ kind }) => kind === 'matrix')
  return mask.fill(
    1,
    0,
    matrices.reduce((sum, spec) => sum + elements(spec), 0),
  )
}

/**
 * One whole training step as a model: forward, backward and AdamW.
 *
 * Inputs: `theta`, `m`, `v`, `decay_mask` [N]; `ids` int32 [batch, sequence], padded at the end; `mask`
 * [sequence, sequence]; `positions` int32 [labelled], indices into batch·sequence of the tokens whose next token is
 * trained, and `targets` int32 [labelled], those next tokens; scalars `inverse_count` (1 / trained tokens of the whole
 * step), `step_size`, `epsilon`, `decay`.
 * Outputs: `theta`, `m`, `v` as `next_…`, `loss` (sum in nats · inverse_count) and `norm` of the gradient.
 */
export function trainingGraph(config: NetworkConfig, optimizer: AdamWConfig): Uint8Array {
  const graph = createGraph('training_step')
  const size = parameterSize(config)
  const flat = (name: string): Value => graph.input(name, 'float32', [size])
  const scalar = (name: string): Value => graph.input(name, 'float32', [])
  const state = { theta: flat('theta'), m: flat('m'), v: flat('v') }
  const { loss, gradient } = lossAndGradient(graph, config, state.theta)
  const next = adamW(
    state,
    gradient,
    {
      stepSize: scalar('step_size'),
      epsilon: scalar('epsilon'),
      decay: scalar('decay'),
      decayMask: flat('decay_mask'),
    },
    optimizer,
  )
  return graph.encode({ next_theta: next.theta, next_m: next.m, next_v: next.v, loss, norm: next.norm })
}

/** The loss alone, for held-out data; inputs as above without the optimizer's. `loss` is the sum in nats · inverse_count. */
export function lossGraph(config: NetworkConfig): Uint8Array {
  const graph = createGraph('loss')
  return graph.encode({ loss: meanLoss(graph, config, graph.input('theta', 'float32', [parameterSize(config)])).loss })
}

/** Loss and its gradient by θ, for checks against finite differences, in either precision. */
export function gradientGraph(config: NetworkConfig, type: 'float32' | 'float64'): Uint8Array {
  const graph = createGraph('gradient')
  const { loss, gradient } = lossAndGradient(graph, config, graph.input('theta', type, [parameterSize(config)]))
  return graph.encode({ loss, gradient })
}

function lossAndGradient(graph: Graph, config: NetworkConfig, theta: Value): { loss: Value; gradient: Value } {
  const { loss, weights } = meanLoss(graph, config, theta)
  const specs = parametersOf(config)
  const byParameter = gradients(
    loss,
    specs.map(({ name }) => weights(name)),
  )
  const pieces = byParameter.map((gradient, i) => reshape(gradient, [elements(specs[i]!)]))
  return { loss, gradient: concat(pieces, 0) }
}

function meanLoss(
  graph: Graph,
  config: NetworkConfig,
  theta: Value,
): { loss: Value; weights: (name: string) => Value } {
  const ids = graph.input('ids', 'int32', ['batch', 'sequence'])
  const mask = graph.input('mask', theta.type, ['sequence', 'sequence'])
  const positions = graph.input('positions', 'int32', ['labelled'])
  const targets = graph.input('targets', 'int32', ['labelled'])
  const inverseCount = graph.input('inverse_count', theta.type, [])
  const weights = unpackWeights(theta, config)
  const { hidden } = forward(graph, config, weights, { ids, positions: graph.int64s([0]), mask })
  // The head runs on the trained tokens only: with chat data that is about half of all.
  const rows = gatherRows(reshape(hidden, [product(['batch', 'sequence']), config.width]), positions, true)
  const loss = linearCrossEntropy(rows, weights(headName(config)), targets)
  return { loss: mul(loss, inverseCount), weights }
}
