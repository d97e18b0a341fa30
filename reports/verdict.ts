import type { RunRecord, StageRecord, StageState } from '../pipelines/engine/run-record.ts'
import type { Decision, RuleResult, Verdict } from '../policies/engine/decision.ts'
import { formatPlace, type SerializedError } from '../util/errors.ts'
import { findingWords, isMinor, waiverWords } from './findings.ts'
import { count, list } from './format.ts'
import { failureWords } from './rule-words.ts'

/** How a run ended, in the words that the terminal, the HTML report and the model card share. */
export interface VerdictWords {
  readonly tone: 'good' | 'wait' | 'bad' | 'broken'
  /** `Release candidate, awaiting review`. */
  readonly title: string
  /** One sentence a reader who stops here should have read. */
  readonly lead: string
  /** Why, point by point; empty where there is nothing to explain. */
  readonly reasons: readonly string[]
  /** What to do, most useful first. */
  readonly next: readonly NextStep[]
}

export interface NextStep {
  readonly text: string
  readonly command?: string
}

/** Order in which verdicts are counted and shown: what needs attention first. */
export const VERDICTS: readonly Verdict[] = ['fail', 'error', 'no_evidence', 'pass', 'not_applicable', 'waived']

export const VERDICT_WORDS: Readonly<Record<Verdict, string>> = {
  pass: 'passed',
  fail: 'failed',
  error: 'error',
  no_evidence: 'no evidence',
  not_applicable: 'not applicable',
  waived: 'waived',
}

export const STATE_WORDS: Readonly<Record<StageState, string>> = {
  pending: 'not started',
  running: 'running',
  cached: 'cached',
  done: 'done',
  gate_failed: 'gate failed',
  awaiting_review: 'awaiting review',
  rejected: 'rejected',
  errored: 'errored',
  skipped: 'skipped',
}

/** Words for the end of a run. Pure: computes nothing that the decisions did not decide. */
export function describeVerdict(record: RunRecord): VerdictWords {
  if (record.outcome === 'errored') return describeError(record)
  if (record.outcome === 'blocked') return describeBlock(record)
  return describePass(record)
}

/** Rules of all decisions by verdict. */
export function totalCounts(decisions: readonly Pick<Decision, 'counts'>[]): Readonly<Record<Verdict, number>> {
  const total: Record<Verdict, number> = { pass: 0, fail: 0, error: 0, no_evidence: 0, not_applicable: 0, waived: 0 }
  for (const decision of decisions) for (const verdict of VERDICTS) total[verdict] += decision.counts[verdict]
  return total
}

/** `24 rules, 21 passed, 1 failed, 0 errors, 1 no evidence, 1 not applicable, 0 waived`: always all of them. */
export function summaryLine(counts: Readonly<Record<Verdict, number>>): string {
  const rules = VERDICTS.reduce((sum, verdict) => sum + counts[verdict], 0)
  return [
    count(rules, 'rule'),
    `${counts.pass} passed`,
    `${counts.fail} failed`,
    count(counts.error, 'error'),
    `${counts.no_evidence} no evidence`,
    `${counts.not_applicable} not applicable`,
    `${counts.waived} waived`,
  ].join(', ')
}

/** Rules as a reader wants them: what blocks, what else did not pass, then the rest; stable inside each. */
export function byUrgency(rules: readonly RuleResult[]): readonly RuleResult[] {
  const rank = (rule: RuleResult): number =>
    rule.blocks ? 0 : needsAttention(rule) ? 1 : rule.verdict === 'waived' ? 2 : rule.verdict === 'pass' ? 3 : 4
  return rules
    .map((rule, i) => [rank(rule), i, rule] as const)
    .sort(([a, i], [b, j]) => a - b || i - j)
    .map(([, , rule]) => rule)
}

/** True for verdicts that are neither a pass nor set aside on purpose. */
export function needsAttention(rule: Pick<RuleResult, 'verdict'>): boolean {
  return rule.verdict === 'fail' || rule.verdict === 'error' || rule.verdict === 'no_evidence'
}

/** `Gate of redact`; the last gate is the release's. */
export function gateTitle(gate: string): string {
  return gate === 'release' ? 'Gate of the release' : `Gate of ${gate}`
}

/** The gates that stopped something. */
export function blockingDecisions(record: RunRecord): readonly RunRecord['decisions'][number][] {
  return record.decisions.filter(({ decision }) => decision.outcome === 'block')
}

function describePass(record: RunRecord): VerdictWords {
  const counts = totalCounts(record.decisions.map(({ decision }) => decision))
  const gates = count(record.decisions.length, 'gate')
  const warnings = [
    ...record.decisions.flatMap(({ gate, decision }) =>
      decision.rules
        .filter((rule) => needsAttention(rule) || rule.verdict === 'waived')
        .map((rule) => `${rule.title} (${gateTitle(gate).toLowerCase()}): ${waiverWords(rule) ?? failureWords(rule)}`),
    ),
    ...findingReasons(record),
  ]
  const byWaiver = record.decisions.some(({ decision }) => decision.outcome === 'waived')
  const waived = byWaiver
    ? ` ${capital(count(counts.waived, 'rule'))} ${counts.waived === 1 ? 'was' : 'were'} not met and ${counts.waived === 1 ? 'is' : 'are'} waived.`
    : ''
  const verify = { text: 'Check the record against the stored bytes.', command: 'sluice verify' }
  if (record.release?.state === 'awaiting_review') {
    const { reviewers } = record.release
    return {
      tone: 'wait',
      title: byWaiver ? 'Release candidate by waiver, awaiting review' : 'Release candidate, awaiting review',
      lead: `Every gate let this run through: ${gates}, ${counts.pass} of ${count(ruleCount(counts), 'rule')} passed and nothing blocks.${waived} A model is ready for human review; it is not released until ${quorumWords(record.release)}.`,
      reasons: warnings,
      next: [
        {
          text:
            reviewers.length === 0 ? 'Hand this report to your reviewers.' : `Hand this report to ${list(reviewers)}.`,
          command: `sluice review request ${record.run} --by NAME`,
        },
        verify,
      ],
    }
  }
  const incomplete = record.release?.state === 'incomplete'
  return {
    tone: 'good',
    title: `${incomplete ? 'Passed so far, not a release candidate' : 'Passed'}${byWaiver ? ', by waiver' : ''}`,
    lead: incomplete
      ? `What ran passed (${gates}, ${count(ruleCount(counts), 'rule')}), but part of the pipeline did not run, so there is no release candidate.${waived}`
      : `Every gate let this run through: ${gates}, ${counts.pass} of ${count(ruleCount(counts), 'rule')} passed and nothing blocks.${waived}`,
    reasons: warnings,
    next: incomplete
      ? [{ text: 'Run the whole pipeline.', command: `sluice run ${record.pipeline.file}` }, verify]
      : [verify],
  }
}

