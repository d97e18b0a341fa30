import type { RunRecord } from '../pipelines/engine/run-record.ts'
import {
  assessRegulation,
  CLAUSE_STATUSES,
  type ClauseStatus,
  type RegulationEvidence,
  type RegulationResult,
} from '../policies/engine/regulation.ts'
import type { RegulationFacts, RegulationPack } from '../policies/engine/regulation-schema.ts'
import { sha256, sha256Json } from '../util/digest.ts'
import { renderDataStatement } from './data-statement.ts'
import { renderModelCard } from './model-card.ts'

/** What a status means, in a few words. */
export const CLAUSE_WORDS: Readonly<Record<ClauseStatus, string>> = {
  met: 'evidence found',
  partial: 'a part of the evidence',
  not_met: 'a rule for it failed',
  no_evidence: 'no evidence',
  out_of_scope: 'out of scope',
  needs_human: 'a person has to judge',
}

/** Said beside every result. */
export const REGULATION_NOTE =
  'This lists evidence for single clauses, in our own words. Whether a law applies, and whether it is kept, is for people to decide.'

export interface EvidenceSource {
  /** Whether bytes with this digest are there and are what they were. */
  resolves(digest: string): boolean
  /** Entries of the log about the run. */
  readonly log: RegulationEvidence['log']
}

/**
 * What a run gives as evidence. Documents are those that its record makes; they are made here anew, so their digests
 * resolve by themselves.
 */
export function runEvidence(record: RunRecord, source: EvidenceSource): RegulationEvidence {
  const documents = [
    { name: 'data-statement', digest: sha256(renderDataStatement(record)) },
    { name: 'model-card', digest: sha256(renderModelCard(record)) },
  ]
  const made = new Set(documents.map(({ digest }) => digest))
  return {
    rules: record.decisions.flatMap(({ gate, digest, decision }) =>
      decision.rules.map(({ id, verdict }) => ({ id, gate, verdict, digest })),
    ),
    metrics: record.stages.flatMap(({ id, uses, metrics, evaluation }) =>
      evaluation === null
        ? []
        : metrics
            .filter(({ value }) => value !== null)
            .map(({ name }) => ({ stages: [id, uses], name, digest: evaluation.digest })),
    ),
    documents: record.release === null ? documents.slice(0, 1) : documents,
    log: source.log,
    resolves: (digest) => made.has(digest) || source.resolves(digest),
  }
}

/** Results for packs on a run. */
export function assessRun(
  record: RunRecord,
  packs: readonly RegulationPack[],
  facts: RegulationFacts | undefined,
  source: EvidenceSource,
): readonly RegulationResult[] {
  const evidence = runEvidence(record, source)
  return packs.map((pack) => assessRegulation(pack, facts, evidence))
}

/**
 * Results for the packs that the pipeline names, from the record alone: decisions are digested anew, evaluations count as the
 * signed log names them. `sluice policy coverage` also looks for their bytes in the store.
 */
export function namedRegulations(record: RunRecord): readonly RegulationResult[] {
  const { regulations, ledger } = record
  if (regulations === undefined) return []
  const known = new Set([
    ...record.decisions.filter(({ decision, digest }) => sha256Json(decision) === digest).map(({ digest }) => digest),
    ...(ledger === null ? [] : [ledger.root]),
    ...record.stages.flatMap(({ evaluation }) => (evaluation === null || ledger === null ? [] : [evaluation.digest])),
  ])
  return assessRun(record, regulations.packs, regulations.facts, {
    resolves: (digest) => known.has(digest),
    log: ledger === null ? [] : [{ type: 'checkpoint', digest: ledger.root }],
  })
}

/** For a terminal: a line for each clause, what asks for work first. */
export function regulationText(result: RegulationResult): string {
  const clauses = CLAUSE_STATUSES.flatMap((status) => result.clauses.filter((clause) => clause.status === status))
  const lines = clauses.flatMap(({ id, status, text, because, evidence, not_covered }) => [
    `  ${status.padEnd(12)} ${id}: ${text}`,
    `  ${' '.repeat(12)} ${because}`,
    ...evidence.map(({ wanted, status: found, note, digests = [] }) =>
      found === 'met'
        ? `  ${' '.repeat(12)} + ${wanted} (${digests.map((digest) => digest.slice(0, 12)).join(', ')})`
        : `  ${' '.repeat(12)} - ${wanted}: ${note}`,
    ),
    ...(status === 'out_of_scope' ? [] : [`  ${' '.repeat(12)} not shown: ${not_covered}`]),
  ])
  return `${[
    `${result.instrument} (${result.jurisdiction}), pack ${result.pack} version ${result.version} as of ${result.as_of}`,
    `  ${factsText(result)}`,
    ...result.caveats.map((caveat) => `  note: ${caveat}`),
    ...lines,
    `  ${countText(result)}`,
    `  ${REGULATION_NOTE}`,
  ].join('\n')}\n`
}

/** Who declared the facts. */
export function factsText({ facts }: RegulationResult): string {
  return facts === null
    ? 'Nobody declared whether it applies.'
    : `Whether it applies was declared by ${facts.owner}, as of ${facts.as_of}.`
}

/** `4 clauses: 1 needs_human, 3 met`; with words `4 clauses: a person has to judge 1, evidence found 3`. */
export function countText(
  { counts, clauses }: RegulationResult,
  words?: Readonly<Record<ClauseStatus, string>>,
): string {
  const parts = CLAUSE_STATUSES.filter((status) => counts[status] > 0).map((status) =>
    words === undefined ? `${counts[status]} ${status}` : `${words[status]} ${counts[status]}`,
  )
  return `${clauses.length} clauses: ${parts.join(', ')}`
}
