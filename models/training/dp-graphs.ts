import { linearCrossEntropy } from '../graph/cross-entropy.ts'
import { add, atMost, div, shift, sqrt } from '../graph/elementwise.ts'
import { gradients } from '../graph/gradient.ts'
import { createGraph, node1, type Value } from '../graph/graph.ts'
import { gatherRows, reshape, split } from '../graph/layout.ts'
import { matmul } from '../graph/linear.ts'
import { product, ShapeError } from '../graph/shape.ts'
import type { LoraConfig } from '../lora/modules.ts'
import { loraModules, loraScaling, loraSize } from '../lora/modules.ts'
import type { NetworkConfig } from '../network/config.ts'
import type { Adapt, Weights } from '../network/network.ts'
import { forward, headTable, type StoredPlaces, storedWeights } from '../network/network.ts'

/**
 * Clipped gradients of several units in one run, for LoRA without dropout. Every row of the batch gets its own copy of
 * the factors, so that the gradient by the copies, [batch, N], holds each row's gradient apart; the copies cost a
 * batched product of rank r where the plain form has one product, and nothing elsewhere.
 *
 * Inputs beside those of a batch and the base's parameters: `theta` [N]; `weights` [units, batch], by which the sums of
 * losses in nats of the rows are added up to the loss of each unit; `clip`; `sum` [N]. Outputs: `next_sum`, to which
 * each unit's gradient is added, scaled down to the norm `clip`; and `norms` [units, 1] before that.
 */
export function unitBatchGraph(network: NetworkConfig, lora: LoraConfig, places: StoredPlaces = new Map()): Uint8Array {
  const graph = createGraph('unit_gradients')
  const size = loraSize(network, lora)
  const theta = graph.input('theta', 'float32', [size])
  const ids = graph.input('ids', 'int32', ['batch', 'sequence'])
  const mask = graph.input('mask', 'float32', ['sequence', 'sequence'])
  const positions = graph.input('positions', 'int32', ['labelled'])
  const targets = graph.input('targets', 'int32', ['labelled'])
  const weights = graph.input('weights', 'float32', ['units', 'batch'])

  const rows = node1(
    graph,
    { op: 'Shape', inputs: [ids], attributes: { start: { int: 0 }, end: { int: 1 } } },
    'int64',
    [1],
  )
  const target = node1(
    graph,
    { op: 'Concat', inputs: [rows, graph.int64s([size])], attributes: { axis: { int: 0 } } },
    'int64',
    [2],
  )
  const copies = node1(graph, { op: 'Expand', inputs: [theta, target] }, 'float32', ['batch', size])
  const stored = storedWeights(graph, network, places)
  const frozen: Weights = (name) => stored(name)
  const options = { adapt: adaptRows(copies, network, lora) }
  const { hidden } = forward(graph, network, frozen, { ids, positions: graph.int64s([0]), mask }, options)
  const trained = gatherRows(reshape(hidden, [product(['batch', 'sequence']), network.width]), positions, true)
  const loss = linearCrossEntropy(trained, headTable(network, frozen), targets)
  const [byRow] = gradients(loss, [copies])
  const byUnit = matmul(weights, byRow!)
  const squares = node1(
    graph,
    { op: 'ReduceSumSquare', inputs: [byUnit, graph.int64s([1])], attributes: { keepdims: { int: 1 } } },
    'float32',
    ['units', 1],
  )
  const norms = sqrt(squares)
  const factors = atMost(div(graph.input('clip', 'float32', []), shift(norms, 1e-12)), 1)
  const clipped = reshape(matmul(factors, byUnit, { transA: true }), [size])
  return graph.encode({ next_sum: add(graph.input('sum', 'float32', [size]), clipped), norms })
}

/** What `loraAdapt` does, with factors [batch, …] of each row. */
function adaptRows(copies: Value, network: NetworkConfig, lora: LoraConfig): Adapt {
  const modules = loraModules(network, lora)
  const { rank } = lora
  const pieces = split(
    copies,
    modules.flatMap(({ inputs, outputs }) => [rank * inputs, outputs * rank]),
    1,
  )
  const alpha = loraScaling(lora)
  const factors = new Map(
    modules.map((module, i) => {
      const a = reshape(pieces[2 * i]!, ['batch', rank, module.inputs])
      const b = reshape(pieces[2 * i + 1]!, ['batch', module.outputs, rank])
      return [module.module, { module, a, b }]
    }),
  )
  return ([name, ...more], input, output) => {
    if (more.length > 0) throw new ShapeError('factors of rows are for one layer at a time')
    const factor = factors.get(name!)
    if (factor === undefined) return output
    const x = reshape(input, ['batch', 'sequence', factor.module.inputs])
    const low = matmul(x, factor.a, { transB: true, alpha })
    return add(output, reshape(matmul(low, factor.b, { transB: true }), output.shape))
  }
}
