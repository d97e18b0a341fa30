import { describe, expect, it } from 'vitest'
import { add, mul } from '../../../models/graph/elementwise.ts'
import { createGraph } from '../../../models/graph/graph.ts'
import { concat, reshape, split, splitEvenly, transpose } from '../../../models/graph/layout.ts'
import { matmul } from '../../../models/graph/linear.ts'
import { encodeOnnx } from '../../../models/graph/onnx.ts'
import { float32, openSession } from '../../../models/graph/session.ts'
import { product } from '../../../models/graph/shape.ts'

const graph = createGraph('shapes')
const x = graph.input('x', 'float32', ['batch', 'sequence', 8])
const w = graph.input('w', 'float32', [4, 8])

describe('a mistake in a shape', () => {
  it.each([
    ['inner sizes of a product', () => matmul(x, w), 'inner sizes 8 and 4 differ'],
    ['names that differ', () => add(x, graph.input('y', 'float32', ['batch', 'keys', 8])), 'differ at axis 1'],
    ['a reshape that loses elements', () => reshape(x, ['batch', 'sequence', 2, 3]), 'not as many elements'],
    ['an order that leaves an axis out', () => transpose(w, [0, 0]), 'no order of the axes'],
    ['pieces that do not add up', () => split(w, [2, 3], 1), '2+3 is not 8'],
    ['a cut through a named axis', () => split(x, [1, 1], 0), 'needs a fixed size'],
    ['a joined axis without a name', () => concat([x, x], 1), 'needs a name'],
    ['precisions that are mixed', () => mul(w, graph.input('d', 'float64', [4, 8])), 'cannot be mixed'],
    ['an input declared twice', () => graph.input('x', 'float32', [1]), 'declared twice'],
    ['a value of another graph', () => add(w, createGraph('other').input('w', 'float32', [4, 8])), 'another graph'],
  ] as const)('is found when the graph is built: %s', (_, build, message) => {
    expect(build).toThrow(message)
  })
})

describe('symbolic shapes', () => {
  it('multiply to one canonical form', () => {
    expect(product(['sequence', 2, 'batch', 3])).toBe('batch*sequence*6')
    expect(product([product(['batch', 2]), product(['sequence', 4])])).toBe('batch*sequence*8')
    expect(product([3, 4])).toBe(12)
  })

  it('carry through products, splits of heads and back, for any sizes at run time', async () => {
    const g = createGraph('heads')
    const input = g.input('x', 'float32', ['batch', 'sequence', 6])
    const tokens = reshape(input, [product(['batch', 'sequence']), 6])
    const heads = transpose(reshape(tokens, ['batch', 'sequence', 2, 3]), [0, 2, 1, 3])
    expect(heads.shape).toEqual(['batch', 2, 'sequence', 3])
    const back = reshape(transpose(heads, [0, 2, 1, 3]), ['batch', 'sequence', 6])
    const session = await openSession(g.encode({ back }), 1)
    for (const [batch, sequence] of [
      [2, 5],
      [1, 1],
      [3, 4],
    ] as const) {
      const data = Float32Array.from({ length: batch * sequence * 6 }, (_, i) => i)
      const out = await session.run({ x: float32(data, [batch, sequence, 6]) })
      expect(out['back']).toEqual({ type: 'float32', data, shape: [batch, sequence, 6] })
    }
    await session.close()
  })
})

describe('toModel', () => {
  it('names results without copying them, unless one is an input or asked for twice', () => {
    const g = createGraph('names')
    const a = g.input('a', 'float32', [2])
    const twice = add(a, a)
    const model = g.toModel({ first: twice, second: twice, same: a })
    expect(model.nodes.map(({ op, outputs }) => `${op} ${outputs.join()}`)).toEqual([
      'Add first',
      'Identity second',
      'Identity same',
    ])
  })

  it('adds a matrix to a product within the product, where nothing else reads it', async () => {
    const g = createGraph('sums')
    const a = g.input('a', 'float32', ['n', 3])
    const b = g.input('b', 'float32', [2, 3])
    const c = g.input('c', 'float32', ['n', 2])
    const row = g.input('row', 'float32', [2])
    const ops = (outputs: Record<string, ReturnType<typeof add>>): string =>
      g
        .toModel(outputs)
        .nodes.map(({ op }) => op)
        .join(' ')
    const p = matmul(a, b, { transB: true, alpha: 2 })
    const y = add(c, p)
    expect(ops({ y })).toBe('Gemm')
    expect(ops({ y: add(p, c) })).toBe('Gemm')
    // One of two products stays one; a product that is read twice or broadcast too.
    expect(ops({ y: add(p, matmul(a, b, { transB: true })) })).toBe('FusedMatMul Gemm')
    expect(ops({ y, p })).toBe('FusedMatMul Add')
    expect(ops({ y: add(p, p) })).toBe('FusedMatMul Add')
    expect(ops({ y: add(p, row) })).toBe('FusedMatMul Add')
    expect(ops({ y: add(matmul(a, g.input('v', 'float32', [3, 1])), c) })).toBe('MatMul Add')
    const session = await openSession(encodeOnnx(g.toModel({ y })), 1)
    const feeds = { a: float32(Float32Array.of(1, 2, 3), [1, 3]), c: float32(Float32Array.of(10, 20), [1, 2]) }
    const unread = { row: float32(new Float32Array(2)), v: float32(new Float32Array(3), [3, 1]) }
    const out = await session.run({ ...feeds, ...unread, b: float32(Float32Array.of(1, 0, 0, 0, 1, 1), [2, 3]) })
    expect(Array.from(out['y']!.data as Float32Array)).toEqual([12, 30])
    await session.close()
  })

  it('tells type and shape of what lies between nodes, which a runtime cannot infer of pieces of a named size', () => {
    const g = createGraph('values')
    const a = g.input('a', 'float32', ['n', 3])
    const [first] = splitEvenly(a, 2, 0)
    const sums = add(matmul(first!, g.input('b', 'float32', [3, 2])), g.input('c', 'float32', [first!.shape[0]!, 2]))
    const model = g.toModel({ y: mul(sums, sums) })
    expect(model.values).toContainEqual({ name: first!.id, type: 'float32', shape: ['n#0-1/2', 3] })
    const made = model.nodes.flatMap(({ outputs }) => outputs)
    expect(model.values!.map(({ name }) => name)).toEqual(made.filter((name) => name !== 'y'))
    expect(Buffer.from(encodeOnnx(model)).includes('n#0-1/2')).toBe(true)
  })

  it('gives the same bytes each time', () => {
    const build = (): Uint8Array => {
      const g = createGraph('same')
      return g.encode({ y: matmul(g.input('a', 'float32', ['n', 2]), g.input('b', 'float32', [2, 2])) })
    }
    expect(build()).toEqual(build())
  })
})
