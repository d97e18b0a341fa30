import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { Ajv } from 'ajv'
import addFormats from 'ajv-formats'
import { describe, expect, test } from 'vitest'
import { renderOscal } from '../../reports/oscal.ts'
import { RECORDS } from '../support/evidence-records.ts'
import { decision, passedRecord, record, rule, waivedRecord } from '../support/run-record.ts'
import { needsSchemas, SCHEMAS } from '../support/schemas.ts'

// biome-ignore lint/suspicious/noExplicitAny: a document of another's schema
type Oscal = any

const official = needsSchemas('oscal')

describe.skipIf(official.skip)(`OSCAL assessment results 1.2.1${official.note}`, () => {
  const check = official.skip ? () => [] : checker()

  test.each(RECORDS)('of %s are valid', (_, one) => {
    expect(check(JSON.parse(renderOscal(one)))).toEqual([])
  })

  test('are valid whatever rules and owners are called', () => {
    const odd = record({
      decisions: [
        decision('gate one', 'p', [rule('9 lives: a/b', 'fail', { title: ' two\nlines ', remediation: '' })]),
      ],
      stages: [],
      outcome: 'blocked',
      exit: 1,
    })
    expect(
      check(JSON.parse(renderOscal({ ...odd, pipeline: { ...odd.pipeline, owner: '\n', file: 'a b/ü.yaml' } }))),
    ).toEqual([])
  })

  test.each<readonly [string, (results: Oscal) => void]>([
    ['a finding without a target', (results) => delete results.results[1].findings[0].target],
    ['a state between the two', (results) => (results.results[1].findings[0].target.status.state = 'partly')],
    ['a UUID of version 1', (results) => (results.uuid = '00000000-0000-1000-8000-000000000000')],
    ['an observation without a method', (results) => delete results.results[1].observations[0].methods],
    ['a time without a zone', (results) => (results.results[1].start = '2026-11-23T07:00:00')],
    ['a member nobody knows', (results) => (results.verdict = 'passed')],
    ['an empty list of risks', (results) => (results.results[0].risks = [])],
  ])('the schema refuses %s', (_, spoil) => {
    const document: Oscal = JSON.parse(renderOscal(passedRecord()))
    spoil(document['assessment-results'])
    expect(check(document)).not.toEqual([])
  })
})

test('each verdict has its state, and all but a pass leave a risk', () => {
  const all = (['pass', 'fail', 'error', 'no_evidence', 'not_applicable', 'waived'] as const).map((verdict) =>
    rule(verdict.replace('_', '-'), verdict),
  )
  const one = record({ decisions: [decision('redact', 'privacy', all)], stages: [], outcome: 'blocked', exit: 1 })
  const [result]: Oscal[] = JSON.parse(renderOscal(one))['assessment-results'].results
  const risks = new Map<string, string>(result.risks.map((risk: Oscal) => [risk.uuid, risk.status]))
  expect(
    result.findings.map(({ title, target, 'related-risks': related }: Oscal) =>
      [
        title,
        target.status.state,
        target.status.reason,
        ...(related ?? []).map((link: Oscal) => risks.get(link['risk-uuid'])),
      ].join(' '),
    ),
  ).toEqual([
    'pass satisfied pass',
    'fail not-satisfied fail open',
    'error not-satisfied other open',
    'no-evidence not-satisfied other open',
    'waived not-satisfied other deviation-approved',
  ])
  expect(result.observations).toHaveLength(6)
})

test('a waived rule is a deviation with its waiver and its last moment', () => {
  const { results } = JSON.parse(renderOscal(waivedRecord()))['assessment-results']
  const redact = results.find(({ title }: Oscal) => title === 'Gate of redact')
  expect(redact.risks).toHaveLength(1)
  const [risk] = redact.risks
  expect([risk.status, risk.deadline]).toEqual(['deviation-approved', '2026-12-31T23:59:59Z'])
  expect(Object.fromEntries(risk.props.map(({ name, value }: Oscal) => [name, value]))).toMatchObject({
    waiver: 'w-2026-11',
    'waiver-approved-by': 'dpo@example.org',
    'waived-verdict': 'fail',
  })
})

function checker(): (document: unknown) => readonly string[] {
  const ajv = new Ajv({ strict: false, allErrors: true, unicodeRegExp: true })
  addFormats.default(ajv)
  const validate = ajv.compile(
    JSON.parse(readFileSync(join(SCHEMAS, 'oscal/oscal_assessment-results_schema.json'), 'utf8')),
  )
  return (document) =>
    validate(document) ? [] : (validate.errors ?? []).map((one) => `${one.instancePath} ${one.message}`)
}
