import { isCelProblem, parseCel } from './cel.ts'
import { labelsOf } from './condition-shape.ts'
import type { Operand } from './decision.ts'
import type { EvidenceMetric } from './evidence.ts'
import { labelText, metricName } from './evidence.ts'
import type { EvidenceIndex } from './evidence-index.ts'
import type { Condition, Limit, Scalar } from './schema.ts'
import type { Truth } from './truth.ts'
import { allOf, anyOf, negate } from './truth.ts'

/** What a condition comes to, with every comparison that was made. */
export interface Evaluated {
  readonly truth: Truth
  readonly operands: readonly Operand[]
}

type Bound = Operand['bound']

export function evaluate(condition: Condition, evidence: EvidenceIndex): Evaluated {
  if (condition.all !== undefined) return combine(condition.all, evidence, allOf)
  if (condition.any !== undefined) return combine(condition.any, evidence, anyOf)
  if (condition.not !== undefined) {
    const { truth, operands } = evaluate(condition.not, evidence)
    return { truth: negate(truth), operands }
  }
  if (condition.cel !== undefined) {
    const cel = parseCel(condition.cel)
    return isCelProblem(cel) ? only('error', { ...emptyOperand(condition), note: cel.message }) : cel.evaluate(evidence)
  }
  return evaluateMetric(condition, evidence)
}

function combine(
  parts: readonly Condition[],
  evidence: EvidenceIndex,
  join: (truths: readonly Truth[]) => Truth,
): Evaluated {
  return joined(
    parts.map((part) => evaluate(part, evidence)),
    join,
  )
}

function joined(results: readonly Evaluated[], join: (truths: readonly Truth[]) => Truth): Evaluated {
  const operands: Operand[] = []
  for (const result of results) for (const operand of result.operands) operands.push(operand)
  return { truth: join(results.map((result) => result.truth)), operands }
}

function evaluateMetric(condition: Condition, evidence: EvidenceIndex): Evaluated {
  const reference = condition.metric!
  const found = evidence.find(reference)
  const named = inOrder(
    found.metrics
      .filter((metric) => matches(metric, condition.where))
      .map((metric) => ({ name: metricName(metric), metric })),
  )
  const ranged = labelsOf(condition)
  const unclear = ambiguity(named, ranged)
  if (unclear !== undefined) return only('error', { ...emptyOperand(condition), note: unclear })

  const absent = (condition.groups ?? []).filter(
    (group) => !named.some(({ metric }) => metric.labels?.[ranged[0]!] === group),
  )
  const missing = absent.map((group) =>
    only('no_evidence', {
      ...emptyOperand(condition),
      metric: `${reference}{${ranged[0]}=${group}}`,
      note: 'not measured',
    }),
  )
  if (named.length === 0 && missing.length === 0) {
    // A stage that reported nothing has not shown that there is no group.
    const none = found.stages > 0 && condition.if_none === 'not_applicable'
    const note =
      found.stages === 0 ? 'no such stage reported anything' : ranged.length > 0 ? 'no group' : 'not measured'
    return only(none ? 'not_applicable' : 'no_evidence', { ...emptyOperand(condition), note })
  }
  const measured = named.map(({ name, metric }) => compare(condition, metric, name, evidence))
  return joined(missing.length === 0 ? measured : [...measured, ...missing], allOf)
}

function matches(metric: EvidenceMetric, where: Condition['where']): boolean {
  if (where === undefined) return true
  for (const label of Object.keys(where)) if (metric.labels?.[label] !== where[label]) return false
  return true
}

interface Named {
  readonly name: string
  readonly metric: EvidenceMetric
}

/** By their names. A stage mostly reports its groups in that order. */
function inOrder(metrics: Named[]): readonly Named[] {
  const sorted = metrics.every(({ name }, i) => i === 0 || metrics[i - 1]!.name <= name)
  return sorted ? metrics : metrics.sort((a, b) => (a.name < b.name ? -1 : a.name > b.name ? 1 : 0))
}

