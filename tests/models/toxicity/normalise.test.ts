import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { tokenize } from '../../../models/toxicity/normalise.ts'
import { leastTime } from '../../support/least-time.ts'

const words = (text: string): string =>
  tokenize(text)
    .map((token) => token.text)
    .join(' ')

describe('tokenize', () => {
  test.each([
    ['You are an IDIOT', 'you are an idiot'],
    ['sh1t, $hit, b!tch, a$$', 'shit , shit , bitch , ass'],
    ['f*ck and f***', 'f*ck and f**'],
    ['you i d i o t', 'you idiot'],
    ['you are a f o o l', 'you are a fool'],
    ['s.t.u.p.i.d', 'stupid'],
    ['fuuuuuck', 'fuuck'],
    ['с\u0443nt', 'cynt'],
    ['id\u200biot', 'idiot'],
    ['ｉｄｉｏｔ', 'idiot'],
    ['don’t', "don't"],
    ['poor.', '«group» .'],
    ['order 12345678 for $20', 'order «num» for «num»'],
    ['see https://a.example/b?c=d @someone', 'see «url» «user»'],
    ['<PERSON_7f3a91c2> wrote to <EMAIL>', '«value» wrote to «value»'],
    ['this is **important** now', 'this is * * important now'],
    ['stop!now', 'stop ! now'],
    ['I love African American women', 'i love «groups»'],
    ['what?!?!', 'what ?!'],
    ['😡😡', '😡 😡'],
  ])('reads %j', (text, expected) => {
    expect(words(text)).toBe(expected)
  })

  test('marks shouted words', () => {
    expect(tokenize('GO away').map((token) => token.shouted)).toEqual([true, false])
  })

  test('which group a sentence names makes no difference', () => {
    for (const group of ['gay', 'Muslim', 'deaf', 'Canadian', 'black']) {
      expect(words(`My ${group} friend`)).toBe('my «group» friend')
    }
  })

  test('never fails, and is deterministic, on any text', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => {
        expect(tokenize(text)).toEqual(tokenize(text))
      }),
      { numRuns: 200 },
    )
  })

  test('takes linear time on inputs made to be slow', () => {
    for (const unit of ['a.', "a'", '$@', 'a-', '!', '<A', '**a', 'f*']) {
      const time = (n: number): number => {
        const text = unit.repeat(n)
        return leastTime(() => () => tokenize(text), 3)
      }
      time(10_000)
      // Quadratic work would take sixteen times as long.
      expect(time(80_000)).toBeLessThan(Math.max(400, 12 * time(20_000)))
    }
  })
})
