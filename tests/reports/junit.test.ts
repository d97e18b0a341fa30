import { expect, test } from 'vitest'
import { renderJUnit } from '../../reports/junit.ts'
import { decision, erroredRecord, operand, record, rule, stageRecord } from '../support/run-record.ts'

const small = record({
  decisions: [
    decision('redact', 'privacy', [
      rule('recall', 'fail', {
        title: 'Personal data is found',
        operands: [
          operand({
            metric: 'redact.seeded_recall{type=EMAIL}',
            value: 0.894,
            bound: 'lower',
            comparison: 'at_least',
            limit: 0.92,
            n: 400,
            holds: false,
          }),
        ],
        explanation: 'Lower bound 0.894 < 0.92 & "too low".',
      }),
      rule('leaks', 'pass', { title: 'Nothing leaks' }),
      rule('names', 'no_evidence', { title: 'Names', explanation: 'Not measured.', refs: [] }),
      rule('tables', 'waived', { title: 'Tables', explanation: 'Waived by governance.' }),
    ]),
  ],
  stages: [stageRecord({ id: 'redact', needs: [], seconds: 1.5 })],
  outcome: 'blocked',
  exit: 1,
})

test('gates are suites and rules are cases, in the order of the Ant schema', () => {
  expect(renderJUnit(small)).toMatchInlineSnapshot(`
    "<?xml version="1.0" encoding="UTF-8"?>
    <testsuites>
      <testsuite name="gate redact" timestamp="2026-11-23T07:01:30" hostname="localhost" tests="4" failures="1" errors="1" skipped="1" time="0.000" package="sluice.support-assistant" id="0">
        <properties>
          <property name="decision" value="6b358b980f6d2919965079555163e18ff366597c93a03b1250c675aa25fe80c8"/>
          <property name="outcome" value="block"/>
          <property name="evidence" value="0ce20579efaa402f9789d9a10c1f0c698278ac2325d8e84b159fe13221d948fc"/>
          <property name="policy.privacy@1" value="66fc932765de2733c1bfc7daaee645cf8925c34455fb48702b03b9563db9838b"/>
        </properties>
        <testcase name="recall: Personal data is found" classname="support-assistant.redact" time="0.000">
          <failure message="Lower bound 0.894 &lt; 0.92 &amp; &quot;too low&quot;." type="fail.block.enforce">Failed, and blocks
    redact.seeded_recall{type=EMAIL} (lower bound) = 0.894, required at_least 0.92: does not hold, n = 400
    Why this rule: Agreed with the data protection officer in the intake review.
    What to do: Change the data or the settings of the stage, then run again.
    See: GDPR Art. 5(1)(c)</failure>
        </testcase>
        <testcase name="leaks: Nothing leaks" classname="support-assistant.redact" time="0.000"/>
        <testcase name="names: Names" classname="support-assistant.redact" time="0.000">
          <error message="Not measured." type="no_evidence.block.enforce">No evidence: what the rule needs was not measured, and blocks
    Why this rule: Agreed with the data protection officer in the intake review.
    What to do: Change the data or the settings of the stage, then run again.</error>
        </testcase>
        <testcase name="tables: Tables" classname="support-assistant.redact" time="0.000">
          <skipped message="Waived by governance."/>
        </testcase>
        <system-out/>
        <system-err/>
      </testsuite>
      <testsuite name="pipeline" timestamp="2026-11-23T07:00:00" hostname="localhost" tests="1" failures="0" errors="0" skipped="0" time="92.300" package="sluice.support-assistant" id="1">
        <properties>
          <property name="run" value="20261123-070000-a1b2c3"/>
          <property name="pipeline" value="pipelines/support-assistant.yaml"/>
          <property name="pipeline.digest" value="23bf0d244a4cb62c85fc3aa0e8ebf8eb7eb970522a51326adf1ac015fc738c7c"/>
          <property name="outcome" value="blocked"/>
          <property name="exit" value="1"/>
        </properties>
        <testcase name="stage redact" classname="support-assistant.pipeline" time="1.500"/>
        <system-out/>
        <system-err/>
      </testsuite>
    </testsuites>
    "
  `)
})

test('a stage that errored is an error even where every gate passed', () => {
  const xml = renderJUnit(erroredRecord())
  expect(xml).toMatch(/<testsuite name="pipeline"[^>]* tests="8" failures="0" errors="1" skipped="6"/)
  expect(xml).toContain('<error message="writing part-00001.jsonl: the disk is full" type="SYSTEM_ENOSPC">')
})

test('characters that XML forbids do not reach the file', () => {
  const xml = renderJUnit(
    record({
      decisions: [decision('a', 'a', [rule('x', 'fail', { explanation: '\u0000\u0008\ufffe\t<&>' })])],
      stages: [],
      outcome: 'blocked',
      exit: 1,
    }),
  )
  expect(xml).toContain('message="\ufffd\ufffd\ufffd&#9;&lt;&amp;&gt;"')
})