/** Why the metrics (in the order of their names) do not say clearly what the value is. */
function ambiguity(metrics: readonly Named[], ranged: readonly string[]): string | undefined {
  for (const [i, { name, metric }] of metrics.entries()) {
    if (metrics[i + 1]?.name === name) return 'the same value was reported twice'
    const lacking = ranged.find((label) => metric.labels?.[label] === undefined)
    if (lacking !== undefined) return `a value has no label \`${lacking}\``
  }
  if (ranged.length === 0 && new Set(metrics.map(({ metric }) => metric.stage)).size < metrics.length) {
    return 'there are several values: say which with `where`, or `for_each`'
  }
  return undefined
}

/** All comparisons that a condition makes with one metric. */
function compare(condition: Condition, metric: EvidenceMetric, name: string, evidence: EvidenceIndex): Evaluated {
  const base = baseOperand(condition, metric.n, name)
  if (metric.n !== undefined && !(Number.isFinite(metric.n) && metric.n >= 0)) {
    return only('error', { ...base, note: 'the number of observations is not a number' })
  }
  if (condition.min_n !== undefined && !((metric.n ?? -1) >= condition.min_n)) {
    const truth = condition.if_few === 'not_applicable' && metric.n !== undefined ? 'not_applicable' : 'no_evidence'
    const note = metric.n === undefined ? 'the number of observations is not reported' : 'too few observations'
    return only(truth, {
      ...base,
      value: metric.n ?? null,
      bound: 'point',
      comparison: 'min_n',
      limit: condition.min_n,
      holds: false,
      note,
    })
  }
  if (metric.value === null || metric.value === undefined) {
    return only('no_evidence', { ...base, note: metric.note ?? 'could not be measured' })
  }
  if (condition.present === true) {
    const usable = typeof metric.value !== 'number' || Number.isFinite(metric.value)
    return usable
      ? only('true', { ...base, value: metric.value, holds: true })
      : only('error', { ...base, note: 'not a finite number' })
  }
  if (condition.equals !== undefined || condition.one_of !== undefined) return compareWords(condition, metric, base)
  return compareNumbers(condition, metric, base, evidence)
}

/** The operand before anything is compared. One literal per shape: there may be thousands. */
function baseOperand(condition: Condition, n: number | undefined, metric: string): Operand {
  const bound = condition.bound ?? 'point'
  const comparison = comparisonOf(condition)
  const limit = limitOf(condition)
  return n === undefined || !Number.isFinite(n)
    ? { metric, value: null, bound, comparison, limit, holds: null }
    : { metric, value: null, bound, comparison, limit, holds: null, n }
}

function compareWords(condition: Condition, metric: EvidenceMetric, base: Operand): Evaluated {
  const { value } = metric
  const allowed = condition.one_of ?? [condition.equals!]
  if (typeof value === 'number' && !Number.isFinite(value))
    return only('error', { ...base, note: 'not a finite number' })
  if (!allowed.some((candidate) => typeof candidate === typeof value)) {
    return only('error', { ...base, value, note: `the value is a ${typeof value}` })
  }
  const holds = allowed.some((candidate) => candidate === value)
  return only(holds ? 'true' : 'false', { ...base, value, holds })
}

function compareNumbers(
  condition: Condition,
  metric: EvidenceMetric,
  base: Operand,
  evidence: EvidenceIndex,
): Evaluated {
  const figure = pick(metric, base.bound)
  if (figure.value === undefined) return only(figure.truth, { ...base, note: figure.note })
  const value = figure.value
  const { at_most, at_least } = condition
  const most = at_most === undefined ? [] : [compareLimit('at_most', at_most, value, metric, base, evidence)]
  const least = at_least === undefined ? [] : [compareLimit('at_least', at_least, value, metric, base, evidence)]
  return most.length + least.length === 1 ? (most[0] ?? least[0]!) : joined([...most, ...least], allOf)
}

