import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { joined, misspelt, recased, swapNames } from '../../../models/tagger/augment.ts'
import type { Example } from '../../../models/tagger/example.ts'
import { agreement } from '../../../models/tagger/metrics.ts'
import { namePool } from '../../../models/tagger/names.ts'
import { syntheticExamples } from '../../../models/tagger/synthetic.ts'
import { random } from '../../../util/random.ts'

const pool = namePool(7, 30)

function isValid({ text, entities }: Example): boolean {
  return entities.every(
    ({ start, end }, i) => start >= (entities[i - 1]?.end ?? 0) && end > start && end <= text.length,
  )
}

const LETTER: Example = {
  text: 'Dear Ada Byron, we meet in Turin. LEO',
  entities: [
    { start: 5, end: 14, type: 'PERSON' },
    { start: 27, end: 32, type: 'LOCATION' },
    { start: 34, end: 37, type: 'PERSON' },
  ],
  source: 'uner',
}

describe('examples', () => {
  test('made-up texts have sorted, disjoint entities, and every template can be filled', () => {
    const made = syntheticExamples(3000, pool, random(1, 'test'))
    expect(made.filter((example) => !isValid(example))).toEqual([])
    expect(made.filter(({ text }) => /[{}]/.test(text.replace(/": |"\}/g, '')) && /\{[a-z-]+\}/.test(text))).toEqual([])
    expect(made.filter(({ entities }) => entities.length === 0).length).toBeGreaterThan(500)
  })

  test('the two halves of the templates share none', () => {
    const texts = (part: 'even' | 'odd'): Set<string> =>
      new Set(
        syntheticExamples(2000, pool, random(1, part), part)
          .filter(({ entities }) => entities.length === 0)
          .map(({ text }) => text.replace(/\d/g, '0')),
      )
    const even = texts('even')
    expect([...texts('odd')].filter((text) => even.has(text) && text.split(' ').length > 6)).toEqual([])
  })

  test('swapped names stand where the old ones stood, in the same words around', () => {
    fc.assert(
      fc.property(fc.integer(), (seed) => {
        const swapped = swapNames(LETTER, pool, random(seed, 'swap'), 1)
        expect(isValid(swapped)).toBe(true)
        const [person, place, last] = swapped.entities
        expect(swapped.text.slice(0, person!.start)).toBe('Dear ')
        expect(swapped.text.slice(person!.end, place!.start)).toBe(', we meet in ')
        expect(swapped.text.slice(place!.end, last!.start)).toBe('. ')
      }),
      { numRuns: 50 },
    )
  })

  test('slips of the hand leave names alone', () => {
    fc.assert(
      fc.property(fc.integer(), (seed) => {
        const slipped = misspelt(LETTER, random(seed, 'slip'), 1)
        expect(slipped.text).not.toBe(LETTER.text)
        expect(slipped.entities.map(({ start, end, type }) => [slipped.text.slice(start, end), type])).toEqual([
          ['Ada Byron', 'PERSON'],
          ['Turin', 'LOCATION'],
          ['LEO', 'PERSON'],
        ])
      }),
      { numRuns: 50 },
    )
  })

  test('joined texts keep their entities', () => {
    const both = joined([LETTER, recased(LETTER, 'lower')], '\n')
    expect(both.entities.map(({ start, end }) => both.text.slice(start, end))).toEqual([
      'Ada Byron',
      'Turin',
      'LEO',
      'ada byron',
      'turin',
      'leo',
    ])
  })

  test('agreement counts characters, and texts without a name in which one is marked', () => {
    const clean: Example = { text: 'No name here', entities: [], source: 'any' }
    const found = [[{ start: 5, end: 8, type: 'PERSON' as const }], [{ start: 0, end: 2, type: 'PERSON' as const }]]
    expect(agreement([LETTER, clean], found, 'PERSON')).toEqual({
      precision: 3 / 5,
      recall: 3 / 12,
      f2: expect.closeTo((5 * 0.6 * 0.25) / (4 * 0.6 + 0.25), 10),
      texts: 2,
      entities: 2,
      clean: 1,
      cleanFlagged: 1,
    })
  })
})
