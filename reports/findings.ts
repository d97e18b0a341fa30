import type { Finding, RuleResult } from '../policies/engine/decision.ts'

/** What kind of thing a finding is, for people. */
export const FINDING_LABEL: Readonly<Record<Finding['code'], string>> = {
  BYPASS: 'Option that changes what runs',
  BREAK_GLASS: 'The glass was broken',
  FOLLOW_UP_OVERDUE: 'Nobody looked again at a broken glass',
  WAIVER_INVALID: 'Waiver not valid',
  WAIVER_UNSIGNED: 'Waiver not signed',
  WAIVER_SIGNATURE_BAD: 'Waiver with a signature that does not hold',
  WAIVER_SIGNER_NOT_ALLOWED: 'Waiver signed by somebody who may not',
  WAIVER_SELF_APPROVED: 'Waiver approved by who asked for it',
  WAIVER_NOT_YET: 'Waiver not in force yet',
  WAIVER_EXPIRED: 'Waiver ended',
  WAIVER_EXPIRING: 'Waiver ends soon',
  WAIVER_USED_UP: 'Waiver used up',
  WAIVER_UNUSED: 'Waiver that nothing needed',
  WAIVER_BEYOND_POLICY: 'Waiver beyond what the policy allows',
}

/** `Waiver ended: W-1, it ended on 2026-11-30.` */
export function findingWords(finding: Finding): string {
  return `${FINDING_LABEL[finding.code]}: ${finding.about}, ${finding.message}.`
}

/** Findings that only inform; every other one is something that somebody must look at. */
export function isMinor(finding: Finding): boolean {
  return finding.code === 'WAIVER_UNUSED' || finding.code === 'WAIVER_EXPIRING'
}

/** `waived until 2026-12-31 by W-1 (SEC-12), asked for by ana, approved by ben; it would be: failed`. */
export function waiverWords(rule: RuleResult): string | undefined {
  const { waiver, waived_verdict: verdict } = rule
  if (waiver === undefined) return undefined
  const glass = waiver.type === 'break_glass' ? ' (breaks the glass)' : ''
  return `waived until ${waiver.expires} by ${waiver.id}${glass}, ticket ${waiver.ticket}, asked for by ${waiver.requested_by}, approved by ${waiver.approved_by}; without it: ${(verdict ?? 'fail').replaceAll('_', ' ')}`
}
