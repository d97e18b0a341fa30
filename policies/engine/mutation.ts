import { mutateCondition } from './mutate-condition.ts'
import type { CaseFailure, PolicyTest } from './policy-test.ts'
import { runPolicyTest } from './policy-test.ts'
import type { Rule } from './schema.ts'

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
  readonly id: string
  /** The rule with the mistake; `undefined`: it was taken out. */
  readonly rule: Rule | undefined
  readonly what: string
}

/**
 * Which rules the cases exercise both ways, and which small mistakes in the policy they would not notice: a rule taken
 * out, or made to block or not to block; each comparison turned round, each limit moved a little both ways, each bound,
 * minimum, label, group and part taken away, each condition of applicability turned off.
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
      .map((mutant) => ({ rule: mutant.id, what: mutant.what })),
  }
}

/** A table that does not hold notices nothing: it would fail for any policy. */
function survives(test: PolicyTest, { id, rule }: Mutant): boolean {
  const changed = test.policy.rules.flatMap((one) => (one.id !== id ? [one] : rule === undefined ? [] : [rule]))
  const usual = new Set(runPolicyTest(test).map(failureKey))
  return runPolicyTest(test, changed).every((failure) => usual.has(failureKey(failure)))
}

function failureKey({ name, rule, expected }: CaseFailure): string {
  return JSON.stringify([name, rule, expected])
}

/** Every small mistake in a rule. */
export function mutate(rule: Rule): readonly Mutant[] {
  const { id, when, ...rest } = rule
  const required = mutateCondition(rule.require).map(({ condition, what }) => ({
    id,
    rule: { ...rule, require: condition },
    what,
  }))
  const weight = mutateWeight(rule).map(({ what, ...mutant }) => ({ id, rule: mutant.rule, what }))
  const applies =
    when === undefined
      ? []
      : [
          { id, rule: { id, ...rest }, what: 'always applies' },
          ...mutateCondition(when).map(({ condition, what }) => ({
            id,
            rule: { ...rule, when: condition },
            what: `when: ${what}`,
          })),
        ]
  return [{ id, rule: undefined, what: 'the rule taken out' }, ...weight, ...required, ...applies]
}

/** Whether a failure of it stops the run. */
function mutateWeight(rule: Rule): readonly { readonly rule: Rule; readonly what: string }[] {
  const { effective, ...rest } = rule
  const heavy = rule.severity === 'block' || rule.severity === 'major'
  const enforced = (rule.mode ?? 'enforce') === 'enforce'
  return [
    heavy && enforced
      ? { rule: { ...rule, severity: 'minor' as const }, what: 'does not stop the run' }
      : { rule: { ...rule, severity: 'block' as const, mode: 'enforce' as const }, what: 'stops the run' },
    ...(effective === undefined || !heavy || !enforced ? [] : [{ rule: rest, what: 'effective at once' }]),
  ]
}
