import fc from 'fast-check'
import { expect, test } from 'vitest'
import { containedIn } from './contained.ts'

test('finds the texts that plain search finds', () => {
  const words = fc.string({ unit: fc.constantFrom('a', 'b', 'é', '😀'), minLength: 4, maxLength: 7 })
  const whole = fc.string({ unit: fc.constantFrom('a', 'b', 'é', '😀', '-'), maxLength: 300 })
  fc.assert(
    fc.property(fc.array(words, { maxLength: 40 }), whole, (texts, within) => {
      expect(containedIn(Buffer.from(within), texts).toSorted()).toEqual(
        [...new Set(texts)].filter((text) => within.includes(text)).toSorted(),
      )
    }),
    { numRuns: 300 },
  )
  expect(containedIn(Buffer.from('at the end: word'), ['word', 'at t', 'words'])).toEqual(['at t', 'word'])
})
