import { expect, test } from 'vitest'
import { isNamedThing } from '../../../stages/redact/named-things.ts'
import { isCountry, isNamedAfter, isNoPlace, isPlainWord } from '../../../stages/redact/refined-tagger.ts'

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

test('what a model takes for a place and nothing around speaks for is none', () => {
  const none = (text: string, name: string, score = 0.75): boolean =>
    isNoPlace(text, { start: text.indexOf(name), end: text.indexOf(name) + name.length, score })
  expect(none('The Jabra Elite pairs with my phone.', 'Jabra')).toBe(true)
  expect(none('We moved from Slack to Teams.', 'Slack')).toBe(true)
  expect(none('Loading module Foo.Bar.Baz from cache', 'Foo.Bar')).toBe(true)
  expect(none('The St. Bernard is a dog.', 'St')).toBe(true)
  expect(none('Reading is fun.', 'Reading')).toBe(true)
  expect(none('He led the North Chester office.', 'North Chester')).toBe(false)
  expect(none('I live in Reading with my cat.', 'Reading')).toBe(false)
  expect(none('The Bay Area is large.', 'Bay Area')).toBe(false)
  expect(none('She comes from Ivahchester.', 'Ivahchester')).toBe(false)
  expect(none('Meet me in Berlin.', 'Berlin')).toBe(false)
})

test('things that bear the name of nobody', () => {
  expect(['Harry Potter', 'Dr Pepper’s', 'le creuset'].filter((name) => !isNamedThing(name))).toEqual([])
  expect(['Harry Porter', 'John Lewis', 'Alexa'].filter(isNamedThing)).toEqual([])
})
