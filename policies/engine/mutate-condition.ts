import { isCelProblem, parseCel } from './cel.ts'
import { labelsOf } from './condition-shape.ts'
import { describeCondition } from './explain.ts'
import type { Condition, Limit, MetricLimit } from './schema.ts'

/** A condition with one deliberate mistake in it. */
export interface ChangedCondition {
  readonly condition: Condition
  readonly what: string
}

/** Every small mistake in a condition. */
export function mutateCondition(condition: Condition): readonly ChangedCondition[] {
  if (condition.all !== undefined) return mutateParts('all', condition.all)
  if (condition.any !== undefined) return mutateParts('any', condition.any)
  if (condition.not !== undefined) {
    return [
      { condition: condition.not, what: '`not` taken away' },
      ...mutateCondition(condition.not).map((one) => ({ condition: { not: one.condition }, what: `not: ${one.what}` })),
    ]
  }
  if (condition.cel !== undefined) return mutateCel(condition.cel)
  return [...mutateComparison(condition), ...mutateEvidence(condition)]
}

function mutateParts(form: 'all' | 'any', parts: readonly Condition[]): readonly ChangedCondition[] {
  const other = form === 'all' ? 'any' : 'all'
  const several = parts.length > 1
  return [
    ...(several ? [{ condition: { [other]: parts }, what: `\`${form}\` read as \`${other}\`` }] : []),
    ...(several
      ? parts.map((part, i) => ({
          condition: { [form]: parts.filter((_, k) => k !== i) },
          what: `without ${describeCondition(part)}`,
        }))
      : []),
    ...parts.flatMap((part, i) =>
      mutateCondition(part).map(({ condition, what }) => ({
        condition: { [form]: parts.map((each, k) => (k === i ? condition : each)) },
        what: several ? `part ${i + 1}: ${what}` : what,
      })),
    ),
  ]
}

const TURNED: Readonly<Record<string, string>> = {
  '<=': '>',
  '>=': '<',
  '<': '>=',
  '>': '<=',
  '==': '!=',
  '!=': '==',
  '&&': '||',
  '||': '&&',
}

