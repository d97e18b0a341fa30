import { add, div, log, mul, reduceMean, reduceSum, scale, shift, sqrt, square, sub } from './elementwise.ts'
import type { Graph, Value } from './graph.ts'
import { node1, sameType } from './graph.ts'
import { concat, reshape, split } from './layout.ts'
import { matmul } from './linear.ts'
import { fixedSize, formatShape, ShapeError, sameShape } from './shape.ts'

/** The layers of transformers as single operations, each with the gradient that makes the fewest large temporaries. */

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
 * Root-mean-square normalisation of rows (Zhang & Sennrich 2019): y = g·x·r with r = 1/√(mean(x²) + ε).
 * dx = r·(dy·g) − x·r³·Σ(dy·g·x)/d, dg = Σ over rows of dy·x·r.
 *
 * @param x [rows, d]
 * @param gain [d]
 */
export function rmsNorm(x: Value, gain: Value, epsilon: number): Value {
  const { graph } = x
  const [rows, width] = x.shape
  if (x.shape.length !== 2 || !sameShape(gain.shape, [width!])) {
    throw new ShapeError(`rmsNorm: ${formatShape(x.shape)} with a gain ${formatShape(gain.shape)}`)
  }
  const d = fixedSize(width, 'rmsNorm')
  const type = sameType('rmsNorm', x, gain)
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
          { type, shape: [rows!, 1] },
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

/** Angles of rotary position embedding: cosine and sine, [positions, head width / 2]. */
export interface RotaryTables {
  readonly cos: Value
  readonly sin: Value
  /** The sine negated: the gradient turns back by the same angle. */
  readonly minusSin: Value
}

/** Tables for positions 0 … `positions` − 1 (Su et al. 2021), with the halves layout of Hugging Face's Llama. */
export function rotaryTables(
  graph: Graph,
  type: 'float32' | 'float64',
  positions: number,
  headWidth: number,
  base: number,
): RotaryTables {
  const half = headWidth / 2
  const make = (f: (angle: number) => number): Value => {
    const data = type === 'float32' ? new Float32Array(positions * half) : new Float64Array(positions * half)
    for (let p = 0; p < positions; p++) {
      // Transformers computes the angle in float32: position times the rounded inverse frequency.
      for (let i = 0; i < half; i++) {
        data[p * half + i] = f(Math.fround(p * Math.fround(1 / Math.fround(base ** ((2 * i) / headWidth)))))
      }
    }
    return graph.constant(type, [positions, half], data)
  }
  return { cos: make(Math.cos), sin: make(Math.sin), minusSin: make((angle) => -Math.sin(angle)) }
}

/**
 * Turns each head's pairs (i, i + D/2) by its position's angle.
 *
 * @param x [batch, sequence, heads·D]
 * @param positions int64 [1] with the first position, or [batch, sequence]
 */
export function rotary(x: Value, heads: number, tables: RotaryTables, positions: Value): Value {
  const { graph } = x
  const width = fixedSize(x.shape[2], 'rotary')
  if (width / heads / 2 !== tables.cos.shape[1]) {
    throw new ShapeError(
      `rotary: ${heads} heads of ${formatShape(x.shape)} do not fit ${formatShape(tables.cos.shape)}`,
    )
  }
  const [y] = graph.operation(
    'Rotary',
    [x],
    () => [turn(x, heads, tables, positions)] as const,
    () =>
      ([dy]) => [dy && rotary(dy, heads, { cos: tables.cos, sin: tables.minusSin, minusSin: tables.sin }, positions)],
  )
  return y
}

function turn(x: Value, heads: number, { cos, sin }: RotaryTables, positions: Value): Value {
  const { graph } = x
  if (x.type === 'float32') {
    const inputs = [x, positions, cos, sin]
    return node1(graph, { op: 'RotaryEmbedding', domain: 'com.microsoft', inputs }, x.type, x.shape)
  }
  const half = fixedSize(cos.shape[1], 'rotary')
  const [batch, sequence] = x.shape
  const wide = reshape(x, [batch!, sequence!, heads, 2 * half])
  const [low, high] = split(wide, [half, half], 3)
  const angles = (table: Value): Value => {
    const ids = positions.shape.length === 2 ? positions : node1(graph, rangeSpec(x, positions), 'int64', [sequence!])
    const rows = node1(graph, { op: 'Gather', inputs: [table, ids] }, table.type, [...ids.shape, half])
    return reshape(rows, positions.shape.length === 2 ? [batch!, sequence!, 1, half] : [sequence!, 1, half])
  }
  const c = angles(cos)
  const s = angles(sin)
  const turned = [sub(mul(low!, c), mul(high!, s)), add(mul(high!, c), mul(low!, s))]
  return reshape(concat(turned, 3), x.shape)
}

function rangeSpec(x: Value, first: Value): { op: string; inputs: readonly Value[] } {
  const { graph } = x
  const attributes = { start: { int: 1 }, end: { int: 2 } }
  const length = node1(graph, { op: 'Shape', inputs: [x], attributes }, 'int64', [1])
  const end = node1(graph, { op: 'Add', inputs: [first, length] }, 'int64', [1])
  const scalarOf = (value: Value): Value => reshape(value, [])
  return { op: 'Range', inputs: [scalarOf(first), scalarOf(end), graph.constant('int64', [], BigInt64Array.of(1n))] }
}

/**
 * Scaled dot-product attention. Row sums of dP·P are taken as row sums of dO·O (Dao et al. 2022, §B.2), which are
 * D wide instead of as wide as the sequence.
 *
 * @param q [batch, heads, sequence, D]
 * @param k [batch, heads, keys, D]; `v` the same
 * @param mask broadcast to [batch, heads, sequence, keys]: 0 where a key may be seen, else very negative
 */
export function attention(q: Value, k: Value, v: Value, mask: Value): Value {
  const alpha = 1 / Math.sqrt(fixedSize(q.shape[3], 'attention'))
  const [y] = q.graph.operation(
    'Attention',
    [q, k, v],
    () => {
      const weights = softmax(add(matmul(q, k, { transB: true, alpha }), mask))
      return [matmul(weights, v), weights] as const
    },
    (out, weights) =>
      ([dy]) => {
        if (dy === undefined) return [undefined, undefined, undefined]
        const rowSums = reduceSum(mul(dy, out), [-1], true)
        const dScores = mul(weights, sub(matmul(dy, v, { transB: true }), rowSums))
        return [
          matmul(dScores, k, { alpha }),
          matmul(dScores, q, { transA: true, alpha }),
          matmul(weights, dy, { transA: true }),
        ]
      },
  )
  return y
}

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
