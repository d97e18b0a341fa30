import { random } from '../../util/random.ts'
import { softmax } from '../graph/attention.ts'
import { add, mul, reduceSum, scale, sub } from '../graph/elementwise.ts'
import type { Graph, Value } from '../graph/graph.ts'
import { node1 } from '../graph/graph.ts'
import { concat, gatherRows } from '../graph/layout.ts'
import { matmul } from '../graph/linear.ts'
import { FLAGS } from './encode.ts'
import { CLASSES, SOURCES } from './example.ts'
import { ROWS } from './features.ts'

/**
 * The tagger's network. Words are looked up once per distinct word; the context is read by convolutions over a flat
 * sequence of tokens, in which stretches of text are separated by padding places:
 *
 *     v(word)  = relu(s · Σ rows of the word + b₀) · W₁          the feature table is one hashed matrix
 *     x(place) = v(word) + flags · F                             0 at padding places
 *     h₁ = relu(x(−2…2) · A₁ + a₁), h₂ = h₁ + relu(h₁(−r…r) · A₂ + a₂), …
 *     P(class) = softmax(h · C + c)
 */
export interface TaggerShape {
  /** Length of a row of the feature table. */
  readonly rowDims: number
  /** Length of a word's vector. */
  readonly wordDims: number
  readonly hidden: number
  /** Places to each side that the first convolution sees. */
  readonly reach: number
  /** Distance of the neighbours that each further convolution sees, of width three. */
  readonly dilations: readonly number[]
}

export const SHAPE: TaggerShape = { rowDims: 64, wordDims: 48, hidden: 64, reach: 2, dilations: [1] }

/** Places to each side that a decision can depend on. */
export function radiusOf(shape: TaggerShape): number {
  return shape.dilations.reduce((sum, dilation) => sum + dilation, shape.reach)
}

/** Padding places between two stretches: as many as one layer looks across. */
export function paddingOf(shape: TaggerShape): number {
  return Math.max(shape.reach, ...shape.dilations)
}

/** Columns of `flags` in training: the flags of the token, then the source of its text. */
export const TRAINING_FLAGS = FLAGS + SOURCES.length

/** The dense parameters, in the order of the training graph. The feature table is apart. */
export function denseShapes(shape: TaggerShape): Readonly<Record<string, readonly number[]>> {
  const { rowDims, wordDims, hidden, reach, dilations } = shape
  return {
    row_bias: [rowDims],
    word: [rowDims, wordDims],
    flag: [TRAINING_FLAGS, wordDims],
    conv_0: [(2 * reach + 1) * wordDims, hidden],
    conv_bias_0: [hidden],
    ...Object.fromEntries(
      dilations.flatMap((_, i) => [
        [`conv_${i + 1}`, [3 * hidden, hidden]],
        [`conv_bias_${i + 1}`, [hidden]],
      ]),
    ),
    out: [hidden, CLASSES.length],
    out_bias: [CLASSES.length],
  }
}

export interface Parameters {
  /** [ROWS, rowDims] */
  readonly table: Float32Array
  readonly dense: Readonly<Record<string, Float32Array>>
}

/**
 * Random parameters before training, a function of shape and seed. Row 0 of the table is zeros, and so are the
 * biases.
 */
export function initialParameters(shape: TaggerShape, seed: number): Parameters {
  const rng = random(seed, 'tagger', 'parameters')
  const normal = (length: number, deviation: number): Float32Array =>
    Float32Array.from({ length }, () => rng.normal() * deviation)
  const table = normal(ROWS * shape.rowDims, 0.3)
  table.fill(0, 0, shape.rowDims)
  const dense = Object.entries(denseShapes(shape)).map(([name, size]) => {
    const length = size.reduce((a, b) => a * b, 1)
    if (size.length === 1) return [name, new Float32Array(length)] as const
    // He et al. 2015 where a ReLU follows; small at the output.
    const deviation = name === 'out' ? 0.05 : name === 'flag' ? 0.1 : Math.sqrt((name === 'word' ? 1 : 2) / size[0]!)
    return [name, normal(length, deviation)] as const
  })
  return { table, dense: Object.fromEntries(dense) }
}

/** Names of the inputs' sizes. */
const PLACES = 'places'

