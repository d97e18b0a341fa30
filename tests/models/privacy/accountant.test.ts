import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { calibrateNoise, privacySpent } from '../../../models/privacy/accountant.ts'
import { fft } from '../../../models/privacy/fft.ts'
import { prvEpsilon } from '../../../models/privacy/prv.ts'
import { rdpEpsilon, rdpOfStep } from '../../../models/privacy/rdp.ts'
import { logErfc } from '../../../models/privacy/special.ts'
import { random } from '../../../util/random.ts'

describe('logErfc', () => {
  it('has the published values of erfc, also where erfc itself underflows', () => {
    // By the C library's erfc.
    const known = [
      [-3, 1.9999779095030015],
      [-0.5, 1.5204998778130465],
      [0, 1],
      [0.5, 0.4795001221869535],
      [1, 0.15729920705028513],
      [1.999, 0.004698443348629488],
      [2, 0.004677734981047265],
      [2.5, 0.0004069520174449589],
      [5, 1.5374597944280351e-12],
    ] as const
    for (const [x, erfc] of known) expect(Math.exp(logErfc(x)) / erfc).toBeCloseTo(1, 12)
    expect(Math.exp(logErfc(26)) / 5.663192408856143e-296).toBeCloseTo(1, 10)
    expect(logErfc(1000)).toBeCloseTo(-1_000_000 - Math.log(1000 * Math.sqrt(Math.PI)), 5)
  })
})

describe('the Rényi accountant', () => {
  it('gives the vector of Opacus with fractional orders, and the known larger one with whole orders', () => {
    const mechanism = { noise: 1.5, rate: 0.04, steps: 2250 }
    expect(rdpEpsilon(mechanism, 1e-5).epsilon).toBeCloseTo(7.32911117143, 9)
    const whole = Array.from({ length: 255 }, (_, i) => i + 2)
    expect(rdpEpsilon(mechanism, 1e-5, whole).epsilon).toBeCloseTo(7.32988, 5)
  })

  it('is continuous where the two formulas meet, at whole orders', () => {
    const noise = fc.double({ min: 0.3, max: 8, noNaN: true })
    const rate = fc.double({ min: 1e-4, max: 0.95, noNaN: true })
    fc.assert(
      fc.property(noise, rate, fc.integer({ min: 2, max: 12 }), (sigma, q, order) => {
        const below = rdpOfStep(sigma, q, order - 1e-6)
        const above = rdpOfStep(sigma, q, order + 1e-6)
        const exact = rdpOfStep(sigma, q, order)
        expect(Math.abs((below + above) / 2 - exact)).toBeLessThan(1e-13 + 1e-7 * exact)
        expect(below).toBeLessThanOrEqual(above + 1e-13)
      }),
      { numRuns: 60 },
    )
  })

  it('equals the Gaussian mechanism without sampling, and costs nothing where nobody is sampled', () => {
    expect(rdpOfStep(2, 1, 3)).toBe(3 / 8)
    expect(rdpOfStep(2, 0, 3)).toBe(0)
    expect(rdpOfStep(0, 0.1, 3)).toBe(Number.POSITIVE_INFINITY)
  })
})

describe('the numerical accountant', () => {
  it('gives the published values of Opacus and prv_accountant', { timeout: 120_000 }, () => {
    // The test of Opacus takes `90 // 0.04` steps, which is 2,249 in floating point.
    expect(prvEpsilon({ noise: 1.5, rate: 0.04, steps: 2249 }, 1e-5).upper).toBeCloseTo(6.777395712150674, 4)
    // The table of prv_accountant has the upper bounds at delta 1e-6.
    const table = [
      [0.8, 0.001, 100, 0.2704],
      [1.5, 0.05, 1000, 6.20997],
      [2, 0.05, 1000, 4.1728],
    ] as const
    for (const [noise, rate, steps, upper] of table) {
      expect(prvEpsilon({ noise, rate, steps }, 1e-6).upper).toBeCloseTo(upper, 4)
    }
  })

  it('holds the exact value of the Gaussian mechanism between its bounds, and Rényi lies above', () => {
    // Balle & Wang 2018, eq. 6, with mu = √k/σ: δ(ε) = Φ(μ/2 − ε/μ) − e^ε·Φ(−μ/2 − ε/μ).
    const cdf = (x: number): number => 0.5 * Math.exp(logErfc(-x / Math.SQRT2))
    for (const [noise, steps] of [
      [2, 1],
      [4, 9],
      [10, 100],
    ] as const) {
      const mu = Math.sqrt(steps) / noise
      const bound = prvEpsilon({ noise, rate: 1, steps }, 1e-5)
      const delta = (epsilon: number): number =>
        cdf(mu / 2 - epsilon / mu) - Math.exp(epsilon) * cdf(-mu / 2 - epsilon / mu)
      expect(delta(bound.lower)).toBeGreaterThan(1e-5)
      expect(delta(bound.upper)).toBeLessThan(1e-5)
      expect(delta(bound.estimate) / 1e-5).toBeCloseTo(1, 3)
      expect(rdpEpsilon({ noise, rate: 1, steps }, 1e-5).epsilon).toBeGreaterThan(bound.lower)
    }
  })

  it('says so where delta is too small for double precision, and the Rényi bound stands alone', () => {
    const mechanism = { noise: 1, rate: 0.01, steps: 1000 }
    expect(() => prvEpsilon(mechanism, 1e-14)).toThrow(expect.objectContaining({ code: 'DP_PRECISION' }))
    const spent = privacySpent(mechanism, 1e-14)
    expect(spent.prv).toBeUndefined()
    expect(spent.epsilon).toBe(spent.rdp.epsilon)
  })
})

