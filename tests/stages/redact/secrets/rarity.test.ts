import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { base36Checksum, base62Checksum, hexChecksum } from '../../../../stages/redact/secrets/checksums.ts'
import { keysIn } from '../../../../stages/redact/secrets/key-index.ts'
import { bitsPerChar } from '../../../../stages/redact/secrets/rarity.ts'
import { random } from '../../../../util/random.ts'
import { makeKey } from './samples.ts'

test('names made of words are common, strings from a generator are rare', () => {
  const names = [
    'getUserAccountById',
    'customer_shipping_address',
    'XMLHttpRequestFactory',
    'src/components/OrderHistoryTable.tsx',
    'node_modules/typescript/lib',
    'my-kitchen-mixer-pro-2024',
    'release-2026-03-01-final',
    'MAX_RETRY_COUNT_PER_HOUR',
    'passwordResetEmailTemplate',
    'v12.4.0-beta.3',
  ]
  for (const name of names) expect(bitsPerChar(name), name).toBeLessThan(5)
  const rng = random(3, 'rarity')
  const drawn = Array.from({ length: 2000 }, () => bitsPerChar(makeKey(rng, '{a24}')))
  // The bar for a string that nothing names.
  expect(drawn.filter((bits) => bits >= 7.5).length / drawn.length).toBeGreaterThan(0.99)
  expect(Math.min(...drawn)).toBeGreaterThan(5.5)
})

test('any text has a finite cost', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary', maxLength: 80 }), (text) => {
      const bits = bitsPerChar(text)
      expect(bits >= 0 && Number.isFinite(bits)).toBe(true)
    }),
  )
})

/** CRC-32 bit by bit (polynomial 0xEDB88320, reflected), apart from the library that the checks use. */
function crc(text: string): number {
  let sum = 0xffff_ffff
  for (const byte of Buffer.from(text)) {
    sum ^= byte
    for (let bit = 0; bit < 8; bit++) sum = (sum >>> 1) ^ (sum & 1 ? 0xedb8_8320 : 0)
  }
  return (sum ^ 0xffff_ffff) >>> 0
}

function inBase(value: number, alphabet: string, width: number): string {
  let out = ''
  for (let rest = BigInt(value); out.length < width; rest /= BigInt(alphabet.length))
    out = alphabet[Number(rest % BigInt(alphabet.length))]! + out
  return out
}

const DIGITS = '0123456789'
const LOWER = 'abcdefghijklmnopqrstuvwxyz'
const BASE62 = DIGITS + LOWER.toUpperCase() + LOWER

describe('checksums', () => {
  const rng = random(5, 'checksums')
  test('crc is the usual one', () => expect(crc('123456789')).toBe(0xcbf4_3926))

  test('of GitHub and npm, GitLab and Grafana hold for what was made so and for nothing else', () => {
    for (let i = 0; i < 200; i++) {
      const body = makeKey(rng, '{a30}')
      const sum = inBase(crc(body), BASE62, 6)
      expect(base62Checksum(`ghp_${body}${sum}`)).toBe(true)
      expect(base62Checksum(`npm_${body}${sum.slice(1)}${sum[0] === '0' ? '1' : '0'}`)).toBe(
        sum.slice(1) + (sum[0] === '0' ? '1' : '0') === sum,
      )
      const routable = `glpat-${makeKey(rng, '{w27}')}.01.${makeKey(rng, '{n2}')}`
      expect(base36Checksum(routable + inBase(crc(routable), DIGITS + LOWER, 7))).toBe(true)
      const grafana = `glsa_${makeKey(rng, '{a32}')}`
      expect(hexChecksum(`${grafana}_${crc(grafana).toString(16).padStart(8, '0')}`)).toBe(true)
      expect(hexChecksum(`${grafana}_${(crc(grafana) ^ 1).toString(16).padStart(8, '0')}`)).toBe(false)
    }
  })

  test('raise the score, and never reject', () => {
    const scores = (text: string): readonly number[] => {
      const found: number[] = []
      keysIn(text, 0, text.length, ({ score }) => found.push(score))
      return found
    }
    const body = makeKey(rng, '{a29}7')
    expect(scores(`ghp_${body}${inBase(crc(body), BASE62, 6)}`)).toEqual([0.99])
    expect(scores(`ghp_${body}${inBase(crc(body) ^ 1, BASE62, 6)}`)).toEqual([0.9])
  })
})
