import { mkdtempSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import type { MetricSpec } from '../../artifacts/metric.ts'
import { checkPolicies, policyProblems } from '../../policies/engine/check.ts'
import { loadPolicies } from '../../policies/engine/load.ts'
import { SluiceError } from '../../util/errors.ts'

const folder = mkdtempSync(join(tmpdir(), 'sluice-policy-'))
let count = 0

function policy(require: string, extra = ''): string {
  count += 1
  const file = join(folder, `p${count}.yaml`)
  writeFileSync(
    file,
    `apiVersion: sluice/v1
kind: Policy
name: p${count}
version: 1
title: A policy
rules:
  - id: rule-${count}
    title: A rule
    severity: block
    require: ${require}
    because: reason
    remediation: do this
${extra}`,
  )
  return file
}

function message(work: () => unknown): string {
  try {
    work()
  } catch (error) {
    if (error instanceof SluiceError)
      return error
        .format()
        .replaceAll(`${folder}/`, '')
        .replaceAll(/p\d+\.yaml/g, 'p.yaml')
    throw error
  }
  return 'nothing was wrong'
}

const load = (require: string, extra?: string) => message(() => loadPolicies([policy(require, extra)]))

test('loads with defaults; the digest follows the content, not the layout', () => {
  const file = policy('{metric: share, at_most: 0.1}')
  const [one] = loadPolicies([file])
  expect(one).toMatchObject({ file, version: 1, rules: [{ mode: 'enforce', refs: [], require: { at_most: 0.1 } }] })
  const text = (limit: string) =>
    `# a comment\napiVersion: sluice/v1\nkind: Policy\nname: ${one!.name}\nversion: 1\ntitle: A policy\nrules:\n- {id: ${one!.rules[0]!.id}, title: A rule, severity: block, because: reason, remediation: do this,\n   require: {at_most: ${limit}, metric: share}}\n`
  writeFileSync(file, text('0.10'))
  expect(loadPolicies([file])[0]!.digest).toBe(one!.digest)
  writeFileSync(file, text('0.11'))
  expect(loadPolicies([file])[0]!.digest).not.toBe(one!.digest)
})

describe('says where a mistake is and what was meant', () => {
  test.each([
    ['{metric: share, at_mots: 1}', 'p.yaml:10:30: POLICY_UNKNOWN_KEY: unknown key `at_mots` in `rules.0.require`'],
    [
      '{at_most: 1}',
      'p.yaml:10:5: POLICY_INVALID: `rules.0.require` needs exactly one of metric, all, any, not, cel; it has none',
    ],
    ['{metric: a, all: [{metric: b, at_most: 1}]}', 'it has metric and all'],
    ['{metric: share}', '`rules.0.require` compares with nothing'],
    ['{metric: share, at_most: 1, equals: 1}', 'has at_most and equals'],
    ['{metric: share, at_least: 2, at_most: 1}', 'no value is at most this and at least `at_least`'],
    ['{metric: share, equals: a, bound: upper}', '`bound` needs `at_most` or `at_least`'],
    ['{metric: share, at_most: 1, groups: [a]}', '`groups` needs `for_each`'],
    ['{metric: share, at_most: 1, if_few: not_applicable}', '`if_few` needs `min_n`'],
    ['{not: {metric: share}}', 'p.yaml:10:15: POLICY_INVALID: `rules.0.require.not` compares with nothing'],
    ['{not: {any: [{metric: share, for_each: type, equals: a}]}}', '`not` goes with no `for_each`'],
    ['{any: [{metric: share, at_most: 1}], min_n: 3}', '`min_n` belongs to a condition with `metric`'],
    ['{metric: share, at_most: .inf}', 'POLICY_INVALID'],
    ['{metric: share, at_most: .nan}', 'POLICY_INVALID'],
    ['{metric: share, at_most: {metric: other, tmes: 2}}', 'did you mean `times`?'],
    ['{metric: share, at_most: "0.5"}', 'POLICY_INVALID'],
    ['{metric: Share Of, at_most: 1}', 'POLICY_INVALID'],
    ['{metric: share, at_most: 1, at_most: 2}', 'POLICY_SYNTAX'],
    ['{rego: "1 > 0"}', 'unknown key `rego`'],
  ])('%s', (require, wanted) => {
    expect(load(require)).toContain(wanted)
  })
  test('a day that is not in the calendar, and an id used twice', () => {
    expect(load('{metric: a, at_most: 1}', '    effective: 2026-02-30\n')).toContain(
      'p.yaml:13:5: POLICY_INVALID: `effective` is not a day of the calendar',
    )
    const again = `  - {id: rule-${count + 1}, title: T, severity: info, require: {metric: a, at_most: 1}, because: b, remediation: m}\n`
    expect(load('{metric: a, at_most: 1}', again)).toContain('is used twice')
  })
})

const specs: readonly MetricSpec[] = [
  { name: 'seeded_recall', unit: 'ratio', better: 'higher', description: '', labels: ['type'] },
  { name: 'share', unit: 'ratio', better: 'lower', description: '' },
  { name: 'records', unit: 'count', better: 'neither', description: '' },
  { name: 'exposure', unit: 'bits', better: 'lower', description: '', range: [0, 40] },
  { name: 'chance', unit: 'bits', better: 'neither', description: '' },
  { name: 'licence', unit: 'text', better: 'neither', description: '', labels: ['source'] },
  { name: 'resumed', unit: 'flag', better: 'neither', description: '' },
]
const catalogue = new Map([
  ['redact', specs],
  ['bias', [{ name: 'gap', unit: 'ratio', better: 'lower', description: '' } as const]],
])

describe('before anything runs, finds rules that could never be judged', () => {
  const check = (require: string, gated: string | undefined = 'redact') =>
    message(() => checkPolicies(loadPolicies([policy(require)]), catalogue, gated))

  test.each([
    [
      '{metric: share, at_most: 75}',
      'p.yaml:10:30: POLICY_OUT_OF_RANGE: 75 is outside of the range of `share`: 0 to 1\n  → 75 % is written 0.75',
    ],
    [
      '{metric: shares, at_most: 0.5}',
      'p.yaml:10:15: POLICY_UNKNOWN_METRIC: no stage before this gate reports the metric `shares`\n  → did you mean `share`?',
    ],
    ['{metric: bias.gpa, at_most: 0.5}', 'did you mean `bias.gap`?'],
    ['{metric: monitor.drift_of_everything, at_most: 0.5}', 'stages before this gate: redact, bias'],
    [
      '{metric: seeded_recall, for_each: tpye, at_least: 0.9}',
      'p.yaml:10:38: POLICY_UNKNOWN_LABEL: `seeded_recall` has no label `tpye`\n  → did you mean `type`?',
    ],
    ['{metric: seeded_recall, at_least: 0.9}', '`seeded_recall` has one value per type'],
    ['{metric: share, where: {type: A}, at_least: 0.9}', '`share` has no label `type`'],
    ['{metric: records, at_least: -1}', 'outside of the range of `records`: 0 to Infinity'],
    ['{metric: exposure, at_most: 41}', 'outside of the range of `exposure`: 0 to 40'],
    ['{metric: licence, for_each: source, at_most: 1}', '`licence` is a text, not a number'],
    ['{metric: licence, for_each: source, equals: true}', 'compare it with a string'],
    ['{metric: resumed, equals: yes}', 'compare it with a boolean'],
    ['{metric: share, equals: 2}', 'POLICY_OUT_OF_RANGE'],
    ['{metric: exposure, at_most: {metric: share}}', 'POLICY_WRONG_UNIT: `exposure` is in bits and `share` in ratio'],
    ['{metric: exposure, at_most: {metric: cahnce}}', 'did you mean `chance`?'],
    ['{not: {any: [{metric: share, at_most: 2}]}}', 'POLICY_OUT_OF_RANGE'],
  ])('%s', (require, wanted) => {
    expect(check(require)).toContain(wanted)
  })

  test('a release gate has no stage of its own', () => {
    expect(
      message(() => checkPolicies(loadPolicies([policy('{metric: share, at_most: 0.5}')]), catalogue, undefined)),
    ).toContain('does not say of which stage')
  })

  test.each([
    '{metric: share, at_most: 0.5}',
    '{metric: redact.share, at_least: 0, at_most: 1}',
    '{metric: seeded_recall, for_each: type, at_least: 0.9, bound: lower, min_n: 100}',
    '{metric: seeded_recall, where: {type: EMAIL}, at_least: 0.9}',
    '{metric: exposure, at_most: {metric: chance, times: 1.5}}',
    '{metric: licence, for_each: source, one_of: [CC0-1.0, MIT]}',
  ])('passes %s', (require) => {
    expect(check(require)).toBe('nothing was wrong')
  })

  test('tells all problems of all files, and a rule id in two of them', () => {
    const one = policy('{metric: shares, at_most: 2}')
    const two = policy('{metric: share, at_most: 2}')
    const policies = loadPolicies([one, two])
    const doubled = { ...policies[0]!, name: 'again', rules: policies[1]!.rules }
    expect(policyProblems([...policies, doubled], catalogue, 'redact').map((problem) => problem.code)).toEqual([
      'UNKNOWN_METRIC',
      'OUT_OF_RANGE',
      'DUPLICATE_RULE',
      'OUT_OF_RANGE',
    ])
  })
})
