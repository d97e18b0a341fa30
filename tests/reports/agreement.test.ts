import fc from 'fast-check'
import { expect, test } from 'vitest'
import type { Mode, RuleResult, Severity, Verdict } from '../../policies/engine/decision.ts'
import { renderCycloneDx } from '../../reports/cyclonedx.ts'
import { renderHtml } from '../../reports/html/render.tsx'
import { REPORTS } from '../../reports/index.ts'
import { renderJUnit } from '../../reports/junit.ts'
import { renderOpenLineage } from '../../reports/openlineage.ts'
import { renderOscal } from '../../reports/oscal.ts'
import { VERDICT_LABEL } from '../../reports/rule-words.ts'
import { renderSarif } from '../../reports/sarif.ts'
import { describeVerdict, summaryLine, totalCounts, VERDICTS } from '../../reports/verdict.ts'
import { RECORDS } from '../support/evidence-records.ts'
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

      const oscal = JSON.parse(renderOscal(one))['assessment-results']
      const observed: Props[] = oscal.results.flatMap((part: { observations?: Props[] }) => part.observations ?? [])
      expect(tally(observed.map((each) => propOf(each, 'verdict')))).toEqual(counts)
      const states: { target: { status: { state: string } } }[] = oscal.results.flatMap(
        (part: { findings?: unknown[] }) => part.findings ?? [],
      )
      expect(states.filter(({ target }) => target.status.state === 'satisfied')).toHaveLength(counts.pass)
      const risks: { status: string }[] = oscal.results.flatMap((part: { risks?: unknown[] }) => part.risks ?? [])
      expect(risks.filter(({ status }) => status === 'open')).toHaveLength(
        counts.fail + counts.error + counts.no_evidence,
      )
      expect(risks.filter(({ status }) => status === 'deviation-approved')).toHaveLength(counts.waived)

      const tests: { status: string; params: { verdict: Verdict } }[] = renderOpenLineage(one)
        .trimEnd()
        .split('\n')
        .flatMap((line) => JSON.parse(line).run.facets.test?.tests ?? [])
      expect(tally(tests.map(({ params }) => params.verdict))).toEqual(counts)
      expect(tests.filter(({ status }) => status === 'pass')).toHaveLength(counts.pass)

      const bom = JSON.parse(renderCycloneDx(one))
      const scores: number[] = (bom.declarations?.attestations ?? []).flatMap(
        (each: { map: { conformance: { score: number } }[] }) => each.map.map(({ conformance }) => conformance.score),
      )
      expect(scores.filter((score) => score === 1)).toHaveLength(counts.pass)
      expect(scores).toHaveLength(tests.length - counts.not_applicable)

      // The exit code and the outcome, wherever a format has a place for them.
      const blocks = one.decisions.some(({ decision: taken }) => taken.rules.some((each) => each.blocks))
      expect(one.exit).toBe(blocks ? 1 : 0)
      expect(JSON.parse(renderSarif(one)).runs[0].invocations[0].exitCode).toBe(one.exit)
      expect(propOf(oscal.metadata, 'exit')).toBe(String(one.exit))
      expect(propOf(bom.metadata, 'sluice:exit')).toBe(String(one.exit))
      expect(renderJUnit(one)).toContain(`<property name="exit" value="${one.exit}"/>`)
      const last = JSON.parse(renderOpenLineage(one).trimEnd().split('\n').at(-1)!)
      expect(last.eventType).toBe(one.outcome === 'passed' ? 'COMPLETE' : 'FAIL')
      expect(html).toContain(describeVerdict(one).title)
    }),
    { numRuns: 60 },
  )
})

test.each(REPORTS)('$name is a pure function of the record: the same bytes every time', async ({ load }) => {
  const render = await load()
  for (const [, one] of RECORDS) expect(render(structuredClone(one), new Map())).toBe(render(one, new Map()))
})

test('the summary counts everything', () => {
  const counts = totalCounts(passedRecord().decisions.map(({ decision: taken }) => taken))
  expect(summaryLine(counts)).toMatchInlineSnapshot(
    `"10 rules, 6 passed, 1 failed, 0 errors, 1 no evidence, 1 not applicable, 1 waived"`,
  )
})

interface Props {
  readonly props?: readonly { readonly name: string; readonly value: string }[]
  readonly properties?: Props['props']
}

function propOf(part: Props, name: string): string | undefined {
  return (part.props ?? part.properties)?.find((each) => each.name === name)?.value
}

function tally(verdicts: readonly (string | undefined)[]): Readonly<Record<string, number>> {
  return Object.fromEntries(VERDICTS.map((verdict) => [verdict, verdicts.filter((each) => each === verdict).length]))
}
