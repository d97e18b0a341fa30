import type { Operand, RuleResult, Verdict } from '../policies/engine/decision.ts'
import { percent, plain } from './format.ts'

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

/** What an operand was compared with: `at most 5%`, `one of a, b`. */
export function requirementWords(operand: Operand): string {
  if (operand.comparison === 'present') return 'measured'
  if (operand.comparison === 'min_n') return `at least ${plain(operand.limit)} observations`
  return `${COMPARISON_WORDS[operand.comparison]} ${figure(operand, operand.limit)}`
}

/** The value compared, as a percentage where both sides are shares. */
export function valueWords(operand: Operand): string {
  return operand.value === null ? 'none' : figure(operand, operand.value)
}

/**
 * Why a rule did not pass, from the comparisons that do not hold, at most three of them:
 * `toxicity.toxic_share{head=threat} is 27% (upper bound), at most 5% required`. The decision's own explanation where
 * no single comparison is to blame.
 */
export function failureWords(rule: Pick<RuleResult, 'operands' | 'explanation'>): string {
  const broken = rule.operands.filter((operand) => operand.holds === false)
  if (broken.length === 0) return rule.explanation
  const shown = broken.slice(0, 3).map((operand) => {
    if (operand.comparison === 'min_n') {
      const n =
        operand.value === null
          ? 'an unknown number of observations'
          : `${plain(operand.value)} observation${operand.value === 1 ? '' : 's'}`
      return `${operand.metric} rests on ${n}, at least ${plain(operand.limit)} required`
    }
    const bound = operand.bound === 'point' ? '' : ` (${operand.bound} bound)`
    return `${operand.metric} is ${valueWords(operand)}${bound}, ${requirementWords(operand)} required`
  })
  const more = broken.length > shown.length ? [`${broken.length - shown.length} more`] : []
  return `${[...shown, ...more].join('; ')}.`
}

/** Shares read as percentages; whether a number is one can be told from the other side of the comparison. */
function figure(operand: Operand, value: Operand['value']): string {
  const share = (x: Operand['value']): boolean => typeof x === 'number' && x >= 0 && x <= 1
  const shares = share(operand.limit) && (share(operand.value) || operand.value === null) && operand.n !== undefined
  const fraction = [operand.limit, operand.value].some((x) => typeof x === 'number' && !Number.isInteger(x))
  return shares && fraction && typeof value === 'number' ? percent(value) : plain(value)
}

/** Which figure was compared. */
export function boundWords(operand: Pick<Operand, 'bound'>): string {
  return operand.bound === 'point' ? 'estimate' : `${operand.bound} bound`
}
