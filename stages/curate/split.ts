import { mix } from './shingles.ts'

export const SPLITS = ['train', 'valid', 'test'] as const

export interface SplitShares {
  readonly valid: number
  readonly test: number
}

/**
 * The side of a cluster, from the seed and the first 64 bits of the smallest id in it. Nothing else counts, so a
 * cluster stays where it is when rows are added elsewhere; only a row that joins the cluster with a smaller id can
 * move it. Gives an index into `SPLITS`.
 */
export function splitOf(idHigh: number, idLow: number, seed: number, shares: SplitShares): number {
  const u = mix(mix(mix(idHigh ^ 0x5eed0001) ^ idLow) ^ mix(seed >>> 0)) / 0x1_0000_0000
  if (u < shares.test) return 2
  return u < shares.test + shares.valid ? 1 : 0
}
