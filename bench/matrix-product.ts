import { createGraph } from '../models/graph/graph.ts'
import { matmul } from '../models/graph/linear.ts'
import { float32, openSession } from '../models/graph/session.ts'
import { random } from '../util/random.ts'

export interface ProductShape {
  readonly m: number
  readonly k: number
  readonly n: number
  readonly transA?: boolean
  readonly transB?: boolean
}

/** A matrix product that can be timed, through the runtime that training uses. */
export interface Product {
  readonly flops: number
  /** Median seconds of one product, measured for the time given. */
  median(seconds: number): Promise<number>
  close(): Promise<void>
}

export async function openProduct(
  { m, k, n, transA = false, transB = false }: ProductShape,
  threads: number,
): Promise<Product> {
  const graph = createGraph('product')
  const shapeA = transA ? [k, m] : [m, k]
  const shapeB = transB ? [n, k] : [k, n]
  const a = graph.input('a', 'float32', shapeA)
  const b = graph.input('b', 'float32', shapeB)
  const y = matmul(a, b, { transA, transB })
  // One number comes out, so that copying the result into JavaScript is not measured.
  const corner = graph.node({
    op: 'Slice',
    inputs: [y, graph.int64s([0, 0]), graph.int64s([1, 1])],
    outputs: [{ type: 'float32', shape: [1, 1] }],
  })[0]!
  const session = await openSession(graph.encode({ corner }), threads)
  const rng = random(1)
  const fill = (size: number): Float32Array => Float32Array.from({ length: size }, () => rng.next() - 0.5)
  const feeds = { a: float32(fill(m * k), shapeA), b: float32(fill(k * n), shapeB) }
  return {
    flops: 2 * m * k * n,
    async median(seconds) {
      const times: number[] = []
      const end = performance.now() + seconds * 1000
      while (performance.now() < end || times.length < 5) {
        const start = performance.now()
        await session.run(feeds)
        times.push((performance.now() - start) / 1000)
      }
      return median(times)
    },
    close: () => session.close(),
  }
}

export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b)
  return sorted[sorted.length >> 1]!
}
