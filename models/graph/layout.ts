import type { Value } from './graph.ts'
import { node1, sameType } from './graph.ts'
import type { Dimension } from './onnx.ts'
import type { Shape } from './shape.ts'
import { fixedSize, formatShape, normalAxis, product, ShapeError, sameShape } from './shape.ts'

/** Operators that move elements and compute nothing, and their gradients. */

/** The same elements in another shape; the products of sizes must be equal, names included. */
export function reshape(x: Value, shape: Shape): Value {
  if (sameShape(x.shape, shape)) return x
  if (product(x.shape) !== product(shape)) {
    throw new ShapeError(`reshape: ${formatShape(x.shape)} has not as many elements as ${formatShape(shape)}`)
  }
  const [y] = x.graph.operation(
    'Reshape',
    [x],
    () => [node1(x.graph, { op: 'Reshape', inputs: [x, shapeVector(x, shape)] }, x.type, shape)] as const,
    () =>
      ([dy]) => [dy && reshape(dy, x.shape)],
  )
  return y
}

/** The target of a Reshape: numbers, 0 for "as the input's axis", -1 for at most one other, else read from an input. */
function shapeVector(x: Value, shape: Shape): Value {
  const { graph } = x
  const plain = shape.map((size, axis) => (typeof size === 'number' ? size : size === x.shape[axis] ? 0 : -1))
  if (plain.filter((size) => size === -1).length <= 1) return graph.int64s(plain)
  const parts = shape.map((size) => (typeof size === 'number' ? graph.int64s([size]) : sizeOf(x, size)))
  return node1(graph, { op: 'Concat', inputs: parts, attributes: { axis: { int: 0 } } }, 'int64', [shape.length])
}

function sizeOf(x: Value, size: string): Value {
  const { graph } = x
  const factors = size.split('*').map((part) => {
    if (!Number.isNaN(Number(part))) return graph.int64s([Number(part)])
    const source = graph.sourceOf(part)
    if (source === undefined) throw new ShapeError(`no input has the size ${part}`)
    const attributes = { start: { int: source.axis }, end: { int: source.axis + 1 } }
    return node1(graph, { op: 'Shape', inputs: [source.value], attributes }, 'int64', [1])
  })
  return factors.reduce((a, b) => node1(graph, { op: 'Mul', inputs: [a, b] }, 'int64', [1]))
}

/** Axis i of the result is axis `order[i]` of x. */
export function transpose(x: Value, order: readonly number[]): Value {
  if ([...order].sort((a, b) => a - b).some((axis, i) => axis !== i) || order.length !== x.shape.length) {
    throw new ShapeError(`transpose: ${order.join()} is no order of the axes of ${formatShape(x.shape)}`)
  }
  const shape = order.map((axis) => x.shape[axis]!)
  const inverse = order.map((_, axis) => order.indexOf(axis))
  const [y] = x.graph.operation(
    'Transpose',
    [x],
    () =>
      [node1(x.graph, { op: 'Transpose', inputs: [x], attributes: { perm: { ints: order } } }, x.type, shape)] as const,
    () =>
      ([dy]) => [dy && transpose(dy, inverse)],
  )
  return y
}

/** Cuts x along an axis into pieces of fixed sizes that add up to the axis. */
export function split(x: Value, sizes: readonly number[], axis: number): readonly Value[] {
  const at = normalAxis(axis, x.shape.length, 'split')
  const whole = fixedSize(x.shape[at], 'split')
  if (sizes.reduce((sum, size) => sum + size, 0) !== whole) {
    throw new ShapeError(`split: ${sizes.join('+')} is not ${whole}`)
  }
  const shapes = sizes.map((size) => x.shape.map((old, i) => (i === at ? size : old)))
  return x.graph.operation(
    'Split',
    [x],
    () =>
      x.graph.node({
        op: 'Split',
        inputs: [x, x.graph.int64s(sizes)],
        outputs: shapes.map((shape) => ({ type: x.type, shape })),
        attributes: { axis: { int: at } },
      }),
    () => (gradients) => {
      if (gradients.some((gradient) => gradient === undefined)) {
        throw new ShapeError('split: the gradient needs every piece')
      }
      return [concat(gradients as readonly Value[], at)]
    },
  )
}

/**
 * Cuts x along an axis of any size into `count` pieces, the last of which may be shorter. No gradient.
 *
 * @param of how many pieces the whole axis has where x is the first `count` of them: their sizes get the same names
 */
