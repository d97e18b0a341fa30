import { describe, expect, it } from 'vitest'
import { attention } from '../../../models/graph/attention.ts'
import { causalAttention } from '../../../models/graph/causal-attention.ts'
import { mul, reduceSum } from '../../../models/graph/elementwise.ts'
import { gradients } from '../../../models/graph/gradient.ts'
import { createGraph, type Value } from '../../../models/graph/graph.ts'
import { openSession } from '../../../models/graph/session.ts'
import { random } from '../../../util/random.ts'

type Attend = (q: Value, k: Value, v: Value, mask: Value) => Value

/** A square: ONNX Runtime rounds factors of products to float32, and 1/√4 has nothing to round. */
const WIDTH = 4
const HIDDEN = -1e9

describe('attention in blocks of queries', () => {
  for (const blocks of [2, 4, 8]) {
    for (const keep of [true, false]) {
      for (const sequence of [64, 71]) {
        const what = `${blocks} blocks over ${sequence} tokens, probabilities ${keep ? 'kept' : 'computed again'}`
        it(`gives what attention in one gives, and its gradients: ${what}`, async () => {
          const whole = await run(attention, sequence, false)
          const cut = await run((...all) => causalAttention(...all, { blocks, keep }), sequence, false)
          expect(difference(whole, cut)).toBeLessThan(1e-12)
        })
      }
    }
  }

  it('sees no other rows where rows are packed', async () => {
    const whole = await run(attention, 48, true)
    const cut = await run((...all) => causalAttention(...all, { blocks: 4, keep: false }), 48, true)
    expect(difference(whole, cut)).toBeLessThan(1e-12)
  })
})

/** Output and gradients of two rows with four heads on two of keys, in double precision. */
async function run(attend: Attend, sequence: number, packed: boolean): Promise<readonly Float64Array[]> {
  const graph = createGraph('attention')
  const sizes = { q: 4, k: 2, v: 2, w: 4 }
  const [q, k, v, w] = Object.entries(sizes).map(([name, heads]) =>
    graph.input(name, 'float64', ['batch', heads, 'sequence', WIDTH]),
  ) as [Value, Value, Value, Value]
  const mask = graph.input('mask', 'float64', packed ? ['batch', 1, 'sequence', 'sequence'] : ['sequence', 'sequence'])
  const y = attend(q, k, v, mask)
  const [dq, dk, dv] = gradients(reduceSum(mul(y, w), [0, 1, 2, 3]), [q, k, v])
  const session = await openSession(graph.encode({ y, dq: dq!, dk: dk!, dv: dv! }), 1)
  const rng = random(1)
  const normal = (size: number): Float64Array => Float64Array.from({ length: size }, () => rng.normal())
  const maskShape = packed ? [2, 1, sequence, sequence] : [sequence, sequence]
  const hidden = (row: number, query: number, key: number): boolean =>
    key > query || (packed && key < 20 + row && query >= 20 + row)
  const maskData = Float64Array.from({ length: maskShape.reduce((a, b) => a * b) }, (_, i) =>
    hidden(Math.floor(i / sequence ** 2), Math.floor(i / sequence) % sequence, i % sequence) ? HIDDEN : 0,
  )
  const feeds = Object.entries(sizes).map(([name, heads]) => {
    const shape = [2, heads, sequence, WIDTH]
    return [name, { type: 'float64', data: normal(shape.reduce((a, b) => a * b)), shape }] as const
  })
  const out = await session.run({
    ...Object.fromEntries(feeds),
    mask: { type: 'float64', data: maskData, shape: maskShape },
  })
  await session.close()
  return ['y', 'dq', 'dk', 'dv'].map((name) => out[name]!.data as Float64Array)
}

function difference(a: readonly Float64Array[], b: readonly Float64Array[]): number {
  return Math.max(...a.flatMap((one, i) => Array.from(one, (x, j) => Math.abs(x - b[i]![j]!))))
}
