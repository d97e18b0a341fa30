import { basename } from 'node:path'
import { writeFileDurable } from '../../util/durable.ts'
import { createGraph, type Graph, node1, type Value } from '../graph/graph.ts'
import { concat, reshape } from '../graph/layout.ts'
import { matmul } from '../graph/linear.ts'
import { encodeOnnx, type OnnxTensor } from '../graph/onnx.ts'
import { elements, type NetworkConfig, parametersOf } from '../network/config.ts'
import { forward, frozenWeights, headTable } from '../network/network.ts'
import type { ModelData } from './source.ts'

/** What stands in the mask where a token may not look; exp of it is 0. */
const HIDDEN = -1e9

/**
 * Writes a model as ONNX for any runtime: `path` with the graph, and `path.data` beside it with the weights in float32
 * (external data, so no limit of 2 GB). Names and types are those of Optimum's and Transformers.js' text generation:
 *
 * | input | type, shape | |
 * |---|---|---|
 * | `input_ids` | int64 [batch, sequence] | the new tokens |
 * | `attention_mask` | int64 [batch, past + sequence] | 1 for a token, 0 for padding |
 * | `position_ids` | int64 [batch, sequence] | place of each new token in its text, from 0 |
 * | `past_key_values.N.key`, `.value` | float32 [batch, key-value heads, past, D] | of layer N; `past` may be 0 |
 *
 * Outputs: `logits` float32 [batch, sequence, vocabulary] and `present.N.key`, `present.N.value`
 * [batch, key-value heads, past + sequence, D], to be fed as the next `past_key_values`.
 */
export function exportOnnx(model: ModelData, path: string): void {
  writeFileDurable(`${path}.data`, onnxWeights(model))
  writeFileDurable(path, onnxGraph(model.network, `${basename(path)}.data`))
}

/** The graph alone; its weights are looked for in the file `location` beside it. */
export function onnxGraph(network: NetworkConfig, location: string): Uint8Array {
  const graph = createGraph('text-generation')
  const weights = frozenWeights(graph, network)
  const ids = graph.input('input_ids', 'int64', ['batch', 'sequence'])
  const attended = graph.input('attention_mask', 'int64', ['batch', 'keys'])
  const positions = graph.input('position_ids', 'int64', ['batch', 'sequence'])
  const { keyValueHeads, headWidth, layers, vocabulary } = network
  const past = Array.from({ length: layers }, (_, layer) => {
    const cache = (kind: string): Value =>
      graph.input(`past_key_values.${layer}.${kind}`, 'float32', ['batch', keyValueHeads, 'past', headWidth])
    return { keys: cache('key'), values: cache('value') }
  })
  const mask = causalMask(graph, ids, attended)
  const { hidden, added } = forward(graph, network, weights, { ids, positions, mask, past })
  const logits = reshape(matmul(hidden, headTable(network, weights), { transB: true }), [
    'batch',
    'sequence',
    vocabulary,
  ])
  const present = added.flatMap(({ keys, values }, layer) => [
    [`present.${layer}.key`, concat([past[layer]!.keys, keys], 2, 'keys')] as const,
    [`present.${layer}.value`, concat([past[layer]!.values, values], 2, 'keys')] as const,
  ])
  const onnx = graph.toModel({ logits, ...Object.fromEntries(present) })
  const stored = new Map(externalTensors(network, location).map((tensor) => [tensor.name, tensor]))
  return encodeOnnx({
    ...onnx,
    inputs: onnx.inputs.filter(({ name }) => !stored.has(name)),
    initializers: [...(onnx.initializers ?? []), ...stored.values()],
  })
}

/** float32 [batch, 1, sequence, keys]: a token sees itself and what stands before it, but no padding. */
function causalMask(graph: Graph, ids: Value, attended: Value): Value {
  const length = (value: Value): Value => {
    const shape = node1(graph, { op: 'Shape', inputs: [value] }, 'int64', [2])
    const axis = graph.int64s([1])
    const one = node1(graph, { op: 'Gather', inputs: [shape, axis] }, 'int64', [1])
    return node1(graph, { op: 'Squeeze', inputs: [one, graph.int64s([0])] }, 'int64', [])
  }
  const zero = graph.constant('int64', [], BigInt64Array.of(0n))
  const one = graph.constant('int64', [], BigInt64Array.of(1n))
  const keys = length(attended)
  const past = node1(graph, { op: 'Sub', inputs: [keys, length(ids)] }, 'int64', [])
  const column = node1(graph, { op: 'Range', inputs: [zero, keys, one] }, 'int64', ['keys'])
  const rows = node1(graph, { op: 'Range', inputs: [past, keys, one] }, 'int64', ['sequence'])
  const row = node1(graph, { op: 'Unsqueeze', inputs: [rows, graph.int64s([1])] }, 'int64', ['sequence', 1])
  const seen = node1(graph, { op: 'LessOrEqual', inputs: [column, row] }, 'bool', ['sequence', 'keys'])
  const flags = node1(graph, { op: 'Cast', inputs: [attended], attributes: { to: { int: 9 } } }, 'bool', [
    'batch',
    'keys',
  ])
  const wide = node1(graph, { op: 'Unsqueeze', inputs: [flags, graph.int64s([1, 2])] }, 'bool', ['batch', 1, 1, 'keys'])
  const allowed = node1(graph, { op: 'And', inputs: [seen, wide] }, 'bool', ['batch', 1, 'sequence', 'keys'])
  const [open, closed] = [graph.scalar('float32', 0), graph.scalar('float32', HIDDEN)]
  return node1(graph, { op: 'Where', inputs: [allowed, open, closed] }, 'float32', ['batch', 1, 'sequence', 'keys'])
}

function externalTensors(network: NetworkConfig, location: string): readonly OnnxTensor[] {
  let offset = 0
  return parametersOf(network).map((spec) => {
    const length = 4 * elements(spec)
    const external = { location, offset, length }
    offset += length
    return { name: spec.name, type: 'float32', shape: spec.shape, data: new Float32Array(0), external }
  })
}

function* onnxWeights(model: ModelData): Iterable<Uint8Array> {
  for (const { name } of parametersOf(model.network)) {
    const { data } = model.read(name)
    yield new Uint8Array(data.buffer, data.byteOffset, data.byteLength)
  }
}