function describeBlock(record: RunRecord): VerdictWords {
  const blocking = blockingDecisions(record)
  const rules = blocking.flatMap(({ gate, decision }) =>
    decision.rules.filter((rule) => rule.blocks).map((rule) => ({ gate, rule })),
  )
  const skipped = record.stages.filter((stage) => stage.state === 'skipped')
  const gates = blocking.map(({ gate }) => gate)
  const because =
    rules.length === 0 && blocking.some(({ decision }) => decision.rules.length > 0)
      ? 'a rule was waived in an emergency and nobody looked again by the day that was promised'
      : `${count(rules.length, 'rule')} ${rules.length === 1 ? 'was' : 'were'} not met`
  const consequence =
    skipped.length === 0
      ? 'There is no release candidate.'
      : `${skippedWords(skipped)}, and there is no release candidate.`
  return {
    tone: 'bad',
    title:
      gates.length === 1
        ? `Blocked by the ${gateTitle(gates[0]!).toLowerCase()}`
        : gates.length === 0
          ? 'Blocked'
          : `Blocked by ${count(gates.length, 'gate')}: ${list(gates)}`,
    lead: `${capital(because)}. ${consequence}`,
    reasons: [
      ...rules.map(({ gate, rule }) => `${rule.title} (${gateTitle(gate).toLowerCase()}): ${failureWords(rule)}`),
      ...findingReasons(record),
    ],
    next: [
      ...unique(rules.map(({ rule }) => rule.remediation))
        .filter((text) => text !== '')
        .map((text) => ({ text })),
      {
        text: 'Run again; what has not changed is taken from the cache.',
        command: `sluice run ${record.pipeline.file}`,
      },
    ],
  }
}

/** Each finding once, however many gates have it. */
function findingReasons(record: RunRecord): readonly string[] {
  const findings = record.decisions.flatMap(({ decision }) => decision.findings ?? [])
  return unique(findings.filter((finding) => !isMinor(finding)).map(findingWords))
}

function skippedWords(stages: readonly StageRecord[]): string {
  return `The ${stages.length === 1 ? 'stage' : 'stages'} ${list(stages.map((stage) => stage.id))} did not run`
}

function describeError(record: RunRecord): VerdictWords {
  const errored = record.stages.filter(
    (stage): stage is StageRecord & { error: NonNullable<StageRecord['error']> } => stage.error !== null,
  )
  const skipped = record.stages.filter((stage) => stage.state === 'skipped')
  const names = errored.map((stage) => stage.id)
  // What stopped the run as a whole is often also the error of the stage that met it: said once.
  const whole = errored.some((stage) => stage.error.code === record.error?.code) ? null : (record.error ?? null)
  return {
    tone: 'broken',
    title: names.length === 0 ? 'Stopped by an error' : `Stopped: ${list(names)} errored`,
    lead: `The run did not finish, so nothing it measured counts as passed.${skipped.length === 0 ? '' : ` ${skippedWords(skipped)}.`}`,
    reasons: [
      ...(whole === null ? [] : [errorWords(whole)]),
      ...errored.map((stage) => `${errorWords(stage.error)} (stage ${stage.id})`),
    ],
    next: [
      ...unique(
        [...(whole === null ? [] : [whole]), ...errored.map((stage) => stage.error)].map((error) => error.next ?? ''),
      )
        .filter((text) => text !== '')
        .map((text) => ({ text: capital(sentence(text)) })),
      { text: 'Run again; finished shards are kept.', command: `sluice run ${record.pipeline.file}` },
    ],
  }
}

function errorWords(error: SerializedError): string {
  return `${error.at === undefined ? '' : `${formatPlace(error.at)}: `}${error.code}: ${error.message}`
}

function quorumWords({ quorum, reviewers, roles }: NonNullable<RunRecord['release']>): string {
  if (roles !== undefined) {
    return `${list(roles.map(({ role, principals, quorum: needed }) => `${needed} of ${principals.length} for ${role}`))} approve it`
  }
  if (reviewers.length === 0) return quorum === 1 ? 'a reviewer approves it' : `${quorum} reviewers approve it`
  return `${quorum} of ${count(reviewers.length, 'reviewer')} approve${quorum === 1 ? 's' : ''} it`
}

function ruleCount(counts: Readonly<Record<Verdict, number>>): number {
  return VERDICTS.reduce((sum, verdict) => sum + counts[verdict], 0)
}

function unique(texts: readonly string[]): readonly string[] {
  return [...new Set(texts)]
}

function sentence(text: string): string {
  return /[.!?]$/.test(text) ? text : `${text}.`
}

function capital(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1)
}
