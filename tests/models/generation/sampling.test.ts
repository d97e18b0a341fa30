import { describe, expect, it } from 'vitest'
import { sample } from '../../../models/generation/sampling.ts'
import { random } from '../../../util/random.ts'

const LOGITS = Float32Array.from([0.4, 0.3, 0.2, 0.1], Math.log)

function frequencies(options: Parameters<typeof sample>[1]): number[] {
  const rng = random(1)
  const counts = [0, 0, 0, 0]
  const n = 20_000
  for (let i = 0; i < n; i++) {
    const id = sample(LOGITS, options, rng)
    counts[id] = counts[id]! + 1
  }
  return counts.map((count) => count / n)
}

const close = (actual: readonly number[], expected: readonly number[]): void => {
  for (const [i, value] of expected.entries()) expect(Math.abs(actual[i]! - value)).toBeLessThan(0.015)
}

describe('sample', () => {
  it('follows the distribution at temperature 1', () => close(frequencies({ temperature: 1 }), [0.4, 0.3, 0.2, 0.1]))

  it('sharpens it at a lower temperature', () => {
    const powers = [0.4, 0.3, 0.2, 0.1].map((p) => p ** 2)
    const total = powers.reduce((a, b) => a + b, 0)
    close(
      frequencies({ temperature: 0.5 }),
      powers.map((p) => p / total),
    )
  })

  it('keeps the k most likely', () => close(frequencies({ temperature: 1, topK: 2 }), [4 / 7, 3 / 7, 0, 0]))

  it('keeps the fewest that reach the probability asked for', () => {
    close(frequencies({ temperature: 1, topP: 0.69 }), [4 / 7, 3 / 7, 0, 0])
    close(frequencies({ temperature: 1, topP: 0.1 }), [1, 0, 0, 0])
  })

  it('takes the first of the most likely at temperature 0', () => {
    expect(sample([1, 5, 5], { temperature: 0 }, random(1))).toBe(1)
  })
})
