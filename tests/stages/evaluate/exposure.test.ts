import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { CanaryPlan } from '../../../artifacts/canary.ts'
import {
  alternativesFor,
  chanceLevel,
  drawAlternatives,
  type Exposure,
  exposureInterval,
  rankAmong,
  split,
} from '../../../stages/evaluate/exposure.ts'
import { EXPOSURE_METRICS, exposureReport, missingExposure } from '../../../stages/evaluate/exposure-report.ts'
import { random } from '../../../util/random.ts'

describe('rankAmong', () => {
  it('gives an unseen secret an exposure of t bits with probability 2^-t at most', () => {
    // 4,000 secrets that the model never saw: score and alternatives from one law.
    const r = random(1, 'null')
    const runs = 4000
    const exposures = Array.from({ length: runs }, () => {
      const { p } = rankAmong(
        r.normal(),
        Array.from({ length: 300 }, () => r.normal()),
      )
      return -Math.log2(p)
    })
    for (const t of [1, 2, 3, 4, 6]) {
      const share = exposures.filter((one) => one >= t).length / runs
      const allowed = 2 ** -t
      expect(share, `${t} bits`).toBeLessThanOrEqual(allowed + 4 * Math.sqrt((allowed * (1 - allowed)) / runs))
    }
    // The level is used, not only kept: one bit is the median.
    expect(exposures.filter((one) => one >= 1).length / runs).toBeGreaterThan(0.45)
  })

  it('keeps the chance level for all canaries together', () => {
    const r = random(2, 'family')
    const canaries = 10
    const alpha = 0.1
    const level = chanceLevel(canaries, alpha)
    let alarms = 0
    for (let run = 0; run < 400; run++) {
      // All canaries are ranked in the same alternatives, as the stage does.
      const others = Array.from({ length: alternativesFor(canaries, alpha, 100) }, () => r.normal())
      const highest = Math.max(...Array.from({ length: canaries }, () => -Math.log2(rankAmong(r.normal(), others).p)))
      if (highest >= level) alarms += 1
    }
    expect(alarms / 400).toBeLessThanOrEqual(alpha + 4 * Math.sqrt((alpha * (1 - alpha)) / 400))
  })

  it('reaches the maximum for a secret that no alternative beats, and can then be told from chance', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 40 }), fc.double({ min: 0.001, max: 0.4, noNaN: true }), (n, alpha) => {
        const m = alternativesFor(n, alpha, 1)
        const { p } = rankAmong(1, new Array<number>(m).fill(0))
        expect(p).toBeCloseTo(1 / (m + 1), 12)
        expect(-Math.log2(p)).toBeGreaterThanOrEqual(chanceLevel(n, alpha))
      }),
    )
  })

  it('gives a model that tells nothing apart the median, not the maximum', () => {
    const { p } = rankAmong(0, new Array<number>(1000).fill(0))
    expect(p).toBeCloseTo(0.5, 2)
  })

  it('does not look further than it must', () => {
    expect(rankAmong(0, [1, 1, 1, 1, 1], 3)).toEqual({ better: 3, drawn: 3, p: 1, stopped: true })
    expect(rankAmong(0, [1, -1, -1, 1], 3)).toEqual({ better: 2, drawn: 4, p: 3 / 5, stopped: false })
  })

  it('has an interval around the exposure, and no secret has more bits than itself', () => {
    fc.assert(
      fc.property(fc.nat(20), fc.integer({ min: 30, max: 2000 }), (better, drawn) => {
        const interval = exposureInterval(better, drawn, 16)
        const point = -Math.log2((1 + better) / (1 + drawn))
        expect(interval.lower).toBeLessThanOrEqual(point)
        expect(interval.upper).toBeGreaterThanOrEqual(Math.min(16, point) - 0.3)
        expect(interval.upper).toBeLessThanOrEqual(16)
      }),
    )
    expect(exposureInterval(0, 1000, 16).upper).toBe(16)
  })
})

