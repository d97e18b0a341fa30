import { expect, test } from 'vitest'
import { isCountry, isPlainWord } from '../../../stages/redact/refined-tagger.ts'

test.each(['Germany', 'the Netherlands', 'UK', 'U.S.', 'united states', 'Deutschland', 'Europe'])(
  '%s is a country or more',
  (name) => expect(isCountry(name)).toBe(true),
)

test.each(['Berlin', 'Springfield', 'Bavaria', 'Georgia Avenue'])('%s is none', (name) =>
  expect(isCountry(name)).toBe(false),
)

test('a word that could be a name is a verb before a determiner, at the start of a sentence', () => {
  const plain = (text: string, word: string): boolean => {
    const start = text.indexOf(word)
    return isPlainWord(text, start, start + word.length)
  }
  expect(plain('Mark the box before you send it.', 'Mark')).toBe(true)
  expect(plain('It is late. Bill by month, please', 'Bill')).toBe(true)
  expect(plain('Mark said so.', 'Mark')).toBe(false)
  expect(plain('I told Mark the truth', 'Mark')).toBe(false)
  expect(plain('Emily the cat', 'Emily')).toBe(false)
})
