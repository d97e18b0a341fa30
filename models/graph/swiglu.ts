import { add, mul, sigmoid, silu, sub } from './elementwise.ts'
import type { Value } from './graph.ts'

/**
 * silu(gate)·up (Shazeer 2020), as one operation that keeps two tensors for its gradient. With s = σ(gate) and
 * a = gate·s: d(up) = dy·a, d(gate) = dy·c with c = up·(s + a − a·s) = (up − y)·s + y.
 *
 * @param trained the graph takes the gradient too: y is then made of s and a, and c is made beside it, while all of them
 *   are in the caches. Otherwise a fused operator makes y.
 */
export function swiGlu(gate: Value, up: Value, trained = false): Value {
  const [y] = gate.graph.operation(
    'SwiGlu',
    [gate, up],
    () => {
      const s = sigmoid(gate)
      const a = mul(gate, s)
      // Where nothing else needs s, ONNX Runtime makes gate·s an operator that has no kernel for doubles.
      const product = trained && gate.type === 'float32' ? a : silu(gate)
      return [mul(product, up), s, a] as const
    },
    (out, s, a) =>
      ([dy]) => {
        if (dy === undefined) return [undefined, undefined]
        // ONNX Runtime follows first what was written last: behind `dy`, so this is computed at once and its parts go.
        const c = add(mul(sub(up, out), s), out)
        return [mul(dy, c), mul(dy, a)]
      },
  )
  return y
}
