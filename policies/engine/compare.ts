import { sha256Json } from '../../util/digest.ts'
import { describeCondition } from './explain.ts'
import type { Condition, Limit, PolicyFile, Rule, Scalar, WaiverLimits } from './schema.ts'

/**
 * How a policy changed. `weaker`: something passes that did not pass before. `stricter`: the other way round. `other`:
 * neither can be told from the two texts, so whoever merges or reviews must take it for weaker.
 */
export interface PolicyChange {
  readonly direction: 'weaker' | 'stricter' | 'other'
  /** Rule id; absent for a change of the policy as a whole. */
  readonly rule?: string
  /** `at_most of redact.share went from 0.1 to 0.2`. */
  readonly what: string
}

type Change = Omit<PolicyChange, 'rule'>

const SEVERITIES = ['info', 'minor', 'major', 'block'] as const
const MODES = ['shadow', 'warn', 'enforce'] as const

/** All that changed in meaning from one policy to the other, in the order of the rules. Words are not compared. */
export function comparePolicies(
  before: Pick<PolicyFile, 'rules' | 'waivers'>,
  after: Pick<PolicyFile, 'rules' | 'waivers'>,
): readonly PolicyChange[] {
  const now = new Map(after.rules.map((rule) => [rule.id, rule]))
  const known = new Set(before.rules.map((rule) => rule.id))
  return [
    ...compareWaiverLimits(before.waivers, after.waivers),
    ...before.rules.flatMap((rule) => {
      const next = now.get(rule.id)
      const changes: readonly Change[] =
        next === undefined
          ? [weaker(stops(rule) ? 'the rule is gone' : 'the rule, which stopped nothing, is gone')]
          : compareRules(rule, next)
      return changes.map((change) => ({ ...change, rule: rule.id }))
    }),
    ...after.rules
      .filter((rule) => !known.has(rule.id))
      .map((rule) => ({ ...stricter(`a new rule: ${describeCondition(rule.require)}`), rule: rule.id })),
  ]
}

/** What changed in the meaning of one rule. */
export function compareRules(before: Rule, after: Rule): readonly Change[] {
  return [
    ...ranked('severity', before.severity, after.severity, SEVERITIES),
    ...ranked('mode', before.mode ?? 'enforce', after.mode ?? 'enforce', MODES),
    ...compareEffective(before.effective, after.effective),
    ...ranked('waivable', String(before.waivable !== false), String(after.waivable !== false), ['true', 'false']),
    ...compareWhen(before.when, after.when),
    ...compareConditions(before.require, after.require),
  ]
}

/** What changed in what waivers may look like. */
export function compareWaiverLimits(
  before: WaiverLimits | undefined,
  after: WaiverLimits | undefined,
): readonly Change[] {
  const days = (limits: WaiverLimits | undefined) => limits?.max_days ?? 90
  const any = (limits: WaiverLimits | undefined) => String(limits?.any_pipeline === true)
  return [
    ...numbers('waivers.max_days', days(before), days(after), 'lower'),
    ...ranked('waivers.any_pipeline', any(before), any(after), ['true', 'false']),
  ]
}

function stops(rule: Rule): boolean {
  return (rule.mode ?? 'enforce') === 'enforce' && (rule.severity === 'block' || rule.severity === 'major')
}

function weaker(what: string): Change {
  return { direction: 'weaker', what }
}

function stricter(what: string): Change {
  return { direction: 'stricter', what }
}

function other(what: string): Change {
  return { direction: 'other', what }
}

/** `order` goes from the weakest to the strictest. */
function ranked(name: string, before: string, after: string, order: readonly string[]): readonly Change[] {
  const [from, to] = [order.indexOf(before), order.indexOf(after)]
  if (from === to) return []
  const what = `${name} went from ${before} to ${after}`
  return [to > from ? stricter(what) : weaker(what)]
}

function numbers(name: string, before: number, after: number, strict: 'lower' | 'higher'): readonly Change[] {
  if (before === after) return []
  const what = `${name} went from ${before} to ${after}`
  return [after < before === (strict === 'lower') ? stricter(what) : weaker(what)]
}

