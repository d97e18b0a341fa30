import type { OnnxModel, OnnxNode, OnnxTensor } from '../graph/onnx.ts'
import { encodeOnnx } from '../graph/onnx.ts'
import type { NetworkShape, Parameters } from './network.ts'

/** Per head: the calibrated logit is `slope · (bag + phrase) / 2 + offset` (Platt 1999). */
export interface Calibration {
  readonly slope: readonly number[]
  readonly offset: readonly number[]
}

export interface Int8Columns {
  readonly data: Int8Array
  /** One factor a column: value = data · scale. */
  readonly scale: Float32Array
}

/** Rounds a [rows, columns] matrix to 8 bits, symmetric, one factor a column. */
export function quantise(values: Float32Array, columns: number): Int8Columns {
  const scale = new Float32Array(columns)
  for (let i = 0; i < values.length; i++) scale[i % columns] = Math.max(scale[i % columns]!, Math.abs(values[i]!) / 127)
  const data = new Int8Array(values.length)
  for (let i = 0; i < values.length; i++) {
    const s = scale[i % columns]!
    data[i] = s === 0 ? 0 : Math.round(values[i]! / s)
  }
  return { data, scale }
}

function dequantise({ data, scale }: Int8Columns): Float32Array {
  return Float32Array.from(data, (x, i) => x * scale[i % scale.length]!)
}

/** The parameters as the shipped file holds them: tables rounded to 8 bits. */
export function roundedParameters(shape: NetworkShape, p: Parameters): Parameters {
  return {
    ...p,
    bag: dequantise(quantise(p.bag, shape.heads)),
    pairs: dequantise(quantise(p.pairs, shape.heads)),
    vectors: dequantise(quantise(p.vectors, shape.dims)),
  }
}

/**
 * The model as an ONNX file that computes probabilities from hashed features. Inputs:
 *
 * - `chunks` int32 [chunks, CHUNK]: rows of the n-gram table, 0 where there is none; chunk 0 is empty;
 * - `token_chunks` int32 [distinct tokens, pieces]: the chunks of each token; token 0 is padding;
 * - `token_scale` float32 [distinct tokens, 1]; `tokens`, `pairs` int32 [windows, places]; `window_scale` float32
 *   [windows, 1].
 *
 * Each window must end in at least one padding place. Output `scores` float32 [windows, heads].
 */
export function encodeModel(
  shape: NetworkShape,
  p: Parameters,
  calibration: Calibration,
  metadata: Readonly<Record<string, string>>,
): Uint8Array {
  const { heads, dims, filters, widths } = shape
  const half = calibration.slope.map((slope) => slope / 2)
  const byHead = (values: Float32Array): Float32Array => values.map((x, i) => x * half[i % heads]!)
  const bag = quantise(p.bag, heads)
  const pairs = quantise(p.pairs, heads)
  const vectors = quantise(p.vectors, dims)
  const bias = Float32Array.from(half, (a, h) => a * (p.bagBias[h]! + p.outBias[h]!) + calibration.offset[h]!)
  const initializers: OnnxTensor[] = [
    { name: 'table', type: 'int8', shape: [shape.rows, heads + dims], data: interleave(bag, vectors) },
    {
      name: 'table_scale',
      type: 'float32',
      shape: [heads + dims],
      data: Float32Array.from([...byHead(bag.scale), ...vectors.scale]),
    },
    { name: 'pair_table', type: 'int8', shape: [shape.pairRows, heads], data: pairs.data },
    { name: 'pair_scale', type: 'float32', shape: [heads], data: byHead(pairs.scale) },
    { name: 'out', type: 'float32', shape: [widths.length * filters, heads], data: byHead(p.out) },
    { name: 'bias', type: 'float32', shape: [heads], data: bias },
    { name: 'axis_1', type: 'int64', shape: [1], data: BigInt64Array.of(1n) },
    { name: 'axis_2', type: 'int64', shape: [1], data: BigInt64Array.of(2n) },
    { name: 'split', type: 'int64', shape: [2], data: BigInt64Array.of(BigInt(heads), BigInt(dims)) },
    ...widths.flatMap((width, w): OnnxTensor[] => [
      {
        name: `filters_${w}`,
        type: 'float32',
        shape: [filters, dims, width],
        data: toConv(p.filters[w]!, width, dims, filters),
      },
      { name: `filter_bias_${w}`, type: 'float32', shape: [filters], data: p.filterBias[w]! },
    ]),
  ]
  const model: OnnxModel = {
    name: 'toxicity',
    inputs: [
      { name: 'chunks', type: 'int32', shape: ['chunks', CHUNK] },
      { name: 'token_chunks', type: 'int32', shape: ['distinct', 'pieces'] },
      { name: 'token_scale', type: 'float32', shape: ['distinct', 1] },
      { name: 'tokens', type: 'int32', shape: ['windows', 'places'] },
      { name: 'pairs', type: 'int32', shape: ['windows', 'places'] },
      { name: 'window_scale', type: 'float32', shape: ['windows', 1] },
    ],
    outputs: [{ name: 'scores', type: 'float32', shape: ['windows', heads] }],
    nodes: nodes(widths),
    initializers,
    opsets: { '': 21 },
    metadata,
  }
  return encodeOnnx(model)
}

