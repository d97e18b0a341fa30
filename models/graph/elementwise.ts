import type { Value } from './graph.ts'
import { node1, sameType } from './graph.ts'
import { broadcastShape, ShapeError, sameShape } from './shape.ts'

/** Element-wise operators with numpy broadcasting, and their gradients. */

/** a + b, broadcast. */
export function add(a: Value, b: Value): Value {
  return binary('Add', a, b, (dy) => [sumTo(dy, a), sumTo(dy, b)])
}

/** a − b, broadcast. */
export function sub(a: Value, b: Value): Value {
  return binary('Sub', a, b, (dy) => [sumTo(dy, a), sumTo(scale(dy, -1), b)])
}

/** a · b, broadcast. */
export function mul(a: Value, b: Value): Value {
  return binary('Mul', a, b, (dy) => [sumTo(mul(dy, b), a), sumTo(mul(dy, a), b)])
}

/** a / b, broadcast. ∂/∂b = −y/b. */
export function div(a: Value, b: Value): Value {
  return binary('Div', a, b, (dy, y) => [sumTo(div(dy, b), a), sumTo(scale(div(mul(dy, y), b), -1), b)])
}

/** x times a constant. */
export function scale(x: Value, factor: number): Value {
  return factor === 1 ? x : mul(x, x.graph.scalar(x.type, factor))
}

/** x plus a constant. */
export function shift(x: Value, by: number): Value {
  return by === 0 ? x : add(x, x.graph.scalar(x.type, by))
}

/** x². */
export function square(x: Value): Value {
  return mul(x, x)
}

/** √x. The gradient is ½/y, so infinite at 0. */
export function sqrt(x: Value): Value {
  return unary('Sqrt', x, (dy, y) => div(scale(dy, 0.5), y))
}

/** eˣ. */
export function exp(x: Value): Value {
  return unary('Exp', x, (dy, y) => mul(dy, y))
}

/** The natural logarithm. */
export function log(x: Value): Value {
  return unary('Log', x, (dy) => div(dy, x))
}

/** σ(x) = 1 / (1 + e⁻ˣ). σ′ = σ − σ². */
export function sigmoid(x: Value): Value {
  return unary('Sigmoid', x, (dy, y) => mul(dy, sub(y, mul(y, y))))
}

/** The hyperbolic tangent. tanh′ = 1 − tanh². */
export function tanh(x: Value): Value {
  return unary('Tanh', x, (dy, y) => sub(dy, mul(dy, mul(y, y))))
}

/**
 * x·σ(x), the gate of SwiGLU (`hidden_act: silu`). float32 takes ONNX Runtime's fused QuickGelu with alpha 1.
 * With s = x·σ: s′ = σ·(1 − s) + s.
 */
export function silu(x: Value): Value {
  const { graph } = x
  const [y] = graph.operation(
    'Silu',
    [x],
    () => {
      // x·σ(x) would be fused to an operator that has no kernel for doubles.
      if (x.type !== 'float32') return [div(x, shift(exp(scale(x, -1)), 1))] as const
      const attributes = { alpha: { float: 1 } }
      return [node1(graph, { op: 'QuickGelu', domain: 'com.microsoft', inputs: [x], attributes }, x.type, x.shape)]
    },
    (out) =>
      ([dy]) => {
        const gate = sigmoid(x)
        return [dy && mul(dy, add(sub(gate, mul(gate, out)), out))]
      },
  )
  return y
}

/** min(x, limit), without a gradient: for factors that are computed from gradients. */
export function atMost(x: Value, limit: number): Value {
  return node1(x.graph, { op: 'Min', inputs: [x, x.graph.scalar(x.type, limit)] }, x.type, x.shape)
}

/** The sum of values of one shape, in their order: ONNX Runtime adds three at once slower than two and one more. */
export function sumOf(values: readonly Value[]): Value {
  const [first] = values
  if (first === undefined) throw new ShapeError('sumOf: no values')
  if (values.length === 1) return first
  for (const value of values) {
    if (!sameShape(value.shape, first.shape)) throw new ShapeError('sumOf: shapes differ')
  }
  const [y] = first.graph.operation(
    'Sum',
    values,
    () => {
      const type = sameType('sumOf', ...values)
      const plus = (a: Value, b: Value): Value => node1(first.graph, { op: 'Add', inputs: [a, b] }, type, first.shape)
      return [values.slice(1).reduce(plus, first)] as const
    },
    () =>
      ([dy]) =>
        values.map(() => dy),
  )
  return y
}

