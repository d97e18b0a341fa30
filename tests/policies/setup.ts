import { type DecideInput, decide } from '../../policies/engine/decide.ts'
import type { Decision, RuleResult } from '../../policies/engine/decision.ts'
import type { EvidenceMetric } from '../../policies/engine/evidence.ts'
import type { Condition, Rule } from '../../policies/engine/schema.ts'

export const NOW = new Date('2026-11-23T07:00:00.000Z')

export function metric(
  name: string,
  value: EvidenceMetric['value'],
  rest: Partial<EvidenceMetric> = {},
): EvidenceMetric {
  return { stage: 'redact', uses: 'redact', name, value, ...rest }
}

export function interval(lower: number, upper: number): NonNullable<EvidenceMetric['interval']> {
  return { lower, upper, level: 0.95, method: 'wilson' }
}

export function rule(require: Condition, rest: Partial<Rule> = {}): Rule {
  return { id: 'r', title: 'R', severity: 'block', require, because: 'b', remediation: 'm', ...rest }
}

export function decideRules(
  rules: readonly Rule[],
  metrics: readonly EvidenceMetric[],
  rest: Partial<DecideInput> = {},
): Decision {
  return decide({
    gate: 'redact',
    uses: 'redact',
    policies: [{ name: 'test', version: 1, digest: '0'.repeat(64), rules }],
    evidence: { metrics },
    now: NOW,
    engine: 'sluice test',
    ...rest,
  })
}

export function judge(require: Condition, metrics: readonly EvidenceMetric[], rest: Partial<Rule> = {}): RuleResult {
  return decideRules([rule(require, rest)], metrics).rules[0]!
}