/** n-gram rows in a chunk: a word of four letters fills one or two. */
export const CHUNK = 8

function nodes(widths: readonly number[]): readonly OnnxNode[] {
  const op = (
    name: string,
    inputs: readonly string[],
    output: string,
    attributes?: OnnxNode['attributes'],
  ): OnnxNode => ({
    op: name,
    inputs,
    outputs: [output],
    ...(attributes === undefined ? {} : { attributes }),
  })
  const toFloat = { to: { int: 1 } }
  const drop = { keepdims: { int: 0 } }
  return [
    // Sums of 8-bit integers are exact in float32, so their order cannot change a score.
    op('Gather', ['table', 'chunks'], 'chunk_rows'),
    op('Cast', ['chunk_rows'], 'chunk_values', toFloat),
    op('ReduceSum', ['chunk_values', 'axis_1'], 'chunk_sums', drop),
    op('Gather', ['chunk_sums', 'token_chunks'], 'token_pieces'),
    op('ReduceSum', ['token_pieces', 'axis_1'], 'token_sums', drop),
    op('Mul', ['token_sums', 'token_scale'], 'token_scaled'),
    op('Mul', ['token_scaled', 'table_scale'], 'token_values'),
    {
      op: 'Split',
      inputs: ['token_values', 'split'],
      outputs: ['token_bag', 'token_vectors'],
      attributes: { axis: { int: 1 } },
    },
    op('Gather', ['token_bag', 'tokens'], 'bag_places'),
    op('Gather', ['pair_table', 'pairs'], 'pair_rows'),
    op('Cast', ['pair_rows'], 'pair_values', toFloat),
    op('Mul', ['pair_values', 'pair_scale'], 'pair_places'),
    op('Add', ['bag_places', 'pair_places'], 'places'),
    op('ReduceSum', ['places', 'axis_1'], 'bag_sum', drop),
    op('Mul', ['bag_sum', 'window_scale'], 'bag_logits'),
    op('Gather', ['token_vectors', 'tokens'], 'sequence'),
    op('Transpose', ['sequence'], 'channels', { perm: { ints: [0, 2, 1] } }),
    ...widths.flatMap((width, w) => [
      op('Conv', ['channels', `filters_${w}`, `filter_bias_${w}`], `responses_${w}`, {
        kernel_shape: { ints: [width] },
        pads: { ints: [width - 1, width - 1] },
      }),
      op('ReduceMax', [`responses_${w}`, 'axis_2'], `pooled_${w}`, drop),
    ]),
    op(
      'Concat',
      widths.map((_, w) => `pooled_${w}`),
      'pooled',
      { axis: { int: 1 } },
    ),
    op('Relu', ['pooled'], 'features'),
    op('MatMul', ['features', 'out'], 'phrase_logits'),
    op('Add', ['bag_logits', 'phrase_logits'], 'logits'),
    op('Add', ['logits', 'bias'], 'calibrated'),
    op('Sigmoid', ['calibrated'], 'scores'),
  ]
}

function interleave(left: Int8Columns, right: Int8Columns): Int8Array {
  const a = left.scale.length
  const b = right.scale.length
  const rows = left.data.length / a
  const out = new Int8Array(rows * (a + b))
  for (let row = 0; row < rows; row++) {
    out.set(left.data.subarray(row * a, (row + 1) * a), row * (a + b))
    out.set(right.data.subarray(row * b, (row + 1) * b), row * (a + b) + a)
  }
  return out
}

/** [filters, width, dims] → ONNX's [filters, dims, width]. */
function toConv(weights: Float32Array, width: number, dims: number, filters: number): Float32Array {
  const out = new Float32Array(weights.length)
  for (let f = 0; f < filters; f++) {
    for (let j = 0; j < width; j++) {
      for (let d = 0; d < dims; d++) out[(f * dims + d) * width + j] = weights[(f * width + j) * dims + d]!
    }
  }
  return out
}
