import { softmax } from '../graph/attention.ts'
import { add, mul, reduceSum } from '../graph/elementwise.ts'
import type { Graph, Value } from '../graph/graph.ts'
import { createGraph, node1 } from '../graph/graph.ts'
import { concat, gatherRows, reshape } from '../graph/layout.ts'
import { matmul } from '../graph/linear.ts'
import type { ElementType } from '../graph/onnx.ts'
import { encodeOnnx } from '../graph/onnx.ts'
import type { Shape } from '../graph/shape.ts'
import { quantise } from '../toxicity/export.ts'
import { FLAGS } from './encode.ts'
import { SOURCES, type Source } from './example.ts'
import { MOST_FEATURES, ROWS } from './features.ts'
import { denseShapes, hiddenLayers, type Parameters, type TaggerShape } from './network.ts'

/**
 * The tagger as an ONNX file, the feature table in 8 bits. Inputs:
 *
 * - `known` float32 [known, wordDims]: vectors of words met before, as `vectors` gave them; word 0 is padding;
 * - `rows` int32 [words, MOST_FEATURES]: the features of each new word, 0 where there are fewer;
 * - `scale` float32 [words, 1]: 1/√(number of features);
 * - `at` int32 [places]: the word at each place (new ones count on from the known), 0 for padding; `flags` int32 [places]:
 *   bits of `Flag`;
 * - `read` int32 [reads]: the places to answer for.
 *
 * Output `vectors` float32 [words, wordDims]; `scores` float32 [reads, classes], by the labelling habits of `source`.
 */
export function encodeModel(
  shape: TaggerShape,
  p: Parameters,
  metadata: Readonly<Record<string, string>>,
  source: Source = 'any',
): Uint8Array {
  const g = createGraph('tagger')
  const shapes = denseShapes(shape)
  const weight = (name: string): Value => g.constant('float32', shapes[name]!, p.dense[name]!)
  const table = quantise(p.table, shape.rowDims)
  const known = g.input('known', 'float32', ['known', shape.wordDims])
  const rows = g.input('rows', 'int32', ['words', MOST_FEATURES])
  const scale = g.input('scale', 'float32', ['words', 1])
  const at = g.input('at', 'int32', ['places'])
  const flags = g.input('flags', 'int32', ['places'])
  const read = g.input('read', 'int32', ['reads'])
  // Sums of 8-bit integers are exact in float32, so their order cannot change a score.
  const gathered = gatherRows(g.constant('int8', [ROWS, shape.rowDims], table.data), rows)
  const sums = mul(
    mul(reduceSum(cast(g, gathered, 'float32', gathered.shape), [1]), scale),
    g.constant('float32', [shape.rowDims], table.scale),
  )
  const vectors = matmul(relu(g, add(sums, weight('row_bias'))), weight('word'))
  const words = concat([known, vectors], 0, 'all_words')
  const isPlace = node1(g, { op: 'Greater', inputs: [at, g.constant('int32', [], Int32Array.of(0))] }, 'bool', at.shape)
  const mask = reshape(cast(g, isPlace, 'float32', at.shape), ['places', 1])
  const flagTable = g.constant(
    'float32',
    [1 << FLAGS, shape.wordDims],
    flagRows(shape, p.dense['flag']!, FLAGS + SOURCES.indexOf(source)),
  )
  const x = mul(add(gatherRows(words, at), gatherRows(flagTable, flags)), mask)
  const h = gatherRows(hiddenLayers(shape, x, mask, weight), read)
  const scores = softmax(add(matmul(h, weight('out')), weight('out_bias')))
  return encodeOnnx({ ...g.toModel({ scores, vectors }), opsets: { '': 21, 'com.microsoft': 1 }, metadata })
}

/** The sum of the flags' vectors for every combination of flags, with that of the source. */
function flagRows(shape: TaggerShape, flag: Float32Array, source: number): Float32Array {
  const { wordDims } = shape
  const out = new Float32Array((1 << FLAGS) * wordDims)
  for (let bits = 0; bits < 1 << FLAGS; bits++) {
    for (let column = 0; column <= source; column++) {
      if (column < FLAGS ? (bits & (1 << column)) === 0 : column !== source) continue
      for (let d = 0; d < wordDims; d++) out[bits * wordDims + d]! += flag[column * wordDims + d]!
    }
  }
  return out
}

const CAST: Readonly<Record<string, number>> = { float32: 1 }

function cast(g: Graph, x: Value, to: ElementType, shape: Shape): Value {
  return node1(g, { op: 'Cast', inputs: [x], attributes: { to: { int: CAST[to]! } } }, to, shape)
}

function relu(g: Graph, x: Value): Value {
  return node1(g, { op: 'Relu', inputs: [x] }, x.type, x.shape)
}
