import { expect, test } from 'vitest'
import { sealer } from '../../../../stages/redact/operators/encrypt.ts'
import { blankTokens, isPlaceholder, protectedRanges } from '../../../../stages/redact/placeholder.ts'
import { leastTime } from '../../../support/least-time.ts'

const SEALED = sealer(Buffer.alloc(32, 1)).seal('UK_NHS', 'x'.repeat(3000))!

test.each([
  '<EMAIL>',
  '<AGE>',
  '<PERSON_7f3a91c2>',
  `<IBAN_H_${'ab'.repeat(16)}>`,
  '<IBAN_H_Zm9vYmFyYmF6cXV4_-A>',
  SEALED,
])('%s is what an operator writes', (token) => {
  expect(isPlaceholder(token)).toBe(true)
  expect(protectedRanges(`a ${token}, b`)).toEqual([[2, 2 + token.length]])
  expect(blankTokens(`a ${token}, b`)).toBe(`a ${' '.repeat(token.length)}, b`)
})

test.each(['<b>', '<PERSON_lily>', '<EMAIL_E_7f3a91c2_short>', 'a <EMAIL>', '<EMAIL', '<IBAN_H_short>'])(
  '%s is not',
  (text) => {
    expect(isPlaceholder(text)).toBe(false)
  },
)

test('the end of a token that a window cuts is blank too', () => {
  const window = `${SEALED.slice(-40)} and then`
  expect(blankTokens(window)).toBe(`${' '.repeat(40)} and then`)
})

test('a long run that looks like the start of many tokens takes time in proportion to its length', () => {
  const time = (n: number) => {
    const text = `${'<A_E_0123abcd_'.repeat(n)}${'_E_0123abcd_'.repeat(n)}`
    return leastTime(() => () => protectedRanges(text), 3)
  }
  time(2000)
  expect(time(16_000)).toBeLessThan(Math.max(200, time(2000) * 40))
})
