import { add, mul, reduceSum, sub } from './elementwise.ts'
import type { Value } from './graph.ts'
import { node1 } from './graph.ts'
import { reshape } from './layout.ts'
import { matmul } from './linear.ts'
import { fixedSize, formatShape, product, ShapeError, sameShape } from './shape.ts'

/** Softmax over the last axis. dx = y·(dy − Σ dy·y). */
export function softmax(x: Value): Value {
  const attributes = { axis: { int: -1 } }
  const [y] = x.graph.operation(
    'Softmax',
    [x],
    () => [node1(x.graph, { op: 'Softmax', inputs: [x], attributes }, x.type, x.shape)] as const,
    (out) =>
      ([dy]) => [dy && mul(out, sub(dy, reduceSum(mul(dy, out), [-1], true)))],
  )
  return y
}

/**
 * Scaled dot-product attention. Query heads may share keys and values in groups (Ainslie et al. 2023): the queries of
 * a group are rows of one product, so keys are never copied and the products of the gradient sum over the group.
 * Row sums of dP·P are taken as row sums of dO·O (Dao et al. 2022, §B.2), which are D wide instead of as wide as the
 * sequence.
 *
 * @param q [batch, heads, sequence, D]
 * @param k [batch, key-value heads, keys, D]; `v` the same. Query head h sees key-value head ⌊h / group⌋.
 * @param mask broadcast to [batch, heads, sequence, keys]: 0 where a key may be seen, else very negative
 */
export function attention(q: Value, k: Value, v: Value, mask: Value): Value {
  const { batch, queryHeads, keyHeads, alpha } = checkAttention(q, k, v)
  const sequence = q.shape[2]
  const keys = k.shape[2]
  const rows = product([sequence!, queryHeads / keyHeads])
  const grouped = (x: Value): Value => reshape(x, [batch, keyHeads, rows, x.shape[3]!])
  const apart = (x: Value): Value => reshape(x, [batch, queryHeads, sequence!, x.shape[3]!])
  const [y] = q.graph.operation(
    'Attention',
    [q, k, v],
    () => {
      const scores = apart(matmul(grouped(q), k, { transB: true, alpha }))
      const weights = softmax(add(scores, mask))
      if (!sameShape(weights.shape, [batch, queryHeads, sequence!, keys!])) {
        throw new ShapeError(`attention: the mask ${formatShape(mask.shape)} is larger than the scores`)
      }
      return [apart(matmul(grouped(weights), v)), weights] as const
    },
    (out, weights) =>
      ([dy]) => {
        if (dy === undefined) return [undefined, undefined, undefined]
        const rowSums = reduceSum(mul(dy, out), [-1], true)
        const dWeights = apart(matmul(grouped(dy), v, { transB: true }))
        const dScores = grouped(mul(weights, sub(dWeights, rowSums)))
        return [
          apart(matmul(dScores, k, { alpha })),
          matmul(dScores, grouped(q), { transA: true, alpha }),
          matmul(grouped(weights), grouped(dy), { transA: true }),
        ]
      },
  )
  return y
}

/** The sizes of an attention, checked. `alpha` is what scores are multiplied by, 1/√D. */
export function checkAttention(q: Value, k: Value, v: Value) {
  const [batch, heads, , width] = q.shape
  const queryHeads = fixedSize(heads, 'attention')
  const keyHeads = fixedSize(k.shape[1], 'attention')
  if (k.shape.length !== 4 || !sameShape(k.shape, v.shape) || k.shape[3] !== width || queryHeads % keyHeads !== 0) {
    throw new ShapeError(`attention: queries ${formatShape(q.shape)}, keys ${formatShape(k.shape)}`)
  }
  return { batch: batch!, queryHeads, keyHeads, alpha: 1 / Math.sqrt(fixedSize(width, 'attention')) }
}
