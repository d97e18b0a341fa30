import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { sample } from '../../../models/generation/sampling.ts'
import { random } from '../../../util/random.ts'

/** The definition, sorting everything: the fewest most likely tokens that reach topP. */
function naiveNucleus(logits: readonly number[], topP: number): ReadonlySet<number> {
  const highest = Math.max(...logits)
  const weights = logits.map((x) => Math.exp(x - highest))
  const total = weights.reduce((sum, w) => sum + w, 0)
  const order = weights.map((_, id) => id).sort((a, b) => weights[b]! - weights[a]! || a - b)
  const kept = new Set<number>()
  let mass = 0
  for (const id of order) {
    if (kept.size > 0 && mass >= topP * total) break
    kept.add(id)
    mass += weights[id]!
  }
  return kept
}

describe('sampling from the nucleus', () => {
  it('draws every token of it and no other, though only a part of the vocabulary is sorted', () => {
    fc.assert(
      fc.property(
        fc.array(fc.integer({ min: -6, max: 3 }), { minLength: 2, maxLength: 12 }),
        fc.double({ min: 0.05, max: 0.99, noNaN: true }),
        fc.nat(1000),
        (logits, topP, seed) => {
          const nucleus = naiveNucleus(logits, topP)
          const generator = random(seed)
          const drawn = new Set(
            Array.from({ length: 400 }, () => sample(Float32Array.from(logits), { temperature: 1, topP }, generator)),
          )
          for (const id of drawn) expect(nucleus.has(id)).toBe(true)
          // The most likely token of at most twelve is drawn in 400 trials.
          expect(drawn.has([...nucleus][0]!)).toBe(true)
        },
      ),
    )
  })
})
