import type { Operand, RuleResult, Verdict } from '../policies/engine/decision.ts'
import { plain } from './format.ts'

/** Words for a rule's parts that the reports share. */

export const VERDICT_LABEL: Readonly<Record<Verdict, string>> = {
  pass: 'Passed',
  fail: 'Failed',
  error: 'Error: the rule could not be judged',
  no_evidence: 'No evidence: what the rule needs was not measured',
  not_applicable: 'Not applicable',
  waived: 'Waived',
}

export const COMPARISON_WORDS: Readonly<Record<Operand['comparison'], string>> = {
  at_most: 'at most',
  at_least: 'at least',
  equals: 'equal to',
  one_of: 'one of',
  min_n: 'at least this many observations',
  cel: 'expression',
  present: 'present',
}

/** What the severity and mode of a rule mean for a run. */
export function weightWords(rule: Pick<RuleResult, 'severity' | 'mode'>): string {
  if (rule.mode === 'shadow') return `${rule.severity}, in shadow: recorded only`
  if (rule.mode === 'warn') return `${rule.severity}, warns only`
  return rule.severity === 'block' || rule.severity === 'major'
    ? `${rule.severity}, enforced`
    : `${rule.severity}, never blocks`
}

/** `at most 5`, `one of a, b`. */
export function requirementWords(operand: Operand): string {
  if (operand.comparison === 'present') return 'present'
  return `${COMPARISON_WORDS[operand.comparison]} ${plain(operand.limit)}`
}

/** `95% bound` words beside a value. */
export function boundWords(operand: Pick<Operand, 'bound'>): string {
  return operand.bound === 'point' ? 'estimate' : `${operand.bound} bound`
}
