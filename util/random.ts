import { createHash } from 'node:crypto'

/**
 * A small, fast, seeded generator (xoshiro128**, Blackman & Vigna 2018). Not for secrets: keys and nonces come from
 * `node:crypto`. The same seed gives the same numbers on every machine, and the state can be saved and restored.
 */
export interface Random {
  /** A number in [0, 1) with 32 random bits. */
  next(): number
  /** An integer in [0, bound). */
  integer(bound: number): number
  /** A standard normal number (Box–Muller). */
  normal(): number
  /** A shuffled copy (Fisher–Yates). */
  shuffle<T>(items: readonly T[]): T[]
  /** One item. The list must not be empty. */
  pick<T>(items: readonly T[]): T
  /** Four 32-bit words that restore the generator. */
  state(): readonly [number, number, number, number]
}

/** A generator from any seed: a number, or words joined with it (`random(7, 'curate', 'split')`). */
export function random(seed: number | string, ...scope: readonly (number | string)[]): Random {
  const digest = createHash('sha256')
    .update(JSON.stringify([seed, ...scope]))
    .digest()
  return fromState([
    digest.readUInt32LE(0),
    digest.readUInt32LE(4),
    digest.readUInt32LE(8),
    digest.readUInt32LE(12) | 1,
  ])
}

/** Restores a generator saved by `state()`. */
export function fromState(saved: readonly [number, number, number, number]): Random {
  let [a, b, c, d] = saved
  const next32 = (): number => {
    const m = Math.imul(b, 5)
    const result = Math.imul((m << 7) | (m >>> 25), 9) >>> 0
    const t = b << 9
    c ^= a
    d ^= b
    b ^= c
    a ^= d
    c ^= t
    d = (d << 11) | (d >>> 21)
    return result
  }
  const self: Random = {
    next: () => next32() / 0x1_0000_0000,
    integer: (bound) => Math.floor(self.next() * bound),
    normal: () => {
      const u = 1 - self.next()
      return Math.sqrt(-2 * Math.log(u)) * Math.cos(2 * Math.PI * self.next())
    },
    shuffle: (items) => {
      const out = [...items]
      for (let i = out.length - 1; i > 0; i--) {
        const j = self.integer(i + 1)
        const swap = out[i]!
        out[i] = out[j]!
        out[j] = swap
      }
      return out
    },
    pick: (items) => items[self.integer(items.length)]!,
    state: () => [a >>> 0, b >>> 0, c >>> 0, d >>> 0],
  }
  return self
}
