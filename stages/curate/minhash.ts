import { random } from '../../util/random.ts'
import { mix } from './shingles.ts'

/** Shape of the locality-sensitive hash: `bands` bands of `rows` minima each (Leskovec et al., Mining of Massive Datasets, 3.4). */
export interface LshShape {
  readonly bands: number
  readonly rows: number
}

/**
 * MinHash (Broder 1997) with 32-bit multiply-add permutations over mixed shingle hashes. The family is fixed: the
 * same text has the same signature in every run, so runs can be compared.
 */
export interface MinHasher {
  readonly permutations: number
  /**
   * Writes the band hashes (one per band) and the signature (the low byte of each minimum: Li & König 2010, b-bit
   * minwise hashing, b = 8) of a set of shingles. The set must not be empty.
   */
  write(shingles: Uint32Array, bands: Uint32Array, bandsAt: number, signature: Uint8Array, signatureAt: number): void
}

export function createMinHasher(shape: LshShape): MinHasher {
  const permutations = shape.bands * shape.rows
  const generator = random('sluice/minhash@1')
  const multipliers = new Int32Array(permutations)
  const offsets = new Int32Array(permutations)
  for (let p = 0; p < permutations; p++) {
    multipliers[p] = generator.integer(0x1_0000_0000) | 1
    offsets[p] = generator.integer(0x1_0000_0000)
  }
  return {
    permutations,
    write(shingles, bands, bandsAt, signature, signatureAt) {
      let p = 0
      for (let band = 0; band < shape.bands; band++) {
        let bandHash = band
        for (let row = 0; row < shape.rows; row++, p++) {
          const a = multipliers[p]!
          const b = offsets[p]!
          let minimum = 0x7fffffff
          for (let i = 0; i < shingles.length; i++) {
            const h = (Math.imul(a, shingles[i]!) + b) | 0
            if (h < minimum) minimum = h
          }
          const mixed = mix(minimum)
          signature[signatureAt + p] = mixed & 0xff
          bandHash = mix(bandHash ^ mixed) + Math.imul(bandHash, 31)
        }
        bands[bandsAt + band] = mix(bandHash)
      }
    },
  }
}

/**
 * Jaccard similarity estimated from two signatures of `n` bytes, corrected for the 1 in 256 of unequal minima whose
 * low bytes agree by chance. Standard error about √(J(1−J)/n).
 */
export function estimateJaccard(a: Uint8Array, b: Uint8Array, n: number): number {
  let equal = 0
  for (let i = 0; i < n; i++) if (a[i] === b[i]) equal += 1
  return Math.max(0, (equal / n - 1 / 256) / (1 - 1 / 256))
}

/** Probability that two texts of this similarity meet in at least one band: the S-curve. */
export function meetingProbability(similarity: number, shape: LshShape): number {
  return 1 - (1 - similarity ** shape.rows) ** shape.bands
}
