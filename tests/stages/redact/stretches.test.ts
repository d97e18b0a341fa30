import fc from 'fast-check'
import { expect, test } from 'vitest'
import { SEQUENCE } from '../../../stages/redact/name-tokens.ts'
import { createRules } from '../../../stages/redact/rules.ts'
import { matchesNear } from '../../../stages/redact/stretches.ts'

const text = fc
  .array(
    fc.oneof(
      fc.constantFrom(
        'Ada',
        'Byron',
        'lisa',
        'of',
        'de',
        'Van',
        'U.S.',
        "O'Neill",
        'Jean-Luc',
        'ÉMILE',
        'x',
        'übergroß',
      ),
      fc.constantFrom(' ', ' ', ' ', ', ', '. ', '\n', '; ', '(', '1', '’', '😀', '\n\n'),
    ),
    { maxLength: 40 },
  )
  .map((parts) => parts.join(''))
const stretches = fc
  .array(fc.tuple(fc.nat(200), fc.nat(12)), { maxLength: 5 })
  .map((pairs) => pairs.map(([start, length]) => ({ start, end: start + length })).sort((a, b) => a.start - b.start))
const patterns = [SEQUENCE, /\p{Ll}{4,24}/gu, /(?<![\p{L}])(\p{Lu}\p{L}*), (\p{Lu}\p{L}*)/gu, /[a-z]{2}/g]

test('near some stretches: no match is made up, none that touches one is missed, in the order of the text', () => {
  fc.assert(
    fc.property(text, stretches, fc.constantFrom(...patterns), (whole, near, pattern) => {
      const told = (list: Iterable<RegExpExecArray>) => [...list].map((match) => `${match.index}:${match[0]}`)
      const all = [...whole.matchAll(pattern)]
      expect(told(matchesNear(pattern, whole, undefined))).toEqual(told(all))
      const some = told(matchesNear(pattern, whole, near))
      const touching = all.filter(({ index, 0: { length } }) =>
        near.some(({ start, end }) => start < index + length && end > index),
      )
      // A subsequence of all that holds the touching ones.
      expect(told(all).filter((match) => some.includes(match))).toEqual(some)
      expect(some).toEqual(expect.arrayContaining(told(touching)))
    }),
    { numRuns: 3000 },
  )
})

test('looks at a small part of the text only', () => {
  const line = 'Grace Young wrote it; lisa read it\n'
  const long = line.repeat(1000)
  const near = [{ start: 500 * line.length, end: 500 * line.length + 4 }]
  expect([...matchesNear(SEQUENCE, long, near)].map(({ index }) => index)).toEqual([500 * line.length])
  expect([...matchesNear(SEQUENCE, long, [])]).toEqual([])
})

test('guesses near suspicions are those of the whole text that touch one', () => {
  const names = new Set(['names', 'lower-given'])
  const rules = createRules({ types: new Set(['PERSON', 'LOCATION'] as const), regions: [] })
  const words = fc.constantFrom(
    'Lily Chen',
    'lisa',
    'Emily',
    'Mr. Young',
    'Jean-Luc',
    'Townsend, George',
    'hi',
    'The',
    'from Berlin',
  )
  const marks = fc.constantFrom(' ', ' ', ', ', '. ', '\n', '; ', ' (', ' 1 ', '’s ')
  const letter = fc.array(fc.tuple(words, marks), { maxLength: 12 }).map((pairs) => pairs.flat().join(''))
  let guesses = 0
  fc.assert(
    fc.property(letter, stretches, (whole, near) => {
      const claims = (options: Parameters<typeof rules.scan>[3]): readonly string[] => {
        const found: string[] = []
        const take: Parameters<typeof rules.scan>[2] = ({ start, end, type, score, recognizer }) => {
          if (!names.has(recognizer) || !near.some((stretch) => stretch.start < end && stretch.end > start)) return
          found.push(`${recognizer} ${type} ${start}-${end} ${score}`)
        }
        rules.scan(whole, undefined, take, options)
        return found
      }
      const all = claims({})
      guesses += all.length
      expect(claims({ guesses: { names, near } })).toEqual(all)
    }),
    { numRuns: 3000 },
  )
  // Or the property would hold for nothing.
  expect(guesses).toBeGreaterThan(300)
})