describe('split', () => {
  it('puts every sequence together again, and the parts that the secret does not decide are shared', () => {
    const tokens = fc.array(fc.nat(3), { minLength: 1, maxLength: 6 })
    fc.assert(
      fc.property(tokens, fc.array(tokens, { minLength: 2, maxLength: 6 }), tokens, (head, secrets, end) => {
        const sequences = secrets.map((secret) => [...head, ...secret, ...end])
        const { prefix, tails } = split(sequences, 100)
        const suffixes = sequences.map((ids, i) => ids.slice(prefix.length + tails[i]!.length))
        expect(sequences.map((_, i) => [...prefix, ...tails[i]!, ...suffixes[i]!])).toEqual(sequences)
        expect(new Set(suffixes.map((ids) => ids.join())).size).toBe(1)
        expect(prefix.length).toBeGreaterThanOrEqual(head.length)
      }),
    )
  })

  it('keeps what is nearest to the secret where the context is short', () => {
    expect(
      split(
        [
          [9, 8, 7, 1, 2],
          [9, 8, 7, 3, 4],
        ],
        4,
      ),
    ).toEqual({
      prefix: [8, 7],
      tails: [
        [1, 2],
        [3, 4],
      ],
    })
  })
})

describe('drawAlternatives', () => {
  const plan = (secretLength: number, secrets: readonly string[]): CanaryPlan => ({
    kind: 'canary-plan',
    version: 1,
    secretAlphabet: '01',
    secretLength,
    canaries: secrets.map((secret, i) => ({
      id: `canary-0${i}`,
      template: { text: 'x {secret}' },
      secret,
      repeats: 1,
    })),
  })

  it('draws distinct secrets and none that was planted', () => {
    const drawn = drawAlternatives(plan(10, ['0000000000', '1111111111']), 200, random(3))
    expect(new Set(drawn).size).toBe(200)
    expect(drawn).not.toContain('0000000000')
  })

  it('takes all there are where the space is small', () => {
    expect([...drawAlternatives(plan(2, ['00']), 50, random(3))].sort()).toEqual(['01', '10', '11'])
  })
})

describe('exposureReport', () => {
  const one = (canary: string, repeats: number, better: number, alternatives: number): Exposure => {
    const p = (1 + better) / (1 + alternatives)
    const interval = exposureInterval(better, alternatives, 30)
    return { canary, repeats, better, alternatives, p, exposure: -Math.log2(p), interval, extracted: better === 0 }
  }
  const value = (
    metrics: readonly { name: string; value: unknown; labels?: object }[],
    name: string,
    repeats?: string,
  ) =>
    metrics.find(
      (m) => m.name === name && (repeats === undefined || JSON.stringify(m.labels) === `{"repeats":"${repeats}"}`),
    )?.value

  it('counts planted canaries only; controls are shown beside them', () => {
    const { metrics, tables, series } = exposureReport(
      [one('canary-00', 0, 500, 1000), one('canary-01', 1, 300, 1000), one('canary-02', 16, 0, 1000)],
      1000,
      0.01,
    )
    expect(value(metrics, 'canary_exposure_max')).toBeCloseTo(Math.log2(1001), 9)
    expect(value(metrics, 'canary_chance_level')).toBeCloseTo(Math.log2(200), 9)
    expect(value(metrics, 'canaries_exposed')).toBe(1)
    expect(value(metrics, 'canaries_extracted')).toBe(1)
    expect(value(metrics, 'canary_exposure', '0')).toBeCloseTo(1, 1)
    expect(value(metrics, 'canary_exposure', '16')).toBeCloseTo(9.967, 2)
    expect(tables[0]!.rows.map((row) => row['exposed'])).toEqual([false, false, true])
    expect(series[0]!.points.length).toBe(3)
  })

  it('does not call a canary unexposed where exposure could not be seen', () => {
    const { metrics } = exposureReport([one('canary-00', 4, 0, 30)], 30, 0.01)
    expect(value(metrics, 'canaries_exposed')).toBeNull()
    expect(value(metrics, 'canary_exposure_excess')).toBeNull()
  })

  it('declares what it reports', () => {
    const declared = new Map(EXPOSURE_METRICS.map((spec) => [spec.name, spec.labels ?? []]))
    const reported = [
      ...exposureReport([one('canary-00', 1, 3, 1000)], 1000, 0.01).metrics,
      ...missingExposure('none').metrics,
    ]
    for (const metric of reported) expect(Object.keys(metric.labels ?? {})).toEqual(declared.get(metric.name))
  })
})
