import fc from 'fast-check'
import { expect, test } from 'vitest'
import { SEQUENCE } from '../../../stages/redact/name-tokens.ts'
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
