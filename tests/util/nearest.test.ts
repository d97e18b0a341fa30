import fc from 'fast-check'
import { expect, test } from 'vitest'
import { editDistance, nearest } from '../../util/nearest.ts'

test.each([
  ['', '', 0],
  ['mask', 'mask', 0],
  ['mosk', 'mask', 1],
  ['maks', 'mask', 1],
  ['msk', 'mask', 1],
  ['npr', 'nrp', 1],
  ['foo', 'fpe', 2],
  ['', 'abc', 3],
])('%s to %s: %i', (a, b, distance) => expect(editDistance(a, b)).toBe(distance))

test('is the same both ways, and at most the length of the longer word', () => {
  const word = fc.string({ unit: fc.constantFrom('a', 'b', 'c'), maxLength: 8 })
  fc.assert(
    fc.property(word, word, (a, b) => {
      const distance = editDistance(a, b)
      expect(editDistance(b, a)).toBe(distance)
      expect(distance).toBeLessThanOrEqual(Math.max(a.length, b.length))
      expect(distance === 0).toBe(a === b)
    }),
  )
})

test('a likely slip has a nearest word, another word has none', () => {
  const known = ['mask', 'fpe', 'NRP', 'pseudonym']
  expect(nearest('mosk', known)).toBe('mask')
  expect(nearest('NPR', known)).toBe('NRP')
  expect(nearest('pseudonim', known)).toBe('pseudonym')
  expect(nearest('foo', known)).toBeUndefined()
  expect(nearest('surrogate', known)).toBeUndefined()
})
