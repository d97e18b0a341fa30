import { describe, expect, it } from 'vitest'
import { attention, softmax } from '../../../models/graph/attention.ts'
import { blockwiseCrossEntropy, crossEntropy, linearCrossEntropy } from '../../../models/graph/cross-entropy.ts'
import {
  add,
  div,
  exp,
  log,
  mul,
  reduceMean,
  reduceSum,
  scale,
  shift,
  sigmoid,
  silu,
  sqrt,
  sub,
  sumOf,
  tanh,
} from '../../../models/graph/elementwise.ts'
import { gelu, geluTanh } from '../../../models/graph/gelu.ts'
import { gradients } from '../../../models/graph/gradient.ts'
import type { Graph, Value } from '../../../models/graph/graph.ts'
import { createGraph } from '../../../models/graph/graph.ts'
import { concat, gatherRows, reshape, split, transpose } from '../../../models/graph/layout.ts'
import { affine, matmul } from '../../../models/graph/linear.ts'
import { layerNorm, normedProduct, rmsNorm } from '../../../models/graph/norm.ts'
import { rotary, rotaryTables } from '../../../models/graph/rotary.ts'
import type { Feed } from '../../../models/graph/session.ts'
import { openSession } from '../../../models/graph/session.ts'
import { swiGlu } from '../../../models/graph/swiglu.ts'
import { random } from '../../../util/random.ts'

type Real = 'float32' | 'float64'

interface Case {
  readonly name: string
  /** Shapes of the differentiated inputs. */
  readonly shapes: readonly (readonly number[])[]
  /** Adds this to every random input, to keep logarithms and roots away from zero. */
  readonly offset?: number
  /** Random inputs lie between minus this and this; 1 where left out. */
  readonly spread?: number
  readonly build: (inputs: readonly Value[], graph: Graph, type: Real) => Value
}

const ids = (graph: Graph, values: readonly number[]): Value =>
  graph.constant('int32', [values.length], Int32Array.from(values))

const angles = (graph: Graph, type: Real, positions: Value, factor = 1) =>
  rotaryTables(
    graph,
    type,
    graph.constant('int32', [2, 3], new Int32Array(6)),
    positions,
    Float32Array.of(1, 0.25),
    factor,
  )

