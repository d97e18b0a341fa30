import fc from 'fast-check'
import { expect, test } from 'vitest'
import { labelMatches } from '../../../stages/redact/recognizers/label-matches.ts'

const WORDS = 'plates?|car(?: reg)?|reg(?:istration)?|(?:my )?tag|é'
const source = `(?<![\\p{L}\\d])(?:${WORDS})(?![\\p{L}\\d])`

test('finds what an expression finds that is tried everywhere', () => {
  const labels = labelMatches(WORDS, new RegExp(source, 'uy'))
  const texts = fc.array(
    fc.constantFrom('plate', 's', 'car', ' ', 'reg', 'istration', 'my ', 'tag', 'é', '7', '_', '😀', 'ж'),
  )
  fc.assert(
    fc.property(texts, (parts) => {
      const text = parts.join('')
      const wanted = [...text.matchAll(new RegExp(source, 'gu'))].map((match) => [match.index, match[0]])
      expect(labels(text).map((match) => [match.index, match[0]])).toEqual(wanted)
    }),
  )
})
