import type { KeyPath } from '../../util/yaml-document.ts'
import { isCelProblem, parseCel } from './cel.ts'
import type { Condition } from './schema.ts'

/** What is wrong with a condition though each of its keys is right by itself. */
export interface ShapeProblem {
  readonly code: 'INVALID' | 'CEL'
  readonly path: KeyPath
  readonly message: string
  readonly next?: string
}

const FORMS = ['metric', 'all', 'any', 'not', 'cel'] as const
const COMPARISONS = ['at_most', 'at_least', 'equals', 'one_of', 'present'] as const

export function conditionShape(condition: Condition, path: KeyPath): readonly ShapeProblem[] {
  const name = `\`${path.join('.')}\``
  const forms = FORMS.filter((form) => condition[form] !== undefined)
  if (forms.length !== 1) {
    return [
      {
        code: 'INVALID',
        path,
        message: `${name} needs exactly one of ${FORMS.join(', ')}; it has ${forms.join(' and ') || 'none'}`,
      },
    ]
  }
  if (condition.metric === undefined) {
    const extra = Object.keys(condition).filter((key) => key !== forms[0])
    const own = extra.map((key) => problem([...path, key], `\`${key}\` belongs to a condition with \`metric\``))
    const inner = [
      ...(condition.cel === undefined ? [] : [celShape(condition.cel, [...path, 'cel'])]),
      ...(condition.all ?? []).map((part, i) => conditionShape(part, [...path, 'all', i])),
      ...(condition.any ?? []).map((part, i) => conditionShape(part, [...path, 'any', i])),
      ...(condition.not === undefined ? [] : [conditionShape(condition.not, [...path, 'not'])]),
    ]
    // "Not every group" is easily read as "no group", and would pass where one group of many is in order.
    const groups = condition.not !== undefined && hasGroups(condition.not)
    const unclear = groups
      ? [problem([...path, 'not'], '`not` goes with no `for_each`', 'turn the comparison round')]
      : []
    return [...own, ...unclear, ...inner.flat()]
  }
  return metricShape(condition, path, name)
}

function celShape(text: string, path: KeyPath): readonly ShapeProblem[] {
  const cel = parseCel(text)
  if (!isCelProblem(cel)) return []
  const message = `the expression is not right at character ${cel.offset + 1}: ${cel.message}`
  return [{ code: 'CEL', path, message, next: 'docs/policies.md lists the functions; write numbers with a point: 8.0' }]
}

function metricShape(condition: Condition, path: KeyPath, name: string): readonly ShapeProblem[] {
  const found: ShapeProblem[] = []
  const comparisons = COMPARISONS.filter((key) => condition[key] !== undefined)
  const range = comparisons.join(' ') === 'at_most at_least'
  if (comparisons.length === 0)
    found.push(problem(path, `${name} compares with nothing`, `add one of: ${COMPARISONS.join(', ')}`))
  if (comparisons.length > 1 && !range) {
    found.push(problem(path, `${name} has ${comparisons.join(' and ')}`, 'only at_most and at_least go together'))
  }
  const numeric = condition.at_most !== undefined || condition.at_least !== undefined
  if (condition.bound !== undefined && !numeric) {
    found.push(problem([...path, 'bound'], '`bound` needs `at_most` or `at_least`'))
  }
  if (condition.if_few !== undefined && condition.min_n === undefined) {
    found.push(problem([...path, 'if_few'], '`if_few` needs `min_n`'))
  }
  for (const key of ['groups', 'if_none'] as const) {
    if (condition[key] !== undefined && condition.for_each === undefined) {
      found.push(problem([...path, key], `\`${key}\` needs \`for_each\``))
    }
  }
  if (condition.groups !== undefined && labelsOf(condition).length > 1) {
    found.push(problem([...path, 'groups'], '`groups` goes with one `for_each` label'))
  }
  if (condition.groups !== undefined && condition.if_none === 'not_applicable') {
    found.push(problem([...path, 'if_none'], '`groups` says that there are groups, `if_none` that there may be none'))
  }
  if (range && typeof condition.at_most === 'number' && typeof condition.at_least === 'number') {
    if (condition.at_most < condition.at_least) {
      found.push(problem([...path, 'at_most'], 'no value is at most this and at least `at_least`'))
    }
  }
  return found
}

function hasGroups(condition: Condition): boolean {
  const parts = [
    ...(condition.all ?? []),
    ...(condition.any ?? []),
    ...(condition.not === undefined ? [] : [condition.not]),
  ]
  return condition.for_each !== undefined || parts.some(hasGroups)
}

/** The labels of `for_each`. */
export function labelsOf(condition: Condition): readonly string[] {
  const { for_each: labels = [] } = condition
  return typeof labels === 'string' ? [labels] : labels
}

function problem(path: KeyPath, message: string, next?: string): ShapeProblem {
  return { code: 'INVALID', path, message, ...(next === undefined ? {} : { next }) }
}
