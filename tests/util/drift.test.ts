import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  binCounts,
  chiSquareTest,
  expectedJensenShannon,
  expectedKolmogorovSmirnov,
  expectedStability,
  jensenShannon,
  kolmogorovSmirnov,
  kolmogorovSmirnovP,
  populationStability,
  quantileEdges,
} from '../../util/drift.ts'
import { compareSamples } from '../../util/drift-null.ts'
import { random } from '../../util/random.ts'

const counts = fc.integer({ min: 2, max: 8 }).chain((bins) => {
  const row = fc.array(fc.nat(200), { minLength: bins, maxLength: bins }).filter((r) => r.some((c) => c > 0))
  return fc.tuple(row, row)
})

describe('bins', () => {
  it('have equal shares of the reference where nothing ties', () => {
    const values = Array.from({ length: 1000 }, (_, i) => i)
    const edges = quantileEdges(values, 10)
    expect(edges).toEqual([100, 200, 300, 400, 500, 600, 700, 800, 900])
    expect(binCounts(values, edges)).toEqual(new Array(10).fill(100))
  })

  it('merge where values tie, and count every value once', () => {
    fc.assert(
      fc.property(
        fc.array(fc.integer({ min: -5, max: 5 }), { minLength: 1 }),
        fc.integer({ min: 2, max: 12 }),
        (v, b) => {
          const sorted = [...v].sort((x, y) => x - y)
          const edges = quantileEdges(sorted, b)
          const row = binCounts(v, edges)
          expect(edges).toEqual([...new Set(edges)].sort((x, y) => x - y))
          expect(row.every((count) => count > 0)).toBe(true)
          expect(row.reduce((sum, count) => sum + count, 0)).toBe(v.length)
        },
      ),
    )
  })
})

describe('distances', () => {
  it('are zero for equal shares, symmetric, and within their range', () => {
    fc.assert(
      fc.property(counts, ([a, b]) => {
        expect(jensenShannon(a, a)).toBe(0)
        expect(populationStability(a, a)).toBe(0)
        expect(jensenShannon(a, b)).toBeCloseTo(jensenShannon(b, a), 12)
        expect(populationStability(a, b)).toBeCloseTo(populationStability(b, a), 12)
        expect(jensenShannon(a, b)).toBeLessThanOrEqual(1 + 1e-12)
        expect(populationStability(a, b)).toBeGreaterThanOrEqual(0)
      }),
    )
  })

  it('Jensen–Shannon is one bit for disjoint supports', () => {
    expect(jensenShannon([5, 0], [0, 9])).toBeCloseTo(1, 12)
  })

  it('Kolmogorov–Smirnov equals the largest distance of the two distribution functions', () => {
    fc.assert(
      fc.property(
        fc.array(fc.integer({ min: 0, max: 9 }), { minLength: 1, maxLength: 40 }),
        fc.array(fc.integer({ min: 0, max: 9 }), { minLength: 1, maxLength: 40 }),
        (a, b) => {
          const share = (v: readonly number[], x: number): number => v.filter((y) => y <= x).length / v.length
          const naive = Math.max(...Array.from({ length: 10 }, (_, x) => Math.abs(share(a, x) - share(b, x))))
          const sort = (v: readonly number[]): number[] => [...v].sort((x, y) => x - y)
          expect(kolmogorovSmirnov(sort(a), sort(b))).toBeCloseTo(naive, 12)
        },
      ),
    )
  })
})

describe('tests', () => {
  it('χ² gives the closed form for two degrees of freedom', () => {
    const { statistic, df, p } = chiSquareTest([10, 20, 30, 0], [20, 20, 20, 0])
    expect(statistic).toBeCloseTo(16 / 3, 12)
    expect(df).toBe(2)
    expect(p).toBeCloseTo(Math.exp(-8 / 3), 10)
  })

  it('Kolmogorov–Smirnov gives the tabled critical values of the limit law', () => {
    // Smirnov's table: K = 1.2238, 1.3581, 1.6276 at 10, 5 and 1 percent.
    const n = 2e8
    for (const [k, alpha] of [
      [1.2238, 0.1],
      [1.3581, 0.05],
      [1.6276, 0.01],
    ] as const) {
      expect(kolmogorovSmirnovP(k / Math.sqrt(n / 2), n, n)).toBeCloseTo(alpha, 4)
    }
    expect(kolmogorovSmirnovP(0, 10, 10)).toBe(1)
    expect(kolmogorovSmirnovP(1, 1000, 1000)).toBe(0)
  })
})

describe('compareSamples', () => {
  const normal = (n: number, seed: number, shift = 0): number[] => {
    const r = random(seed, 'sample', n, shift)
    return Array.from({ length: n }, () => r.normal() + shift)
  }
  const options = { bins: 10, permutations: 400, alpha: 0.05 }

  it('finds the means that the closed forms promise', () => {
    const { psi, js, ks } = compareSamples(normal(2000, 1), normal(1000, 2), { ...options, random: random(3) })
    expect(psi.expected / expectedStability(10, 2000, 1000)).toBeCloseTo(1, 1)
    expect(js.expected / expectedJensenShannon(10, 2000, 1000)).toBeCloseTo(1, 1)
    expect(ks.expected / expectedKolmogorovSmirnov(2000, 1000)).toBeCloseTo(1, 1)
  })

  it('sees a shift, and in every distance', () => {
    const { psi, js, ks } = compareSamples(normal(300, 4), normal(300, 5, 1), { ...options, random: random(6) })
    for (const one of [psi, js, ks]) {
      expect(one.value).toBeGreaterThan(one.bound)
      expect(one.p).toBeCloseTo(1 / 401, 9)
    }
  })

  it('raises false alarms at the nominal rate at every n, with ties too', () => {
    // 5 % of 400 comparisons: 20 expected, standard deviation 4.4; the limits are about four deviations.
    const draw = [
      (r: ReturnType<typeof random>) => r.normal(),
      (r: ReturnType<typeof random>) => r.integer(4),
      (r: ReturnType<typeof random>) => (r.next() < 0.1 ? 1 : 0),
    ]
    for (const [index, one] of draw.entries()) {
      for (const [n1, n2] of [
        [15, 15],
        [150, 40],
      ] as const) {
        const r = random(7, 'null', index, n1)
        let psi = 0
        let ks = 0
        for (let i = 0; i < 400; i++) {
          const a = Array.from({ length: n1 }, () => one(r))
          const b = Array.from({ length: n2 }, () => one(r))
          const c = compareSamples(a, b, { bins: index === 2 ? [1] : 5, permutations: 99, alpha: 0.05, random: r })
          if (c.psi.p <= 0.05) psi += 1
          if (c.ks.p <= 0.05) ks += 1
        }
        expect(psi, `psi, case ${index}, n ${n1}`).toBeLessThanOrEqual(38)
        expect(ks, `ks, case ${index}, n ${n1}`).toBeLessThanOrEqual(38)
        // Continuous values have no ties, so the level is used up as well as kept.
        if (index === 0) expect(Math.min(psi, ks)).toBeGreaterThanOrEqual(5)
      }
    }
  })

  it('a fixed threshold of 0.1 alarms at small n where nothing drifted: the reason for all this', () => {
    const r = random(8)
    let alarms = 0
    for (let i = 0; i < 100; i++) {
      const { psi } = compareSamples(
        Array.from({ length: 50 }, () => r.normal()),
        Array.from({ length: 50 }, () => r.normal()),
        { bins: 10, permutations: 0, alpha: 0.05, random: r },
      )
      if (psi.value > 0.1) alarms += 1
    }
    expect(alarms).toBeGreaterThan(80)
  })
})
