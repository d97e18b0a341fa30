import type { RunRecord } from '../pipelines/engine/run-record.ts'
import type { Decision } from '../policies/engine/decision.ts'
import { findingWords, isMinor, waiverWords } from './findings.ts'
import { count } from './format.ts'
import { code, renderGithubAnnotations, renderSummaryPage } from './github.ts'
import { renderGatesJUnit } from './junit.ts'
import { failureWords } from './rule-words.ts'
import { renderSarif } from './sarif.ts'
import { gateTitle, needsAttention, type VerdictWords } from './verdict.ts'

/** A gate that was judged by itself, over the metrics of another tool, without a run. */
export interface GateResult {
  readonly decision: Decision
  /** Digest of the decision. */
  readonly digest: string
  /** Version of Sluice. */
  readonly sluice: string
}

/** The exit code of a gate: a function of the outcome and of nothing else. */
export function gateExit({ outcome }: Pick<Decision, 'outcome'>): 0 | 1 {
  return outcome === 'block' ? 1 : 0
}

/** What the decision came to, in words. */
export function describeGate(decision: Decision): VerdictWords {
  const { counts, findings = [], gate, outcome, rules } = decision
  const shown = rules.filter((rule) => needsAttention(rule) || rule.verdict === 'waived')
  const blocking = rules.filter((rule) => rule.blocks)
  const reasons = [
    ...shown.map((rule) => `${rule.title}: ${waiverWords(rule) ?? failureWords(rule)}`),
    ...findings.filter((finding) => !isMinor(finding)).map(findingWords),
  ]
  const words = (some: typeof rules) =>
    [...new Set(some.map(({ remediation }) => remediation))].map((text) => ({ text }))
  if (outcome === 'block') {
    return {
      tone: 'bad',
      title: `Blocked by the ${gateTitle(gate).toLowerCase()}`,
      lead:
        blocking.length > 0
          ? `Of ${count(rules.length, 'rule')}, ${blocking.length} that must be met ${blocking.length === 1 ? 'is' : 'are'} not.`
          : rules.length === 0
            ? 'There is no rule, so nothing was shown.'
            : 'A rule was waived in an emergency and nobody looked again by the day that was promised.',
      reasons,
      next: words(blocking),
    }
  }
  const by = outcome === 'waived' ? ', by waiver' : outcome === 'warn' ? ', with warnings' : ''
  return {
    tone: 'good',
    title: `Passed${by}`,
    lead: `${counts.pass} of ${count(rules.length, 'rule')} passed and nothing blocks.`,
    reasons,
    next: words(rules.filter(needsAttention)),
  }
}

/** The views of a gate: those of a run, of one decision and no stage. */
export function renderGate(view: 'summary' | 'annotations' | 'sarif' | 'junit', result: GateResult): string {
  const { decision, digest, sluice } = result
  const decisions: RunRecord['decisions'] = [{ gate: decision.gate, digest, decision }]
  const exit = gateExit(decision)
  const name = decision.subject.pipeline === '' ? decision.gate : decision.subject.pipeline
  if (view === 'annotations') return renderGithubAnnotations({ decisions, stages: [] })
  if (view === 'junit') return renderGatesJUnit(name, decisions)
  if (view === 'summary') {
    const subject = `Gate \`${code(decision.gate)}\`, decision \`${digest.slice(0, 12)}\``
    return renderSummaryPage({ words: describeGate(decision), subject, decisions, exit })
  }
  return renderSarif({
    run: digest.slice(0, 12),
    pipeline: { name },
    environment: { sluice },
    started: decision.now,
    finished: decision.now,
    outcome: exit === 0 ? 'passed' : 'blocked',
    exit,
    stages: [],
    decisions,
  })
}
