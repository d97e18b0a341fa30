import fc from 'fast-check'
import { expect, test } from 'vitest'
import { type DagNode, layers, layoutDag } from '../../reports/html/dag-layout.ts'

/** Any graph whose nodes need only earlier ones. */
const dag: fc.Arbitrary<readonly DagNode[]> = fc
  .integer({ min: 0, max: 9 })
  .chain((n) =>
    fc
      .tuple(...Array.from({ length: n }, (_, i) => fc.subarray(Array.from({ length: i }, (_, j) => `s${j}`))))
      .map((needs) => needs.map((need, i) => ({ id: `s${i}`, needs: need }))),
  )
const size = { width: 114, height: 92, layerGap: 24, nodeGap: 44 }

test('every stage stands after all it needs, and no two stand on each other', () => {
  fc.assert(
    fc.property(dag, fc.constantFrom('right' as const, 'down' as const), (nodes, direction) => {
      const depth = layers(nodes)
      for (const node of nodes)
        for (const need of node.needs) expect(depth.get(node.id)!).toBeGreaterThan(depth.get(need)!)
      const layout = layoutDag(nodes, { ...size, direction })
      expect(layout.edges).toHaveLength(nodes.reduce((sum, node) => sum + node.needs.length, 0))
      for (const a of layout.nodes) {
        expect(a.x >= 0 && a.y >= 0 && a.x + size.width <= layout.width && a.y + size.height <= layout.height).toBe(
          true,
        )
        for (const b of layout.nodes)
          if (a !== b) expect(Math.abs(a.x - b.x) >= size.width || Math.abs(a.y - b.y) >= size.height).toBe(true)
      }
    }),
  )
})

test('a cycle does not hang the drawing', () => {
  const nodes = [
    { id: 'a', needs: ['b'] },
    { id: 'b', needs: ['a'] },
  ]
  expect(layoutDag(nodes, { ...size, direction: 'right' }).nodes).toHaveLength(2)
})
