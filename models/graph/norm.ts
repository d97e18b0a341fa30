import { add, div, mul, reduceMean, reduceSum, scale, shift, sqrt, square, sub } from './elementwise.ts'
import type { Value } from './graph.ts'
import { sameType } from './graph.ts'
import { reshape } from './layout.ts'
import { matmul } from './linear.ts'
import { fixedSize, formatShape, ShapeError, sameShape } from './shape.ts'

/** Normalisation of rows, each as one operation with the gradient that makes the fewest large temporaries. */

/** What a norm's output is made of: y = g·(x − mean)·r + b, with gain g and bias b [d], mean and r [rows, 1]. */
interface NormParts {
  readonly x: Value
  readonly gain: Value
  readonly r: Value
  readonly mean?: Value
  readonly bias?: Value
}

const partsOf = new WeakMap<Value, NormParts>()

/**
 * α·y·Wᵀ. Where y is the output of a norm, the gradient of W is made of the norm's input, which its own gradient keeps
 * anyway, so that y, LoRA's input beside a frozen layer, is not kept: dW = α·(Σ dz·r·(x − mean)·g + Σ dz·b) over the rows.
 *
 * @param y [rows, d]
 * @param weight [columns, d], few columns
 */
export function normedProduct(y: Value, weight: Value, alpha: number): Value {
  const parts = partsOf.get(y)
  if (parts === undefined) return matmul(y, weight, { transB: true, alpha })
  const { x, gain, r, mean, bias } = parts
  const [z] = y.graph.operation(
    'NormedProduct',
    [y, weight],
    () => [matmul(y, weight, { transB: true, alpha })] as const,
    () =>
      ([dz]) => {
        if (dz === undefined) return [undefined, undefined]
        const scaled = mul(dz, r)
        const sums = matmul(scaled, x, { transA: true, alpha })
        const centred = mean === undefined ? sums : sub(sums, matmul(scaled, mean, { transA: true, alpha }))
        const dw = mul(centred, gain)
        const column = (): Value => scale(reshape(reduceSum(dz, [0]), [dz.shape[1]!, 1]), alpha)
        return [matmul(dz, weight, { alpha }), bias === undefined ? dw : add(dw, mul(column(), bias))]
      },
  )
  return z
}

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
  const [y, root] = graph.operation(
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
  partsOf.set(y, { x, gain, r: root })
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
  const { rows, type } = checkRows('layerNorm', x, gain, bias)
  const column = { type, shape: [rows, 1] } as const
  const [y, centre, root] = graph.operation(
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
        const meanU = reduceMean(u, [1], true)
        const k = mul(mul(r, mul(r, r)), sub(reduceMean(mul(u, x), [1], true), mul(mean, meanU)))
        const dx = add(sub(mul(u, r), mul(x, k)), sub(mul(k, mean), mul(r, meanU)))
        return [dx, reduceSum(mul(dy, mul(sub(x, mean), r)), [0]), reduceSum(dy, [0])]
      },
  )
  partsOf.set(y, { x, gain, r: root, mean: centre, bias })
  return y
}

function checkRows(where: string, x: Value, ...vectors: readonly Value[]) {
  const [rows, width] = x.shape
  if (x.shape.length !== 2 || vectors.some(({ shape }) => !sameShape(shape, [width!]))) {
    throw new ShapeError(`${where}: ${formatShape(x.shape)} with ${vectors.map((v) => formatShape(v.shape)).join()}`)
  }
  return { rows: rows!, d: fixedSize(width, where), type: sameType(where, x, ...vectors) }
}
