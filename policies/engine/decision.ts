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
  readonly operands: readonly Operand[]
  /** One sentence that states the comparison in words. */
  readonly explanation: string
  readonly remediation: string
  readonly because: string
  readonly refs: readonly string[]
}

/** What a gate said. Pure function of its inputs, whose digests it carries; the only source of exit code and reports. */
export interface Decision {
  readonly apiVersion: 'sluice/v1'
  readonly kind: 'Decision'
  readonly gate: string
  readonly policies: readonly { readonly name: string; readonly version: number; readonly digest: string }[]
  /** Digest of the evidence judged. */
  readonly evidence: string
  readonly waivers: string
  readonly engine: string
  /** ISO time the decision used for expiry and `within_days`. */
  readonly now: string
  readonly outcome: 'pass' | 'warn' | 'block'
  readonly counts: Readonly<Record<Verdict, number>>
  readonly rules: readonly RuleResult[]
}
