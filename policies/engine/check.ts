import type { MetricSpec } from '../../artifacts/metric.ts'
import type { Place } from '../../util/errors.ts'
import { nearest } from '../../util/nearest.ts'
import type { KeyPath } from '../../util/yaml-document.ts'
import { problemsToError } from '../../util/yaml-document.ts'
import { isCelProblem, parseCel } from './cel.ts'
import { labelsOf } from './condition-shape.ts'
import { splitReference } from './evidence-index.ts'
import type { LoadedPolicy } from './load.ts'
import type { Condition, Limit, Scalar } from './schema.ts'

/** What each stage before the gate (and the gated one) can report: by what it uses, and by its id where that differs. */
export type MetricCatalogue = ReadonlyMap<string, readonly MetricSpec[]>

export interface PolicyProblem {
  readonly code: 'UNKNOWN_METRIC' | 'UNKNOWN_LABEL' | 'OUT_OF_RANGE' | 'WRONG_TYPE' | 'WRONG_UNIT' | 'DUPLICATE_RULE'
  readonly message: string
  readonly next?: string
  readonly at: Place
}

/**
 * Refuses policies that could never be judged: a metric that no stage reports, a label it does not have, a limit
 * outside of its range. `gated` is what the gated stage uses; a release has none.
 *
 * @throws SluiceError `POLICY_UNKNOWN_METRIC`, `POLICY_UNKNOWN_LABEL`, `POLICY_OUT_OF_RANGE`, …, with file, line and column.
 */
export function checkPolicies(
  policies: readonly LoadedPolicy[],
  catalogue: MetricCatalogue,
  gated: string | undefined,
): void {
  const problems = policyProblems(policies, catalogue, gated)
  if (problems.length === 0) return
  // One error has one file; the next run tells about the next file.
  throw problemsToError(
    problems.filter((problem) => problem.at.file === problems[0]!.at.file),
    'POLICY',
  )
}

/** All problems of all files. */
export function policyProblems(
  policies: readonly LoadedPolicy[],
  catalogue: MetricCatalogue,
  gated: string | undefined,
): readonly PolicyProblem[] {
  const owners = new Map<string, string>()
  return policies.flatMap((policy) => {
    const found: PolicyProblem[] = []
    const report: Report = (path, code, message, next) =>
      found.push({ code, message, at: policy.at(path), ...(next === undefined ? {} : { next }) })
    policy.rules.forEach((rule, i) => {
      const owner = owners.get(rule.id)
      if (owner !== undefined) {
        report(
          ['rules', i, 'id'],
          'DUPLICATE_RULE',
          `the rule \`${rule.id}\` is in policy \`${owner}\` too`,
          'rename one',
        )
      }
      owners.set(rule.id, policy.name)
      if (rule.when !== undefined) checkCondition(rule.when, ['rules', i, 'when'], catalogue, gated, report)
      checkCondition(rule.require, ['rules', i, 'require'], catalogue, gated, report)
    })
    return found
  })
}

type Report = (path: KeyPath, code: PolicyProblem['code'], message: string, next?: string) => void

function checkCondition(
  condition: Condition,
  path: KeyPath,
  catalogue: MetricCatalogue,
  gated: string | undefined,
  report: Report,
): void {
  condition.all?.forEach((part, i) => {
    checkCondition(part, [...path, 'all', i], catalogue, gated, report)
  })
  condition.any?.forEach((part, i) => {
    checkCondition(part, [...path, 'any', i], catalogue, gated, report)
  })
  if (condition.not !== undefined) checkCondition(condition.not, [...path, 'not'], catalogue, gated, report)
  if (condition.cel !== undefined) {
    const cel = parseCel(condition.cel)
    if (isCelProblem(cel)) return
    for (const reference of cel.references) findSpec(reference, [...path, 'cel'], catalogue, gated, report)
  }
  if (condition.metric === undefined) return
  const spec = findSpec(condition.metric, [...path, 'metric'], catalogue, gated, report)
  if (spec === undefined) return
  checkLabels(condition, spec, path, report)
  for (const key of ['at_most', 'at_least'] as const) {
    const limit = condition[key]
    if (limit !== undefined) checkLimit(limit, spec, [...path, key], catalogue, gated, report)
  }
  for (const value of condition.one_of ?? (condition.equals === undefined ? [] : [condition.equals])) {
    checkScalar(value, spec, [...path, condition.equals === undefined ? 'one_of' : 'equals'], report)
  }
}

