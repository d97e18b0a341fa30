import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { random } from '../../util/random.ts'
import { bootstrapRatio, differenceOfRates } from '../../util/resample.ts'
import { areaUnderCurve, truePositivesAt } from '../../util/roc.ts'

const scores = fc.array(fc.integer({ min: 0, max: 20 }), { minLength: 1, maxLength: 30 })

describe('areaUnderCurve', () => {
  it('is the share of pairs in which the positive wins, ties half', () => {
    fc.assert(
      fc.property(scores, scores, (a, b) => {
        let wins = 0
        for (const x of a) for (const y of b) wins += x > y ? 1 : x === y ? 0.5 : 0
        const { area, interval } = areaUnderCurve(a, b)
        expect(area).toBeCloseTo(wins / (a.length * b.length), 12)
        expect(interval.lower).toBeLessThanOrEqual(area + 1e-9)
        expect(interval.upper).toBeGreaterThanOrEqual(area - 1e-9)
        expect(interval.lower).toBeGreaterThanOrEqual(0)
        expect(interval.upper).toBeLessThanOrEqual(1)
      }),
    )
  })

  it('has an interval that covers the truth about as often as it says', () => {
    // Two unit normals one apart: AUC = Φ(1/√2) = 0.7602.
    const r = random(1, 'auc')
    let covered = 0
    for (let i = 0; i < 400; i++) {
      const a = Array.from({ length: 40 }, () => r.normal() + 1)
      const b = Array.from({ length: 60 }, () => r.normal())
      const { interval } = areaUnderCurve(a, b)
      if (interval.lower <= 0.7602 && 0.7602 <= interval.upper) covered += 1
    }
    expect(covered).toBeGreaterThan(368)
  })

  it('does not claim certainty from a perfect separation of few', () => {
    const { area, interval } = areaUnderCurve([5, 6, 7], [1, 2, 3])
    expect(area).toBe(1)
    expect(interval.upper).toBe(1)
    expect(interval.lower).toBeLessThan(0.7)
  })
})

describe('truePositivesAt', () => {
  it('never lets more negatives through than the rate allows', () => {
    fc.assert(
      fc.property(scores, fc.array(fc.integer({ min: 0, max: 20 }), { minLength: 10, maxLength: 60 }), (a, b) => {
        const found = truePositivesAt(a, b, 0.1)
        const threshold = [...b].sort((x, y) => y - x)[Math.floor(b.length * 0.1)]!
        expect(b.filter((x) => x > threshold).length).toBeLessThanOrEqual(b.length * 0.1)
        expect(found?.rate).toBe(a.filter((x) => x > threshold).length / a.length)
      }),
    )
  })

  it('refuses a rate that the negatives are too few for', () => {
    expect(truePositivesAt([1, 2], new Array(99).fill(0), 0.01)).toBeNull()
    expect(truePositivesAt([1, 2], new Array(100).fill(0), 0.01)?.rate).toBe(1)
  })
})

describe('resampling', () => {
  it('covers a token-weighted mean about as often as it says', () => {
    const r = random(2, 'boot')
    let covered = 0
    for (let i = 0; i < 200; i++) {
      const weights = Array.from({ length: 80 }, () => 5 + r.integer(40))
      const sums = weights.map((w) => w * (2 + 0.5 * r.normal()))
      const interval = bootstrapRatio(sums, weights, r, { resamples: 300 })!
      if (interval.lower <= 2 && 2 <= interval.upper) covered += 1
    }
    expect(covered).toBeGreaterThan(176)
  })

  it('has nothing to say about one unit', () => {
    expect(bootstrapRatio([1], [2], random(1))).toBeNull()
  })

  it('gives the published example of a difference of rates', () => {
    // Newcombe 1998, table II, 56/70 − 48/80 by method 10: 0.0524 to 0.3339.
    const { difference, interval } = differenceOfRates(56, 70, 48, 80)
    expect(difference).toBeCloseTo(0.2, 12)
    expect(interval.lower).toBeCloseTo(0.0524, 4)
    expect(interval.upper).toBeCloseTo(0.3339, 4)
  })
})