export interface NetworkInputs {
  /** [distinct words, rowDims]: the scaled sums of rows; word 0 is padding. */
  readonly sums: Value
  /** int32 [places]: the word at each place, 0 for padding. */
  readonly at: Value
  /** [places, flags]. */
  readonly flags: Value
  /** [places, 1]: 0 at padding places, else 1. */
  readonly mask: Value
}

/** Logits [places, classes]. `keep` multiplies the places' vectors and each hidden layer: dropout while training. */
export function forward(
  shape: TaggerShape,
  { sums, at, flags, mask }: NetworkInputs,
  weight: (name: string) => Value,
  keep?: { readonly input: Value; readonly hidden: Value },
): Value {
  const words = matmul(relu(add(sums, weight('row_bias'))), weight('word'))
  let x = mul(add(gatherRows(words, at), matmul(flags, weight('flag'))), mask)
  if (keep !== undefined) x = mul(x, keep.input)
  let h = hiddenLayers(shape, x, mask, weight)
  if (keep !== undefined) h = mul(h, keep.hidden)
  return add(matmul(h, weight('out')), weight('out_bias'))
}

/** The convolutions: [places, wordDims] → [places, hidden]. Padding places stay zero in every layer. */
export function hiddenLayers(shape: TaggerShape, x: Value, mask: Value, weight: (name: string) => Value): Value {
  const offsets = Array.from({ length: 2 * shape.reach + 1 }, (_, k) => k - shape.reach)
  let h = mul(relu(add(matmul(neighbours(x, offsets), weight('conv_0')), weight('conv_bias_0'))), mask)
  shape.dilations.forEach((dilation, i) => {
    const wide = matmul(neighbours(h, [-dilation, 0, dilation]), weight(`conv_${i + 1}`))
    h = mul(add(h, relu(add(wide, weight(`conv_bias_${i + 1}`)))), mask)
  })
  return h
}

/** Each row beside its neighbours at the given distances; zeros beyond the ends. */
function neighbours(x: Value, offsets: readonly number[]): Value {
  return concat(
    offsets.map((offset) => shiftRows(x, offset)),
    1,
  )
}

/** Row i of the result is row i + by of x, or zeros. */
function shiftRows(x: Value, by: number): Value {
  if (by === 0) return x
  const { graph } = x
  const [y] = graph.operation(
    'ShiftRows',
    [x],
    () => [node1(graph, { op: 'Pad', inputs: [x, graph.int64s([-by, 0, by, 0])] }, x.type, x.shape)] as const,
    () =>
      ([dy]) => [dy && shiftRows(dy, -by)],
  )
  return y
}

function relu(x: Value): Value {
  const { graph } = x
  const [y] = graph.operation(
    'Relu',
    [x],
    () => [node1(graph, { op: 'Relu', inputs: [x] }, x.type, x.shape)] as const,
    (out) =>
      ([dy]) => {
        if (dy === undefined) return [undefined]
        const positive = node1(graph, { op: 'Sign', inputs: [out] }, x.type, x.shape)
        return [mul(dy, positive)]
      },
  )
  return y
}

/**
 * −Σ t·log softmax(logits) over all rows, where `targets` holds the weight of each class in each row: one weight for a
 * plain label, several for a soft one, none for a row that does not count. d/d(logits) = softmax · Σt − t.
 */
export function softCrossEntropy(logits: Value, targets: Value): Value {
  const { graph } = logits
  const [loss] = graph.operation(
    'SoftCrossEntropy',
    [logits],
    () => {
      const p = softmax(logits)
      const logP = node1(graph, { op: 'LogSoftmax', inputs: [logits] }, logits.type, logits.shape)
      return [scale(reduceSum(mul(logP, targets), [0, 1]), -1), p] as const
    },
    (_, p) =>
      ([dy]) => {
        if (dy === undefined) return [undefined]
        const total = reduceSum(targets, [1], true)
        return [mul(sub(mul(p, total), targets), dy)]
      },
  )
  return loss
}

/** The inputs of a graph that trains or runs the network on precomputed sums. */
export function networkInputs(graph: Graph, shape: TaggerShape, flags: number): NetworkInputs {
  return {
    sums: graph.input('sums', 'float32', ['words', shape.rowDims]),
    at: graph.input('at', 'int32', [PLACES]),
    flags: graph.input('flags', 'float32', [PLACES, flags]),
    mask: graph.input('mask', 'float32', [PLACES, 1]),
  }
}
