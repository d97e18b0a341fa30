import { labelsOf } from './condition-shape.ts'
import type { Operand, Verdict } from './decision.ts'
import { limitText } from './evaluate.ts'
import { labelText } from './evidence.ts'
import type { Condition, Limit } from './schema.ts'

/** The condition in words: `lower bound of seeded_recall for each type at least 0.9 (n ≥ 200)`. */
export function describeCondition(condition: Condition): string {
  if (condition.all !== undefined) return `all of (${condition.all.map(describeCondition).join('; ')})`
  if (condition.any !== undefined) return `any of (${condition.any.map(describeCondition).join('; ')})`
  if (condition.not !== undefined) return `not (${describeCondition(condition.not)})`
  if (condition.cel !== undefined) return `\`${condition.cel}\``
  const bound = condition.bound === undefined || condition.bound === 'point' ? '' : `${condition.bound} bound of `
  const each = labelsOf(condition)
  const range = each.length === 0 ? '' : ` for each ${each.join(' and ')}`
  const n = condition.min_n === undefined ? '' : ` (n ≥ ${condition.min_n})`
  return `${bound}${condition.metric}${labelText(condition.where)}${range} ${describeComparison(condition)}${n}`
}

function describeComparison(condition: Condition): string {
  const parts = [
    ...(condition.at_least === undefined ? [] : [`at least ${describeLimit(condition.at_least)}`]),
    ...(condition.at_most === undefined ? [] : [`at most ${describeLimit(condition.at_most)}`]),
    ...(condition.equals === undefined ? [] : [`equal to ${condition.equals}`]),
    ...(condition.one_of === undefined ? [] : [`one of ${condition.one_of.join(', ')}`]),
    ...(condition.present === undefined ? [] : ['measured']),
  ]
  return parts.join(' and ')
}

function describeLimit(limit: Limit): string {
  return typeof limit === 'number' ? String(limit) : limitText(limit)
}

/** One sentence: what was required and what was found. */
export function explainVerdict(condition: Condition, verdict: Verdict, operands: readonly Operand[]): string {
  return `Required: ${describeCondition(condition)}. Found: ${found(verdict, operands)}.`
}

function found(verdict: Verdict, operands: readonly Operand[]): string {
  const deciding = operands.filter((operand) =>
    verdict === 'fail'
      ? operand.holds === false && operand.comparison !== 'min_n'
      : verdict === 'error' || verdict === 'no_evidence'
        ? operand.holds === null || operand.comparison === 'min_n'
        : true,
  )
  const cel = operands.find((operand) => operand.comparison === 'cel')
  if (cel !== undefined && (verdict === 'error' || verdict === 'no_evidence')) return describeOperand(cel)
  // A negation fails because something holds.
  const shown = deciding.length > 0 ? deciding : operands
  if (shown.length <= 3) return shown.map(describeOperand).join('; ')
  const worst = tightest(shown)
  const count =
    shown.length === operands.length
      ? `${shown.length} comparisons`
      : `${shown.length} of ${operands.length} comparisons`
  return verdict === 'pass'
    ? `${count}, the closest ${describeOperand(worst)}`
    : `${count} ${verdict === 'fail' ? 'do not hold' : 'could not be made'}, first ${describeOperand(worst)}`
}

/** The comparison with the least room, or with the greatest excess. */
function tightest(operands: readonly Operand[]): Operand {
  const room = (operand: Operand): number => {
    if (typeof operand.value !== 'number' || typeof operand.limit !== 'number') return Number.POSITIVE_INFINITY
    return operand.comparison === 'at_least' ? operand.value - operand.limit : operand.limit - operand.value
  }
  return operands.reduce((best, operand) => (room(operand) < room(best) ? operand : best))
}

function describeOperand(operand: Operand): string {
  const n = operand.n === undefined || operand.comparison === 'min_n' ? '' : ` (n = ${operand.n})`
  const note = operand.note === undefined ? '' : `, ${operand.note}`
  if (operand.comparison === 'min_n') return `${operand.metric} has n = ${operand.value ?? 'unknown'}${note}`
  if (operand.comparison === 'cel')
    return `the expression ${operand.value === null ? 'has no answer' : `is ${operand.value}`}${note}`
  if (operand.value === null) return `${operand.metric} has no usable value${n}${note}`
  const bound = operand.bound === 'point' ? '' : `${operand.bound} bound of `
  const limit = note !== '' && typeof operand.limit === 'number' ? ` (${formatNumber(operand.limit)})` : ''
  return `${bound}${operand.metric} = ${formatValue(operand.value)}${n}${note}${limit}`
}

function formatValue(value: Operand['value']): string {
  return typeof value === 'number' ? formatNumber(value) : String(value)
}

function formatNumber(value: number): string {
  return Number.isInteger(value) ? String(value) : String(Number(value.toPrecision(4)))
}