function compareEffective(before: string | undefined, after: string | undefined): readonly Change[] {
  // Days in ISO form sort as text; no day at all is earlier than any.
  const [from, to] = [before ?? '', after ?? '']
  if (from === to) return []
  const what = `effective went from ${before ?? 'at once'} to ${after ?? 'at once'}`
  return [to < from ? stricter(what) : weaker(what)]
}

function compareWhen(before: Condition | undefined, after: Condition | undefined): readonly Change[] {
  if (same(before, after)) return []
  // Where `when` could not be told, the rule held the gate; without `when` it may let it pass.
  if (after === undefined) return [other('`when` is gone: the rule always applies, whether or not that could be told')]
  if (before === undefined) return [weaker(`applies only when ${describeCondition(after)}`)]
  return [other(`applies when ${describeCondition(after)} instead of when ${describeCondition(before)}`)]
}

function same(a: unknown, b: unknown): boolean {
  return a === b || (a !== undefined && b !== undefined && sha256Json(a) === sha256Json(b))
}

/** What changed from one required condition to another. Empty only where they mean the same by their form. */
export function compareConditions(before: Condition, after: Condition): readonly Change[] {
  if (same(before, after)) return []
  if (before.metric !== undefined && after.metric !== undefined) return compareMetrics(before, after)
  if (before.all !== undefined || after.all !== undefined)
    return compareAll(before.all ?? [before], after.all ?? [after])
  if (before.any !== undefined || after.any !== undefined)
    return compareAny(before.any ?? [before], after.any ?? [after])
  return [other(`requires ${describeCondition(after)} instead of ${describeCondition(before)}`)]
}

/** All parts must hold: one more is stricter, one less is weaker. */
function compareAll(before: readonly Condition[], after: readonly Condition[]): readonly Change[] {
  const { pairs, gone, added } = match(before, after)
  return [
    ...pairs.flatMap(([from, to]) => compareConditions(from, to)),
    ...gone.map((part) => weaker(`no longer requires ${describeCondition(part)}`)),
    ...added.map((part) => stricter(`also requires ${describeCondition(part)}`)),
  ]
}

/** One part is enough: one more is weaker, one less is stricter, as long as no part may be left out as not applicable. */
function compareAny(before: readonly Condition[], after: readonly Condition[]): readonly Change[] {
  if ([...before, ...after].some(mayNotApply)) {
    return [other(`${describeCondition({ any: after })} instead of ${describeCondition({ any: before })}`)]
  }
  const { pairs, gone, added } = match(before, after)
  return [
    ...pairs.flatMap(([from, to]) => compareConditions(from, to)),
    ...gone.map((part) => stricter(`${describeCondition(part)} is no longer enough`)),
    ...added.map((part) => weaker(`${describeCondition(part)} is enough, too`)),
  ]
}

function mayNotApply(condition: Condition): boolean {
  if (condition.if_few === 'not_applicable' || condition.if_none === 'not_applicable') return true
  return [
    ...(condition.all ?? []),
    ...(condition.any ?? []),
    ...(condition.not === undefined ? [] : [condition.not]),
  ].some(mayNotApply)
}

/** Pairs equal parts, then parts about the same figures. */
function match(before: readonly Condition[], after: readonly Condition[]) {
  const pairs: (readonly [Condition, Condition])[] = []
  const left = [...before]
  const right = [...after]
  for (const fits of [same, sameFigure]) {
    for (const from of [...left]) {
      const at = right.findIndex((to) => fits(from, to))
      if (at < 0) continue
      pairs.push([from, right[at]!])
      right.splice(at, 1)
      left.splice(left.indexOf(from), 1)
    }
  }
  return { pairs, gone: left, added: right }
}

function sameFigure(a: Condition, b: Condition): boolean {
  return a.metric !== undefined && a.metric === b.metric && same(a.where, b.where) && same(a.for_each, b.for_each)
}

