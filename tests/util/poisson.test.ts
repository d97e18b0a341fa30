import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { poissonInterval } from '../../util/poisson.ts'

describe('poissonInterval', () => {
  // Tables of Garwood's limits, 95 %, as in Ulm (1990).
  it.each([
    [0, 0, 3.6889],
    [1, 0.0253, 5.5716],
    [2, 0.2422, 7.2247],
    [5, 1.6235, 11.6683],
    [10, 4.7954, 18.3904],
    [50, 37.1107, 65.9188],
  ])('gives the limits of the tables for %i', (count, lower, upper) => {
    const interval = poissonInterval(count)
    expect(interval.lower).toBeCloseTo(lower, 3)
    expect(interval.upper).toBeCloseTo(upper, 3)
  })

  it('has the right tails, counted term by term', () => {
    const atMost = (k: number, mean: number): number => {
      let term = Math.exp(-mean)
      let sum = 0
      for (let i = 0; i <= k; i++) {
        sum += term
        term *= mean / (i + 1)
      }
      return sum
    }
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 200 }),
        fc.double({ min: 0.5, max: 0.999, noNaN: true }),
        (count, level) => {
          const { lower, upper } = poissonInterval(count, level)
          expect(1 - atMost(count - 1, lower)).toBeCloseTo((1 - level) / 2, 6)
          expect(atMost(count, upper)).toBeCloseTo((1 - level) / 2, 6)
          expect(lower < count && count < upper).toBe(true)
        },
      ),
      { numRuns: 60 },
    )
  })

  it('refuses what is no count', () => {
    expect(() => poissonInterval(1.5)).toThrow(RangeError)
    expect(() => poissonInterval(-1)).toThrow(RangeError)
  })
})