describe('calibrateNoise', () => {
  it('finds the noise of the published settings', { timeout: 120_000 }, () => {
    const rdp = (epsilon: number, n: number, batch: number): number =>
      calibrateNoise({
        epsilon,
        delta: 1 / n,
        rate: batch / n,
        steps: Math.round((3 * n) / batch),
        accountant: 'rdp',
      })
    // Three passes, δ = 1/N; whole orders gave 1.32, 0.82, 0.58 and so on: fractional ones never need more.
    const cases = [
      [1, 2000, 64, 1.32],
      [3, 2000, 64, 0.82],
      [8, 2000, 64, 0.58],
      [1, 10_000, 128, 1.11],
      [3, 10_000, 128, 0.74],
      [1, 50_000, 256, 1.01],
    ] as const
    for (const [epsilon, n, batch, noise] of cases) {
      const found = rdp(epsilon, n, batch)
      expect(found).toBeLessThan(noise + 0.005)
      expect(found).toBeGreaterThan(noise - 0.02)
    }
    // Opacus: 1.416 and 1.3562 by Rényi, 1.2915 by the numerical accountant; each within its tolerance of 0.01 in ε.
    const target = { epsilon: 8, delta: 1e-5, rate: 0.04 }
    expect(calibrateNoise({ ...target, steps: 2250, accountant: 'rdp' })).toBeCloseTo(1.416, 2)
    expect(calibrateNoise({ ...target, steps: 2000, accountant: 'rdp' })).toBeCloseTo(1.3562, 2)
    expect(calibrateNoise({ ...target, steps: 2000 })).toBeCloseTo(1.2915, 2)
  })

  it('always keeps the target, and hardly wastes any of it', { timeout: 120_000 }, () => {
    for (const [epsilon, delta, rate, steps] of [
      [1, 1e-5, 0.02, 300],
      [8, 1e-4, 0.1, 60],
      [0.5, 1e-6, 0.01, 100],
    ] as const) {
      const noise = calibrateNoise({ epsilon, delta, rate, steps })
      const spent = privacySpent({ noise, rate, steps }, delta).epsilon
      expect(spent).toBeLessThanOrEqual(epsilon)
      expect(spent).toBeGreaterThan(0.97 * epsilon)
    }
  })

  it.each([
    [{ epsilon: 0, delta: 1e-5, rate: 0.1, steps: 10 }, 'DP_CONFIG'],
    [{ epsilon: 1, delta: 0, rate: 0.1, steps: 10 }, 'DP_CONFIG'],
    [{ epsilon: 1, delta: 1e-5, rate: 1.1, steps: 10 }, 'DP_CONFIG'],
    [{ epsilon: 1, delta: 1e-5, rate: 0.1, steps: 1.5 }, 'DP_CONFIG'],
    [{ epsilon: 1e-6, delta: 1e-12, rate: 1, steps: 100_000 }, 'DP_TARGET'],
  ])('refuses %o with %s', (target, code) => {
    expect(() => calibrateNoise(target)).toThrow(expect.objectContaining({ code }))
  })
})

describe('fft', () => {
  it('gives the sums of the definition, and its inverse gives the input back', () => {
    const rng = random(3)
    for (const n of [1, 2, 8, 64]) {
      const real = Float64Array.from({ length: n }, () => rng.normal())
      const imaginary = Float64Array.from({ length: n }, () => rng.normal())
      const out = { real: real.slice(), imaginary: imaginary.slice() }
      fft(out)
      for (let k = 0; k < n; k++) {
        let re = 0
        let im = 0
        for (let i = 0; i < n; i++) {
          const angle = (-2 * Math.PI * i * k) / n
          re += real[i]! * Math.cos(angle) - imaginary[i]! * Math.sin(angle)
          im += real[i]! * Math.sin(angle) + imaginary[i]! * Math.cos(angle)
        }
        expect(out.real[k]).toBeCloseTo(re, 10)
        expect(out.imaginary[k]).toBeCloseTo(im, 10)
      }
      fft(out, true)
      for (let i = 0; i < n; i++) expect(out.real[i]).toBeCloseTo(real[i]!, 12)
    }
    expect(() => fft({ real: new Float64Array(3), imaginary: new Float64Array(3) })).toThrow(RangeError)
  })
})
