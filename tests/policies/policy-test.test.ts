import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { mutateCondition } from '../../policies/engine/mutate-condition.ts'
import { policyCoverage } from '../../policies/engine/mutation.ts'
import { loadPolicyTest, runPolicyTest } from '../../policies/engine/policy-test.ts'
import type { Condition } from '../../policies/engine/schema.ts'
import { SluiceError } from '../../util/errors.ts'

let dir: string
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'sluice-policy-test-'))
})
afterEach(() => rmSync(dir, { recursive: true, force: true }))

const RECALL = '{ metric: recall, at_least: 0.9, bound: lower, min_n: 20 }'

function policy(require: string, more = ''): void {
  writeFileSync(
    join(dir, 'p.yaml'),
    `apiVersion: sluice/v1
kind: Policy
name: p
version: 1
title: P
rules:
  - id: recall-high
    title: R
    severity: block
    require: ${require}
    because: b
    remediation: m
${more}`,
  )
}

function table(text: string): ReturnType<typeof loadPolicyTest> {
  const file = join(dir, 'p.test.yaml')
  writeFileSync(file, `apiVersion: sluice/v1\nkind: PolicyTest\npolicy: p.yaml\ngate: redact\n${text}`)
  return loadPolicyTest(file)
}

function refused(text: string): readonly string[] {
  try {
    table(text)
  } catch (error) {
    if (!(error instanceof SluiceError)) throw error
    return [error.code, error.message, error.next ?? '', `${error.at?.line}:${error.at?.column}`]
  }
  return ['nothing was refused']
}

const ON_THE_LINE = `
  - name: on the line
    given: [{ metric: recall, value: 0.95, n: 20, interval: [0.9, 1] }]
    expect: { recall-high: pass }
    blocks: []`
const BELOW = `
  - name: the bound is a little below
    given: [{ metric: recall, value: 0.95, n: 20, interval: [0.89, 1] }]
    expect: { recall-high: fail }
    blocks: [recall-high]`
const FEW = `
  - name: 19 trials
    given: [{ metric: recall, value: 1, n: 19, interval: [0.95, 1] }]
    expect: { recall-high: no_evidence }`

describe('a table of policy tests', () => {
  test('holds where every rule gives what was expected', () => {
    policy(RECALL)
    const held = table(`cases:${ON_THE_LINE}${BELOW}${FEW}`)
    expect(runPolicyTest(held)).toEqual([])
    expect(policyCoverage(held)).toEqual({ rules: 1, neverPass: [], neverFail: [], mutants: 10, survived: [] })
  })

  test('says where a case does not hold, with what was found', () => {
    policy(RECALL)
    const wrong = BELOW.replace('recall-high: fail', 'recall-high: pass').replace('[recall-high]', '[]')
    const failures = runPolicyTest(table(`cases:${ON_THE_LINE}${wrong}`))
    expect(failures.map(({ name, at, rule, expected, actual }) => [name, at.line, rule, expected, actual])).toEqual([
      ['the bound is a little below', 10, 'recall-high', 'pass', 'fail'],
      ['the bound is a little below', 10, 'recall-high', 'does not block', 'blocks'],
    ])
    expect(failures[0]!.explanation).toContain('lower bound of redact.recall = 0.89 (n = 20)')
  })

  test('gives what all cases have, what one has instead, and what one lacks', () => {
    policy(RECALL)
    const { cases } = table(`given:
  - { metric: recall, value: 0.5, n: 10 }
  - { metric: other, where: { type: A }, value: 1 }
  - { metric: other, where: { type: B }, value: 2 }
cases:
  - { name: instead, given: [{ metric: recall, value: true }], without: [other], expect: { recall-high: error } }
  - name: one of many
    each: [{ metric: other, where: { type: A }, absent: true }, { metric: curate.rows, value: 3 }]
    expect: { recall-high: no_evidence }
`)
    const seen = cases.map(({ name, metrics }) => [
      name,
      ...metrics.map((metric) => [metric.stage, metric.name, metric.labels?.['type'] ?? '', metric.value]),
    ])
    expect(seen).toEqual([
      ['instead', ['redact', 'recall', '', true]],
      ['one of many: other{type=A}', ['redact', 'recall', '', 0.5], ['redact', 'other', 'B', 2]],
      [
        'one of many: curate.rows',
        ['redact', 'recall', '', 0.5],
        ['redact', 'other', 'A', 1],
        ['redact', 'other', 'B', 2],
        ['curate', 'rows', '', 3],
      ],
    ])
    // A share with n gets the interval that the stages give it.
    expect(cases[1]!.metrics[0]!.interval).toMatchObject({ level: 0.95, method: 'clopper-pearson' })
  })

  test.each([
    [
      'a rule that the policy does not have',
      'cases:\n  - { name: a, expect: { recall-hihg: pass } }\n',
      ['POLICY_TEST_UNKNOWN_RULE', 'the policy has no rule `recall-hihg`', 'did you mean `recall-high`?', '6:26'],
    ],
    [
      'a rule that blocks and is not there',
      'cases:\n  - { name: a, expect: { recall-high: pass }, blocks: [nothing] }\n',
      ['POLICY_TEST_UNKNOWN_RULE', 'the policy has no rule `nothing`', '', '6:56'],
    ],
    [
      'a figure without a value',
      'cases:\n  - { name: a, given: [{ metric: recall }], expect: { recall-high: pass } }\n',
      ['POLICY_TEST_INVALID', '`recall` needs `value`, or `absent: true`, and not both', '', '6:24'],
    ],
    [
      'a case that expects nothing',
      'cases:\n  - { name: a, expect: {} }\n',
      ['POLICY_TEST_INVALID', '`cases.0.expect` must NOT have fewer than 1 properties', '', '6:16'],
    ],
  ])('is refused for %s, with its place', (_, text, expected) => {
    policy(RECALL)
    expect(refused(text)).toEqual(expected)
  })

  test('is refused where it is empty or has no case', () => {
    policy(RECALL)
    expect(refused('')[0]).toBe('POLICY_TEST_INVALID')
    expect(refused('cases: []\n')[0]).toBe('POLICY_TEST_INVALID')
    writeFileSync(join(dir, 'empty.test.yaml'), '')
    expect(() => loadPolicyTest(join(dir, 'empty.test.yaml'))).toThrow(/must be/)
  })
})

