import { softmax } from './attention.ts'
import { add, exp, log, mul, reduceSum, scale, sub, sumOf } from './elementwise.ts'
import type { Value } from './graph.ts'
import { node1, sameType } from './graph.ts'
import { concat, gatherRows, reshape, transpose } from './layout.ts'
import { matmul } from './linear.ts'
import { waitFor } from './recompute.ts'
import { formatShape, ShapeError, sameShape } from './shape.ts'

/** Language-model heads with their loss. */

/**
 * The sum over rows of −log softmax(logits)[target], in nats, for classes that are few.
 *
 * @param logits [rows, classes]
 * @param targets int32 [rows]
 * @returns a scalar
 */
export function crossEntropy(logits: Value, targets: Value): Value {
  checkTargets('crossEntropy', logits, targets)
  const [loss] = logits.graph.operation(
    'CrossEntropy',
    [logits],
    () => {
      const p = softmax(logits)
      return [surprisal(p, targets), p] as const
    },
    (_, p) =>
      ([dy]) => [dy && mul(minusOneHot(p, targets), dy)],
  )
  return loss
}

/**
 * The sum over rows of −log softmax(x·Wᵀ)[target], in nats: the language-model head and its loss as one operation.
 * With P the probabilities and Y the one-hot targets, dx = (P − Y)·W = P·W − W[targets] and dW = (P − Y)ᵀ·x, so the
 * logits are never kept, no one-hot matrix is made, and a frozen W needs no second matrix of the size of P.
 *
 * @param x [rows, d], only the rows that have a target
 * @param table [vocabulary, d]
 * @param targets int32 [rows]
 * @returns a scalar
 */
export function linearCrossEntropy(x: Value, table: Value, targets: Value): Value {
  checkTargets('linearCrossEntropy', x, targets)
  sameType('linearCrossEntropy', x, table)
  const [loss] = x.graph.operation(
    'LinearCrossEntropy',
    [x, table],
    () => {
      const p = softmax(matmul(x, table, { transB: true }))
      return [surprisal(p, targets), p] as const
    },
    (_, p) =>
      ([dy]) => {
        if (dy === undefined) return [undefined, undefined]
        const dx = sub(probabilitiesTimes(table, p), gatherRows(table, targets))
        return [mul(dx, dy), matmul(minusOneHot(p, targets), mul(x, dy), { transA: true })]
      },
  )
  return loss
}

/** Some rows of a table. */
export interface TableBlock {
  readonly rows: Value
  /** The same rows once more, for the product with the probabilities: a constant that is packed for it. */
  readonly packed?: Value
}

/**
 * `linearCrossEntropy` of a frozen table in blocks of the vocabulary: no more than one block's probabilities are in
 * memory at a time, so dx is made together with the loss. Of a block j with probabilities Pⱼ among its own words and
 * Lⱼ the logarithm of the sum of its e^logit, the share of all is e^(Lⱼ − L), so that P·W = Σ e^(Lⱼ − L)·Pⱼ·Wⱼ. A row
 * says Lⱼ by its largest logit and the probability of it.
 *
 * @param x [rows, d], only the rows that have a target
 * @param table [vocabulary, d]; it gets no gradient
 * @param blocks all rows of the table
 * @param targets int32 [rows]
 * @returns a scalar
 */
export function blockwiseCrossEntropy(x: Value, table: Value, blocks: readonly TableBlock[], targets: Value): Value {
  checkTargets('blockwiseCrossEntropy', x, targets)
  sameType('blockwiseCrossEntropy', x, table, ...blocks.map(({ rows }) => rows))
  const [loss] = x.graph.operation(
    'BlockwiseCrossEntropy',
    [x],
    () => {
      const parts: { readonly logSum: Value; readonly product: Value }[] = []
      for (const { rows: words, packed = words } of blocks) {
        const before = parts.at(-1)
        // Otherwise all blocks might be computed before the first is let go.
        const rows = before === undefined ? x : waitFor(x, before.product, before.logSum)
        const logits = matmul(rows, words, { transB: true })
        const p = softmax(logits)
        const logSum = sub(largest(logits), log(largest(p)))
        parts.push({ logSum, product: probabilitiesTimes(packed, p) })
      }
      const logSums = concat(
        parts.map(({ logSum }) => logSum),
        1,
      )
      const top = largest(logSums)
      const logSum = add(log(reduceSum(exp(sub(logSums, top)), [1], true)), top)
      const wanted = gatherRows(table, targets)
      const logits = reduceSum(mul(x, wanted), [1], true)
      const products = parts.map((part) => mul(part.product, exp(sub(part.logSum, logSum))))
      return [reduceSum(sub(logSum, logits), [0, 1]), sub(sumOf(products), wanted)] as const
    },
    (_, dx) =>
      ([dy]) => [dy && mul(dx, dy)],
  )
  return loss
}

/** The largest number of each row, [rows, 1]. */
function largest(x: Value): Value {
  const { graph, type } = x
  return node1(graph, { op: 'ReduceMax', inputs: [x, graph.int64s([1])] }, type, [x.shape[0]!, 1])
}

/** Columns up to which a product of few rows may be summed differently by two threads; see `leastTokens`. */
const NARROW = 144

/** p·table [rows, d]. The rows are as many as there are targets, so a narrow product cannot count on many of them. */
function probabilitiesTimes(table: Value, p: Value): Value {
  const width = table.shape[1]!
  if (typeof width === 'string' || width > NARROW) return matmul(p, table)
  // With the left operand transposed MLAS sums in the same runs however it cuts.
  return transpose(matmul(table, p, { transA: true, transB: true }), [1, 0])
}

/** −Σ log p[target]. A probability below the smallest float counts as that float: 87 nats instead of infinity. */
function surprisal(p: Value, targets: Value): Value {
  const { graph, type } = p
  const column = columnOf(targets)
  const attributes = { axis: { int: 1 } }
  const chosen = node1(graph, { op: 'GatherElements', inputs: [p, column], attributes }, type, column.shape)
  const safe = node1(graph, { op: 'Max', inputs: [chosen, graph.scalar(type, 1.2e-38)] }, type, chosen.shape)
  return scale(reduceSum(log(safe), [0, 1]), -1)
}

/** P − Y. */
function minusOneHot(p: Value, targets: Value): Value {
  const { graph, type } = p
  const column = columnOf(targets)
  const size = node1(graph, { op: 'Shape', inputs: [column] }, 'int64', [2])
  const minusOne = node1(graph, { op: 'Expand', inputs: [graph.scalar(type, -1), size] }, type, column.shape)
  const attributes = { axis: { int: 1 }, reduction: { string: 'add' } }
  return node1(graph, { op: 'ScatterElements', inputs: [p, column, minusOne], attributes }, type, p.shape)
}

function columnOf(targets: Value): Value {
  return reshape(targets, [targets.shape[0]!, 1])
}

function checkTargets(where: string, x: Value, targets: Value): void {
  if (x.shape.length === 2 && sameShape(targets.shape, [x.shape[0]!])) return
  throw new ShapeError(`${where}: ${formatShape(x.shape)} with targets ${formatShape(targets.shape)}`)
}

/** −log softmax(x·Wᵀ)[target] of each row, in nats, exactly (log-sum-exp): for scoring, without a gradient. */
export function linearNegativeLogLikelihood(x: Value, table: Value, targets: Value): Value {
  const { graph } = x
  const logits = matmul(x, table, { transB: true })
  const attributes = { reduction: { string: 'none' } }
  return node1(graph, { op: 'SoftmaxCrossEntropyLoss', inputs: [logits, targets], attributes }, x.type, targets.shape)
}
