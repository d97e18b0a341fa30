import { describe, expect, it } from 'vitest'
import { fillDropoutMask } from '../../../models/lora/dropout.ts'

const mask = (size: number, rate: number, place: readonly (number | string)[]): Float32Array => {
  const out = new Float32Array(size)
  fillDropoutMask(out, rate, place)
  return out
}

describe('fillDropoutMask', () => {
  it('zeroes the share it is told to and keeps the mean', () => {
    const size = 200_001
    for (const rate of [0.05, 0.5, 0.9]) {
      const values = mask(size, rate, [1, 2, 3, 'q'])
      const zeros = values.filter((x) => x === 0).length
      // Five standard deviations of a binomial count.
      expect(Math.abs(zeros / size - rate)).toBeLessThan(5 * Math.sqrt((rate * (1 - rate)) / size))
      expect(new Set(values)).toEqual(new Set([0, Math.fround(1 / (1 - rate))]))
    }
  })

  it('is a function of seed, step, micro-batch and module, and of each of them', () => {
    const place = [1, 2, 3, 'q'] as const
    expect(mask(999, 0.3, place)).toEqual(mask(999, 0.3, place))
    for (const other of [
      [9, 2, 3, 'q'],
      [1, 9, 3, 'q'],
      [1, 2, 9, 'q'],
      [1, 2, 3, 'v'],
    ]) {
      const same = mask(9999, 0.5, other).filter((x, i) => x === mask9999[i]).length / 9999
      expect(same).toBeCloseTo(0.5, 1)
    }
  })

  it('has neighbours that know nothing of each other', () => {
    const values = mask(100_000, 0.5, [4])
    for (const lag of [1, 2, 3, 16]) {
      let same = 0
      for (let i = lag; i < values.length; i++) if (values[i] === values[i - lag]) same += 1
      expect(same / (values.length - lag)).toBeCloseTo(0.5, 2)
    }
  })
})

const mask9999 = mask(9999, 0.5, [1, 2, 3, 'q'])
