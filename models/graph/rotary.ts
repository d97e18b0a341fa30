import { add, mul, scale, sub } from './elementwise.ts'
import type { Graph, Value } from './graph.ts'
import { node1 } from './graph.ts'
import { concat, reshape, split } from './layout.ts'
import { fixedSize, formatShape, product, type Shape, ShapeError } from './shape.ts'

/** Cosine and sine of the rotary angles of some tokens, [tokens, head width / 2]. */
export interface RotaryTables {
  readonly cos: Value
  readonly sin: Value
  /** The sine negated: the gradient turns back by the same angle. */
  readonly minusSin: Value
  /** Row of each token: int64 [1] with the first one's, or [batch, sequence]. */
  readonly rows: Value
}

/**
 * Angles of the given tokens (Su et al. 2021), computed in the graph, so that a long context costs nothing until it is
 * used. As in Transformers the angle is the float32 product of position and frequency.
 *
 * @param ids [batch, sequence], for its shape
 * @param positions int64 [1] with the position of each row's first token, or [batch, sequence]
 * @param frequencies radians per position, one per pair of a head
 * @param factor multiplies cosine and sine
 */
export function rotaryTables(
  graph: Graph,
  type: 'float32' | 'float64',
  ids: Value,
  positions: Value,
  frequencies: Float32Array,
  factor = 1,
): RotaryTables {
  const [batch, sequence] = ids.shape
  const half = frequencies.length
  const single = positions.shape.length === 1
  const count = single ? sequence! : product([batch!, sequence!])
  const places = single ? placesFrom(ids, positions) : positions
  const wide = node1(
    graph,
    { op: 'Cast', inputs: [places], attributes: { to: { int: type === 'float32' ? 1 : 11 } } },
    type,
    places.shape,
  )
  const data = type === 'float32' ? frequencies : Float64Array.from(frequencies)
  const angle = mul(reshape(wide, [count, 1]), graph.constant(type, [1, half], data))
  const shape: Shape = [count, half]
  const cos = scale(node1(graph, { op: 'Cos', inputs: [angle] }, type, shape), factor)
  const sin = scale(node1(graph, { op: 'Sin', inputs: [angle] }, type, shape), factor)
  const minusSin = node1(graph, { op: 'Neg', inputs: [sin] }, type, shape)
  return { cos, sin, minusSin, rows: single ? graph.int64s([0]) : countedRows(graph, positions) }
}

/** int64 [sequence]: first, first + 1, … as many as `ids` [batch, sequence] has columns. */
export function placesFrom(ids: Value, first: Value): Value {
  const { graph } = ids
  const attributes = { start: { int: 1 }, end: { int: 2 } }
  const length = node1(graph, { op: 'Shape', inputs: [ids], attributes }, 'int64', [1])
  const end = node1(graph, { op: 'Add', inputs: [first, length] }, 'int64', [1])
  return range(graph, reshape(first, []), reshape(end, []), ids.shape[1]!)
}

function countedRows(graph: Graph, positions: Value): Value {
  const count = product(positions.shape)
  const size = node1(graph, { op: 'Size', inputs: [positions] }, 'int64', [])
  return reshape(range(graph, graph.constant('int64', [], BigInt64Array.of(0n)), size, count), positions.shape)
}

function range(graph: Graph, start: Value, end: Value, count: string | number): Value {
  const step = graph.constant('int64', [], BigInt64Array.of(1n))
  return node1(graph, { op: 'Range', inputs: [start, end, step] }, 'int64', [count])
}

/**
 * Turns each head's pairs (i, i + D/2) by its token's angle: the halves layout of Hugging Face's Llama.
 *
 * @param x [batch, heads, sequence, D]
 */
export function rotary(x: Value, tables: RotaryTables): Value {
  const half = fixedSize(tables.cos.shape[1], 'rotary')
  if (x.shape.length !== 4 || x.shape[3] !== 2 * half) {
    throw new ShapeError(`rotary: ${formatShape(x.shape)} is not made of heads of ${2 * half}`)
  }
  const { cos, sin, minusSin, rows } = tables
  const [y] = x.graph.operation(
    'Rotary',
    [x],
    () => [turn(x, tables)] as const,
    () =>
      ([dy]) => [dy && rotary(dy, { cos, sin: minusSin, minusSin: sin, rows })],
  )
  return y
}

function turn(x: Value, { cos, sin, rows }: RotaryTables): Value {
  const { graph } = x
  if (x.type === 'float32') {
    const inputs = [x, rows, cos, sin]
    return node1(graph, { op: 'RotaryEmbedding', domain: 'com.microsoft', inputs }, x.type, x.shape)
  }
  const half = fixedSize(cos.shape[1], 'rotary')
  const [batch, , sequence] = x.shape
  const [low, high] = split(x, [half, half], 3)
  const perToken: Shape = rows.shape.length === 2 ? [batch!, 1, sequence!, half] : [sequence!, half]
  const c = reshape(cos, perToken)
  const s = reshape(sin, perToken)
  return concat([sub(mul(low!, c), mul(high!, s)), add(mul(high!, c), mul(low!, s))], 3)
}
