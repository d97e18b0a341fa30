import { clopperPearson, wilson } from '../../util/statistics.ts'
import type { Operand, RuleResult } from './decision.ts'
import { type EvidenceMetric, metricName } from './evidence.ts'

/** More observations than anybody will make are no advice. */
const MOST_OBSERVATIONS = 100_000_000

/**
 * What would have to be different for a rule to pass, one sentence per comparison that stands in the way; empty where it
 * passed. Where a bound of a share is compared, the number of observations that would do at the same share.
 */
export function whatWouldPass(
  rule: Pick<RuleResult, 'verdict' | 'operands'>,
  metrics: readonly EvidenceMetric[],
): readonly string[] {
  if (rule.verdict === 'pass' || rule.verdict === 'not_applicable') return []
  const byName = new Map(metrics.map((metric) => [metricName(metric), metric]))
  const open = rule.operands.filter((operand) => operand.holds !== true)
  return open.flatMap((operand) => sentence(operand, byName.get(operand.metric)) ?? [])
}

function sentence(operand: Operand, metric: EvidenceMetric | undefined): string | undefined {
  const { comparison, limit, value } = operand
  if (comparison === 'min_n') return `${operand.metric} needs ${limit} observations; it has ${value ?? 'no count'}`
  if (comparison === 'cel') return `the expression must become true: ${limit}`
  if (value === null)
    return `${operand.metric} must be measured${operand.note === undefined ? '' : ` (${operand.note})`}`
  if (comparison === 'equals') return `${operand.metric} must be ${limit}; it is ${value}`
  if (comparison === 'one_of') return `${operand.metric} must be one of ${String(limit)}; it is ${value}`
  if (typeof value !== 'number' || typeof limit !== 'number') return undefined
  const most = comparison === 'at_most'
  const gap = short(Math.abs(value - limit))
  const what = operand.bound === 'point' ? operand.metric : `the ${operand.bound} bound of ${operand.metric}`
  const base = `${what} must ${most ? 'fall' : 'rise'} by ${gap}, from ${short(value)} to ${short(limit)}`
  const more = metric === undefined ? undefined : observationsFor(operand, metric, limit, most)
  return more === undefined ? base : `${base}; ${more}`
}

/** Only where the share itself is good enough and the bound is merely too wide. */
function observationsFor(operand: Operand, metric: EvidenceMetric, limit: number, most: boolean): string | undefined {
  const { value, n, interval } = metric
  if (operand.bound === 'point' || typeof value !== 'number' || n === undefined || n < 1 || interval === undefined)
    return undefined
  if (value < 0 || value > 1 || (interval.method !== 'wilson' && interval.method !== 'clopper-pearson'))
    return undefined
  if (most ? value > limit : value < limit)
    return 'more observations alone will not do: the share itself is on the wrong side'
  const boundAt = interval.method === 'wilson' ? wilson : clopperPearson
  const enough = (size: number): boolean => {
    const at = boundAt(Math.round(value * size), size, interval.level)
    return most ? at.upper <= limit : at.lower >= limit
  }
  let high = n
  while (high < MOST_OBSERVATIONS && !enough(high)) high *= 2
  if (!enough(high)) return undefined
  let low = n
  while (low + 1 < high) {
    const middle = Math.floor((low + high) / 2)
    if (enough(middle)) high = middle
    else low = middle
  }
  return `at the same share about ${high} observations would do (there are ${n})`
}

function short(value: number): string {
  return String(Number(value.toPrecision(4)))
}
