import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { aesCmac, sivDecrypt, sivEncrypt } from '../../../../stages/redact/operators/aes-siv.ts'

const hex = (text: string) => Buffer.from(text.replace(/\s/g, ''), 'hex')

// RFC 4493 §4.
const CMAC_KEY = hex('2b7e151628aed2a6abf7158809cf4f3c')
const MESSAGE = hex(
  '6bc1bee22e409f96e93d7e117393172a ae2d8a571e03ac9c9eb76fac45af8e51 30c81c46a35ce411e5fbc1191a0a52ef f69f2445df4f9b17ad2b417be66c3710',
)
test.each([
  [0, 'bb1d6929e95937287fa37d129b756746'],
  [16, '070a16b46b4d4144f79bdd9dd04a287c'],
  [40, 'dfa66747de9ae63030ca32611497c827'],
  [64, '51f0bebf7e3b9d92fc49741779363cfe'],
])('AES-CMAC of %i bytes, RFC 4493', (length, mac) => {
  expect(aesCmac(CMAC_KEY, MESSAGE.subarray(0, length)).toString('hex')).toBe(mac)
})

describe('AES-SIV', () => {
  test('deterministic example, RFC 5297 A.1', () => {
    const key = hex('fffefdfcfbfaf9f8f7f6f5f4f3f2f1f0 f0f1f2f3f4f5f6f7f8f9fafbfcfdfeff')
    const associated = [hex('101112131415161718191a1b1c1d1e1f 2021222324252627')]
    const plain = hex('112233445566778899aabbccddee')
    const sealed = sivEncrypt(key, associated, plain)
    expect(sealed.toString('hex')).toBe('85632d07c6e8f37f950acd320a2ecc9340c02b9690c4dc04daef7f6afe5c')
    expect(sivDecrypt(key, associated, sealed)).toEqual(plain)
  })

  test('nonce-based example, RFC 5297 A.2', () => {
    const key = hex('7f7e7d7c7b7a79787776757473727170 404142434445464748494a4b4c4d4e4f')
    const associated = [
      hex('00112233445566778899aabbccddeeff deaddadadeaddadaffeeddccbbaa9988 7766554433221100'),
      hex('102030405060708090a0'),
      hex('09f911029d74e35bd84156c5635688c0'),
    ]
    const plain = hex(
      '7468697320697320736f6d6520706c61 696e7465787420746f20656e63727970 74207573696e67205349562d414553',
    )
    const sealed = sivEncrypt(key, associated, plain)
    expect(sealed.toString('hex')).toBe(
      '7bdb6e3b432667eb06f4d14bff2fbd0fcb900f2fddbe404326601965c889bf17dba77ceb094fa663b7a3f748ba8af829ea64ad544a272e9c485b62a3fd5c0d',
    )
    expect(sivDecrypt(key, associated, sealed)).toEqual(plain)
  })

  const parts = {
    key: fc.constantFrom(32, 48, 64).chain((size) => fc.uint8Array({ minLength: size, maxLength: size })),
    associated: fc.array(fc.uint8Array({ maxLength: 40 }), { maxLength: 4 }),
    plain: fc.uint8Array({ maxLength: 80 }),
  }
  test('whatever was sealed comes back', () => {
    fc.assert(
      fc.property(fc.record(parts), ({ key, associated, plain }) => {
        expect(sivDecrypt(key, associated, sivEncrypt(key, associated, plain))).toEqual(Buffer.from(plain))
      }),
    )
  })
  test('a changed bit anywhere gives nothing', () => {
    fc.assert(
      fc.property(fc.record({ ...parts, at: fc.nat(), bit: fc.integer({ min: 0, max: 7 }) }), (given) => {
        const { key, associated, plain, at, bit } = given
        const sealed = sivEncrypt(key, associated, plain)
        sealed[at % sealed.length]! ^= 1 << bit
        expect(sivDecrypt(key, associated, sealed)).toBeUndefined()
        const other = Buffer.from(key)
        // The first half: the second does nothing for an empty text.
        other[at % (other.length / 2)]! ^= 1 << bit
        expect(sivDecrypt(other, associated, sivEncrypt(key, associated, plain))).toBeUndefined()
        expect(sivDecrypt(key, [...associated, plain], sivEncrypt(key, associated, plain))).toBeUndefined()
      }),
    )
  })
})
