import { blockwiseCrossEntropy, linearCrossEntropy, type TableBlock } from '../graph/cross-entropy.ts'
import { add, atMost, div, mul, shift, sqrt, sumOfSquares } from '../graph/elementwise.ts'
import { gradients } from '../graph/gradient.ts'
import { createGraph, type Graph, node1, type Value } from '../graph/graph.ts'
import { concat, gatherRows, reshape } from '../graph/layout.ts'
import type { ExternalData } from '../graph/onnx.ts'
import { product } from '../graph/shape.ts'
import { type DropoutMask, loraAdapt } from '../lora/factors.ts'
import type { NetworkConfig } from '../network/config.ts'
import { elements, parametersOf } from '../network/config.ts'
import type { ForwardOptions, StoredPlaces, Weights } from '../network/network.ts'
import { forward, frozenWeights, headTable, storedWeights, unpackWeights } from '../network/network.ts'
import type { TrainingMethod } from './method.ts'
import { parameterSize } from './method.ts'

/**
 * What the graphs of a run have in common. Their inputs: `theta` [N], the trained numbers; under LoRA each parameter of
 * the base under its own name; and a batch:
 *
 * - `ids` int32 [batch, sequence], padded at the end;
 * - `mask` [sequence, sequence]; for packed batches [batch, 1, sequence, sequence], and `token_positions` int32
 *   [batch, sequence];
 * - `positions` int32 [labelled], indices into batch·sequence of the tokens whose next token is trained, and `targets`
 *   int32 [labelled], those next tokens;
 * - `inverse_count`, by which the sum of losses in nats is multiplied: 1 / trained tokens of the whole step;
 * - `head_block.N`, the head's rows in blocks, where LoRA computes it so;
 * - `dropout.MODULE` [batch, sequence, inputs] where gradients are taken and LoRA has dropout;
 * - `zero`, always 0, where activations are recomputed.
 */
export interface GraphShape {
  readonly network: NetworkConfig
  readonly method: TrainingMethod
  /** Batches hold several rows in one sequence. */
  readonly packed?: boolean
  /** Compute the activations of a block again in its backward pass. */
  readonly recompute?: boolean
  /** Attention in so many blocks of queries; see `ForwardOptions`. */
  readonly queryBlocks?: number
  /** Of blocks of queries; see `ForwardOptions`. */
  readonly keepProbabilities?: boolean
  /** LoRA computes the head and its gradient in so many blocks of the vocabulary; see `blockwiseCrossEntropy`. */
  readonly headBlocks?: number
  /** Layers of the frozen base that lie in a file instead of being inputs. */
  readonly places?: StoredPlaces
  /** Where the head's table lies in the file once more, to be packed for its backward pass. */
  readonly headPlace?: ExternalData | undefined
}

/** Name of the input that holds a module's dropout mask. */
export function dropoutInput(module: string): string {
  return `dropout.${module}`
}

/** The `loss` of a batch and its `gradient` [N] by θ. */
export function gradientGraph(shape: GraphShape, type: 'float32' | 'float64' = 'float32'): Uint8Array {
  const graph = createGraph('gradient')
  return graph.encode({ ...lossAndGradient(graph, shape, thetaInput(graph, shape, type)) })
}

/**
 * The gradient of one unit's rows for training with differential privacy: `next_sum` is the input `sum` [N] plus the
 * gradient times min(1, `clip` / its norm) (Abadi et al. 2016, alg. 1); `norm` is the one before clipping.
 */
export function unitGradientGraph(shape: GraphShape): Uint8Array {
  const graph = createGraph('unit_gradient')
  const { loss, gradient } = lossAndGradient(graph, shape, thetaInput(graph, shape))
  const norm = sqrt(sumOfSquares(gradient))
  // An infinite bound gives the factor 1, and so does a gradient of nothing but zeros.
  const factor = atMost(div(graph.input('clip', 'float32', []), shift(norm, 1e-12)), 1)
  const sum = add(graph.input('sum', 'float32', gradient.shape), mul(gradient, factor))
  return graph.encode({ next_sum: sum, loss, norm })
}

/** The loss alone, without dropout: for held-out data. */
export function lossGraph(shape: GraphShape): Uint8Array {
  const graph = createGraph('loss')
  const theta = thetaInput(graph, shape)
  const { weights, adapt } = placeParameters(graph, shape, theta)
  return graph.encode({ loss: batchLoss(graph, shape, weights, adapt === undefined ? {} : { adapt }, 'float32') })
}

/** The loss of a network whose parameters are all inputs under their own names; there is no `theta`. */
export function frozenLossGraph(network: NetworkConfig, packed = false): Uint8Array {
  const graph = createGraph('frozen_loss')
  const shape: GraphShape = { network, method: { kind: 'full' }, packed }
  return graph.encode({ loss: batchLoss(graph, shape, frozenWeights(graph, network), {}, 'float32') })
}

function thetaInput(graph: Graph, { network, method }: GraphShape, type: 'float32' | 'float64' = 'float32'): Value {
  return graph.input('theta', type, [parameterSize(network, method)])
}

