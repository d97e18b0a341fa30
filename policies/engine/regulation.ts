import type { Verdict } from './decision.ts'
import type { EvidenceWanted, RegulationClause, RegulationFacts, RegulationPack } from './regulation-schema.ts'

/** Every word that is ever said of a clause. None of them says that a law is kept: that is for people. */
export type ClauseStatus = 'met' | 'partial' | 'not_met' | 'no_evidence' | 'out_of_scope' | 'needs_human'

/** What a run left, each with the digest of the bytes that show it. */
export interface RegulationEvidence {
  /** `digest`: of the decision. */
  readonly rules: readonly {
    readonly id: string
    readonly gate: string
    readonly verdict: Verdict
    readonly digest: string
  }[]
  /** `digest`: of the stored evaluation of the stage; `stages`: its id, and what it uses. */
  readonly metrics: readonly { readonly stages: readonly string[]; readonly name: string; readonly digest: string }[]
  readonly documents: readonly { readonly name: string; readonly digest: string }[]
  /** Entries about the run, and `checkpoint` with the root of the log. */
  readonly log: readonly { readonly type: string; readonly digest: string }[]
  /** Whether the bytes of a digest are there, and are what they were. */
  resolves(digest: string): boolean
}

export interface EvidenceStatus {
  readonly wanted: string
  readonly status: 'met' | 'waived' | 'not_met' | 'no_evidence'
  /** Where `status` is `met`: what shows it. */
  readonly digests?: readonly string[]
  /** Why it is not `met`. */
  readonly note?: string
}

export interface ClauseResult {
  readonly id: string
  readonly text: string
  readonly binds: string
  readonly status: ClauseStatus
  readonly because: string
  readonly evidence: readonly EvidenceStatus[]
  readonly not_covered: string
}

export interface RegulationResult {
  readonly pack: string
  readonly version: number
  readonly instrument: string
  readonly jurisdiction: string
  readonly as_of: string
  readonly caveats: readonly string[]
  readonly facts: { readonly owner: string; readonly as_of: string } | null
  readonly counts: Readonly<Record<ClauseStatus, number>>
  readonly clauses: readonly ClauseResult[]
}

/** In the order in which readers want them: what asks for work first. */
export const CLAUSE_STATUSES: readonly ClauseStatus[] = [
  'not_met',
  'no_evidence',
  'partial',
  'needs_human',
  'met',
  'out_of_scope',
]

/**
 * What a run gives as evidence for each clause of a pack. Pure. `met` only where every digest behind it resolves; a rule
 * that did not run or did not apply shows nothing; a waived one is partial at most; a clause whose facts nobody declared
 * needs a person.
 */
export function assessRegulation(
  pack: RegulationPack,
  facts: RegulationFacts | undefined,
  evidence: RegulationEvidence,
): RegulationResult {
  const clauses = pack.clauses.map((clause) => assessClause(pack, clause, facts, evidence))
  const counts = Object.fromEntries(
    CLAUSE_STATUSES.map((status) => [status, clauses.filter((clause) => clause.status === status).length]),
  ) as Record<ClauseStatus, number>
  return {
    pack: pack.name,
    version: pack.version,
    instrument: pack.instrument,
    jurisdiction: pack.jurisdiction,
    as_of: pack.as_of,
    caveats: pack.caveats,
    facts: facts === undefined ? null : { owner: facts.owner, as_of: facts.as_of },
    counts,
    clauses,
  }
}

function assessClause(
  pack: RegulationPack,
  clause: RegulationClause,
  facts: RegulationFacts | undefined,
  evidence: RegulationEvidence,
): ClauseResult {
  const { id, text, binds, not_covered } = clause
  const items = (clause.evidence ?? []).map((wanted) => assessEvidence(wanted, evidence))
  const say = (status: ClauseStatus, because: string): ClauseResult => ({
    id,
    text,
    binds,
    status,
    because,
    evidence: items,
    not_covered,
  })
  if (clause.out_of_scope !== undefined) return say('out_of_scope', clause.out_of_scope)
  const needed = clause.applies_when ?? []
  const no = needed.find((fact) => facts?.facts[fact] === false)
  if (no !== undefined)
    return say('out_of_scope', `Declared by ${facts!.owner} (${facts!.as_of}): no to “${pack.facts[no] ?? no}”.`)
  const open = needed.find((fact) => facts?.facts[fact] === undefined)
  if (open !== undefined) return say('needs_human', `Nobody declared \`${open}\`: ${pack.facts[open] ?? open}`)
  return judge(clause, items, say)
}

function judge(
  clause: RegulationClause,
  items: readonly EvidenceStatus[],
  say: (status: ClauseStatus, because: string) => ClauseResult,
): ClauseResult {
  const some = (status: EvidenceStatus['status']): boolean => items.some((item) => item.status === status)
  const met = items.length > 0 && (clause.needs === 'any' ? some('met') : items.every((item) => item.status === 'met'))
  if (!met && some('not_met')) return say('not_met', 'A rule that counts for it failed.')
  if (!met && (some('met') || some('waived')))
    return say(
      'partial',
      some('waived') ? 'Something that counts for it was waived.' : 'A part of the evidence is there.',
    )
  if (clause.needs_human !== undefined && (met || items.length === 0)) return say('needs_human', clause.needs_human)
  if (met) return say('met', 'The evidence listed is there, and its bytes were found.')
  return say(clause.otherwise, 'None of the evidence listed is there.')
}

function assessEvidence(wanted: EvidenceWanted, evidence: RegulationEvidence): EvidenceStatus {
  if (wanted.rule !== undefined) return assessRule(wanted.rule, evidence)
  const { metric, document, log } = wanted
  const words =
    metric !== undefined ? `metric ${metric}` : document !== undefined ? `document ${document}` : `log ${log}`
  const found =
    metric !== undefined
      ? evidence.metrics.filter(({ stages, name }) => stages.some((stage) => `${stage}.${name}` === metric))
      : document !== undefined
        ? evidence.documents.filter(({ name }) => name === document)
        : evidence.log.filter(({ type }) => type === log)
  return resolved(
    words,
    found.map(({ digest }) => digest),
    evidence,
  )
}

function assessRule(id: string, evidence: RegulationEvidence): EvidenceStatus {
  const wanted = `rule ${id}`
  const found = evidence.rules.filter((rule) => rule.id === id)
  const has = (...verdicts: readonly Verdict[]): boolean => found.some(({ verdict }) => verdicts.includes(verdict))
  if (found.length === 0) return { wanted, status: 'no_evidence', note: 'no gate of the run asked it' }
  if (has('fail')) return { wanted, status: 'not_met', note: 'it failed' }
  if (has('error', 'no_evidence')) return { wanted, status: 'no_evidence', note: 'it could not be judged' }
  // "Does not apply" is not "is in order".
  if (has('not_applicable')) return { wanted, status: 'no_evidence', note: 'it did not apply' }
  if (has('waived')) return { wanted, status: 'waived', note: 'it was waived' }
  return resolved(
    wanted,
    found.map(({ digest }) => digest),
    evidence,
  )
}

function resolved(wanted: string, digests: readonly string[], evidence: RegulationEvidence): EvidenceStatus {
  if (digests.length === 0) return { wanted, status: 'no_evidence', note: 'not there' }
  return digests.every((digest) => evidence.resolves(digest))
    ? { wanted, status: 'met', digests: [...new Set(digests)] }
    : { wanted, status: 'no_evidence', note: 'the bytes behind it were not found' }
}