const CASES: readonly Case[] = [
  { name: 'add with broadcasting', shapes: [[3, 4], [4]], build: ([a, b]) => add(a!, b!) },
  {
    name: 'sub with broadcasting',
    shapes: [
      [3, 1],
      [2, 3, 4],
    ],
    build: ([a, b]) => sub(a!, b!),
  },
  {
    name: 'mul with broadcasting',
    shapes: [
      [3, 4],
      [3, 1],
    ],
    build: ([a, b]) => mul(a!, b!),
  },
  { name: 'mul of a value with itself', shapes: [[5]], build: ([a]) => mul(a!, a!) },
  { name: 'div', shapes: [[3, 4], [4]], offset: 3, build: ([a, b]) => div(a!, b!) },
  { name: 'scale and shift', shapes: [[4]], build: ([a]) => shift(scale(a!, -2.5), 1) },
  { name: 'sqrt', shapes: [[6]], offset: 3, build: ([a]) => sqrt(a!) },
  { name: 'exp', shapes: [[6]], build: ([a]) => exp(a!) },
  { name: 'log', shapes: [[6]], offset: 3, build: ([a]) => log(a!) },
  { name: 'sigmoid', shapes: [[6]], build: ([a]) => sigmoid(a!) },
  { name: 'tanh', shapes: [[6]], build: ([a]) => tanh(a!) },
  { name: 'silu', shapes: [[3, 4]], build: ([a]) => silu(a!) },
  { name: 'sumOf', shapes: [[4], [4], [4]], build: ([a, b, c]) => sumOf([a!, b!, c!, a!]) },
  { name: 'reduceSum, axis dropped', shapes: [[2, 3, 4]], build: ([a]) => reduceSum(a!, [1]) },
  { name: 'reduceSum, axes kept', shapes: [[2, 3, 4]], build: ([a]) => reduceSum(a!, [0, -1], true) },
  { name: 'reduceMean', shapes: [[2, 5]], build: ([a]) => reduceMean(a!, [1], true) },
  ...[false, true].flatMap((transA) =>
    [false, true].map(
      (transB): Case => ({
        name: `matmul${transA ? ' transA' : ''}${transB ? ' transB' : ''} with alpha`,
        shapes: [transA ? [4, 3] : [3, 4], transB ? [5, 4] : [4, 5]],
        build: ([a, b]) => matmul(a!, b!, { transA, transB, alpha: 0.5 }),
      }),
    ),
  ),
  {
    name: 'matmul of stacks with broadcasting',
    shapes: [
      [2, 3, 4],
      [1, 4, 2],
    ],
    build: ([a, b]) => matmul(a!, b!),
  },
  {
    name: 'matmul of a stack with a matrix',
    shapes: [
      [2, 3, 4],
      [4, 2],
    ],
    build: ([a, b]) => matmul(a!, b!),
  },
  { name: 'reshape', shapes: [[3, 4]], build: ([a]) => reshape(a!, [2, 6]) },
  { name: 'transpose', shapes: [[2, 3, 4]], build: ([a]) => transpose(a!, [2, 0, 1]) },
  {
    name: 'split and concat',
    shapes: [[2, 5]],
    build: ([a]) => {
      const [left, right] = split(a!, [2, 3], 1)
      return concat([mul(right!, right!), left!], 1)
    },
  },
  {
    name: 'gatherRows with repeated rows',
    shapes: [[4, 3]],
    build: ([table], graph) => gatherRows(table!, ids(graph, [1, 3, 1, 1, 0])),
  },
  {
    name: 'gatherRows with unique rows',
    shapes: [[4, 3]],
    build: ([table], graph) => gatherRows(table!, ids(graph, [3, 0, 1]), true),
  },
  { name: 'softmax', shapes: [[3, 5]], build: ([a]) => softmax(a!) },
  { name: 'rmsNorm', shapes: [[3, 8], [8]], build: ([x, g]) => rmsNorm(x!, g!, 1e-5) },
  { name: 'layerNorm', shapes: [[3, 8], [8], [8]], build: ([x, g, b]) => layerNorm(x!, g!, b!, 1e-5) },
  {
    name: 'layerNorm of rows far from zero',
    shapes: [[3, 8]],
    offset: 10,
    build: ([x], graph, type) => {
      const [g, b] = [0.7, -0.4].map((value) => {
        const data = Float64Array.from({ length: 8 }, (_, i) => value + i / 8)
        return graph.constant(type, [8], type === 'float32' ? Float32Array.from(data) : data)
      })
      return layerNorm(x!, g!, b!, 1e-5)
    },
  },
  { name: 'gelu', shapes: [[5, 7]], spread: 4, build: ([a]) => gelu(a!) },
  { name: 'geluTanh', shapes: [[5, 7]], spread: 4, build: ([a]) => geluTanh(a!) },
  { name: 'geluTanh, trained', shapes: [[5, 7]], spread: 4, build: ([a]) => geluTanh(a!, true) },
  ...[false, true].map(
    (transB): Case => ({
      name: `affine${transB ? ' transB' : ''}`,
      shapes: [[3, 4], transB ? [5, 4] : [4, 5], [5]],
      build: ([x, w, b]) => affine(x!, w!, b!, transB),
    }),
  ),
  {
    name: 'rotary from a first position',
    shapes: [[2, 2, 3, 4]],
    build: ([x], graph, type) => rotary(x!, angles(graph, type, graph.int64s([1]))),
  },
  {
    name: 'rotary with a position per token and a factor',
    shapes: [[2, 2, 3, 4]],
    build: ([x], graph, type) => {
      const positions = graph.constant('int64', [2, 3], BigInt64Array.of(0n, 1n, 5n, 2n, 0n, 9n))
      return rotary(x!, angles(graph, type, positions, 1.3))
    },
  },
  {
    name: 'attention of grouped heads',
    shapes: [
      [2, 6, 3, 4],
      [2, 2, 5, 4],
      [2, 2, 5, 4],
    ],
    build: ([q, k, v], graph, type) => {
      const hidden = Array.from({ length: 15 }, (_, i) => (i % 5 > Math.floor(i / 5) + 2 ? -1e9 : 0))
      const data = type === 'float32' ? Float32Array.from(hidden) : Float64Array.from(hidden)
      return attention(q!, k!, v!, graph.constant(type, [3, 5], data))
    },
  },
  {
    name: 'attention with a causal mask',
    shapes: [
      [2, 2, 3, 4],
      [2, 2, 3, 4],
      [2, 2, 3, 4],
    ],
    build: ([q, k, v], graph, type) => {
      const data = [0, -1e9, -1e9, 0, 0, -1e9, 0, 0, 0]
      return attention(
        q!,
        k!,
        v!,
        graph.constant(type, [3, 3], type === 'float32' ? Float32Array.from(data) : Float64Array.from(data)),
      )
    },
  },
  {
    name: 'crossEntropy',
    shapes: [[4, 6]],
    build: ([logits], graph) => crossEntropy(logits!, ids(graph, [2, 5, 2, 0])),
  },
  {
    name: 'swiGlu',
    shapes: [
      [3, 4],
      [3, 4],
    ],
    spread: 3,
    build: ([gate, up]) => swiGlu(gate!, up!),
  },
  {
    name: 'swiGlu, trained',
    shapes: [
      [3, 4],
      [3, 4],
    ],
    spread: 3,
    build: ([gate, up]) => swiGlu(gate!, up!, true),
  },
  {
    name: 'normedProduct of rmsNorm',
    shapes: [[5, 4], [4], [2, 4]],
    build: ([x, gain, weight]) => normedProduct(rmsNorm(x!, gain!, 1e-5), weight!, 0.5),
  },
  {
    name: 'normedProduct of layerNorm, its mean far from 0',
    shapes: [[5, 4], [4], [4], [2, 4]],
    offset: 3,
    build: ([x, gain, bias, weight]) => normedProduct(layerNorm(x!, gain!, bias!, 1e-5), weight!, 0.5),
  },
  {
    name: 'normedProduct of anything else',
    shapes: [
      [5, 4],
      [2, 4],
    ],
    build: ([x, weight]) => normedProduct(x!, weight!, 0.5),
  },
  {
    name: 'blockwiseCrossEntropy of a frozen table in three blocks, the last one shorter',
    shapes: [[4, 3]],
    build: ([x], graph, type) => {
      const rng = random(3)
      const numbers = Float64Array.from({ length: 21 }, () => 4 * rng.normal())
      const part = (from: number, to: number): Value => {
        const data = numbers.slice(3 * from, 3 * to)
        return graph.constant(type, [to - from, 3], type === 'float32' ? Float32Array.from(data) : data)
      }
      const blocks = [{ rows: part(0, 3) }, { rows: part(3, 6), packed: part(3, 6) }, { rows: part(6, 7) }]
      return blockwiseCrossEntropy(x!, part(0, 7), blocks, ids(graph, [2, 6, 3, 6]))
    },
  },
  {
    name: 'a narrow, tall factor: its gradient is made lying',
    shapes: [
      [5, 2],
      [70, 2],
    ],
    build: ([low, b]) => matmul(low!, b!, { transB: true, alpha: 0.5 }),
  },
  {
    name: 'linearCrossEntropy with repeated targets',
    shapes: [
      [4, 3],
      [6, 3],
    ],
    build: ([x, table], graph) => linearCrossEntropy(x!, table!, ids(graph, [2, 5, 2, 0])),
  },
]

