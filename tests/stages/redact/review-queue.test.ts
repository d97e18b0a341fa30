import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { Decision, Outcome } from '../../../stages/redact/decision.ts'
import type { PiiType } from '../../../stages/redact/pii-type.ts'
import {
  type Disagreement,
  disagreements,
  ReviewQueue,
  RULES,
  type Source,
} from '../../../stages/redact/review-queue.ts'

const NAMES: ReadonlySet<PiiType> = new Set(['PERSON', 'LOCATION'] as const)
const SOURCES: readonly Source[] = [
  { name: RULES, types: new Set<PiiType>(['PERSON', 'LOCATION', 'EMAIL']) },
  { name: 'tagger', types: NAMES },
  { name: 'model:./ner', types: new Set<PiiType>(['PERSON']) },
]

function decision(
  recognizer: string,
  [start, end]: readonly [number, number],
  type: PiiType,
  score: number,
  outcome: Outcome = 'found',
): Decision {
  return { start, end, type, score, recognizer, why: null, outcome, detail: null }
}

describe('disagreements', () => {
  it('are places that one source found and another, who could have, did not', () => {
    expect(disagreements([decision('names', [4, 8], 'PERSON', 0.6)], SOURCES)).toEqual([
      {
        start: 4,
        end: 8,
        kind: 'one_sided',
        views: [
          { source: 'rules', type: 'PERSON', score: 0.6 },
          { source: 'tagger', type: null, score: 0 },
          { source: 'model:./ner', type: null, score: 0 },
        ],
        uncertainty: 0.7219,
      },
    ])
  })

  it('do not ask a source about what it never finds', () => {
    expect(disagreements([decision('email', [0, 9], 'EMAIL', 0.9)], SOURCES)).toEqual([])
    const [place] = disagreements([decision('tagger', [0, 4], 'LOCATION', 0.9)], SOURCES)
    expect(place!.views.map(({ source }) => source)).toEqual(['rules', 'tagger'])
  })

  it('are places of different types, over all that the claims cover', () => {
    const [place, ...more] = disagreements(
      [
        decision('names', [0, 5], 'PERSON', 0.9),
        decision('tagger', [2, 9], 'LOCATION', 0.6, 'overlapped'),
        decision('model:./ner', [0, 5], 'PERSON', 0.9, 'overlapped'),
      ],
      SOURCES,
    )
    expect(more).toEqual([])
    expect({ ...place, views: place!.views.map(({ type }) => type) }).toMatchObject({
      start: 0,
      end: 9,
      kind: 'type',
      views: ['PERSON', 'LOCATION', 'PERSON'],
    })
  })

  it('are not there where all agree, where nothing is found, or where people decided', () => {
    const all = ['names', 'tagger', 'model:./ner']
    expect(
      disagreements(
        all.map((name) => decision(name, [0, 4], 'PERSON', 0.8)),
        SOURCES,
      ),
    ).toEqual([])
    expect(disagreements([decision('names', [0, 4], 'PERSON', 0.3, 'below_min_score')], SOURCES)).toEqual([])
    for (const name of ['deny-list', 'field-policy']) {
      expect(disagreements([decision(name, [0, 4], 'PERSON', 1)], SOURCES)).toEqual([])
    }
    expect(disagreements([decision('names', [0, 4], 'PERSON', 0.9, 'allowed')], SOURCES)).toEqual([])
  })

  it('count what a source had below its bar', () => {
    const [place] = disagreements(
      [decision('names', [0, 4], 'PERSON', 0.6), decision('tagger', [0, 4], 'PERSON', 0.45, 'below_min_score')],
      SOURCES.slice(0, 2),
    )
    expect(place!.views[1]).toEqual({ source: 'tagger', type: null, score: 0.45 })
    expect(place!.uncertainty).toBeGreaterThan(0.99)
  })
})

describe('a review queue', () => {
  const place = (start: number, uncertainty: number): Disagreement => ({
    start,
    end: start + 1,
    kind: 'one_sided',
    views: [
      { source: RULES, type: 'PERSON', score: 0.5 },
      { source: 'tagger', type: null, score: 0 },
    ],
    uncertainty,
  })

  it('puts the uncertain and rare first, and what recurs once', () => {
    const queue = new ReviewQueue()
    for (let i = 0; i < 9; i++) queue.add(String(i), 'text', place(0, 0.9), 'same')
    queue.add('20', 'text', place(5, 0.5), 'other')
    queue.add('21', 'text', place(5, 0.2), 'third')
    expect(queue.ranked(2).map(({ id, seen, rank }) => [id, seen, rank])).toEqual([
      ['20', 1, 0.5],
      ['0', 9, 0.3],
    ])
    expect(queue.total).toBe(11)
  })

  it('does not depend on the order in which items come, but for which of equal ones is shown', () => {
    const entry = fc.record({ id: fc.nat(50), uncertainty: fc.integer({ min: 0, max: 10 }), digest: fc.nat(5) })
    fc.assert(
      fc.property(fc.array(entry, { maxLength: 60 }), (entries) => {
        const ranks = (order: typeof entries): readonly (readonly number[])[] => {
          const queue = new ReviewQueue()
          for (const { id, digest } of order) queue.add(String(id), 'text', place(0, digest / 5), String(digest))
          return queue.ranked(100).map(({ seen, rank }) => [seen, rank])
        }
        expect(ranks([...entries].reverse())).toEqual(ranks(entries))
      }),
    )
  })

  it('keeps a bounded number, the most uncertain', () => {
    const queue = new ReviewQueue(10)
    for (let i = 0; i < 1000; i++) queue.add(String(i), 'text', place(0, (i % 100) / 100), `d${i}`)
    expect(queue.total).toBe(1000)
    expect(queue.ranked(10).every(({ uncertainty }) => uncertainty >= 0.98)).toBe(true)
    expect(queue.dropped).toBeGreaterThan(900)
  })
})
