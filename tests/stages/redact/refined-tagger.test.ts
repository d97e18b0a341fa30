import { expect, test } from 'vitest'
import { isCountry, isNamedAfter, isPlainWord } from '../../../stages/redact/refined-tagger.ts'

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

test('a thing that is named after a person or a place, but not what belongs to one', () => {
  const named = (text: string, name: string): boolean =>
    isNamedAfter(text, text.indexOf(name), text.indexOf(name) + name.length)
  expect(named('The Chester suitcase comes in green.', 'Chester')).toBe(true)
  expect(named('is your Ruby lamp in stock', 'Ruby')).toBe(true)
  expect(named('the Johnson family moved', 'Johnson')).toBe(false)
  expect(named('our Denver office is closed', 'Denver')).toBe(false)
  expect(named('I told Jordan that', 'Jordan')).toBe(false)
  expect(named('the Jordan is a river', 'Jordan')).toBe(false)
})
