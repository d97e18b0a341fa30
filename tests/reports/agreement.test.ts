import fc from 'fast-check'
import { expect, test } from 'vitest'
import type { Mode, RuleResult, Severity, Verdict } from '../../policies/engine/decision.ts'
import { renderHtml } from '../../reports/html/render.tsx'
import { renderJUnit } from '../../reports/junit.ts'
import { VERDICT_LABEL } from '../../reports/rule-words.ts'
import { renderSarif } from '../../reports/sarif.ts'
import { summaryLine, totalCounts, VERDICTS } from '../../reports/verdict.ts'
import { decision, passedRecord, record, rule } from '../support/run-record.ts'

const words = fc.oneof(
  fc.string({ unit: 'grapheme', maxLength: 20 }),
  fc.constantFrom('<script>alert(1)</script>', '"><img src=x onerror=1>', "a' b & c", ']]>', '\u0007 bell', '`code`'),
)
const ruleArbitrary: fc.Arbitrary<RuleResult> = fc
  .record({
    id: fc.stringMatching(/^[a-z][a-z0-9-]{0,12}$/),
    verdict: fc.constantFrom<Verdict>(...VERDICTS),
    severity: fc.constantFrom<Severity>('block', 'major', 'minor', 'info'),
    mode: fc.constantFrom<Mode>('enforce', 'warn', 'shadow'),
    title: words,
    explanation: words,
  })
  .map(({ id, verdict, ...over }) => rule(id, verdict, over))
const recordArbitrary = fc.array(fc.array(ruleArbitrary, { maxLength: 6 }), { maxLength: 4 }).map((gates) => {
  const decisions = gates.map((rules, i) => decision(`gate-${i}`, `policy-${i}`, rules))
  const blocked = decisions.some(({ outcome }) => outcome === 'block')
  return record({ decisions, stages: [], outcome: blocked ? 'blocked' : 'passed', exit: blocked ? 1 : 0 })
})

test('every report counts the same verdicts as the decisions, whatever the words of the rules', () => {
  fc.assert(
    fc.property(recordArbitrary, (one) => {
      const counts = totalCounts(one.decisions.map(({ decision: taken }) => taken))

      const html = renderHtml(one)
      const shown = Object.fromEntries(
        VERDICTS.map((verdict) => [
          verdict,
          html.split(`<span class="sr">${VERDICT_LABEL[verdict]}: </span>`).length - 1,
        ]),
      )
      expect(shown).toEqual(counts)
      for (const { decision: taken } of one.decisions) expect(html).toContain(summaryLine(taken.counts))
      expect(html).not.toMatch(/<script|<img/)

      const suites = [
        ...renderJUnit(one).matchAll(
          /<testsuite name="gate [^>]*? tests="(\d+)" failures="(\d+)" errors="(\d+)" skipped="(\d+)"/g,
        ),
      ]
      const sum = (group: number): number => suites.reduce((total, suite) => total + Number(suite[group]), 0)
      expect([sum(1), sum(2), sum(3), sum(4)]).toEqual([
        one.decisions.reduce((total, { decision: taken }) => total + taken.rules.length, 0),
        counts.fail,
        counts.error + counts.no_evidence,
        counts.not_applicable + counts.waived,
      ])

      const results: { kind: string; level: string; suppressions?: unknown; properties: { verdict: Verdict } }[] =
        JSON.parse(renderSarif(one)).runs[0].results
      expect(
        Object.fromEntries(
          VERDICTS.map((verdict) => [
            verdict,
            results.filter((result) => result.properties.verdict === verdict).length,
          ]),
        ),
      ).toEqual(counts)
      expect(results.filter((result) => result.kind === 'pass')).toHaveLength(counts.pass)
      expect(results.filter((result) => result.suppressions !== undefined)).toHaveLength(counts.waived)
      for (const result of results) expect(result.level === 'none').toBe(result.kind !== 'fail')
    }),
    { numRuns: 60 },
  )
})

test('a report is a pure function of the record: the same bytes every time', () => {
  const one = passedRecord()
  expect(renderHtml(one)).toBe(renderHtml(structuredClone(one)))
})

test('the summary counts everything', () => {
  const counts = totalCounts(passedRecord().decisions.map(({ decision: taken }) => taken))
  expect(summaryLine(counts)).toMatchInlineSnapshot(
    `"10 rules, 6 passed, 1 failed, 0 errors, 1 no evidence, 1 not applicable, 1 waived"`,
  )
})