function findSpec(
  reference: string,
  path: KeyPath,
  catalogue: MetricCatalogue,
  gated: string | undefined,
  report: Report,
): MetricSpec | undefined {
  const { stage, name } = splitReference(reference)
  const qualifier = stage ?? gated
  if (qualifier === undefined) {
    report(
      path,
      'UNKNOWN_METRIC',
      `\`${reference}\` does not say of which stage`,
      'write STAGE.METRIC: a release gate has no stage of its own',
    )
    return undefined
  }
  const specs = catalogue.get(qualifier)
  const spec = specs?.find((candidate) => candidate.name === name)
  if (spec !== undefined) return spec
  const known = [...catalogue].flatMap(([owner, list]) =>
    list.map((candidate) => (stage === undefined && owner === gated ? candidate.name : `${owner}.${candidate.name}`)),
  )
  const guess = nearest(reference, known)
  const hint =
    guess !== undefined
      ? `did you mean \`${guess}\`?`
      : specs === undefined
        ? `stages before this gate: ${[...catalogue.keys()].join(', ')}`
        : `\`${qualifier}\` reports: ${specs.map((candidate) => candidate.name).join(', ') || 'nothing'}`
  report(path, 'UNKNOWN_METRIC', `no stage before this gate reports the metric \`${reference}\``, hint)
  return undefined
}

function checkLabels(condition: Condition, spec: MetricSpec, path: KeyPath, report: Report): void {
  const declared = spec.labels ?? []
  const unknown = (label: string, at: KeyPath): void => {
    const guess = nearest(label, declared)
    report(
      at,
      'UNKNOWN_LABEL',
      `\`${spec.name}\` has no label \`${label}\``,
      guess === undefined ? `its labels: ${declared.join(', ') || 'none'}` : `did you mean \`${guess}\`?`,
    )
  }
  const ranged = labelsOf(condition)
  for (const label of ranged) if (!declared.includes(label)) unknown(label, [...path, 'for_each'])
  const fixed = Object.keys(condition.where ?? {})
  for (const label of fixed) if (!declared.includes(label)) unknown(label, [...path, 'where', label])
  const open = declared.filter((label) => !fixed.includes(label))
  if (open.length > 0 && ranged.length === 0) {
    report(
      path,
      'UNKNOWN_LABEL',
      `\`${spec.name}\` has one value per ${open.join(' and ')}`,
      `add \`for_each: ${open.length === 1 ? open[0] : `[${open.join(', ')}]`}\`, or say which with \`where\``,
    )
  }
}

function checkLimit(
  limit: Limit,
  spec: MetricSpec,
  path: KeyPath,
  catalogue: MetricCatalogue,
  gated: string | undefined,
  report: Report,
): void {
  if (!isNumeric(spec)) {
    report(path, 'WRONG_TYPE', `\`${spec.name}\` is a ${spec.unit}, not a number`, 'use equals or one_of')
    return
  }
  if (typeof limit === 'number') {
    checkRange(limit, spec, path, report)
    return
  }
  const other = findSpec(limit.metric, [...path, 'metric'], catalogue, gated, report)
  if (other === undefined || other.unit === spec.unit) return
  report(
    [...path, 'metric'],
    'WRONG_UNIT',
    `\`${spec.name}\` is in ${spec.unit} and \`${other.name}\` in ${other.unit}`,
  )
}

function checkScalar(value: Scalar, spec: MetricSpec, path: KeyPath, report: Report): void {
  const wanted = spec.unit === 'flag' ? 'boolean' : spec.unit === 'text' ? 'string' : 'number'
  if (typeof value !== wanted) {
    report(path, 'WRONG_TYPE', `\`${spec.name}\` is a ${spec.unit}: compare it with a ${wanted}`)
  } else if (typeof value === 'number') checkRange(value, spec, path, report)
}

function checkRange(value: number, spec: MetricSpec, path: KeyPath, report: Report): void {
  const [low, high] = rangeOf(spec)
  if (value >= low && value <= high) return
  const percent = spec.unit === 'ratio' && high === 1 && value > 1 && value <= 100
  report(
    path,
    'OUT_OF_RANGE',
    `${value} is outside of the range of \`${spec.name}\`: ${low} to ${high}`,
    percent ? `${value} % is written ${value / 100}` : `choose a value from ${low} to ${high}`,
  )
}

/** The declared range, or what the unit implies. */
function rangeOf(spec: MetricSpec): readonly [number, number] {
  if (spec.range !== undefined) return spec.range
  if (spec.unit === 'ratio') return [0, 1]
  if (spec.unit === 'perplexity') return [1, Number.POSITIVE_INFINITY]
  const unbounded = spec.unit === 'bits' || spec.unit === 'nats' || spec.unit === 'index'
  return [unbounded ? Number.NEGATIVE_INFINITY : 0, Number.POSITIVE_INFINITY]
}

function isNumeric(spec: MetricSpec): boolean {
  return spec.unit !== 'flag' && spec.unit !== 'text'
}
