import type { Finding, RuleWaiver } from './decision.ts'
import type { LoadedPolicy } from './load.ts'
import type { Rule } from './schema.ts'
import { DAY_MS, momentOf, type Waiver, type WaiverEvidence } from './waiver.ts'

/** Longest life of a waiver where the policy does not say. */
export const DEFAULT_MAX_WAIVER_DAYS = 90
/** From this long before its end a waiver is reported as expiring. */
const EXPIRING_DAYS = 14

export interface ResolveInput {
  readonly waivers: readonly WaiverEvidence[]
  readonly policies: readonly Pick<LoadedPolicy, 'name' | 'rules' | 'waivers'>[]
  readonly pipeline: string
  readonly gate: string
  /** Digest of the model that a release gate is about. */
  readonly candidate?: string
  readonly now: Date
}

/** A waiver that may be used now, and for what. */
export interface UsableWaiver extends RuleWaiver {
  readonly breakGlass: boolean
}

export interface ResolvedWaivers {
  /** Rule id → the waiver that covers it. */
  readonly usable: ReadonlyMap<string, UsableWaiver>
  readonly findings: readonly Finding[]
}

/**
 * Which waivers count now. The only place that decides this: the run, the reports, the verifier and the policy commands
 * all call it, with the time as a parameter. Whatever is not surely in order does not count, and says so as a finding.
 */
export function resolveWaivers(input: ResolveInput): ResolvedWaivers {
  const usable = new Map<string, UsableWaiver>()
  const findings: Finding[] = []
  const now = input.now.getTime()
  const ids = new Map<string, number>()
  for (const { waiver } of input.waivers) ids.set(waiver.id, (ids.get(waiver.id) ?? 0) + 1)
  const ordered = [...input.waivers].sort((a, b) => order(a.waiver.id, b.waiver.id) || order(a.digest, b.digest))
  for (const evidence of ordered) {
    const { waiver } = evidence
    if (!concerns(waiver, input)) continue
    const rules = input.policies.flatMap((policy) =>
      policy.rules.filter((rule) => waiver.rules.includes(rule.id)).map((rule) => ({ rule, policy })),
    )
    if (rules.length === 0) continue
    const say = (code: Finding['code'], message: string): void => {
      findings.push({ code, about: waiver.id, message })
    }
    const overdue = followUpOverdue(waiver, now)
    if (overdue !== undefined) say('FOLLOW_UP_OVERDUE', overdue)
    const refusal =
      (ids.get(waiver.id)! > 1 ? refuse('WAIVER_INVALID', 'its id is used by another waiver too') : undefined) ??
      signaturesRefused(evidence) ??
      timeRefused(waiver, now) ??
      (waiver.max_uses !== undefined && evidence.uses >= waiver.max_uses
        ? refuse('WAIVER_USED_UP', `it was used ${evidence.uses} of ${waiver.max_uses} times`)
        : undefined)
    if (refusal !== undefined) {
      say(refusal.code, refusal.message)
      continue
    }
    const end = momentOf(waiver.expires)!.end
    for (const { rule, policy } of rules) {
      const beyond = policyRefuses(waiver, rule, policy.waivers)
      if (beyond !== undefined) {
        say('WAIVER_BEYOND_POLICY', `for ${rule.id}: ${beyond}`)
        continue
      }
      if (usable.has(rule.id)) continue
      usable.set(rule.id, {
        id: waiver.id,
        digest: evidence.digest,
        type: waiver.type,
        expires: waiver.expires,
        requested_by: waiver.requested_by,
        approved_by: waiver.approved_by,
        ticket: waiver.ticket,
        breakGlass: waiver.type === 'break_glass',
      })
    }
    if (end - now <= EXPIRING_DAYS * DAY_MS) say('WAIVER_EXPIRING', `it ends on ${waiver.expires}`)
  }
  return { usable, findings }
}

interface Refusal {
  readonly code: Finding['code']
  readonly message: string
}

function refuse(code: Finding['code'], message: string): Refusal {
  return { code, message }
}

function order(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0
}

function concerns(waiver: Waiver, input: ResolveInput): boolean {
  const { pipeline, gate, candidate } = waiver.subject
  if (pipeline !== '*' && pipeline !== input.pipeline) return false
  if (gate !== undefined && gate !== input.gate) return false
  return candidate === undefined || candidate === input.candidate
}

/** Two people, each with their own key: not one with two keys, nor one with two names. */
function signaturesRefused({ waiver, requested, approved, same_person }: WaiverEvidence): Refusal | undefined {
  for (const [what, signature, who] of [
    ['request', requested, waiver.requested_by],
    ['approval', approved, waiver.approved_by],
  ] as const) {
    if (signature.state === 'missing') return refuse('WAIVER_UNSIGNED', `its ${what} is not signed`)
    if (signature.state === 'invalid')
      return refuse('WAIVER_SIGNATURE_BAD', `the signature of its ${what} does not hold`)
    if (signature.state !== 'valid' || signature.principal !== who) {
      return refuse('WAIVER_SIGNER_NOT_ALLOWED', `its ${what} is not signed by a key of the person it names`)
    }
  }
  const same =
    same_person === true ||
    waiver.requested_by === waiver.approved_by ||
    (requested.state === 'valid' && approved.state === 'valid' && requested.key === approved.key)
  return same ? refuse('WAIVER_SELF_APPROVED', 'who asked for it also approved it') : undefined
}

function timeRefused(waiver: Waiver, now: number): Refusal | undefined {
  const from = momentOf(waiver.not_before)
  const until = momentOf(waiver.expires)
  if (from === undefined || until === undefined)
    return refuse('WAIVER_INVALID', 'its dates are not days of the calendar')
  if (until.end < from.start) return refuse('WAIVER_INVALID', 'it ends before it begins')
  if (!(now >= from.start)) return refuse('WAIVER_NOT_YET', `it begins on ${waiver.not_before}`)
  if (!(now <= until.end)) return refuse('WAIVER_EXPIRED', `it ended on ${waiver.expires}`)
  if (waiver.type !== 'break_glass') return undefined
  if (waiver.follow_up === undefined || momentOf(waiver.follow_up.due) === undefined) {
    return refuse('WAIVER_INVALID', 'it breaks the glass without a follow-up')
  }
  return undefined
}

function policyRefuses(waiver: Waiver, rule: Rule, limits: LoadedPolicy['waivers']): string | undefined {
  if (rule.waivable === false) return 'the policy lets nobody waive it'
  if (waiver.subject.pipeline === '*' && rule.severity === 'block' && limits?.any_pipeline !== true) {
    return 'a waiver for every pipeline is too broad for a rule that blocks'
  }
  const days = limits?.max_days ?? DEFAULT_MAX_WAIVER_DAYS
  const life = momentOf(waiver.expires)!.end - momentOf(waiver.not_before)!.start
  return life > days * DAY_MS ? `it lives longer than the ${days} days that the policy allows` : undefined
}

/** A glass that was broken and that nobody looked at again, by the day that was promised. */
function followUpOverdue(waiver: Waiver, now: number): string | undefined {
  if (waiver.type !== 'break_glass' || waiver.follow_up === undefined) return undefined
  const { due, closed, owner } = waiver.follow_up
  const end = momentOf(due)?.end
  if (end === undefined || now <= end) return undefined
  const done = closed === undefined ? undefined : momentOf(closed)
  return done !== undefined && done.start <= now ? undefined : `${owner} promised to look at it again by ${due}`
}
