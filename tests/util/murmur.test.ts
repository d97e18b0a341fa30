import { expect, it } from 'vitest'
import { murmur128 } from '../../util/murmur.ts'

it('passes the verification of SMHasher', () => {
  // KeysetTest.cpp: keys {}, {0}, {0, 1} … with seeds 256, 255 …; the hash of all hashes has this first word.
  const key = Buffer.alloc(256)
  const hashes = Buffer.alloc(256 * 16)
  for (let i = 0; i < 256; i++) {
    key[i] = i
    murmur128(key, 0, i, 256 - i, hashes, i * 16)
  }
  const final = Buffer.alloc(16)
  murmur128(hashes, 0, hashes.length, 0, final, 0)
  expect(final.readUInt32LE(0).toString(16)).toBe('b3ece62a')
})

it('tells small changes apart, anywhere in a buffer', () => {
  const seen = new Set<string>()
  const add = (text: string): void => {
    const bytes = Buffer.from(`xx${text}yy`)
    const out = Buffer.alloc(16)
    murmur128(bytes, 2, bytes.length - 2, 7, out, 0)
    seen.add(out.toString('hex'))
  }
  for (let i = 0; i < 20_000; i++) add(`T-${i}`)
  for (let n = 0; n < 64; n++) add('\0'.repeat(n))
  expect(seen.size).toBe(20_064)
})