/** Builds loss = Σ output·weights and its gradients, in one precision. */
function buildCase(testCase: Case, type: Real): Uint8Array {
  const graph = createGraph('case')
  const inputs = testCase.shapes.map((shape, i) => graph.input(`x${i}`, type, shape))
  const output = testCase.build(inputs, graph, type)
  const weights = graph.input('weights', type, output.shape)
  const axes = output.shape.map((_, i) => i)
  const weighted = mul(output, weights)
  const loss = axes.length === 0 ? weighted : reduceSum(weighted, axes)
  const grads = gradients(loss, inputs)
  return graph.encode({ loss, ...Object.fromEntries(grads.map((grad, i) => [`g${i}`, grad])) })
}

function outputSize(testCase: Case): readonly number[] {
  const graph = createGraph('size')
  const inputs = testCase.shapes.map((shape, i) => graph.input(`x${i}`, 'float64', shape))
  return testCase.build(inputs, graph, 'float64').shape as readonly number[]
}

const count = (shape: readonly number[]): number => shape.reduce((a, b) => a * b, 1)

function feed(type: Real, data: readonly number[], shape: readonly number[]): Feed {
  return { type, data: type === 'float32' ? Float32Array.from(data) : Float64Array.from(data), shape }
}

describe('gradients', () => {
  it.each(CASES)(
    'of $name agree with central differences in double precision, and float32 with double',
    async (testCase) => {
      const rng = random(7, testCase.name)
      const points = testCase.shapes.map((shape) =>
        Array.from(
          { length: count(shape) },
          () => (testCase.offset ?? 0) + (testCase.spread ?? 1) * (rng.next() * 2 - 1),
        ),
      )
      const outShape = outputSize(testCase)
      const weights = Array.from({ length: count(outShape) }, () => rng.next() * 2 - 1)
      const feedsOf = (type: Real, values: readonly (readonly number[])[]): Record<string, Feed> => ({
        ...Object.fromEntries(values.map((data, i) => [`x${i}`, feed(type, data, testCase.shapes[i]!)])),
        weights: feed(type, weights, outShape),
      })
      const double = await openSession(buildCase(testCase, 'float64'), 1)
      const single = await openSession(buildCase(testCase, 'float32'), 1)
      const exact = await double.run(feedsOf('float64', points))
      const fast = await single.run(feedsOf('float32', points))
      const lossAt = async (values: readonly (readonly number[])[]): Promise<number> =>
        ((await double.run(feedsOf('float64', values)))['loss']!.data as Float64Array)[0]!

      const h = 1e-5
      for (const [i, point] of points.entries()) {
        const analytic = exact[`g${i}`]!.data as Float64Array
        const rounded = fast[`g${i}`]!.data as Float32Array
        for (const j of point.keys()) {
          const moved = (by: number): number[][] => points.map((p, k) => (k === i ? p.with(j, p[j]! + by) : [...p]))
          const difference = ((await lossAt(moved(h))) - (await lossAt(moved(-h)))) / (2 * h)
          expect(Math.abs(analytic[j]! - difference)).toBeLessThan(1e-7 * Math.max(1, Math.abs(difference)) + 1e-8)
          expect(Math.abs(rounded[j]! - analytic[j]!)).toBeLessThan(2e-5 * Math.max(1, Math.abs(analytic[j]!)))
        }
      }
      await double.close()
      await single.close()
    },
  )

  it('refuse a target that the loss does not depend on', () => {
    const graph = createGraph('apart')
    const a = graph.input('a', 'float32', [2])
    const b = graph.input('b', 'float32', [2])
    expect(() => gradients(reduceSum(a, [0]), [b])).toThrow('the loss does not depend on b')
  })

  it('leave out of the model what only a frozen weight would need', () => {
    const graph = createGraph('frozen')
    const x = graph.input('x', 'float32', ['rows', 4])
    const frozen = graph.input('frozen', 'float32', [4, 4])
    const tuned = graph.input('tuned', 'float32', [4, 1])
    const loss = reduceSum(matmul(matmul(x, frozen), tuned), [0, 1])
    const [gradient] = gradients(loss, [tuned])
    // x·frozen, its product with the tuned weights and their gradient; nothing is computed for the frozen matrix.
    const products = graph.toModel({ loss, gradient: gradient! }).nodes.filter(({ op }) => op.endsWith('MatMul'))
    expect(products).toHaveLength(3)
  })
})
