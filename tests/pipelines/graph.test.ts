import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { findCycles, stageGraph } from '../../pipelines/engine/graph.ts'
import { select } from '../../pipelines/engine/selection.ts'

const DIAMOND = new Map([
  ['a', []],
  ['b', ['a']],
  ['c', ['a']],
  ['d', ['b', 'c']],
  ['e', ['d']],
])

/** Random acyclic needs: each stage may need earlier ones only. */
const acyclic = fc
  .integer({ min: 1, max: 9 })
  .chain((n) =>
    fc
      .tuple(...Array.from({ length: n }, (_, i) => fc.subarray(Array.from({ length: i }, (_, j) => `s${j}`))))
      .map((needs) => new Map(needs.map((list, i) => [`s${i}`, list]))),
  )

describe('the graph of stages', () => {
  it('names a cycle in the direction of the data', () => {
    expect(
      findCycles(
        new Map([
          ['a', ['c']],
          ['b', ['a']],
          ['c', ['b']],
          ['d', []],
        ]),
      ),
    ).toEqual([['a', 'b', 'c']])
    expect(findCycles(new Map([['a', ['a']]]))).toEqual([['a']])
    expect(findCycles(DIAMOND)).toEqual([])
  })

  it('puts every stage after all it needs, and knows ancestors and descendants', () => {
    fc.assert(
      fc.property(acyclic, (needs) => {
        const graph = stageGraph(needs)
        expect([...graph.order].sort()).toEqual([...needs.keys()].sort())
        for (const [stage, list] of needs) {
          for (const need of list) {
            expect(graph.order.indexOf(need)).toBeLessThan(graph.order.indexOf(stage))
            expect(graph.ancestors(stage)).toContain(need)
            expect(graph.descendants(need)).toContain(stage)
          }
          expect(graph.ancestors(stage)).not.toContain(stage)
        }
      }),
    )
  })
})

describe('a selection', () => {
  const graph = stageGraph(DIAMOND)
  const sets = (options: Parameters<typeof select>[1]): unknown => {
    const { run, cached, complete } = select(graph, options)
    return { run: [...run], cached: [...cached].sort(), complete }
  }

  it('is everything by default', () => {
    expect(sets({})).toEqual({ run: ['a', 'b', 'c', 'd', 'e'], cached: [], complete: true })
  })
  it('--from leaves what comes before to the cache, and nothing else out of the run', () => {
    expect(sets({ from: 'b' })).toEqual({ run: ['b', 'd', 'e'], cached: ['a', 'c'], complete: true })
  })
  it('--only runs one stage', () => {
    expect(sets({ only: 'd' })).toEqual({ run: ['d'], cached: ['a', 'b', 'c'], complete: false })
  })
  it('--until stops after a stage', () => {
    expect(sets({ until: 'c' })).toEqual({ run: ['a', 'c'], cached: [], complete: false })
  })
  it('refuses a stage that is not there, with the nearest name', () => {
    expect(() => select(stageGraph(new Map([['redact', []]])), { only: 'redcat' })).toThrow(/no stage `redcat`/)
  })
})