function compareMetrics(before: Condition, after: Condition): readonly Change[] {
  if (!sameFigure(before, after)) {
    return [other(`requires ${describeCondition(after)} instead of ${describeCondition(before)}`)]
  }
  return [
    ...compareComparison(before, after),
    ...compareBound(before, after),
    ...compareFew(before, after),
    ...ranked('if_few', before.if_few ?? 'no_evidence', after.if_few ?? 'no_evidence', [
      'not_applicable',
      'no_evidence',
    ]),
    ...ranked('if_none', before.if_none ?? 'no_evidence', after.if_none ?? 'no_evidence', [
      'not_applicable',
      'no_evidence',
    ]),
    ...compareGroups(before.groups ?? [], after.groups ?? []),
  ]
}

function compareComparison(before: Condition, after: Condition): readonly Change[] {
  const words = (condition: Condition) =>
    condition.one_of ?? (condition.equals === undefined ? undefined : [condition.equals])
  const [from, to] = [words(before), words(after)]
  if (from !== undefined && to !== undefined) return compareSets(from, to)
  const numeric = (condition: Condition) => condition.at_most !== undefined || condition.at_least !== undefined
  // "It was measured" is the weakest thing that can be asked of a figure.
  if (before.present === true && after.present !== true) return [stricter(`requires ${describeCondition(after)}`)]
  if (after.present === true && before.present !== true) return [weaker('requires only that it was measured')]
  if (from !== undefined || to !== undefined || !numeric(before) || !numeric(after)) {
    return [other(`requires ${describeCondition(after)} instead of ${describeCondition(before)}`)]
  }
  return [
    ...compareLimits('at_most', before.at_most, after.at_most, 'lower'),
    ...compareLimits('at_least', before.at_least, after.at_least, 'higher'),
  ]
}

function compareSets(before: readonly Scalar[], after: readonly Scalar[]): readonly Change[] {
  return [
    ...after.filter((word) => !before.includes(word)).map((word) => weaker(`${word} is allowed, too`)),
    ...before.filter((word) => !after.includes(word)).map((word) => stricter(`${word} is no longer allowed`)),
  ]
}

function compareLimits(
  name: string,
  before: Limit | undefined,
  after: Limit | undefined,
  strict: 'lower' | 'higher',
): readonly Change[] {
  if (same(before, after)) return []
  if (before === undefined) return [stricter(`there is an ${name} now`)]
  if (after === undefined) return [weaker(`${name} is gone`)]
  if (typeof before === 'number' && typeof after === 'number') return numbers(name, before, after, strict)
  return [other(`${name} is measured against another figure`)]
}

function compareBound(before: Condition, after: Condition): readonly Change[] {
  const [from, to] = [before.bound ?? 'point', after.bound ?? 'point']
  if (from === to) return []
  const most = after.at_most !== undefined
  const least = after.at_least !== undefined
  // An interval that is not reported holds the gate; the point estimate needs none.
  if (to === 'point') return [weaker(`the point estimate is compared instead of the ${from} bound`)]
  if (most && least) return [other(`the ${to} bound is compared instead of ${from}`)]
  return ranked('bound', from, to, most ? ['lower', 'point', 'upper'] : ['upper', 'point', 'lower'])
}

/** How many observations a rule asks for. */
function compareFew(before: Condition, after: Condition): readonly Change[] {
  const [from, to] = [before.min_n ?? 0, after.min_n ?? 0]
  if (from === to) return []
  const [excused, excuses] = [before.if_few === 'not_applicable', after.if_few === 'not_applicable']
  // Where few observations excuse from the rule, asking for more of them excuses more.
  if (excused === excuses) return numbers('min_n', from, to, excuses ? 'lower' : 'higher')
  // From an excuse to a stop is stricter for every number of observations, whichever two numbers are asked for.
  const what = `min_n went from ${from} to ${to}`
  return [excuses ? weaker(what) : stricter(what)]
}

function compareGroups(before: readonly string[], after: readonly string[]): readonly Change[] {
  return [
    ...before
      .filter((group) => !after.includes(group))
      .map((group) => weaker(`the group ${group} need not be measured`)),
    ...after.filter((group) => !before.includes(group)).map((group) => stricter(`the group ${group} must be measured`)),
  ]
}
