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
  const tried = rules.map((rule) => {
    const part = about(test, rule.id)
    const usual = new Set(runPolicyTest(part, [rule]).map(failureKey))
    const mutants = mutate(rule)
    return { mutants: mutants.length, survived: mutants.filter((mutant) => survives(part, usual, mutant)) }
  })
  return {
    rules: rules.length,
    neverPass: rules.filter((rule) => !expected(rule, ['pass'])).map((rule) => rule.id),
    neverFail: rules.filter((rule) => !expected(rule, ['fail', 'error', 'no_evidence'])).map((rule) => rule.id),
    mutants: tried.reduce((sum, { mutants }) => sum + mutants, 0),
    survived: tried.flatMap(({ survived }) => survived.map(({ id, what }) => ({ rule: id, what }))),
  }
}

/** The part of a table that is about one rule: no other verdict can change with it. */
function about(test: PolicyTest, id: string): PolicyTest {
  const cases = test.cases
    .filter((one) => one.expect[id] !== undefined || one.blocks !== undefined)
    .map((one) => ({
      ...one,
      expect: one.expect[id] === undefined ? {} : { [id]: one.expect[id] },
      blocks: one.blocks?.filter((rule) => rule === id),
    }))
  return { ...test, cases }
}

/** A case that does not hold for the policy as it is notices nothing: it would fail for any. */
function survives(test: PolicyTest, usual: ReadonlySet<string>, { rule }: Mutant): boolean {
  return runPolicyTest(test, rule === undefined ? [] : [rule]).every((failure) => usual.has(failureKey(failure)))
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