export function splitEvenly(x: Value, of: number, axis: number, count: number = of): readonly Value[] {
  const { graph } = x
  const at = normalAxis(axis, x.shape.length, 'splitEvenly')
  if (count === 1) return [x]
  const size = x.shape[at]!
  const outputs = Array.from({ length: count }, (_, i) => {
    const piece =
      typeof size === 'string' ? pieceSize(size.replace(/#.*$/, ''), i, i + 1, of) : pieceSize(size, i, i + 1, count)
    return { type: x.type, shape: x.shape.with(at, piece) }
  })
  return graph.node({
    op: 'Split',
    inputs: [x],
    outputs,
    attributes: { axis: { int: at }, num_outputs: { int: count } },
  })
}

/** The first 1, 2, … `count` pieces of `splitEvenly`, joined; the last is x itself. No gradient. */
export function prefixes(x: Value, count: number, axis: number): readonly Value[] {
  const at = normalAxis(axis, x.shape.length, 'prefixes')
  const whole = x.shape[at]!
  const pieces = splitEvenly(x, count, at)
  return pieces.map((_, i) =>
    i === count - 1 ? x : concat(pieces.slice(0, i + 1), at, pieceSize(whole, 0, i + 1, count)),
  )
}

/** The size of the pieces from `from` to before `to`, of `count`; a name like `sequence#0-2/4`, so that equals match. */
function pieceSize(whole: Dimension, from: number, to: number, count: number): Dimension {
  if (typeof whole === 'string') return from === 0 && to === count ? whole : `${whole}#${from}-${to}/${count}`
  const piece = Math.ceil(whole / count)
  if (piece * (count - 1) > whole) throw new ShapeError(`splitEvenly: ${whole} is not enough for ${count} pieces`)
  return Math.min(whole, to * piece) - from * piece
}

/** Joins values along an axis; one is itself. `size` names the joined axis where the sizes are not all numbers. */
export function concat(values: readonly Value[], axis: number, size?: Dimension): Value {
  const [first] = values
  if (first === undefined) throw new ShapeError('concat: no values')
  if (values.length === 1) return first
  const at = normalAxis(axis, first.shape.length, 'concat')
  for (const value of values) {
    if (!sameShape(value.shape.toSpliced(at, 1), first.shape.toSpliced(at, 1))) {
      throw new ShapeError(`concat: ${formatShape(first.shape)} and ${formatShape(value.shape)} at axis ${at}`)
    }
  }
  const sizes = values.map((value) => value.shape[at]!)
  const fixed = sizes.every((part) => typeof part === 'number')
  const joined = fixed ? sizes.reduce((sum: number, part) => sum + (part as number), 0) : size
  if (joined === undefined) throw new ShapeError('concat: the joined axis needs a name')
  const spec = { op: 'Concat', inputs: values, attributes: { axis: { int: at } } }
  const shape = first.shape.with(at, joined)
  const [y] = first.graph.operation(
    'Concat',
    values,
    () => [node1(first.graph, spec, sameType('concat', ...values), shape)] as const,
    () =>
      ([dy]) => {
        if (dy === undefined) return values.map(() => undefined)
        return split(
          dy,
          sizes.map((part) => fixedSize(part, 'gradient of concat')),
          at,
        )
      },
  )
  return y
}

/**
 * Rows of a table: table [rows, …], indices int32 or int64 of any shape → [...indices, …].
 *
 * @param unique promises that no index comes twice, which makes the gradient faster
 */
export function gatherRows(table: Value, indices: Value, unique = false): Value {
  const { graph } = table
  const rest = table.shape.slice(1)
  const shape = [...indices.shape, ...rest]
  const [y] = graph.operation(
    'Gather',
    [table],
    () => [node1(graph, { op: 'Gather', inputs: [table, indices] }, table.type, shape)] as const,
    () =>
      ([dy]) => [dy && scatterRows(table, indices, dy, unique)],
  )
  return y
}

/**
 * Zeros of the table's shape with the rows of `updates` added at `indices`. ScatterElements adds one after the other;
 * ScatterND would be faster, but its threads race where an index comes twice (onnxruntime issue 18048).
 */
function scatterRows(table: Value, indices: Value, updates: Value, unique: boolean): Value {
  const { graph } = table
  if (table.shape.length !== 2) throw new ShapeError('gradient of gatherRows: the table must be a matrix')
  const count = product(indices.shape)
  const width = table.shape[1]!
  const rows = reshape(updates, [count, width])
  const column = reshape(indices, [count, 1])
  const size = node1(graph, { op: 'Shape', inputs: [table] }, 'int64', [2])
  const zeros = node1(graph, { op: 'Expand', inputs: [graph.scalar(table.type, 0), size] }, table.type, table.shape)
  if (unique) {
    const toInt64 = { op: 'Cast', inputs: [column], attributes: { to: { int: 7 } } }
    const places = indices.type === 'int64' ? column : node1(graph, toInt64, 'int64', column.shape)
    return node1(graph, { op: 'ScatterND', inputs: [zeros, places, rows] }, table.type, table.shape)
  }
  const like = node1(graph, { op: 'Shape', inputs: [rows] }, 'int64', [2])
  const wide = node1(graph, { op: 'Expand', inputs: [column, like] }, indices.type, [count, width])
  const attributes = { axis: { int: 0 }, reduction: { string: 'add' } }
  return node1(graph, { op: 'ScatterElements', inputs: [zeros, wide, rows], attributes }, table.type, table.shape)
}
