import { random } from '../../util/random.ts'

/**
 * Fills a dropout mask: 0 with probability `rate` (to 1/65,536), else 1/(1 − rate). The numbers are a function of the
 * place alone, so an interrupted run draws the same ones.
 *
 * @param place what the mask belongs to: seed, step, micro-batch, module
 */
export function fillDropoutMask(mask: Float32Array, rate: number, place: readonly (number | string)[]): void {
  const rng = random('dropout', ...place)
  const limit = Math.round(rate * 65_536)
  const keep = 1 / (1 - rate)
  // Two elements from each 32 random bits.
  for (let i = 0; i < mask.length; i += 2) {
    const word = rng.next() * 0x1_0000_0000
    mask[i] = word % 65_536 < limit ? 0 : keep
    if (i + 1 < mask.length) mask[i + 1] = word / 65_536 < limit ? 0 : keep
  }
}
