import type { Sha256 } from '../../util/digest.ts'
import { sha256, sha256Json } from '../../util/digest.ts'
import { canonicalJson } from '../../util/json.ts'
import { canonicalEvidence } from './canonical-evidence.ts'
import type { Decision, Finding, Mode, RuleResult, Verdict } from './decision.ts'
import type { Evaluated } from './evaluate.ts'
import { evaluate } from './evaluate.ts'
import type { Evidence } from './evidence.ts'
import type { EvidenceIndex } from './evidence-index.ts'
import { indexEvidence } from './evidence-index.ts'
import { describeCondition, explainVerdict } from './explain.ts'
import type { LoadedPolicy } from './load.ts'
import { resolveWaivers, type UsableWaiver } from './resolve-waivers.ts'
import type { Rule } from './schema.ts'
import type { Truth } from './truth.ts'
import type { WaiverEvidence } from './waiver.ts'

export interface DecideInput {
  /** Id of the gated stage, or `release`. */
  readonly gate: string
  /** What the gated stage is. Without it (a release) a metric must be named with its stage. */
  readonly uses?: string
  readonly policies: readonly Pick<LoadedPolicy, 'name' | 'version' | 'digest' | 'rules' | 'waivers'>[]
  readonly evidence: Evidence
  /** Name of the pipeline, for waivers. */
  readonly pipeline?: string
  /** Digest of the model that a release gate is about. */
  readonly candidate?: string
  readonly waivers?: readonly WaiverEvidence[]
  /** Options that changed what ran (`--force redact`), so that no bypass is silent. */
  readonly bypasses?: readonly string[]
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

/**
 * Judges evidence by policies. Pure: the same input gives the same bytes (`canonicalJson`), whatever the order of the
 * metrics. Never throws for what the evidence holds: what cannot be judged is `error` or `no_evidence`, which block.
 */
export function decide(input: DecideInput): Decision {
  const index = indexEvidence(input.evidence, input.uses === undefined ? undefined : input.gate)
  const given = input.waivers ?? []
  const { usable, findings } = resolveWaivers({
    waivers: given,
    policies: input.policies,
    pipeline: input.pipeline ?? '',
    gate: input.gate,
    ...(input.candidate === undefined ? {} : { candidate: input.candidate }),
    now: input.now,
  })
  const rules = input.policies.flatMap((policy) =>
    policy.rules.map((rule) => waive(judge(rule, index, input.now), usable.get(rule.id))),
  )
  const all = [...bypassFindings(input.bypasses ?? []), ...findings, ...waiverFindings(rules, usable)]
  return {
    apiVersion: 'sluice/v1',
    kind: 'Decision',
    gate: input.gate,
    subject: {
      pipeline: input.pipeline ?? '',
      ...(input.uses === undefined ? {} : { uses: input.uses }),
      ...(input.candidate === undefined ? {} : { candidate: input.candidate }),
    },
    policies: input.policies.map(({ name, version, digest }) => ({ name, version, digest })),
    evidence: sha256(canonicalEvidence(input.evidence)),
    waivers: sha256(canonicalWaivers(given)),
    engine: input.engine,
    now: input.now.toISOString(),
    outcome: outcome(rules, all),
    counts: count(rules),
    rules,
    ...(all.length === 0 ? {} : { findings: all }),
  }
}

/** Canonical text of the waivers a decision saw, the same for any order of them. */
export function canonicalWaivers(waivers: readonly WaiverEvidence[]): string {
  return `[${waivers
    .map((each) => canonicalJson(each))
    .sort()
    .join(',')}]`
}

/** The digest by which a decision is stored and logged. */
export function decisionDigest(decision: Decision): Sha256 {
  return sha256Json(decision)
}

function judge(rule: Rule, index: EvidenceIndex, now: Date): RuleResult {
  const mode = modeAt(rule, now)
  const { verdict, operands, explanation } = weigh(rule, index)
  const unmet = isUnmet(verdict) && (rule.severity === 'block' || rule.severity === 'major')
  return {
    id: rule.id,
    title: rule.title,
    severity: rule.severity,
    mode,
    verdict,
    blocks: unmet && mode === 'enforce',
    ...(unmet && mode !== 'enforce' ? { would_block: true as const } : {}),
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

function isUnmet(verdict: Verdict): verdict is 'fail' | 'error' | 'no_evidence' {
  return verdict === 'fail' || verdict === 'error' || verdict === 'no_evidence'
}

/**
 * Sets aside what a waiver covers, and keeps what the verdict was. Broken evidence is no known risk that somebody
 * could accept, so the verdict `error` takes a broken glass.
 */
function waive(result: RuleResult, waiver: UsableWaiver | undefined): RuleResult {
  const { verdict } = result
  if (waiver === undefined || !isUnmet(verdict) || result.mode === 'shadow') return result
  if (verdict === 'error' && !waiver.breakGlass) return result
  const { breakGlass: _, ...named } = waiver
  const { would_block: __, ...rest } = result
  return {
    ...rest,
    verdict: 'waived',
    blocks: false,
    waiver: named,
    waived_verdict: verdict,
    explanation: `${result.explanation} Waived until ${waiver.expires} by ${waiver.id} (${waiver.ticket}).`,
  }
}

function bypassFindings(bypasses: readonly string[]): readonly Finding[] {
  return bypasses.map((about) => ({
    code: 'BYPASS',
    about,
    message: 'this run was started with an option that changes what runs',
  }))
}

function waiverFindings(rules: readonly RuleResult[], usable: ReadonlyMap<string, UsableWaiver>): readonly Finding[] {
  const found: Finding[] = []
  const used = new Set(rules.flatMap((rule) => rule.waiver?.id ?? []))
  for (const waiver of new Map([...usable.values()].map((each) => [each.id, each])).values()) {
    if (!used.has(waiver.id)) found.push({ code: 'WAIVER_UNUSED', about: waiver.id, message: 'no rule needed it' })
    else if (waiver.breakGlass)
      found.push({
        code: 'BREAK_GLASS',
        about: waiver.id,
        message: `approved by ${waiver.approved_by}, to be followed up`,
      })
  }
  return found
}

/** A gate without a rule has shown nothing, so it blocks; so does a broken glass that nobody looked at again in time. */
function outcome(rules: readonly RuleResult[], findings: readonly Finding[]): Decision['outcome'] {
  if (rules.length === 0 || rules.some((rule) => rule.blocks)) return 'block'
  if (findings.some((finding) => finding.code === 'FOLLOW_UP_OVERDUE')) return 'block'
  if (rules.some((rule) => rule.verdict === 'waived' && rule.mode === 'enforce')) return 'waived'
  const unmet = rules.some((rule) => rule.mode !== 'shadow' && isUnmet(rule.verdict))
  const worth = findings.some((finding) => finding.code !== 'WAIVER_UNUSED' && finding.code !== 'WAIVER_EXPIRING')
  return unmet || worth ? 'warn' : 'pass'
}

function count(rules: readonly RuleResult[]): Record<Verdict, number> {
  const counts: Record<Verdict, number> = { pass: 0, fail: 0, error: 0, no_evidence: 0, not_applicable: 0, waived: 0 }
  for (const rule of rules) counts[rule.verdict] += 1
  return counts
}
