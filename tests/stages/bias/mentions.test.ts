import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { GROUPS } from '../../../stages/bias/lexicon.ts'
import { readSentences } from '../../../stages/bias/mentions.ts'
import { PACKAGE_ROOT } from '../../../util/package-root.ts'

const groups = (text: string): readonly string[] =>
  [...new Set(readSentences(text).flatMap((sentence) => sentence.groups))].sort()

describe('mentions', () => {
  test.each([
    ['I am blind and my wife is deaf.', ['blind people', 'deaf people', 'women']],
    ['She is a young Black woman.', ['Black people', 'women', 'young people']],
    ['The old disabled man', ['older people', 'people with physical disabilities']],
    ['My Indian customers love it', ['Indians']],
    ['As an African American customer', ['Black people']],
    ['the blind need help', ['blind people']],
    ["I'm gay", ['gay and lesbian people']],
    ['Being deaf is nice', ['deaf people']],
    ['A Polish man called.', ['Poles']],
    ['Black and Asian people', ['Asian people', 'Black people']],
    ['a wheelchair-bound neighbour', ['people with physical disabilities']],
    ['women’s shoes', ['women']],
    ['Muslims! Muslims!! MUSLIMS', ['Muslims']],
    ['<PERSON_7f3a91c2> is transgender', ['transgender people']],
  ])('%j', (text, expected) => {
    expect(groups(text)).toEqual(expected)
  })

  test.each([
    'The black and white phone, an old order, straight to my account.',
    'Send me a blind carbon copy.',
    'My account was disabled.',
    'I have a black card and white shoes.',
    'We had Chinese food and French fries.',
    'My American Express card, a foreign transaction fee.',
    'I am old enough to know.',
    'Please polish the table.',
    'hey man, thanks',
    'the poor performance of the rich text editor',
    'trans fat and white-collar',
    'a senior engineer, a young company',
    'An immense Romanesque church', // "roman" and "manes" inside words
  ])('nobody in %j', (text) => {
    expect(groups(text)).toEqual([])
  })

  test('marks exactly the words that name a group', () => {
    const [sentence] = readSentences('The poor women of Rome')
    expect(sentence!.words.filter((_, i) => sentence!.mentioned[i])).toEqual(['poor', 'women'])
  })

  test('reads any text, and each sentence lists a group once', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme' }), (text) => {
        for (const sentence of readSentences(text)) {
          expect(new Set(sentence.groups).size).toBe(sentence.groups.length)
          expect(sentence.mentioned.length).toBe(sentence.words.length)
        }
      }),
    )
  })

  test('group names are unique and every group has a word', () => {
    expect(new Set(GROUPS.map(({ group }) => group)).size).toBe(GROUPS.length)
    expect(GROUPS.filter(({ terms, adjectives }) => terms.length + adjectives.length === 0)).toEqual([])
  })

  const file = join(
    process.env['SLUICE_DATA'] ?? join(PACKAGE_ROOT, '../shared/data'),
    'bias/holistic_bias/descriptors.json',
  )
  test.skipIf(!existsSync(file))('finds most people of HolisticBias’s main axes (skipped without shared data)', () => {
    const axes = JSON.parse(readFileSync(file, 'utf8')) as Record<
      string,
      Record<string, readonly (string | { descriptor: string })[]>
    >
    const recall = (axis: string): number => {
      const descriptors = Object.values(axes[axis]!)
        .flat()
        .map((entry) => (typeof entry === 'string' ? entry : entry.descriptor))
      return descriptors.filter((word) => groups(`I am a ${word} person.`).length > 0).length / descriptors.length
    }
    // Descriptors that the axis names only with a noun of its own ("with a limb difference") are not all listed.
    expect(recall('race_ethnicity')).toBeGreaterThan(0.6)
    expect(recall('sexual_orientation')).toBeGreaterThan(0.4)
    expect(recall('nationality')).toBeGreaterThan(0.4)
    expect(recall('religion')).toBeGreaterThan(0.4)
  })
})
