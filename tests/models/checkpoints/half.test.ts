import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  decodeBrain,
  decodeHalf,
  encodeBrain,
  encodeHalf,
  floatToBrain,
  floatToHalf,
  halfToFloat,
} from '../../../models/checkpoints/half.ts'

const EVERY = Uint16Array.from({ length: 0x10000 }, (_, bits) => bits)
const isNaNHalf = (bits: number): boolean => (bits & 0x7c00) === 0x7c00 && (bits & 0x3ff) !== 0
const isNaNBrain = (bits: number): boolean => (bits & 0x7f80) === 0x7f80 && (bits & 0x7f) !== 0

/** A float32 of any bits: subnormals, infinities and NaN too. */
const anyFloat = fc.integer({ min: 0, max: 0xffffffff }).map((bits) => {
  const view = new DataView(new ArrayBuffer(4))
  view.setUint32(0, bits)
  return view.getFloat32(0)
})

/** Nearest of all non-negative finite patterns by search, ties to the even one; beyond the last step it is ∞. */
function nearestByDefinition(x: number, value: (bits: number) => number, infinity: number): number {
  const magnitude = Math.abs(x)
  let low = 0
  let high = infinity - 1
  while (low < high) {
    const middle = (low + high + 1) >> 1
    if (value(middle) <= magnitude) low = middle
    else high = middle - 1
  }
  const sign = Object.is(x, -0) || x < 0 ? 0x8000 : 0
  const below = value(low)
  // The step above the largest number is as wide as the one below it.
  const above = low + 1 === infinity ? below + (below - value(low - 1)) : value(low + 1)
  const [down, up] = [magnitude - below, above - magnitude]
  if (down === up) return sign | (low % 2 === 0 ? low : low + 1)
  return sign | (down < up ? low : low + 1)
}

describe('half precision', () => {
  it('goes from every pattern to float32 and back', () => {
    const halves = encodeHalf(decodeHalf(EVERY))
    const brains = encodeBrain(decodeBrain(EVERY))
    expect(EVERY.filter((bits) => !isNaNHalf(bits) && halves[bits] !== bits)).toEqual(Uint16Array.of())
    expect(EVERY.filter((bits) => !isNaNBrain(bits) && brains[bits] !== bits)).toEqual(Uint16Array.of())
    expect(EVERY.filter((bits) => isNaNHalf(bits) && !isNaNHalf(halves[bits]!))).toEqual(Uint16Array.of())
    expect(EVERY.filter((bits) => isNaNBrain(bits) && !isNaNBrain(brains[bits]!))).toEqual(Uint16Array.of())
  })

  it('takes the nearest number, the even one of two, subnormals included', () => {
    const brainToFloat = (bits: number): number => decodeBrain(Uint16Array.of(bits))[0]!
    const check = (x: number): void => {
      if (Number.isNaN(x)) {
        expect(isNaNHalf(floatToHalf(x)) && isNaNBrain(floatToBrain(x))).toBe(true)
        return
      }
      expect(floatToBrain(x)).toBe(
        Number.isFinite(x) ? nearestByDefinition(x, brainToFloat, 0x7f80) : (x < 0 ? 0x8000 : 0) | 0x7f80,
      )
      const large = Math.abs(x) >= 65_520
      expect(floatToHalf(x)).toBe(large ? (x < 0 ? 0x8000 : 0) | 0x7c00 : nearestByDefinition(x, halfToFloat, 0x7c00))
    }
    fc.assert(fc.property(anyFloat, check), { numRuns: 3000 })
    // Around the half-precision range, where random bits seldom fall.
    fc.assert(fc.property(fc.float({ min: -70_000, max: 70_000, noNaN: true }), check), { numRuns: 3000 })
    fc.assert(
      fc.property(fc.integer({ min: -4096, max: 4096 }), (n) => check(n * 2 ** -26)),
      { numRuns: 3000 },
    )
    for (const x of [0, -0, 2 ** -25, 3 * 2 ** -25, 65_519.996, 65_520, 3.4028234663852886e38]) check(x)
  })
})
