/**
 * MurmurHash3_x86_128 (Austin Appleby, public domain) of `bytes[start, end)`, written to `out[at, at + 16)`. Fast and
 * well mixed, not for secrets: 128 bits keep chance collisions away, a random seed keeps chosen ones hard to make.
 */
export function murmur128(bytes: Uint8Array, start: number, end: number, seed: number, out: Buffer, at: number): void {
  let h1 = seed
  let h2 = seed
  let h3 = seed
  let h4 = seed
  const length = end - start
  const blocks = start + (length & ~15)
  for (let i = start; i < blocks; i += 16) {
    h1 ^= mixK(word(bytes, i), 0x239b961b, 15, 0xab0e9789)
    h1 = (Math.imul(rotate(h1, 19) + h2, 5) + 0x561ccd1b) | 0
    h2 ^= mixK(word(bytes, i + 4), 0xab0e9789, 16, 0x38b34ae5)
    h2 = (Math.imul(rotate(h2, 17) + h3, 5) + 0x0bcaa747) | 0
    h3 ^= mixK(word(bytes, i + 8), 0x38b34ae5, 17, 0xa1e38b93)
    h3 = (Math.imul(rotate(h3, 15) + h4, 5) + 0x96cd1c35) | 0
    h4 ^= mixK(word(bytes, i + 12), 0xa1e38b93, 18, 0x239b961b)
    h4 = (Math.imul(rotate(h4, 13) + h1, 5) + 0x32ac3b17) | 0
  }
  const tail = [0, 0, 0, 0]
  for (let i = blocks; i < end; i++) tail[(i - blocks) >> 2]! |= bytes[i]! << (8 * ((i - blocks) & 3))
  h4 ^= mixK(tail[3]!, 0xa1e38b93, 18, 0x239b961b)
  h3 ^= mixK(tail[2]!, 0x38b34ae5, 17, 0xa1e38b93)
  h2 ^= mixK(tail[1]!, 0xab0e9789, 16, 0x38b34ae5)
  h1 ^= mixK(tail[0]!, 0x239b961b, 15, 0xab0e9789)
  h1 ^= length
  h2 ^= length
  h3 ^= length
  h4 ^= length
  h1 = (h1 + h2 + h3 + h4) | 0
  h2 = (h2 + h1) | 0
  h3 = (h3 + h1) | 0
  h4 = (h4 + h1) | 0
  h1 = finish(h1)
  h2 = finish(h2)
  h3 = finish(h3)
  h4 = finish(h4)
  h1 = (h1 + h2 + h3 + h4) | 0
  out.writeInt32LE(h1, at)
  out.writeInt32LE((h2 + h1) | 0, at + 4)
  out.writeInt32LE((h3 + h1) | 0, at + 8)
  out.writeInt32LE((h4 + h1) | 0, at + 12)
}

function word(bytes: Uint8Array, at: number): number {
  return bytes[at]! | (bytes[at + 1]! << 8) | (bytes[at + 2]! << 16) | (bytes[at + 3]! << 24)
}

function rotate(x: number, by: number): number {
  return (x << by) | (x >>> (32 - by))
}

function mixK(k: number, first: number, by: number, second: number): number {
  return Math.imul(rotate(Math.imul(k, first), by), second)
}

function finish(x: number): number {
  let h = x ^ (x >>> 16)
  h = Math.imul(h, 0x85ebca6b)
  h ^= h >>> 13
  h = Math.imul(h, 0xc2b2ae35)
  return h ^ (h >>> 16)
}
