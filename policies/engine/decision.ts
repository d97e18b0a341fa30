import type { Json } from '../../util/json.ts'

export type Severity = 'block' | 'major' | 'minor' | 'info'
export type Mode = 'enforce' | 'warn' | 'shadow'
export type Verdict = 'pass' | 'fail' | 'error' | 'no_evidence' | 'not_applicable' | 'waived'

/** One comparison that was made: what was required, what was there. */
export interface Operand {
  /** `redact.seeded_recall{type=EMAIL}` */
  readonly metric: string
  /** The number or word compared; `null` where there was none. */
  readonly value: Json
  /** Which figure was used: the point estimate or a bound of the interval. */
  readonly bound: 'point' | 'upper' | 'lower'
  readonly comparison: 'at_most' | 'at_least' | 'equals' | 'one_of' | 'min_n' | 'cel' | 'present'
  readonly limit: Json
  readonly n?: number
  readonly holds: boolean | null
  /** Why there is no value, or what else a reader must know. */
  readonly note?: string
}

export interface RuleResult {
  readonly id: string
  readonly title: string
  readonly severity: Severity
  readonly mode: Mode
  readonly verdict: Verdict
  /** True if this verdict stops what depends on the gate. Only `enforce` rules of severity `block` or `major` do. */
  readonly blocks: boolean
  /** True for a rule in `warn` or `shadow` mode that would have blocked had it been enforced. */
  readonly would_block?: true
  /** For `waived`: by what. */
  readonly waiver?: RuleWaiver
  /** For `waived`: what the verdict would have been. */
  readonly waived_verdict?: 'fail' | 'error' | 'no_evidence'
  readonly operands: readonly Operand[]
  /** One sentence that states the comparison in words. */
  readonly explanation: string
  readonly remediation: string
  readonly because: string
  readonly refs: readonly string[]
}

/** The waiver behind a verdict `waived`. */
export interface RuleWaiver {
  readonly id: string
  /** Digest of the bytes of the document. */
  readonly digest: string
  readonly type: 'waiver' | 'break_glass'
  readonly expires: string
  readonly requested_by: string
  readonly approved_by: string
  readonly ticket: string
}

/** What a reader must know besides the rules: a bypass, a waiver that did not count, one that will soon end. */
export interface Finding {
  readonly code:
    | 'BYPASS'
    | 'BREAK_GLASS'
    | 'FOLLOW_UP_OVERDUE'
    | 'WAIVER_INVALID'
    | 'WAIVER_UNSIGNED'
    | 'WAIVER_SIGNATURE_BAD'
    | 'WAIVER_SIGNER_NOT_ALLOWED'
    | 'WAIVER_SELF_APPROVED'
    | 'WAIVER_NOT_YET'
    | 'WAIVER_EXPIRED'
    | 'WAIVER_EXPIRING'
    | 'WAIVER_USED_UP'
    | 'WAIVER_UNUSED'
    | 'WAIVER_BEYOND_POLICY'
  /** Id of the waiver, or name of the option. */
  readonly about: string
  readonly message: string
}

/** What a gate said. Pure function of its inputs, whose digests it carries; the only source of exit code and reports. */
export interface Decision {
  readonly apiVersion: 'sluice/v1'
  readonly kind: 'Decision'
  readonly gate: string
  /** What was judged; with the policies, the evidence and the waivers, all that a replay needs. */
  readonly subject: {
    readonly pipeline: string
    /** What the gated stage uses; absent for a release. */
    readonly uses?: string
    /** Digest of the model, for a release. */
    readonly candidate?: string
  }
  readonly policies: readonly { readonly name: string; readonly version: number; readonly digest: string }[]
  /** Digest of the evidence judged. */
  readonly evidence: string
  /** Digest of the waivers that were there (canonical JSON of `WaiverEvidence[]`, in the order of their digests). */
  readonly waivers: string
  readonly engine: string
  /** ISO time the decision used for expiry and `within_days`. */
  readonly now: string
  /** `waived`: nothing blocks, but only because of a waiver. */
  readonly outcome: 'pass' | 'warn' | 'waived' | 'block'
  readonly counts: Readonly<Record<Verdict, number>>
  readonly rules: readonly RuleResult[]
  /** Bypasses, and what is to be said about waivers. Absent where there is nothing. */
  readonly findings?: readonly Finding[]
}
