import { add, mul, scale, shift } from './elementwise.ts'
import { gradients } from './gradient.ts'
import type { Value } from './graph.ts'
import { node1 } from './graph.ts'

/**
 * A part of a network whose inner values are not kept for the backward pass but computed again from its input (Chen
 * et al. 2016). Costs one more forward pass of the part and saves all that lies between its input and its output.
 *
 * ONNX Runtime merges equal nodes (1.30 does so with the first layers of a block) and may run what has no open input
 * early. So the second computation starts from `x + zero·dy₀`, which is no equal of the first, waits for the part's
 * gradient, and cannot be folded as `zero` is fed.
 *
 * @param zero a graph input of shape [], always fed 0
 * @param build called twice; what it uses besides its argument may be differentiated too
 */
export function recomputed(x: Value, zero: Value, build: (x: Value) => Value): Value {
  const { graph } = x
  const operands: Value[] = [x]
  const [y] = graph.operation(
    'Recomputed',
    operands,
    () => {
      const start = graph.tape.length
      const out = build(x)
      operands.push(...outerValues(x, graph.tape.slice(start)))
      return [out] as const
    },
    () =>
      ([dy]) => {
        if (dy === undefined) return operands.map(() => undefined)
        const again = add(x, mul(zero, firstElement(dy)))
        return gradients(build(again), [again, ...operands.slice(1)], dy)
      },
  )
  return y
}

/**
 * x itself, but not before `others`, of its rank, are there and never merged with what was computed from x before: for what
 * the backward pass computes again. One pass over x.
 */
export function waitFor(x: Value, ...others: readonly Value[]): Value {
  return mul(x, shift(scale(others.map(firstElement).reduce(add), 0), 1))
}

/** What the operations read and did not make. */
function outerValues(x: Value, operations: readonly { inputs: readonly Value[]; outputs: readonly Value[] }[]) {
  const inner = new Set([x.id, ...operations.flatMap(({ outputs }) => outputs.map(({ id }) => id))])
  const outer = new Map<string, Value>()
  for (const { inputs } of operations) for (const input of inputs) if (!inner.has(input.id)) outer.set(input.id, input)
  return [...outer.values()]
}

/** One element of a gradient as a tensor that broadcasts to the shape of `x`. */
function firstElement(dy: Value): Value {
  const { graph } = dy
  const rank = dy.shape.length
  const vector = (value: number): Value => graph.int64s(new Array<number>(rank).fill(value))
  const axes = graph.int64s(Array.from({ length: rank }, (_, i) => i))
  const inputs = [dy, vector(0), vector(1), axes]
  return node1(graph, { op: 'Slice', inputs }, dy.type, new Array<number>(rank).fill(1))
}
