import { add, mul, sigmoid, silu, sub } from './elementwise.ts'
import type { Value } from './graph.ts'

/**
 * silu(gate)·up (Shazeer 2020), as one operation that keeps nothing but its operands. With s = σ(gate) and a = gate·s:
 * d(up) = dy·a, d(gate) = dy·up·(s + a − a·s) = up·(d(up) + s·(dy − d(up))).
 */
export function swiGlu(gate: Value, up: Value): Value {
  const [y] = gate.graph.operation(
    'SwiGlu',
    [gate, up],
    () => {
      // Only for the backward pass, and computed then: of a node's inputs ONNX Runtime follows the one that was written
      // last first, which is then the gradient. Written behind it they would be computed at once, and kept.
      const s = sigmoid(gate)
      const a = mul(gate, s)
      return [mul(silu(gate), up), s, a] as const
    },
    (_, s, a) =>
      ([dy]) => {
        if (dy === undefined) return [undefined, undefined]
        const dUp = mul(dy, a)
        return [mul(add(mul(sub(dy, dUp), s), dUp), up), dUp]
      },
  )
  return y
}