/** The whole turned round, and each operator in it by itself. Text in quotes is left alone. */
function mutateCel(text: string): readonly ChangedCondition[] {
  const tokens = text.split(/("(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*'|<=|>=|==|!=|&&|\|\||<|>)/)
  const operators = tokens.flatMap((token, i) => (TURNED[token] === undefined ? [] : [i]))
  const single = operators.map((i, k) => ({
    condition: { cel: tokens.map((token, at) => (at === i ? TURNED[token]! : token)).join('') },
    what: `the expression with ${TURNED[tokens[i]!]} for its operator ${k + 1}, ${tokens[i]}`,
  }))
  return [{ condition: { cel: `!(${text})` }, what: 'the expression negated' }, ...single].filter(
    ({ condition }) => !isCelProblem(parseCel(condition.cel)),
  )
}

/** Mistakes in what is compared with what. */
function mutateComparison(condition: Condition): readonly ChangedCondition[] {
  const { at_most: most, at_least: least, ...rest } = condition
  const turned: readonly ChangedCondition[] =
    most !== undefined && least !== undefined
      ? [
          { condition: { ...rest, at_most: most }, what: 'without at_least' },
          { condition: { ...rest, at_least: least }, what: 'without at_most' },
        ]
      : most !== undefined
        ? [{ condition: { ...rest, at_least: most }, what: 'at_most read as at_least' }]
        : least !== undefined
          ? [{ condition: { ...rest, at_most: least }, what: 'at_least read as at_most' }]
          : []
  const moved = (['at_most', 'at_least'] as const).flatMap((key) =>
    condition[key] === undefined
      ? []
      : mutateLimit(condition[key], condition).map(({ limit, what }) => ({
          condition: { ...condition, [key]: limit },
          what: `${key} ${what}`,
        })),
  )
  return [...turned, ...moved, ...mutateWords(condition)]
}

/** Words are right or wrong: the wrong ones become right, and each right one wrong. */
function mutateWords(condition: Condition): readonly ChangedCondition[] {
  const { equals, one_of: words = [] } = condition
  const grouped = labelsOf(condition).length > 0
  return [
    ...(equals === undefined && words.length === 0 ? [] : [anything(condition)]),
    ...(equals !== undefined && !grouped ? [{ condition: { not: condition }, what: 'equals negated' }] : []),
    ...(words.length > 1
      ? words.map((word) => ({
          condition: { ...condition, one_of: words.filter((one) => one !== word) },
          what: `without ${String(word)}`,
        }))
      : []),
  ]
}

function anything(condition: Condition): ChangedCondition {
  const { equals: _, one_of: __, ...rest } = condition
  return { condition: { ...rest, present: true }, what: 'any value passes' }
}

/** Mistakes in which figures count as evidence. */
function mutateEvidence(condition: Condition): readonly ChangedCondition[] {
  const { bound, min_n: few, groups = [], where = {} } = condition
  const found: ChangedCondition[] = []
  const add = (changed: Condition, what: string): void => {
    found.push({ condition: changed, what })
  }
  if (bound !== undefined && bound !== 'point') {
    add(without(condition, 'bound'), 'the point instead of the bound')
    add({ ...condition, bound: bound === 'upper' ? 'lower' : 'upper' }, 'the other bound')
  }
  if (few !== undefined) {
    add(without(condition, 'min_n', 'if_few'), 'without min_n')
    add({ ...condition, min_n: few + 1 }, 'min_n one more')
    if (few > 1) add({ ...condition, min_n: few - 1 }, 'min_n one fewer')
  }
  if (condition.if_few === 'not_applicable') add(without(condition, 'if_few'), 'without if_few')
  if (condition.if_none === 'not_applicable') add(without(condition, 'if_none'), 'without if_none')
  for (const group of groups) {
    const left = groups.filter((one) => one !== group)
    add(left.length === 0 ? without(condition, 'groups') : { ...condition, groups: left }, `without the group ${group}`)
  }
  for (const label of Object.keys(where)) {
    const left = Object.fromEntries(Object.entries(where).filter(([name]) => name !== label))
    add(
      { ...without(condition, 'where'), ...(Object.keys(left).length === 0 ? {} : { where: left }) },
      `for any ${label}`,
    )
  }
  const labels = labelsOf(condition)
  if (labels.length > 0 && groups.length === 0) add(without(condition, 'for_each', 'if_none'), 'not for each group')
  return found
}

/**
 * A limit a little higher and a little lower: by one where it counts things (a whole number that is compared with a
 * point estimate), else by a twentieth of itself.
 */
function mutateLimit(limit: Limit, condition: Condition): readonly { readonly limit: Limit; readonly what: string }[] {
  if (typeof limit !== 'number') return mutateMetricLimit(limit)
  const counts = Number.isInteger(limit) && (condition.bound ?? 'point') === 'point'
  const step = counts ? 1 : limit === 0 ? 0.05 : Math.abs(limit) / 20
  return [limit + step, limit - step].map((moved) => ({
    limit: moved,
    what: `moved to ${Number(moved.toPrecision(6))}`,
  }))
}

function mutateMetricLimit(limit: MetricLimit): readonly { readonly limit: Limit; readonly what: string }[] {
  const { bound, plus, times = 1 } = limit
  const { bound: _, ...noBound } = limit
  const { plus: __, ...noPlus } = limit
  return [
    { limit: { ...limit, times: times * 1.05 }, what: 'times a little more' },
    { limit: { ...limit, times: times * 0.95 }, what: 'times a little less' },
    ...(plus === undefined ? [] : [{ limit: noPlus, what: 'without `plus`' }]),
    ...(bound === undefined || bound === 'point' ? [] : [{ limit: noBound, what: 'at the point, not the bound' }]),
  ]
}

function without(condition: Condition, ...keys: readonly (keyof Condition)[]): Condition {
  return Object.fromEntries(Object.entries(condition).filter(([key]) => !keys.includes(key as keyof Condition)))
}
