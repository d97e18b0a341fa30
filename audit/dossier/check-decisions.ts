import { canonicalJson } from '../../util/json.ts'
import { listOf } from './documents.ts'
import { below, canonicalDoc, type Dossier, type DossierLog, ownEntries } from './dossier.ts'
import { policyFile } from './release-document.ts'
import type { DecisionDocument, RunDocument } from './run-document.ts'

/** Each decision is the logged one, and everything that it judged is here, unchanged and nothing else. */
export function checkDecisions(dossier: Dossier, log: DossierLog, record: RunDocument | undefined): void {
  const report = dossier.findings.in('decisions')
  const { release } = dossier
  const used = new Map<string, DecisionDocument['policies'][number]>()
  let read = 0
  for (const { gate, digest } of release.decisions) {
    const path = decisionFile(gate)
    if (!dossier.listed.has(path)) {
      report('DECISION_MISSING', path)
      continue
    }
    if (dossier.listed.get(path)?.sha256 !== digest) report('DECISION_DIGEST', path)
    const decision = readDecision(dossier, gate)
    if (decision === undefined) continue
    const problem = decisionProblem(dossier, log, decision, { gate, digest })
    if (problem !== undefined) {
      report(problem, path)
      continue
    }
    if (record !== undefined && !isTold(record, gate, digest, decision)) report('RUN_DECISION', path)
    if (!isAbout(dossier, decision)) report('DECISION_SUBJECT', path)
    if (decision.outcome !== 'block' && decision.rules.some(({ blocks }) => blocks)) report('DECISION_OUTCOME', path)
    read += 1
    for (const policy of decision.policies) {
      used.set(policyFile(policy), policy)
      checkPolicy(dossier, policy)
    }
    checkEvidence(dossier, gate, decision, record)
  }
  const gates = new Set(release.decisions.map(({ gate }) => gate))
  if (ownEntries(dossier, log, 'gate.decided').some(({ subject }) => !gates.has(subject['gate'] ?? ''))) {
    report('DECISION_OMITTED', '')
  }
  for (const path of below(dossier, 'decisions/')) {
    if (!gates.has(path.slice('decisions/'.length, -'.json'.length))) report('DECISION_UNKNOWN', path)
  }
  for (const path of below(dossier, 'evidence/')) {
    if (!gates.has(path.slice('evidence/'.length).replace(/(\.waivers)?\.json$/, ''))) report('EVIDENCE_UNKNOWN', path)
  }
  // With a decision that cannot be relied on nobody knows what was used.
  if (read < release.decisions.length) return
  for (const path of below(dossier, 'policies/')) if (!used.has(path)) report('POLICY_UNUSED', path)
  const sorted = (policies: Iterable<unknown>): string =>
    canonicalJson([...policies].map((each) => canonicalJson(each)).sort())
  if (sorted(release.policies) !== sorted(used.values())) report('RELEASE_POLICIES', 'release.json')
}

export function decisionFile(gate: string): string {
  return `decisions/${gate}.json`
}

/** A decision of the dossier, where its file is what was listed and canonical JSON. */
export function readDecision(dossier: Dossier, gate: string): DecisionDocument | undefined {
  return canonicalDoc(dossier, 'decisions', decisionFile(gate), 'DECISION_MALFORMED') as unknown as
    | DecisionDocument
    | undefined
}

function decisionProblem(
  dossier: Dossier,
  log: DossierLog,
  decision: DecisionDocument,
  named: { readonly gate: string; readonly digest: string },
): string | undefined {
  if (decision.gate !== named.gate) return 'DECISION_SWAPPED'
  const logged = ownEntries(dossier, log, 'gate.decided').filter(({ subject }) => subject['gate'] === named.gate)
  const [only] = logged
  const same = only?.payload === named.digest && only.subject['outcome'] === decision.outcome
  return (logged.length === 1 && same) || !log.whole ? undefined : 'DECISION_NOT_LOGGED'
}

/** A decision is of this pipeline, and that of the release is about this model. */
function isAbout({ release }: Dossier, { gate, subject }: DecisionDocument): boolean {
  if (subject.pipeline !== release.pipeline.name) return false
  return gate !== 'release' || release.candidate === undefined || subject.candidate === release.candidate.model
}

function isTold(record: RunDocument, gate: string, digest: string, decision: DecisionDocument): boolean {
  const told = record.decisions.filter((each) => each.gate === gate)
  return told.length === 1 && told[0]!.digest === digest && canonicalJson(told[0]!.decision) === canonicalJson(decision)
}

function checkPolicy(dossier: Dossier, policy: DecisionDocument['policies'][number]): void {
  const report = dossier.findings.in('decisions')
  const path = policyFile(policy)
  if (dossier.listed.get(path)?.sha256 !== policy.digest) {
    report('DECISION_POLICY', path)
    return
  }
  const content = canonicalDoc(dossier, 'decisions', path, 'POLICY_MALFORMED') as
    | { readonly name?: string; readonly version?: number }
    | undefined
  if (content !== undefined && (content.name !== policy.name || content.version !== policy.version)) {
    report('POLICY_OTHER', path)
  }
}

function checkEvidence(
  dossier: Dossier,
  gate: string,
  decision: DecisionDocument,
  record: RunDocument | undefined,
): void {
  const report = dossier.findings.in('decisions')
  const path = `evidence/${gate}.json`
  if (dossier.listed.get(`evidence/${gate}.waivers.json`)?.sha256 !== decision.waivers) {
    report('DECISION_WAIVERS', decisionFile(gate))
  }
  if (dossier.listed.get(path)?.sha256 !== decision.evidence) {
    report('DECISION_EVIDENCE', decisionFile(gate))
    return
  }
  const evidence = canonicalDoc(dossier, 'decisions', path, 'EVIDENCE_MALFORMED')
  if (evidence === undefined || record === undefined) return
  const measured = new Set(
    record.stages.flatMap(({ id, uses, metrics }) =>
      metrics.map((each) => canonicalJson({ ...each, stage: id, uses })),
    ),
  )
  // A figure that is no number (`not_finite`) has no form in the JSON of the run record.
  const strange = listOf(evidence)
    .map((each) => canonicalJson(each))
    .find((each) => !each.includes('"not_finite"') && !measured.has(each))
  if (strange !== undefined) report('EVIDENCE_METRICS', path)
}
