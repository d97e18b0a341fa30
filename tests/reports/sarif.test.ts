import { expect, test } from 'vitest'
import { renderSarif } from '../../reports/sarif.ts'
import { decision, erroredRecord, passedRecord, record, rule } from '../support/run-record.ts'

interface Log {
  readonly version: string
  readonly runs: readonly [
    {
      readonly tool: { readonly driver: { readonly name: string; readonly rules: readonly { readonly id: string }[] } }
      readonly artifacts: readonly { readonly location: { readonly uri: string }; readonly hashes: unknown }[]
      readonly invocations: readonly [
        {
          readonly executionSuccessful: boolean
          readonly toolExecutionNotifications: readonly { readonly descriptor: { readonly id: string } }[]
        },
      ]
      readonly results: readonly {
        readonly ruleId: string
        readonly ruleIndex: number
        readonly kind: string
        readonly level: string
        readonly message: { readonly text: string }
        readonly locations: readonly {
          readonly physicalLocation: { readonly artifactLocation: { readonly uri: string; readonly index: number } }
        }[]
        readonly suppressions?: unknown
      }[]
    },
  ]
}

const parse = (text: string): Log => JSON.parse(text)

test('results point at their rule and at the policy file, whose digest is given', () => {
  const log = parse(renderSarif(passedRecord()))
  const [run] = log.runs
  expect(log.version).toBe('2.1.0')
  for (const result of run.results) {
    expect(run.tool.driver.rules[result.ruleIndex]?.id).toBe(result.ruleId)
    for (const { physicalLocation } of result.locations) {
      const { uri, index } = physicalLocation.artifactLocation
      expect(run.artifacts[index]?.location.uri).toBe(uri)
    }
  }
  expect(run.artifacts.map((artifact) => artifact.location.uri)).toEqual([
    'policies/intake.yaml',
    'policies/privacy.yaml',
    'policies/safety.yaml',
    'policies/release.yaml',
  ])
})

test('kind and level say what the verdict means for a reader that looks at nothing else', () => {
  const rules = [
    rule('a', 'pass'),
    rule('b', 'fail'),
    rule('c', 'fail', { severity: 'minor' }),
    rule('d', 'fail', { mode: 'warn' }),
    rule('e', 'fail', { mode: 'shadow' }),
    rule('f', 'no_evidence'),
    rule('g', 'error'),
    rule('h', 'not_applicable'),
    rule('i', 'waived', { explanation: 'Accepted by governance until 2027.' }),
  ]
  const [run] = parse(
    renderSarif(record({ decisions: [decision('redact', 'privacy', rules)], stages: [], outcome: 'blocked', exit: 1 })),
  ).runs
  expect(
    run.results.map(({ ruleId, kind, level, suppressions }) =>
      [ruleId, kind, level, suppressions === undefined ? '' : 'suppressed'].join(' ').trim(),
    ),
  ).toMatchInlineSnapshot(`
    [
      "redact/a pass none",
      "redact/b fail error",
      "redact/c fail warning",
      "redact/d fail warning",
      "redact/e fail note",
      "redact/f fail error",
      "redact/g fail error",
      "redact/h notApplicable none",
      "redact/i fail error suppressed",
    ]
  `)
})

test('an errored run is not a successful invocation and says which stage stopped', () => {
  const [run] = parse(renderSarif(erroredRecord())).runs
  expect(run.invocations[0].executionSuccessful).toBe(false)
  expect(run.invocations[0].toolExecutionNotifications.map(({ descriptor }) => descriptor.id)).toEqual([
    'SYSTEM_ENOSPC',
  ])
})
