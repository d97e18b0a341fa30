import { add, exp, mul, scale, shift, sigmoid, square, sub } from './elementwise.ts'
import type { Graph, Value } from './graph.ts'
import { node1 } from './graph.ts'

/** Gaussian error linear units (Hendrycks & Gimpel 2016). */

/**
 * x·Φ(x) with Φ the normal distribution function (`gelu`). dx = dy·(Φ(x) + x·φ(x)).
 */
export function gelu(x: Value): Value {
  const { graph, type } = x
  const [y] = graph.operation(
    'Gelu',
    [x],
    () => {
      if (type !== 'float32') return [mul(x, normalShare(x))] as const
      return [node1(graph, { op: 'Gelu', domain: 'com.microsoft', inputs: [x] }, type, x.shape)]
    },
    () =>
      ([dy]) => {
        if (dy === undefined) return [undefined]
        const density = scale(exp(scale(square(x), -0.5)), 1 / Math.sqrt(2 * Math.PI))
        return [mul(dy, add(normalShare(x), mul(x, density)))]
      },
  )
  return y
}

/** √(8/π) and the cubic term, so that the tanh form is x·σ(a·x + b·x³). */
const LINEAR = Math.sqrt(8 / Math.PI)
const CUBIC = 0.044715 * LINEAR

/**
 * ½·x·(1 + tanh(√(2/π)·(x + 0.044715·x³))) (`gelu_new`), which is x·s with s = σ(a·x + b·x³).
 * dx = dy·s·(1 + (x − y)·(a + 3b·x²)), as x − y = x·(1 − s).
 *
 * @param trained the graph takes the gradient too: y is then made of s. Otherwise a fused operator makes it.
 */
export function geluTanh(x: Value, trained = false): Value {
  const { graph, type } = x
  const [y] = graph.operation(
    'GeluTanh',
    [x],
    () => {
      const squared = square(x)
      const s = gate(x, squared)
      const fused = type === 'float32' && !trained
      const spec = { op: 'FastGelu', domain: 'com.microsoft', inputs: [x] }
      return [fused ? node1(graph, spec, type, x.shape) : mul(x, s), squared, s] as const
    },
    (out, squared, s) =>
      ([dy]) => {
        if (dy === undefined) return [undefined]
        // Computed in the forward pass, as it is written behind `dy`: of all parts only the slope is kept.
        const slope = shift(scale(squared, 3 * CUBIC), LINEAR)
        return [mul(dy, mul(shift(mul(sub(x, out), slope), 1), s))]
      },
  )
  return y
}

function gate(x: Value, squared: Value): Value {
  return sigmoid(mul(x, shift(scale(squared, CUBIC), LINEAR)))
}

/** Φ(x) = ½·(1 + erf(x/√2)). */
function normalShare(x: Value): Value {
  return scale(shift(errorFunction(scale(x, Math.SQRT1_2)), 1), 0.5)
}

function errorFunction(x: Value): Value {
  const { graph, type } = x
  if (type === 'float32') return node1(graph, { op: 'Erf', inputs: [x] }, type, x.shape)
  return doubleErrorFunction(graph, x)
}

/** erf is 1 to the last bit of a double from here on. */
const FLAT = 6
/** Terms of the series that reach a double's precision at `FLAT`. */
const TERMS = 140

/**
 * erf in double precision, for which ONNX Runtime has no kernel: 2/√π·e^(−x²)·Σ 2ⁿ·x^(2n+1)/(2n+1)!!, whose terms are
 * all of one sign (Abramowitz & Stegun 7.1.6). Slow, and only ever run in checks of gradients.
 */
function doubleErrorFunction(graph: Graph, value: Value): Value {
  const { type } = value
  const limits = [graph.scalar(type, -FLAT), graph.scalar(type, FLAT)]
  const x = node1(graph, { op: 'Clip', inputs: [value, ...limits] }, type, value.shape)
  const squared = square(x)
  let sum = shift(scale(squared, 0), 1)
  for (let n = TERMS; n > 0; n--) sum = shift(scale(mul(squared, sum), 2 / (2 * n + 1)), 1)
  return scale(mul(mul(x, exp(scale(squared, -1))), sum), 2 / Math.sqrt(Math.PI))
}
