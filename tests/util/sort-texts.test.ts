import fc from 'fast-check'
import { expect, test } from 'vitest'
import { sortTexts } from '../../util/sort-texts.ts'

test('sorts as `sort` does, whatever the texts have in common', () => {
  const tail = fc.oneof(
    fc.string({ unit: 'binary', maxLength: 8 }),
    fc.stringMatching(/^[01]{0,7}$/),
    fc.constantFrom('', '\0', '\u00fe', '\u00ff', '\u0100', '\uffff', 'a', 'aa', 'aaaa', 'aaaaa'),
  )
  fc.assert(
    fc.property(
      fc.constantFrom('', 'a', '{"interval":{"level":0.95,"lower":0.'),
      fc.array(tail, { minLength: 200, maxLength: 600, size: 'max' }),
      (head, tails) => {
        const texts = tails.map((rest) => head + rest)
        const wanted = [...texts].sort()
        expect(sortTexts(texts)).toBe(texts)
        expect(texts).toEqual(wanted)
      },
    ),
    { numRuns: 200 },
  )
})

test('few texts, none, and the same text many times', () => {
  expect(sortTexts([])).toEqual([])
  expect(sortTexts(['b', 'a'])).toEqual(['a', 'b'])
  const same = Array.from({ length: 1000 }, () => 'x')
  expect(sortTexts([...same])).toEqual(same)
  expect(sortTexts([...same, 'x\0', ''])).toEqual(['', ...same, 'x\0'])
})
