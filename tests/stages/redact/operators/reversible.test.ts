import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { ENCRYPTED, sealer } from '../../../../stages/redact/operators/encrypt.ts'
import { fpe } from '../../../../stages/redact/operators/fpe.ts'
import { keyedHash } from '../../../../stages/redact/operators/hash.ts'
import { keyId, subKey } from '../../../../stages/redact/operators/keys.ts'
import { isPlaceholder } from '../../../../stages/redact/placeholder.ts'

const KEY = Buffer.alloc(32, 9)

describe('encrypt', () => {
  const seal = sealer(KEY)
  const parts = (token: string) => [...token.matchAll(ENCRYPTED)].map((match) => match.slice(1))

  test('every value comes back from its token, and the token is a placeholder', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme', maxLength: 200 }), (value) => {
        const token = seal.seal('EMAIL', value)!
        expect(isPlaceholder(token)).toBe(true)
        const [[type, id, sealed] = []] = parts(token)
        expect([type, id]).toEqual(['EMAIL', seal.keyId])
        expect(seal.open(type!, sealed!)).toBe(value)
      }),
    )
  })
  test('equal values have equal tokens; another type, key or character gives nothing back', () => {
    const token = seal.seal('EMAIL', 'ada@example.org')!
    expect(seal.seal('EMAIL', 'ada@example.org')).toBe(token)
    const sealed = parts(token)[0]![2]!
    expect(seal.open('PHONE', sealed)).toBeUndefined()
    expect(seal.open('NONSENSE', sealed)).toBeUndefined()
    expect(sealer(Buffer.alloc(32, 8)).open('EMAIL', sealed)).toBeUndefined()
    for (let i = 0; i < sealed.length; i++) {
      const changed = sealed.slice(0, i) + (sealed[i] === 'A' ? 'B' : 'A') + sealed.slice(i + 1)
      expect(seal.open('EMAIL', changed)).toBeUndefined()
    }
  })
  test('lengths show only in steps of 16 bytes', () => {
    const lengths = Array.from({ length: 15 }, (_, n) => seal.seal('PERSON', 'x'.repeat(n))!.length)
    expect(new Set(lengths).size).toBe(1)
  })
  test('a value that no token can hold is refused', () => {
    expect(seal.seal('SECRET', 'x'.repeat(96_001))).toBeUndefined()
    expect(isPlaceholder(seal.seal('SECRET', 'x'.repeat(96_000))!)).toBe(true)
  })
})

describe('format-preserving encryption of values', () => {
  test('digits come back, separators and letters stay where they are', () => {
    const digits = fpe(KEY, 'digits')
    const value = fc
      .array(fc.constantFrom(...'0123456789 -./()+ABCx'), { maxLength: 40 })
      .map((characters) => characters.join(''))
    fc.assert(
      fc.property(value, (text) => {
        const sealed = digits.encrypt(text, 'IBAN')
        if (text.replace(/\D/g, '').length < 6) {
          expect(sealed).toBeUndefined()
          return
        }
        expect(sealed!.replace(/\d/g, '0')).toBe(text.replace(/\d/g, '0'))
        expect(digits.decrypt(sealed!, 'IBAN')).toBe(text)
      }),
    )
  })
  test('letters and digits come back', () => {
    const letters = fpe(KEY, 'alphanumeric')
    const value = fc.array(fc.constantFrom(...'09azAZmM-. '), { maxLength: 40 }).map((list) => list.join(''))
    fc.assert(
      fc.property(value, (text) => {
        const sealed = letters.encrypt(text, 'SECRET')
        if (text.replace(/[^0-9A-Za-z]/g, '').length < 4) {
          expect(sealed).toBeUndefined()
          return
        }
        expect(sealed!.replace(/[0-9A-Za-z]/g, 'x')).toBe(text.replace(/[0-9A-Za-z]/g, 'x'))
        expect(letters.decrypt(sealed!, 'SECRET')).toBe(text)
      }),
    )
  })
  test('the type and the key decide', () => {
    const digits = fpe(KEY, 'digits')
    const sealed = digits.encrypt('536-90-4399', 'US_SSN')!
    expect(digits.encrypt('536-90-4399', 'PHONE')).not.toBe(sealed)
    expect(fpe(Buffer.alloc(32, 8), 'digits').encrypt('536-90-4399', 'US_SSN')).not.toBe(sealed)
    expect(digits.decrypt(sealed, 'PHONE')).not.toBe('536-90-4399')
  })
  test('what would stay readable is refused: letters the alphabet lacks, numerals that are no digits', () => {
    expect(fpe(KEY, 'alphanumeric').encrypt('Müller1234', 'PERSON')).toBeUndefined()
    expect(fpe(KEY, 'digits').encrypt('123456 Ⅻ', 'PHONE')).toBeUndefined()
  })
  test('digits of another script stay in it', () => {
    const digits = fpe(KEY, 'digits')
    const sealed = digits.encrypt('٠١٢٣٤٥٦٧', 'PHONE')!
    expect(sealed).toMatch(/^[٠-٩]{8}$/)
    expect(digits.decrypt(sealed, 'PHONE')).toBe('٠١٢٣٤٥٦٧')
  })
})

test('a hash has the length asked for and is keyed', () => {
  expect(keyedHash(KEY, 'x', { bits: 128, encoding: 'hex' })).toMatch(/^[0-9a-f]{32}$/)
  expect(keyedHash(KEY, 'x', { bits: 64, encoding: 'base64url' })).toMatch(/^[\w-]{11}$/)
  expect(keyedHash(KEY, 'x', { bits: 256, encoding: 'base64url' })).toMatch(/^[\w-]{43}$/)
  // HMAC-SHA-256 of RFC 4231, test case 2.
  expect(keyedHash(Buffer.from('Jefe'), 'what do ya want for nothing?', { bits: 256, encoding: 'hex' })).toBe(
    '5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843',
  )
})

test('each algorithm has a key of its own, and the id of a key gives none away', () => {
  const uses = ['pseudonym', 'hash', 'surrogate', 'shift_date', 'fpe', 'encrypt'] as const
  expect(new Set(uses.map((use) => subKey(KEY, use).toString('hex'))).size).toBe(uses.length)
  expect(keyId(KEY)).toMatch(/^[0-9a-f]{8}$/)
  expect(keyId(KEY)).not.toBe(keyId(Buffer.alloc(32, 8)))
})
