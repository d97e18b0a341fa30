import { checkAttention, softmax } from './attention.ts'
import { add, mul, reduceSum, sub, sumOf } from './elementwise.ts'
import type { Value } from './graph.ts'
import { concat, prefixes, reshape, splitEvenly } from './layout.ts'
import { matmul } from './linear.ts'
import { waitFor } from './recompute.ts'
import { product } from './shape.ts'

export interface CausalOptions {
  /** Blocks of queries. A sequence is a multiple of it, or at least its square, so that no block is empty. */
  readonly blocks: number
  /** Keep the probabilities for the backward pass. */
  readonly keep: boolean
}

/**
 * `attention` of tokens over themselves and what is before them, in blocks of queries: a block is multiplied with the
 * keys up to its own end only, so that n blocks do (n + 1) / 2n of the work. Without `keep` the probabilities are
 * computed again in the backward pass (Dao et al. 2022): memory then grows with the sequence, not with its square.
 *
 * @param q [batch, heads, sequence, D]
 * @param k [batch, key-value heads, sequence, D]; `v` the same
 * @param mask broadcast to [batch, heads, sequence, sequence]; nothing after a token may be seen
 */
export function causalAttention(q: Value, k: Value, v: Value, mask: Value, { blocks, keep }: CausalOptions): Value {
  const { batch, queryHeads, keyHeads, alpha } = checkAttention(q, k, v)
  const sequence = q.shape[2]!
  const grouped = (x: Value): Value =>
    reshape(x, [batch, keyHeads, product([x.shape[2]!, queryHeads / keyHeads]), x.shape[3]!])
  const apart = (x: Value, rows: Value): Value => reshape(x, [batch, queryHeads, rows.shape[2]!, x.shape[3]!])
  const rowAxis = mask.shape.length - 2
  // Inside the operation, as masks have no gradient; all layers share what comes of it.
  const maskBlocks = (): readonly Value[] =>
    splitEvenly(mask, blocks, rowAxis).map((part, i) => prefixes(part, blocks, rowAxis + 1)[i]!)
  const weightsOf = (queries: readonly Value[], keys: readonly Value[]): readonly Value[] => {
    const masks = maskBlocks()
    return queries.map((rows, i) => {
      const scores = apart(matmul(grouped(rows), keys[i]!, { transB: true, alpha }), rows)
      return softmax(add(scores, masks[i]!))
    })
  }
  const joined = (parts: readonly Value[]): Value => concat(parts, 2, sequence)
  const [y] = q.graph.operation(
    'CausalAttention',
    [q, k, v],
    () => {
      const queries = splitEvenly(q, blocks, 2)
      const values = prefixes(v, blocks, 2)
      const weights = weightsOf(queries, prefixes(k, blocks, 2))
      const parts = weights.map((p, i) => apart(matmul(grouped(p), values[i]!), queries[i]!))
      return [joined(parts), ...weights] as const
    },
    (out, ...kept) =>
      ([dy]) => {
        if (dy === undefined) return [undefined, undefined, undefined]
        // Cut again instead of keeping the cuts, unless that is next to nothing: the first half of the keys and values.
        const again = (x: Value): Value => (keep && blocks === 2 ? x : waitFor(x, dy))
        const queries = splitEvenly(again(q), blocks, 2)
        const keys = prefixes(again(k), blocks, 2)
        const values = prefixes(again(v), blocks, 2)
        const dys = splitEvenly(dy, blocks, 2)
        const rowSums = splitEvenly(reduceSum(mul(dy, out), [-1], true), blocks, 2)
        const weights = keep ? kept : weightsOf(queries, keys)
        const dScores = weights.map((p, i) => {
          const dWeights = apart(matmul(grouped(dys[i]!), values[i]!, { transB: true }), dys[i]!)
          return grouped(mul(p, sub(dWeights, rowSums[i]!)))
        })
        return [
          joined(dScores.map((ds, i) => apart(matmul(ds, keys[i]!, { alpha }), queries[i]!))),
          summed(dScores.map((ds, i) => matmul(ds, grouped(queries[i]!), { transA: true, alpha }))),
          summed(weights.map((p, i) => matmul(grouped(p), grouped(dys[i]!), { transA: true }))),
        ]
      },
  )
  return y

  /** The sum of gradients of the first 1, 2, … blocks of keys. */
  function summed(gradients: readonly Value[]): Value {
    const parts = gradients.map((gradient, i) => splitEvenly(gradient, blocks, 2, i + 1))
    return joined(Array.from({ length: blocks }, (_, j) => sumOf(parts.slice(j).map((row) => row[j]!))))
  }
}
