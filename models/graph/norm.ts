import { add, div, mul, reduceMean, reduceSum, scale, shift, sqrt, square, sub } from './elementwise.ts'
import type { Value } from './graph.ts'
import { sameType } from './graph.ts'
import { reshape } from './layout.ts'
import { matmul } from './linear.ts'
import { fixedSize, formatShape, ShapeError, sameShape } from './shape.ts'

/** Normalisation of rows, each as one operation with the gradient that makes the fewest large temporaries. */

/**
 * Root-mean-square normalisation (Zhang & Sennrich 2019): y = g·x·r with r = 1/√(mean(x²) + ε).
 * dx = r·(dy·g) − x·r³·Σ(dy·g·x)/d, dg = Σ over rows of dy·x·r.
 *
 * @param x [rows, d]
 * @param gain [d]
 */
export function rmsNorm(x: Value, gain: Value, epsilon: number): Value {
  const { graph } = x
  const { rows, d, type } = checkRows('rmsNorm', x, gain)
  const [y] = graph.operation(
    'RmsNorm',
    [x, gain],
    () => {
      if (type !== 'float32') {
        const r = div(graph.scalar(type, 1), sqrt(shift(reduceMean(square(x), [1], true), epsilon)))
        return [mul(mul(x, r), gain), r] as const
      }
      const [out, r] = graph.node({
        op: 'SimplifiedLayerNormalization',
        inputs: [x, gain],
        outputs: [
          { type, shape: x.shape },
          { type, shape: [rows, 1] },
        ],
        attributes: { axis: { int: -1 }, epsilon: { float: epsilon } },
      })
      return [out!, r!] as const
    },
    (_, r) =>
      ([dy]) => {
        if (dy === undefined) return [undefined, undefined]
        const dyx = mul(dy, x)
        const dot = matmul(dyx, reshape(gain, [d, 1]))
        const pull = mul(mul(mul(r, r), r), scale(dot, 1 / d))
        const dx = sub(mul(mul(dy, gain), r), mul(x, pull))
        return [dx, reshape(matmul(r, dyx, { transA: true }), [d])]
      },
  )
  return y
}

/**
 * Layer normalisation (Ba et al. 2016): y = g·x̂ + b with x̂ = (x − μ)·r, r = 1/√(var(x) + ε).
 * dx = r·(dy·g − mean(dy·g) − x̂·mean(dy·g·x̂)), dg = Σ over rows of dy·x̂, db = Σ over rows of dy. x̂ is not made for dx:
 * with u = dy·g and k = r³·(mean(u·x) − μ·mean(u)), dx = r·u − k·x + (k·μ − r·mean(u)).
 *
 * @param x [rows, d]
 * @param gain [d]
 * @param bias [d]
 */
export function layerNorm(x: Value, gain: Value, bias: Value, epsilon: number): Value {
  const { graph } = x
  const { rows, d, type } = checkRows('layerNorm', x, gain, bias)
  const column = { type, shape: [rows, 1] } as const
  const [y] = graph.operation(
    'LayerNorm',
    [x, gain, bias],
    () => {
      if (type !== 'float32') {
        const mean = reduceMean(x, [1], true)
        const centred = sub(x, mean)
        const r = div(graph.scalar(type, 1), sqrt(shift(reduceMean(square(centred), [1], true), epsilon)))
        return [add(mul(mul(centred, r), gain), bias), mean, r] as const
      }
      const [out, mean, r] = graph.node({
        op: 'LayerNormalization',
        inputs: [x, gain, bias],
        outputs: [{ type, shape: x.shape }, column, column],
        attributes: { axis: { int: -1 }, epsilon: { float: epsilon } },
      })
      return [out!, mean!, r!] as const
    },
    (_, mean, r) =>
      ([dy]) => {
        if (dy === undefined) return [undefined, undefined, undefined]
        const u = mul(dy, gain)
        const meanOf = (rowsOf: Value): Value => scale(reduceSum(rowsOf, [1], true), 1 / d)
        const meanU = meanOf(u)
        const k = mul(mul(r, mul(r, r)), sub(meanOf(mul(u, x)), mul(mean, meanU)))
        const dx = add(sub(mul(u, r), mul(x, k)), sub(mul(k, mean), mul(r, meanU)))
        return [dx, reduceSum(mul(dy, mul(sub(x, mean), r)), [0]), reduceSum(dy, [0])]
      },
  )
  return y
}

function checkRows(where: string, x: Value, ...vectors: readonly Value[]) {
  const [rows, width] = x.shape
  if (x.shape.length !== 2 || vectors.some(({ shape }) => !sameShape(shape, [width!]))) {
    throw new ShapeError(`${where}: ${formatShape(x.shape)} with ${vectors.map((v) => formatShape(v.shape)).join()}`)
  }
  return { rows: rows!, d: fixedSize(width, where), type: sameType(where, x, ...vectors) }
}