function compareLimit(
  comparison: 'at_most' | 'at_least',
  wanted: Limit,
  value: number,
  metric: EvidenceMetric,
  base: Operand,
  evidence: EvidenceIndex,
): Evaluated {
  const limit = resolveLimit(wanted, metric, evidence)
  if (limit.value === undefined) return only(limit.truth, { ...base, value, comparison, limit: null, note: limit.note })
  const holds = comparison === 'at_most' ? value <= limit.value : value >= limit.value
  const { metric: name, bound, n } = base
  const operand: Operand =
    n === undefined
      ? { metric: name, value, bound, comparison, limit: limit.value, holds }
      : { metric: name, value, bound, comparison, limit: limit.value, holds, n }
  return only(holds ? 'true' : 'false', limit.note === undefined ? operand : { ...operand, note: limit.note })
}

type Figure =
  | { readonly value: number; readonly note?: string }
  | { readonly value?: undefined; readonly truth: 'error' | 'no_evidence'; readonly note: string }

/** The point estimate or a bound of its interval. */
function pick(metric: EvidenceMetric, bound: Bound): Figure {
  const { value, interval } = metric
  if (value === null) return { truth: 'no_evidence', note: metric.note ?? 'could not be measured' }
  if (typeof value !== 'number') return { truth: 'error', note: `the value is a ${typeof value}` }
  if (!Number.isFinite(value)) return { truth: 'error', note: 'not a finite number' }
  if (bound === 'point') return { value }
  if (interval === undefined) return { truth: 'no_evidence', note: 'no confidence interval is reported' }
  const { lower, upper } = interval
  if (!Number.isFinite(lower) || !Number.isFinite(upper) || lower > upper) {
    return { truth: 'error', note: 'the confidence interval is not one' }
  }
  return { value: bound === 'upper' ? upper : lower }
}

/** The number a limit comes to. Another metric with labels is taken for the same group as the metric compared. */
function resolveLimit(limit: Limit, metric: EvidenceMetric, evidence: EvidenceIndex): Figure {
  if (typeof limit === 'number') return { value: limit }
  const text = limitText(limit)
  const { metrics } = evidence.find(limit.metric)
  const labels = labelText(metric.labels)
  const same = metrics.filter((other) => labelText(other.labels) === labels)
  const candidates = same.length > 0 ? same : metrics.filter((other) => labelText(other.labels) === '')
  if (candidates.length === 0) return { truth: 'no_evidence', note: `the limit ${text} was not measured` }
  if (candidates.length > 1) return { truth: 'error', note: `the limit ${text} has several values` }
  const figure = pick(candidates[0]!, limit.bound ?? 'point')
  if (figure.value === undefined) return { truth: figure.truth, note: `the limit ${text}: ${figure.note}` }
  const value = figure.value * (limit.times ?? 1) + (limit.plus ?? 0)
  return Number.isFinite(value)
    ? { value, note: `the limit is ${text}` }
    : { truth: 'error', note: `the limit ${text} is not finite` }
}

/** `1.5 × upper bound of evaluate.canary_chance_level + 0.1` */
export function limitText(limit: Exclude<Limit, number>): string {
  const times = limit.times === undefined ? '' : `${limit.times} × `
  const bound = limit.bound === undefined || limit.bound === 'point' ? '' : `${limit.bound} bound of `
  const plus = limit.plus === undefined ? '' : limit.plus < 0 ? ` − ${-limit.plus}` : ` + ${limit.plus}`
  return `${times}${bound}${limit.metric}${plus}`
}

function emptyOperand(condition: Condition): Operand {
  return {
    metric: `${condition.metric}${labelText(condition.where)}`,
    value: null,
    bound: condition.bound ?? 'point',
    comparison: comparisonOf(condition),
    limit: limitOf(condition),
    holds: null,
  }
}

function comparisonOf(condition: Condition): Operand['comparison'] {
  if (condition.at_most !== undefined) return 'at_most'
  if (condition.at_least !== undefined) return 'at_least'
  if (condition.equals !== undefined) return 'equals'
  return condition.one_of !== undefined ? 'one_of' : 'present'
}

function limitOf(condition: Condition): number | Scalar | readonly Scalar[] | null {
  const limit = condition.at_most ?? condition.at_least
  if (limit !== undefined) return typeof limit === 'number' ? limit : null
  return condition.equals ?? condition.one_of ?? null
}

function only(truth: Truth, operand: Operand): Evaluated {
  return { truth, operands: [operand] }
}
