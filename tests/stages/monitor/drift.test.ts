import { describe, expect, it } from 'vitest'
import { DRIFT_METRICS, type DriftOptions, driftReport } from '../../../stages/monitor/drift-report.ts'
import type { AnswerFeatures } from '../../../stages/monitor/features.ts'
import { isRefusal } from '../../../stages/monitor/refusal.ts'
import { type Random, random } from '../../../util/random.ts'
import { leastTime } from '../../support/least-time.ts'

const WORDS = 'please check the order number and send us your reference so that we can help with this today'.split(' ')

/** Answers that look like answers: skewed lengths, rare flags, words of unequal frequency. */
function answers(n: number, source: Random, change: Partial<{ longer: number; refusing: number }> = {}) {
  return Array.from({ length: n }, (): AnswerFeatures => {
    const words = 3 + Math.floor(Math.exp(2 + 0.5 * source.normal()) * (change.longer ?? 1))
    return {
      words,
      word_length: 4 + source.normal() / 2,
      toxicity: source.next() ** 8,
      repetition: source.next() < 0.9 ? 0 : source.next(),
      pii: source.next() < 0.03,
      refusal: source.next() < (change.refusing ?? 0.05),
      vocabulary: Array.from({ length: words }, () => WORDS[Math.floor(source.next() ** 2 * WORDS.length)]!),
    }
  })
}

const options: DriftOptions = { bins: 10, words: 50, permutations: 199, alpha: 0.05, minN: 20, seed: 1 }
const value = (report: ReturnType<typeof driftReport>, name: string, feature?: string) =>
  report.metrics.find((m) => m.name === name && (feature === undefined || m.labels?.['feature'] === feature))?.value

describe('driftReport', () => {
  it('flags any feature of undrifted outputs about as often as alpha says, at small n too', () => {
    // alpha 0.2 for 7 features: 16 of 80 runs expected at most, standard deviation 3.6.
    for (const [n1, n2] of [
      [60, 20],
      [200, 60],
    ] as const) {
      const source = random(2, 'null', n1)
      let alarms = 0
      for (let run = 0; run < 80; run++) {
        const report = driftReport(answers(n1, source), answers(n2, source), { ...options, alpha: 0.2, seed: run })
        if ((value(report, 'drift_flagged') as number) > 0) alarms += 1
      }
      expect(alarms, `n ${n1}, ${n2}`).toBeLessThanOrEqual(16 + 15)
      // Zero alarms in 80 runs would mean a level that is not used: a blind monitor.
      expect(alarms, `n ${n1}, ${n2}`).toBeGreaterThanOrEqual(2)
    }
  })

  it('sees what changed and not what did not', () => {
    const source = random(3)
    const report = driftReport(answers(300, source), answers(120, source, { longer: 2, refusing: 0.4 }), options)
    const flagged = ['words', 'word_length', 'toxicity', 'repetition', 'pii', 'refusal'].filter(
      (feature) => value(report, 'drift_flag', feature) === true,
    )
    expect(flagged).toEqual(['words', 'refusal'])
    expect(value(report, 'drift_psi_excess', 'words')).toBeGreaterThan(0.2)
    expect(value(report, 'drift_psi_excess', 'word_length')).toBe(0)
    expect(report.series.map((series) => series.name).slice(0, 2)).toEqual(['words_reference', 'words_outputs'])
  })

  it('sees other words at the same length', () => {
    const source = random(4)
    const other = answers(60, source).map((row) => ({
      ...row,
      vocabulary: row.vocabulary.map((word) => (word === 'please' ? 'aardvark' : word)),
    }))
    const report = driftReport(answers(200, source), other, options)
    expect(value(report, 'drift_flag', 'vocabulary')).toBe(true)
  })

  it('says nothing from too few', () => {
    const report = driftReport(answers(300, random(5)), answers(19, random(6)), options)
    expect(new Set(report.metrics.map((metric) => metric.value))).toEqual(new Set([null]))
    expect(report.metrics[0]?.note).toMatch(/not enough evidence/)
  })

  it('declares what it reports, and is the same each time', () => {
    const run = () => driftReport(answers(40, random(7)), answers(30, random(8)), options)
    const declared = new Map(DRIFT_METRICS.map((spec) => [spec.name, spec.labels ?? []]))
    for (const metric of run().metrics) expect(Object.keys(metric.labels ?? {})).toEqual(declared.get(metric.name))
    expect(run()).toEqual(run())
  })
})

describe('isRefusal', () => {
  it.each([
    "I'm sorry, but I can't help with that request.",
    'I am unable to share account details of another person.',
    "We can't disclose that.",
    'I’m not able to discuss this topic.',
    'As an AI language model, I have no opinion.',
    'That would be against our privacy policy.',
    'I must respectfully decline.',
    "I'm unable to assist.",
  ])('sees one in: %s', (text) => {
    expect(isRefusal(text)).toBe(true)
  })

  it.each([
    "I'm sorry to hear that your parcel is late. I can help with that.",
    "I can't wait to see you again!",
    'Sorry for the delay, we will send a new one today.',
    'Our policy allows returns within 30 days.',
    'The payment was declined by your bank.',
    'I am able to share the tracking link with you.',
  ])('sees none in: %s', (text) => {
    expect(isRefusal(text)).toBe(false)
  })

  it('takes no longer than the text is long', () => {
    const text = `${"I'm sorry, but ".repeat(20_000)}${'we can not '.repeat(20_000)}`
    expect(leastTime(() => () => isRefusal(text), 3, 1000)).toBeLessThan(1000)
  })
})