/** Sums over axes; the axes stay with size 1 where `keep` is true. */
export function reduceSum(x: Value, axes: readonly number[], keep = false): Value {
  return reduce('ReduceSum', x, axes, keep, (dy) => dy)
}

/**
 * The mean over axes, negative ones counted from the end.
 *
 * @param keep leaves the axes in the shape, with size 1
 * @throws ShapeError where a size is a name: the gradient needs the number
 */
export function reduceMean(x: Value, axes: readonly number[], keep = false): Value {
  const size = axes.reduce((total, axis) => {
    const length = x.shape[axis < 0 ? axis + x.shape.length : axis]
    if (typeof length !== 'number') throw new ShapeError('reduceMean: the sizes must be fixed')
    return total * length
  }, 1)
  return reduce('ReduceMean', x, axes, keep, (dy) => scale(dy, 1 / size))
}

/** The sum of squares of all elements, a scalar. No gradient: for the norm of gradients. */
export function sumOfSquares(x: Value): Value {
  const attributes = { keepdims: { int: 0 } }
  return node1(x.graph, { op: 'ReduceSumSquare', inputs: [x], attributes }, x.type, [])
}

/** Adds up what broadcasting repeated, so that a gradient gets the shape of its operand. */
export function sumTo(gradient: Value, like: Value): Value {
  if (sameShape(gradient.shape, like.shape)) return gradient
  const rank = gradient.shape.length
  const missing = rank - like.shape.length
  const axes = gradient.shape.flatMap((size, axis) =>
    axis < missing || (like.shape[axis - missing] === 1 && size !== 1) ? [axis] : [],
  )
  const leading = axes.filter((axis) => axis < missing)
  const repeated = axes.filter((axis) => axis >= missing)
  const kept = repeated.length === 0 ? gradient : reduceSum(gradient, repeated, true)
  return leading.length === 0 ? kept : reduceSum(kept, leading)
}

/** Repeats a gradient of a sum over the axes that were summed. */
function expandLike(dy: Value, x: Value, axes: readonly number[], keep: boolean): Value {
  const { graph } = x
  let wide = dy
  if (!keep && axes.length < x.shape.length) {
    const shape = x.shape.map((size, axis) => (axes.includes(axis) ? 1 : size))
    wide = node1(graph, { op: 'Unsqueeze', inputs: [dy, graph.int64s(axes)] }, dy.type, shape)
  }
  const size = graph.node({
    op: 'Shape',
    inputs: [x],
    outputs: [{ type: 'int64', shape: [x.shape.length] }],
  })[0]!
  return node1(graph, { op: 'Expand', inputs: [wide, size] }, x.type, x.shape)
}

function reduce(op: string, x: Value, axes: readonly number[], keep: boolean, toGradient: (dy: Value) => Value): Value {
  const { graph } = x
  const rank = x.shape.length
  const normal = axes.map((axis) => (axis < 0 ? axis + rank : axis))
  if (normal.some((axis) => axis < 0 || axis >= rank)) throw new ShapeError(`${op}: no axis ${axes.join()}`)
  const shape = x.shape.flatMap((size, axis) => (normal.includes(axis) ? (keep ? [1] : []) : [size]))
  const attributes = { keepdims: { int: keep ? 1 : 0 } }
  const [y] = graph.operation(
    op,
    [x],
    () => [node1(graph, { op, inputs: [x, graph.int64s(normal)], attributes }, x.type, shape)] as const,
    () =>
      ([dy]) => [dy && expandLike(toGradient(dy), x, normal, keep)],
  )
  return y
}

function binary(
  op: string,
  a: Value,
  b: Value,
  backward: (dy: Value, y: Value) => readonly (Value | undefined)[],
): Value {
  const type = sameType(op, a, b)
  const shape = broadcastShape(a.shape, b.shape, op)
  const [y] = a.graph.operation(
    op,
    [a, b],
    () => [node1(a.graph, { op, inputs: [a, b] }, type, shape)] as const,
    (out) =>
      ([dy]) =>
        dy === undefined ? [undefined, undefined] : backward(dy, out),
  )
  return y
}

function unary(op: string, x: Value, backward: (dy: Value, y: Value) => Value): Value {
  const [y] = x.graph.operation(
    op,
    [x],
    () => [node1(x.graph, { op, inputs: [x] }, x.type, x.shape)] as const,
    (out) =>
      ([dy]) => [dy && backward(dy, out)],
  )
  return y
}
