import type { Sha256 } from '../../util/digest.ts'
import { sha256, sha256Json } from '../../util/digest.ts'
import type { Decision, Mode, RuleResult, Verdict } from './decision.ts'
import type { Evaluated } from './evaluate.ts'
import { evaluate } from './evaluate.ts'
import type { Evidence } from './evidence.ts'
import { canonicalEvidence } from './evidence.ts'
import type { EvidenceIndex } from './evidence-index.ts'
import { indexEvidence } from './evidence-index.ts'
import { describeCondition, explainVerdict } from './explain.ts'
import type { LoadedPolicy } from './load.ts'
import type { Rule } from './schema.ts'
import type { Truth } from './truth.ts'

export interface DecideInput {
  /** Id of the gated stage, or `release`. */
  readonly gate: string
  /** What the gated stage is. Without it (a release) a metric must be named with its stage. */
  readonly uses?: string
  readonly policies: readonly Pick<LoadedPolicy, 'name' | 'version' | 'digest' | 'rules'>[]
  readonly evidence: Evidence
  readonly now: Date
  /** Name and version of what decides: `sluice 0.1.0`. */
  readonly engine: string
}

const VERDICT: Readonly<Record<Truth, Verdict>> = {
  true: 'pass',
  false: 'fail',
  error: 'error',
  no_evidence: 'no_evidence',
  not_applicable: 'not_applicable',
}

/** No waivers yet: the digest of the empty list. */
const NO_WAIVERS = sha256Json([])

/**
 * Judges evidence by policies. Pure: the same input gives the same bytes (`canonicalJson`), whatever the order of the
 * metrics. Never throws for what the evidence holds: what cannot be judged is `error` or `no_evidence`, which block.
 */
export function decide(input: DecideInput): Decision {
  const index = indexEvidence(input.evidence, input.uses === undefined ? undefined : input.gate)
  const rules = input.policies.flatMap((policy) => policy.rules.map((rule) => judge(rule, index, input.now)))
  return {
    apiVersion: 'sluice/v1',
    kind: 'Decision',
    gate: input.gate,
    policies: input.policies.map(({ name, version, digest }) => ({ name, version, digest })),
    evidence: sha256(canonicalEvidence(input.evidence)),
    waivers: NO_WAIVERS,
    engine: input.engine,
    now: input.now.toISOString(),
    outcome: outcome(rules),
    counts: count(rules),
    rules,
  }
}

/** The digest by which a decision is stored and logged. */
export function decisionDigest(decision: Decision): Sha256 {
  return sha256Json(decision)
}

function judge(rule: Rule, index: EvidenceIndex, now: Date): RuleResult {
  const mode = modeAt(rule, now)
  const { verdict, operands, explanation } = weigh(rule, index)
  const unmet = verdict === 'fail' || verdict === 'error' || verdict === 'no_evidence'
  return {
    id: rule.id,
    title: rule.title,
    severity: rule.severity,
    mode,
    verdict,
    blocks: unmet && mode === 'enforce' && (rule.severity === 'block' || rule.severity === 'major'),
    operands,
    explanation:
      mode === (rule.mode ?? 'enforce') ? explanation : `${explanation} Only warns before ${rule.effective}.`,
    remediation: rule.remediation,
    because: rule.because,
    refs: rule.refs ?? [],
  }
}

function weigh(rule: Rule, index: EvidenceIndex): Pick<RuleResult, 'verdict' | 'operands' | 'explanation'> {
  const say = ({ truth, operands }: Evaluated, condition = rule.require) => ({
    verdict: VERDICT[truth],
    operands,
    explanation: explainVerdict(condition, VERDICT[truth], operands),
  })
  if (rule.when === undefined) return say(evaluate(rule.require, index))
  const when = evaluate(rule.when, index)
  if (when.truth === 'true') return say(evaluate(rule.require, index))
  if (when.truth === 'false' || when.truth === 'not_applicable') {
    return {
      verdict: 'not_applicable',
      operands: when.operands,
      explanation: `Applies only when ${describeCondition(rule.when)}, which is not so here.`,
    }
  }
  return say(when, rule.when)
}

function modeAt(rule: Rule, now: Date): Mode {
  const mode = rule.mode ?? 'enforce'
  const early = rule.effective !== undefined && !(now.getTime() >= Date.parse(`${rule.effective}T00:00:00.000Z`))
  return early && mode === 'enforce' ? 'warn' : mode
}

/** A gate without a rule has shown nothing, so it blocks. */
function outcome(rules: readonly RuleResult[]): Decision['outcome'] {
  if (rules.length === 0 || rules.some((rule) => rule.blocks)) return 'block'
  const unmet = rules.some((rule) => rule.mode !== 'shadow' && ['fail', 'error', 'no_evidence'].includes(rule.verdict))
  return unmet ? 'warn' : 'pass'
}

function count(rules: readonly RuleResult[]): Record<Verdict, number> {
  const counts: Record<Verdict, number> = { pass: 0, fail: 0, error: 0, no_evidence: 0, not_applicable: 0, waived: 0 }
  for (const rule of rules) counts[rule.verdict] += 1
  return counts
}
