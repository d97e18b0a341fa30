import { softmax } from './attention.ts'
import { log, mul, reduceSum, scale } from './elementwise.ts'
import type { Value } from './graph.ts'
import { node1, sameType } from './graph.ts'
import { reshape } from './layout.ts'
import { matmul } from './linear.ts'
import { formatShape, ShapeError, sameShape } from './shape.ts'

/** Language-model heads with their loss. */

/**
 * The sum over rows of −log softmax(x·Wᵀ)[target], in nats: the language-model head and its loss as one operation.
 * With P the probabilities and Y the one-hot targets, dx = (P − Y)·W and dW = (P − Y)ᵀ·x, so the logits are never
 * kept and no one-hot matrix is made.
 *
 * @param x [rows, d], only the rows that have a target
 * @param table [vocabulary, d]
 * @param targets int32 [rows]
 * @returns a scalar
 */
export function linearCrossEntropy(x: Value, table: Value, targets: Value): Value {
  const { graph } = x
  const type = sameType('linearCrossEntropy', x, table)
  const [rows] = x.shape
  if (!sameShape(targets.shape, [rows!])) {
    throw new ShapeError(`linearCrossEntropy: ${formatShape(x.shape)} with targets ${formatShape(targets.shape)}`)
  }
  const column = reshape(targets, [rows!, 1])
  const [loss] = graph.operation(
    'LinearCrossEntropy',
    [x, table],
    () => {
      const p = softmax(matmul(x, table, { transB: true }))
      const chosen = node1(
        graph,
        { op: 'GatherElements', inputs: [p, column], attributes: { axis: { int: 1 } } },
        type,
        [rows!, 1],
      )
      // A probability below the smallest float counts as that float: 87 nats instead of infinity.
      const safe = node1(graph, { op: 'Max', inputs: [chosen, graph.scalar(type, 1.2e-38)] }, type, chosen.shape)
      return [scale(reduceSum(log(safe), [0, 1]), -1), p] as const
    },
    (_, p) =>
      ([dy]) => {
        if (dy === undefined) return [undefined, undefined]
        const minusOne = node1(
          graph,
          {
            op: 'Expand',
            inputs: [graph.scalar(type, -1), node1(graph, { op: 'Shape', inputs: [column] }, 'int64', [2])],
          },
          type,
          [rows!, 1],
        )
        const attributes = { axis: { int: 1 }, reduction: { string: 'add' } }
        const error = node1(graph, { op: 'ScatterElements', inputs: [p, column, minusOne], attributes }, type, p.shape)
        return [mul(matmul(error, table), dy), matmul(error, mul(x, dy), { transA: true })]
      },
  )
  return loss
}

/** −log softmax(x·Wᵀ)[target] of each row, in nats, exactly (log-sum-exp): for scoring, without a gradient. */
export function linearNegativeLogLikelihood(x: Value, table: Value, targets: Value): Value {
  const { graph } = x
  const logits = matmul(x, table, { transB: true })
  const attributes = { reduction: { string: 'none' } }
  return node1(graph, { op: 'SoftmaxCrossEntropyLoss', inputs: [logits, targets], attributes }, x.type, targets.shape)
}