/** The parameters as the method sees them: cut out of θ, or frozen beside the factors in θ. */
function placeParameters(
  graph: Graph,
  { network, method, places }: GraphShape,
  theta: Value,
  dropout = false,
): { readonly weights: Weights; readonly adapt?: NonNullable<ForwardOptions['adapt']> } {
  if (method.kind === 'full') return { weights: unpackWeights(theta, network) }
  const { lora } = method
  const type = floating(theta)
  // A recomputed block asks a second time and must get the same mask.
  const known = new Map<string, Value>()
  const masks: DropoutMask | undefined =
    dropout && lora.dropout > 0
      ? ({ module, inputs }) => {
          const mask = known.get(module) ?? graph.input(dropoutInput(module), type, ['batch', 'sequence', inputs])
          known.set(module, mask)
          return reshape(mask, [product(['batch', 'sequence']), inputs])
        }
      : undefined
  const weights = places === undefined ? frozenWeights(graph, network, type) : storedWeights(graph, network, places)
  return { weights, adapt: loraAdapt(theta, network, lora, masks) }
}

function lossAndGradient(
  graph: Graph,
  shape: GraphShape,
  theta: Value,
): { readonly loss: Value; readonly gradient: Value } {
  const { weights, adapt } = placeParameters(graph, shape, theta, true)
  const options = { trained: true, recompute: shape.recompute ?? false, ...(adapt === undefined ? {} : { adapt }) }
  const loss = batchLoss(graph, shape, weights, options, floating(theta), adapt !== undefined)
  if (shape.method.kind === 'lora') return { loss, gradient: gradients(loss, [theta])[0]! }
  // The parameters are cut out of θ side by side, so their gradients only need to be joined.
  const specs = parametersOf(shape.network)
  const byParameter = gradients(
    loss,
    specs.map(({ name }) => weights(name)),
  )
  const pieces = byParameter.map((gradient, i) => reshape(gradient, [elements(specs[i]!)]))
  return { loss, gradient: concat(pieces, 0) }
}

/** The sum of losses over the trained tokens of a batch, in nats, times `inverse_count`. */
function batchLoss(
  graph: Graph,
  shape: GraphShape,
  weights: Weights,
  options: ForwardOptions,
  type: 'float32' | 'float64',
  blockwise = false,
): Value {
  const { network, packed = false, queryBlocks = 1, keepProbabilities = false } = shape
  const ids = graph.input('ids', 'int32', ['batch', 'sequence'])
  const mask = graph.input('mask', type, packed ? ['batch', 1, 'sequence', 'sequence'] : ['sequence', 'sequence'])
  const positions = graph.input('positions', 'int32', ['labelled'])
  const targets = graph.input('targets', 'int32', ['labelled'])
  const inverseCount = graph.input('inverse_count', type, [])
  const inputs = { ids, positions: packed ? tokenPositions(graph) : graph.int64s([0]), mask }
  const { hidden } = forward(graph, network, weights, inputs, { ...options, queryBlocks, keepProbabilities })
  // The head runs on the trained tokens only: with chat data that is about half of all.
  const rows = gatherRows(reshape(hidden, [product(['batch', 'sequence']), network.width]), positions, true)
  const table = headTable(network, weights)
  const blocks = blockwise ? headOf(graph, shape, table) : []
  const loss =
    blocks.length === 0 ? linearCrossEntropy(rows, table, targets) : blockwiseCrossEntropy(rows, table, blocks, targets)
  return mul(loss, inverseCount)
}

/** Name of the input that holds a block of the head's rows. */
export function headInput(block: number): string {
  return `head_block.${block}`
}

/** The head in blocks; none where the table in one is as good. */
function headOf(graph: Graph, { network, headBlocks = 1, headPlace }: GraphShape, table: Value): readonly TableBlock[] {
  if (headBlocks === 1 && headPlace === undefined) return []
  const rowBytes = network.width * Float32Array.BYTES_PER_ELEMENT
  return headCuts(network, headBlocks).map(([from, to], i) => {
    const shape = [to - from, network.width]
    const rows = headBlocks === 1 ? table : graph.input(headInput(i), table.type, shape)
    if (headPlace === undefined) return { rows }
    const place = { ...headPlace, offset: headPlace.offset + from * rowBytes, length: (to - from) * rowBytes }
    return { rows, packed: graph.stored(`${headInput(i)} packed`, shape, place) }
  })
}

/** Rows of logits that begin at a cache line are read faster. */
const ALIGNED = 16

/** First row, and the one after the last, of each block of the head. */
export function headCuts({ vocabulary }: NetworkConfig, blocks: number): readonly (readonly [number, number])[] {
  const size = blocks === 1 ? vocabulary : ALIGNED * Math.ceil(vocabulary / blocks / ALIGNED)
  return Array.from({ length: blocks }, (_, i) => [i * size, Math.min(vocabulary, (i + 1) * size)])
}

function tokenPositions(graph: Graph): Value {
  const narrow = graph.input('token_positions', 'int32', ['batch', 'sequence'])
  const attributes = { to: { int: 7 } }
  return node1(graph, { op: 'Cast', inputs: [narrow], attributes }, 'int64', narrow.shape)
}

function floating(value: Value): 'float32' | 'float64' {
  return value.type === 'float64' ? 'float64' : 'float32'
}
