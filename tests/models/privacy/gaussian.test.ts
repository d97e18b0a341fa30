import { describe, expect, it } from 'vitest'
import { addGaussianNoise, normal, poissonSample } from '../../../models/privacy/gaussian.ts'
import { cryptographicRandomness, seededRandomness } from '../../../models/privacy/randomness.ts'
import { normalCdf } from '../../../models/privacy/special.ts'
import { groupUnits, refuseSharedUnits } from '../../../models/privacy/units.ts'

/** Kolmogorov–Smirnov: √n·D stays below 1.95 for 999 of 1,000 samples of the right distribution. */
function distance(sample: readonly number[], cdf: (x: number) => number): number {
  const sorted = sample.toSorted((a, b) => a - b)
  const n = sorted.length
  const gaps = sorted.map((x, i) => Math.max((i + 1) / n - cdf(x), cdf(x) - i / n))
  return Math.sqrt(n) * Math.max(...gaps)
}

describe('the noise', () => {
  it('is normal with the asked deviation, from the seeded and from the cryptographic generator', () => {
    const seeded = seededRandomness(1)
    expect(
      distance(
        Array.from({ length: 20_000 }, () => normal(seeded)),
        normalCdf,
      ),
    ).toBeLessThan(1.95)
    const noisy = addGaussianNoise(new Float32Array(20_000).fill(7), 3, cryptographicRandomness())
    // 2.6 instead of 1.95: a sample that nobody can repeat may fail once in a million runs.
    expect(
      distance(
        [...noisy].map((x) => (x - 7) / 3),
        normalCdf,
      ),
    ).toBeLessThan(2.7)
  })

  it('lies on a grid of a power of two below the deviation, so that low bits carry nothing', () => {
    const noisy = addGaussianNoise(
      Float64Array.from({ length: 500 }, (_, i) => i / 7),
      0.3,
      seededRandomness(2),
    )
    const grid = 2 ** (Math.floor(Math.log2(0.3)) - 20)
    for (const x of noisy) expect((x / grid) % 1 === 0 || Math.abs(x) > 2 ** 23 * grid).toBe(true)
  })

  it('adds nothing at deviation 0', () => {
    expect([...addGaussianNoise([1, 2.5, -3], 0, seededRandomness(3))]).toEqual([1, 2.5, -3])
  })

  it('is never the same twice from the cryptographic generator, and repeats from a seed with the same parts only', () => {
    const draw = (source: { uniform(): number }): number[] => Array.from({ length: 8 }, () => source.uniform())
    expect(draw(cryptographicRandomness())).not.toEqual(draw(cryptographicRandomness()))
    expect(draw(seededRandomness(5, 'data', 1))).toEqual(draw(seededRandomness(5, 'data', 1)))
    expect(draw(seededRandomness(5, 'data', 1))).not.toEqual(draw(seededRandomness(5, 'data', 2)))
    expect(draw(seededRandomness(5, 'data', 1))).not.toEqual(draw(seededRandomness(5, 'other', 1)))
    expect([cryptographicRandomness().kind, seededRandomness(1).kind]).toEqual(['cryptographic', 'seeded'])
  })
})

describe('poissonSample', () => {
  it('takes each unit independently: sizes are binomial, and some samples are empty', () => {
    const source = seededRandomness('sizes')
    const sizes = Array.from({ length: 4000 }, () => poissonSample(20, 0.1, source).length)
    const mean = sizes.reduce((a, b) => a + b, 0) / sizes.length
    const variance = sizes.reduce((sum, size) => sum + (size - mean) ** 2, 0) / sizes.length
    expect(Math.abs(mean - 2)).toBeLessThan(0.09)
    expect(Math.abs(variance - 1.8)).toBeLessThan(0.16)
    // P(empty) = 0.9²⁰ = 0.1216, ± 4 deviations.
    expect(Math.abs(sizes.filter((size) => size === 0).length / 4000 - 0.9 ** 20)).toBeLessThan(0.021)
  })

  it('takes everybody at rate 1 and nobody at rate 0', () => {
    expect(poissonSample(5, 1, seededRandomness(1))).toEqual([0, 1, 2, 3, 4])
    expect(poissonSample(5, 0, seededRandomness(1))).toEqual([])
  })
})

describe('units', () => {
  it('gather all rows of a key, wherever they stand', () => {
    expect(groupUnits(['a', 'b', 'a', 'c', 'b'], 'person')).toEqual([[0, 2], [1, 4], [3]])
  })

  it('refuse a row without a key, and held-out rows of a unit that is trained', () => {
    expect(() => groupUnits(['a', undefined], 'person')).toThrow(expect.objectContaining({ code: 'DP_UNIT_MISSING' }))
    expect(() => refuseSharedUnits(['a', 'b'], ['c'])).not.toThrow()
    expect(() => refuseSharedUnits(['a', 'b'], ['b', 'b'])).toThrow(
      expect.objectContaining({ code: 'DP_UNIT_HELD_OUT', message: expect.stringMatching(/^1 units/) }),
    )
  })
})
