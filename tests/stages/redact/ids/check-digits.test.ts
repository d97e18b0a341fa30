import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import {
  icao731,
  longModulo,
  luhn,
  mod11And2,
  mod11And10,
  verhoeff,
} from '../../../../stages/redact/ids/check-digits.ts'
import { isDate, isShortDate } from '../../../../stages/redact/ids/dates.ts'

/** Published examples of each scheme. */
const SCHEMES: readonly (readonly [string, (value: string) => boolean, readonly string[]])[] = [
  ['Luhn', luhn, ['79927398713', '4111111111111111', '046454286', '000000000ZZ4']],
  ['ISO 7064 MOD 11-10', mod11And10, ['86095742719', '33392005961', '69435151530', '136695976']],
  ['ISO 7064 MOD 11-2', mod11And2, ['11010519491231002X', '440524188001010014', '000000021825009X'.replace('X', '7')]],
  ['Verhoeff', verhoeff, ['2363', '999941057058', '999971658847']],
  ['ICAO 7-3-1', icao731, ['T220001293', 'L01X00T471', 'C01X00T478', 'L898902C36']],
]

describe.each(SCHEMES)('%s', (_name, passes, examples) => {
  test.each(examples)('%s passes, and no other last digit does', (value) => {
    expect(passes(value)).toBe(true)
    const body = value.slice(0, -1)
    const right = [...'0123456789'].filter((digit) => passes(body + digit))
    expect(right).toEqual(/\d$/.test(value) ? [value.slice(-1)] : [])
  })
  test.each(examples)('%s with any one digit changed fails', (value) => {
    for (let at = 0; at < value.length - 1; at++) {
      if (!/\d/.test(value[at]!)) continue
      for (let step = 1; step < 10; step++) {
        const wrong = value.slice(0, at) + ((Number(value[at]) + step) % 10) + value.slice(at + 1)
        expect([wrong, passes(wrong)]).toEqual([wrong, false])
      }
    }
  })
})

test('Verhoeff also sees every swap of two neighbours', () => {
  fc.assert(
    fc.property(fc.stringMatching(/^\d{11}$/), (body) => {
      const value = [...'0123456789'].map((digit) => body + digit).find(verhoeff)!
      return [...value].slice(1).every((digit, at) => {
        const swapped = value.slice(0, at) + digit + value[at] + value.slice(at + 2)
        return digit === value[at] || !verhoeff(swapped)
      })
    }),
  )
})

test('the long remainder is that of big integers', () => {
  fc.assert(
    fc.property(fc.stringMatching(/^\d{1,30}$/), fc.integer({ min: 2, max: 100_000 }), (digits, modulus) => {
      expect(longModulo(digits, modulus)).toBe(Number(BigInt(digits) % BigInt(modulus)))
    }),
  )
})

test('dates are those of the calendar', () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 1800, max: 2099 }),
      fc.integer({ min: 0, max: 14 }),
      fc.integer({ min: 0, max: 33 }),
      (year, month, day) => {
        const date = new Date(Date.UTC(year, month - 1, day))
        const real = date.getUTCFullYear() === year && date.getUTCMonth() === month - 1 && date.getUTCDate() === day
        expect(isDate(year, month, day)).toBe(real)
      },
    ),
  )
  expect([isShortDate(0, 2, 29), isShortDate(1, 2, 29), isShortDate(99, 12, 31)]).toEqual([true, false, true])
})
