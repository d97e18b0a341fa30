import { createCipheriv, createHash, randomFillSync } from 'node:crypto'

/** `seeded` is for tests: whoever knows the seed can subtract the noise, so it is never reported as private. */
export type NoiseKind = 'cryptographic' | 'seeded'

/** Random bits for sampling and noise. */
export interface Randomness {
  readonly kind: NoiseKind
  /** Uniform on the multiples of 2⁻⁵³ in [0, 1). */
  uniform(): number
}

/** Bytes that are drawn at a time. */
const BLOCK = 1 << 16

/** From the operating system's generator, through OpenSSL. Nothing can replay it. */
export function cryptographicRandomness(): Randomness {
  return { kind: 'cryptographic', uniform: uniforms((block) => randomFillSync(block)) }
}

/**
 * AES-256 in counter mode under a key made of the parts: the same parts give the same numbers. For tests only.
 *
 * @param parts seed, digest of the data, step: what must not be the same for two draws that should differ
 */
export function seededRandomness(...parts: readonly (string | number)[]): Randomness {
  const key = createHash('sha256').update(JSON.stringify(parts)).digest()
  const cipher = createCipheriv('aes-256-ctr', key, Buffer.alloc(16))
  return { kind: 'seeded', uniform: uniforms((block) => block.set(cipher.update(Buffer.alloc(block.length)))) }
}

function uniforms(fill: (block: Uint8Array) => void): () => number {
  const block = new Uint8Array(BLOCK)
  const words = new Uint32Array(block.buffer)
  let next = words.length
  return () => {
    if (next >= words.length) {
      fill(block)
      next = 0
    }
    // 26 + 27 bits, so that every value is a multiple of 2⁻⁵³.
    const high = words[next]! >>> 6
    const low = words[next + 1]! >>> 5
    words[next] = 0
    words[next + 1] = 0
    next += 2
    return (high * 0x800_0000 + low) / 0x20_0000_0000_0000
  }
}
