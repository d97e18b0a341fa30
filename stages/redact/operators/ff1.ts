import { createCipheriv } from 'node:crypto'

/** Smallest number of values that a text may stand for: radix^length ≥ 1,000,000 (SP 800-38G Rev. 1, §5.1). */
export const FF1_MIN_DOMAIN = 1_000_000

/** Longest text, in symbols: far below the standard's 2³² and far above any value that is worth encrypting in its form. */
export const FF1_MAX_LENGTH = 4096

const ROUNDS = 10

export interface Ff1 {
  /** Symbols 0 … radix−1 to as many others. @throws RangeError for a domain that is too small, a text that is too long, a symbol out of range */
  encrypt(symbols: readonly number[], tweak: Uint8Array): number[]
  decrypt(symbols: readonly number[], tweak: Uint8Array): number[]
}

/**
 * Format-preserving encryption FF1: NIST SP 800-38G (2016), algorithms 7 and 8, with the domain limit of Revision 1.
 * A Feistel network of ten rounds over AES.
 *
 * @param key 16, 24 or 32 bytes
 * @param radix 2 … 65,536
 */
export function ff1(key: Uint8Array, radix: number): Ff1 {
  if (!Number.isInteger(radix) || radix < 2 || radix > 65_536) throw new RangeError('FF1 takes a radix of 2 to 65,536')
  const base = BigInt(radix)

  // One cipher for all blocks: in ECB each is independent of those before it, and a new object costs ten times a block.
  const ecb = createCipheriv(`aes-${key.length * 8}-ecb`, key, null).setAutoPadding(false)
  const ciph = (block: Uint8Array): Buffer => ecb.update(block)
  /** CBC-MAC over whole blocks (SP 800-38G algorithm 6, PRF), from the block that went before. */
  const prf = (before: Uint8Array, blocks: Uint8Array): Buffer => {
    let state: Buffer = Buffer.from(before)
    for (let at = 0; at < blocks.length; at += 16) {
      for (let i = 0; i < 16; i++) state[i]! ^= blocks[at + i]!
      state = ciph(state)
    }
    return state
  }
  const num = (symbols: readonly number[]): bigint => symbols.reduce((sum, symbol) => sum * base + BigInt(symbol), 0n)
  const str = (value: bigint, length: number): number[] => {
    const out = new Array<number>(length).fill(0)
    for (let i = length - 1; i >= 0; i--) {
      out[i] = Number(value % base)
      value /= base
    }
    return out
  }

  const run = (symbols: readonly number[], tweak: Uint8Array, forward: boolean): number[] => {
    const n = symbols.length
    if (n < 2 || n > FF1_MAX_LENGTH) throw new RangeError(`FF1 takes 2 to ${FF1_MAX_LENGTH} symbols`)
    if (!ff1DomainIsLargeEnough(radix, n)) throw new RangeError('FF1 takes no fewer than 1,000,000 possible values')
    if (symbols.some((symbol) => !Number.isInteger(symbol) || symbol < 0 || symbol >= radix))
      throw new RangeError('a symbol is not below the radix')
    const u = Math.floor(n / 2)
    const v = n - u
    const b = Math.ceil(bitLength(base ** BigInt(v) - 1n) / 8)
    const d = 4 * Math.ceil(b / 4) + 4
    const modU = base ** BigInt(u)
    const modV = base ** BigInt(v)
    const p = Buffer.alloc(16)
    p.set([1, 2, 1])
    p.writeUIntBE(radix, 3, 3)
    p.set([ROUNDS, u % 256], 6)
    p.writeUInt32BE(n, 8)
    p.writeUInt32BE(tweak.length, 12)
    // Q without its last b + 1 bytes: the tweak, then zeros up to a whole number of blocks.
    const padding = (((-tweak.length - b - 1) % 16) + 16) % 16
    const q = Buffer.alloc(tweak.length + padding + 1 + b)
    q.set(tweak)
    const head = ciph(p)

    const y = (round: number, half: bigint): bigint => {
      q[q.length - b - 1] = round
      Buffer.from(half.toString(16).padStart(b * 2, '0'), 'hex').copy(q, q.length - b)
      const r = prf(head, q)
      const s = [r]
      for (let j = 1; j * 16 < d; j++) {
        const block = Buffer.from(r)
        block.writeUInt32BE((block.readUInt32BE(12) ^ j) >>> 0, 12)
        s.push(ciph(block))
      }
      return BigInt(`0x${Buffer.concat(s).subarray(0, d).toString('hex')}`)
    }

    let a = num(symbols.slice(0, u))
    let c = num(symbols.slice(u))
    if (forward) {
      for (let i = 0; i < ROUNDS; i++) {
        const next = (a + y(i, c)) % (i % 2 === 0 ? modU : modV)
        a = c
        c = next
      }
    } else {
      for (let i = ROUNDS - 1; i >= 0; i--) {
        const modulus = i % 2 === 0 ? modU : modV
        const previous = (((c - y(i, a)) % modulus) + modulus) % modulus
        c = a
        a = previous
      }
    }
    return [...str(a, u), ...str(c, v)]
  }
  return {
    encrypt: (symbols, tweak) => run(symbols, tweak, true),
    decrypt: (symbols, tweak) => run(symbols, tweak, false),
  }
}

/** Whether texts of this length may be encrypted: radix^length ≥ 1,000,000. */
export function ff1DomainIsLargeEnough(radix: number, length: number): boolean {
  return length >= 2 && BigInt(radix) ** BigInt(Math.min(length, 20)) >= BigInt(FF1_MIN_DOMAIN)
}

function bitLength(value: bigint): number {
  return value === 0n ? 0 : value.toString(2).length
}