describe('coverage', () => {
  test('names rules that no case lets pass or fail; a case that expects `not_applicable` does neither', () => {
    const other = `  - id: never-tried
    title: N
    severity: minor
    when: { metric: on, equals: true }
    require: { metric: x, present: true }
    because: b
    remediation: m
`
    policy(RECALL, other)
    const { neverPass, neverFail } = policyCoverage(
      table(`given: [{ metric: on, value: false }]
cases:${BELOW.replace('recall-high: fail', 'recall-high: fail, never-tried: not_applicable')}`),
    )
    expect({ neverPass, neverFail }).toEqual({ neverPass: ['recall-high', 'never-tried'], neverFail: ['never-tried'] })
  })

  // Each of these tables covers the rule both ways, which is all that line coverage can say.
  test.each([
    [
      'cases far from the line',
      `${ON_THE_LINE.replace('[0.9, 1]', '[0.95, 1]')}${BELOW.replace('0.95, n: 20, interval: [0.89, 1]', '0.2, n: 20, interval: [0.1, 0.3]')}${FEW}`,
      ['at_least moved to 0.945', 'at_least moved to 0.855', 'the point instead of the bound', 'the other bound'],
    ],
    ['no case with too few observations', `${ON_THE_LINE}${BELOW}`, ['without min_n', 'min_n one fewer']],
    [
      'no case that says what stops the run',
      `${ON_THE_LINE.replace('blocks: []', '')}${BELOW.replace('blocks: [recall-high]', '')}${FEW}`,
      ['does not stop the run'],
    ],
  ])('mistakes are missed with %s', (_, cases, missed) => {
    policy(RECALL)
    const { neverPass, neverFail, survived } = policyCoverage(table(`cases:${cases}`))
    expect({ neverPass, neverFail }).toEqual({ neverPass: [], neverFail: [] })
    expect(survived.map(({ what }) => what).sort()).toEqual([...missed].sort())
  })

  test('a table that does not hold notices nothing by that', () => {
    policy(RECALL)
    const { survived } = policyCoverage(table(`cases:${BELOW.replace('recall-high: fail', 'recall-high: error')}`))
    expect(survived.map(({ what }) => what)).toContain('min_n one more')
  })
})

describe('mistakes in a condition', () => {
  const mistakes = (condition: Condition): readonly string[] => mutateCondition(condition).map(({ what }) => what)

  test.each<readonly [string, Condition, readonly string[]]>([
    [
      'counts',
      { metric: 'a.x', at_most: 0 },
      ['at_most read as at_least', 'at_most moved to 1', 'at_most moved to -1'],
    ],
    [
      'a range',
      { metric: 'a.x', at_least: 0.2, at_most: 0.4 },
      [
        'without at_least',
        'without at_most',
        'at_most moved to 0.42',
        'at_most moved to 0.38',
        'at_least moved to 0.21',
        'at_least moved to 0.19',
      ],
    ],
    [
      'another metric as the limit',
      { metric: 'a.x', at_most: { metric: 'a.y', bound: 'upper', plus: 1 } },
      [
        'at_most read as at_least',
        'at_most times a little more',
        'at_most times a little less',
        'at_most without `plus`',
        'at_most at the point, not the bound',
      ],
    ],
    ['a word', { metric: 'a.x', equals: 'w' }, ['any value passes', 'equals negated']],
    [
      'words of every group',
      { metric: 'a.x', for_each: 'g', one_of: ['v', 'w'] },
      ['any value passes', 'without v', 'without w', 'not for each group'],
    ],
    [
      'groups, and what to do where there are none or few',
      { metric: 'a.x', for_each: 'g', groups: ['A'], present: true, min_n: 1, if_few: 'not_applicable' },
      ['without min_n', 'min_n one more', 'without if_few', 'without the group A'],
    ],
    [
      'labels',
      { metric: 'a.x', where: { k: 'v' }, for_each: 'g', if_none: 'not_applicable', present: true },
      ['without if_none', 'for any k', 'not for each group'],
    ],
    [
      'parts',
      { all: [{ metric: 'a.x', present: true }, { not: { metric: 'a.y', equals: 1 } }] },
      [
        '`all` read as `any`',
        'without a.x measured',
        'without not (a.y equal to 1)',
        'part 2: `not` taken away',
        'part 2: not: any value passes',
        'part 2: not: equals negated',
      ],
    ],
    [
      'an expression, but not what stands in quotes',
      { cel: `value('a.x', {'k': '<'}) <= 1.0 && n('a.y') > 5` },
      [
        'the expression negated',
        'the expression with > for its operator 1, <=',
        'the expression with || for its operator 2, &&',
        'the expression with <= for its operator 3, >',
      ],
    ],
  ])('of %s', (_, condition, expected) => {
    expect(mistakes(condition)).toEqual(expected)
  })
})
