import { describeCondition } from './explain.ts'
import type { PolicyTest } from './policy-test.ts'
import { runPolicyTest } from './policy-test.ts'
import type { Condition, Rule } from './schema.ts'

/** How well a table of tests holds its policy. */
export interface PolicyCoverage {
  readonly rules: number
  /** Rules without a case that must pass. */
  readonly neverPass: readonly string[]
  /** Rules without a case that must fail, or lack evidence. */
  readonly neverFail: readonly string[]
  readonly mutants: number
  /** Changes of meaning that no case notices. */
  readonly survived: readonly { readonly rule: string; readonly what: string }[]
}

/** A policy with one deliberate mistake in it. */
interface Mutant {
  readonly rule: Rule
  readonly what: string
}

/**
 * Which rules the cases exercise both ways, and which small mistakes in the policy they would not notice: each comparison
 * turned round, each bound, minimum, group and part taken away, each condition of applicability turned off.
 */
export function policyCoverage(test: PolicyTest): PolicyCoverage {
  const expected = (rule: Rule, verdicts: readonly string[]): boolean =>
    test.cases.some((one) => verdicts.includes(one.expect[rule.id] ?? ''))
  const rules = test.policy.rules
  const mutants = rules.flatMap((rule) => mutate(rule))
  return {
    rules: rules.length,
    neverPass: rules.filter((rule) => !expected(rule, ['pass'])).map((rule) => rule.id),
    neverFail: rules.filter((rule) => !expected(rule, ['fail', 'error', 'no_evidence'])).map((rule) => rule.id),
    mutants: mutants.length,
    survived: mutants
      .filter((mutant) => survives(test, mutant))
      .map((mutant) => ({ rule: mutant.rule.id, what: mutant.what })),
  }
}

function survives(test: PolicyTest, { rule }: Mutant): boolean {
  const changed = test.policy.rules.map((one) => (one.id === rule.id ? rule : one))
  return runPolicyTest(test, changed).length === 0
}

/** Every small mistake in a rule. */
export function mutate(rule: Rule): readonly Mutant[] {
  const required = mutateCondition(rule.require).map(({ condition, what }) => ({
    rule: { ...rule, require: condition },
    what,
  }))
  if (rule.when === undefined) return required
  const { when, ...always } = rule
  return [
    ...required,
    { rule: always, what: 'always applies' },
    ...mutateCondition(when).map(({ condition, what }) => ({
      rule: { ...rule, when: condition },
      what: `when: ${what}`,
    })),
  ]
}

interface Changed {
  readonly condition: Condition
  readonly what: string
}

function mutateCondition(condition: Condition): readonly Changed[] {
  if (condition.all !== undefined) return mutateParts('all', condition.all)
  if (condition.any !== undefined) return mutateParts('any', condition.any)
  if (condition.not !== undefined) {
    return [
      { condition: condition.not, what: '`not` taken away' },
      ...mutateCondition(condition.not).map((one) => ({ condition: { not: one.condition }, what: `not: ${one.what}` })),
    ]
  }
  if (condition.cel !== undefined)
    return [{ condition: { cel: `!(${condition.cel})` }, what: 'the expression negated' }]
  return mutateMetric(condition)
}

function mutateParts(form: 'all' | 'any', parts: readonly Condition[]): readonly Changed[] {
  const other = form === 'all' ? 'any' : 'all'
  return [
    ...(parts.length > 1 ? [{ condition: { [other]: parts }, what: `\`${form}\` read as \`${other}\`` }] : []),
    ...(parts.length > 1
      ? parts.map((part, i) => ({
          condition: { [form]: parts.filter((_, k) => k !== i) },
          what: `without ${describeCondition(part)}`,
        }))
      : []),
    ...parts.flatMap((part, i) =>
      mutateCondition(part).map((one) => ({
        condition: { [form]: parts.map((each, k) => (k === i ? one.condition : each)) },
        what: one.what,
      })),
    ),
  ]
}

function mutateMetric(condition: Condition): readonly Changed[] {
  const { at_most: most, at_least: least, ...rest } = condition
  const found: Changed[] = []
  const add = (changed: Condition, what: string): void => {
    found.push({ condition: changed, what })
  }
  if (most !== undefined && least !== undefined) {
    add({ ...rest, at_most: most }, 'without at_least')
    add({ ...rest, at_least: least }, 'without at_most')
  } else if (most !== undefined) add({ ...rest, at_least: most }, 'at_most read as at_least')
  else if (least !== undefined) add({ ...rest, at_most: least }, 'at_least read as at_most')
  if (condition.equals !== undefined) add({ not: condition }, 'equals negated')
  if (condition.one_of !== undefined) {
    if (condition.for_each === undefined) add({ not: condition }, 'one_of negated')
    for (const word of condition.one_of) {
      if (condition.one_of.length > 1)
        add({ ...condition, one_of: condition.one_of.filter((one) => one !== word) }, `without ${String(word)}`)
    }
  }
  if (condition.bound !== undefined && condition.bound !== 'point')
    add(without(condition, 'bound'), 'the point instead of the bound')
  if (condition.min_n !== undefined) add(without(without(condition, 'min_n'), 'if_few'), 'without min_n')
  if (condition.if_few === 'not_applicable') add(without(condition, 'if_few'), 'without if_few')
  if (condition.if_none === 'not_applicable') add(without(condition, 'if_none'), 'without if_none')
  for (const group of condition.groups ?? []) {
    const left = condition.groups!.filter((one) => one !== group)
    add(left.length === 0 ? without(condition, 'groups') : { ...condition, groups: left }, `without the group ${group}`)
  }
  return found
}

function without(condition: Condition, key: keyof Condition): Condition {
  const { [key]: _, ...rest } = condition
  return rest
}
