import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { ff1 } from '../../../../stages/redact/operators/ff1.ts'

// NIST, "Block Cipher Modes of Operation: FF1 Samples", the nine samples of SP 800-38G.
const KEYS = [
  '2B7E151628AED2A6ABF7158809CF4F3C',
  '2B7E151628AED2A6ABF7158809CF4F3CEF4359D8D580AA4F',
  '2B7E151628AED2A6ABF7158809CF4F3CEF4359D8D580AA4F7F036D6F04FC6A94',
]
const DIGITS = '0123456789'
const WORDS = '0123456789abcdefghi'
const LONG_TWEAK = '3737373770717273373737'
const SHORT_TWEAK = '39383736353433323130'
const SAMPLES = [
  [1, 0, 10, '', DIGITS, '2433477484'],
  [2, 0, 10, SHORT_TWEAK, DIGITS, '6124200773'],
  [3, 0, 36, LONG_TWEAK, WORDS, 'a9tv40mll9kdu509eum'],
  [4, 1, 10, '', DIGITS, '2830668132'],
  [5, 1, 10, SHORT_TWEAK, DIGITS, '2496655549'],
  [6, 1, 36, LONG_TWEAK, WORDS, 'xbj3kv35jrawxv32ysr'],
  [7, 2, 10, '', DIGITS, '6657667009'],
  [8, 2, 10, SHORT_TWEAK, DIGITS, '1001623463'],
  [9, 2, 36, LONG_TWEAK, WORDS, 'xs8a0azh2avyalyzuwd'],
] as const

describe('FF1', () => {
  test.each(SAMPLES)('official sample %i', (_, key, radix, tweak, plain, sealed) => {
    const cipher = ff1(Buffer.from(KEYS[key]!, 'hex'), radix)
    const symbols = (text: string) => [...text].map((character) => Number.parseInt(character, 36))
    const bytes = Buffer.from(tweak, 'hex')
    expect(cipher.encrypt(symbols(plain), bytes)).toEqual(symbols(sealed))
    expect(cipher.decrypt(symbols(sealed), bytes)).toEqual(symbols(plain))
  })

  test('any text of any radix comes back, and stays within radix and length', () => {
    const cases = fc
      .tuple(fc.oneof(fc.integer({ min: 2, max: 100 }), fc.constantFrom(256, 999, 65_536)), fc.constantFrom(16, 24, 32))
      .chain(([radix, size]) =>
        fc.record({
          radix: fc.constant(radix),
          key: fc.uint8Array({ minLength: size, maxLength: size }),
          tweak: fc.uint8Array({ maxLength: 40 }),
          symbols: fc.array(fc.integer({ min: 0, max: radix - 1 }), { minLength: 20, maxLength: 90 }),
        }),
      )
    fc.assert(
      fc.property(cases, ({ radix, key, tweak, symbols }) => {
        const cipher = ff1(key, radix)
        const sealed = cipher.encrypt(symbols, tweak)
        expect(sealed.length).toBe(symbols.length)
        expect(sealed.every((symbol) => symbol >= 0 && symbol < radix)).toBe(true)
        expect(cipher.decrypt(sealed, tweak)).toEqual(symbols)
      }),
      { numRuns: 200 },
    )
  })

  test('it is a permutation: no two of many texts meet', () => {
    const cipher = ff1(Buffer.alloc(32, 5), 10)
    const seen = new Set<string>()
    for (let i = 0; i < 2000; i++) {
      const symbols = [...String(i).padStart(6, '0')].map(Number)
      seen.add(cipher.encrypt(symbols, Buffer.alloc(0)).join(''))
    }
    expect(seen.size).toBe(2000)
  })

  test('domains below a million, foreign symbols and odd radices are refused', () => {
    const cipher = ff1(Buffer.alloc(16), 10)
    expect(() => cipher.encrypt([1, 2, 3, 4, 5], Buffer.alloc(0))).toThrow(/1,000,000/)
    expect(() => cipher.encrypt([1, 2, 3, 4, 5, 10], Buffer.alloc(0))).toThrow(/radix/)
    expect(() => ff1(Buffer.alloc(16), 1)).toThrow(/radix/)
    expect(() => ff1(Buffer.alloc(16), 65_537)).toThrow(/radix/)
  })
})
