import { canonicalJson, type Json } from '../../util/json.ts'
import { hintsOf } from '../attestations/bundle-hint.ts'
import type { Statement } from '../attestations/statement.ts'
import { checkpointIn } from '../note.ts'
import { parseApproval } from '../review/documents.ts'
import { parseSshSignature } from '../sshsig.ts'
import { openBundle } from './check-signatures.ts'
import { type JsonObject, listOf, objectOf, textOf } from './documents.ts'
import { below, type Dossier, type DossierKeys, doc } from './dossier.ts'
import { type DecisionDocument, madeBy, type RunDocument, type RunStage } from './run-document.ts'

const PROVENANCE = 'https://slsa.dev/provenance/v1'
const OWN = 'https://sluice.local/attestation/'

/**
 * Each attestation is signed, is about something that this run made, and says what the run record and the decisions say;
 * every stage that made something has its provenance, every decision its statement.
 */
export function checkAttestations(dossier: Dossier, keys: DossierKeys, record: RunDocument | undefined): void {
  const report = dossier.findings.in('attestations')
  const [hint] = hintsOf(keys.bundlePem)
  const stages = record?.stages.filter(({ evaluation }) => evaluation !== null) ?? []
  const made = new Set(stages.flatMap(madeBy))
  const seen = new Set<string>()
  let clean = true
  const fail = (code: string, file: string): void => {
    clean = false
    report(code, file)
  }
  for (const { file, sha256, predicateType } of dossier.release.attestations) {
    if (dossier.listed.get(file)?.sha256 !== sha256) fail('ATTESTATION_LIST', file)
    const bytes = doc(dossier, file)
    if (bytes === undefined) continue
    const opened = openBundle(bytes, keys.bundlePem, hint)
    if (typeof opened === 'string') {
      fail(`ATTESTATION_${opened}`, file)
      continue
    }
    if (opened.predicateType !== predicateType) fail('ATTESTATION_TYPE', file)
    else if (record !== undefined) {
      // The subject of a waiver is its document, which no stage made.
      const about = predicateType === `${OWN}waiver/v1` || opened.subject.every(({ digest }) => made.has(digest.sha256))
      if (!about) fail('ATTESTATION_SUBJECT', file)
      else {
        const claim = claimOf(opened, record, dossier)
        if (claim === undefined) fail('ATTESTATION_CLAIM', file)
        else seen.add(claim)
      }
    }
  }
  const named = new Set(dossier.release.attestations.map(({ file }) => file))
  const there = below(dossier, 'attestations/')
  for (const path of there) if (!named.has(path)) fail('ATTESTATION_LIST', path)
  if (!clean || record === undefined || there.some((path) => !dossier.intact.has(path))) return
  for (const { id } of stages) if (!seen.has(`provenance ${id}`)) report('STAGE_NO_PROVENANCE', id)
  for (const { gate } of record.decisions) if (!seen.has(`decision ${gate}`)) report('DECISION_NO_ATTESTATION', gate)
}

/** What a statement is of, where all that can be compared holds; otherwise nothing. */
function claimOf(statement: Statement, record: RunDocument, dossier: Dossier): string | undefined {
  const predicate = objectOf(statement.predicate)
  const subjects = statement.subject.map(({ digest }) => digest.sha256)
  switch (statement.predicateType) {
    case PROVENANCE:
      return provenanceClaim(predicate, subjects, record)
    case `${OWN}gate-decision/v1`:
      return decisionClaim(predicate, record)
    case 'https://in-toto.io/attestation/test-result/v0.1':
      return record.decisions.some(({ decision }) => isTestResult(predicate, decision)) ? 'tests' : undefined
    case `${OWN}redaction-report/v1`: {
      const stage = record.stages.find(({ id }) => id === predicate['stage'])
      const inputs = listOf(predicate['inputs']).map((each) => objectOf(each)['sha256'] ?? null)
      const ran = stage !== undefined && predicate['run'] === record.run
      const same = isSame(inputs, Object.values(stage?.keyParts?.inputs ?? {}))
      return ran && same && predicate['evaluation'] === stage.evaluation?.digest ? 'redaction' : undefined
    }
    case `${OWN}data-statement/v1`: {
      const datasets = listOf(predicate['datasets']).map((each) => objectOf(each)['sha256'] ?? null)
      const pipeline = objectOf(predicate['pipeline'])['sha256'] === record.pipeline.digest
      return predicate['run'] === record.run && pipeline && isSame(datasets, subjects) ? 'data' : undefined
    }
    case `${OWN}waiver/v1`:
      return isUsedWaiver(predicate, subjects, record, dossier) ? 'waiver' : undefined
    case `${OWN}approval/v1`:
      return isApproval(predicate, subjects, dossier) ? 'approval' : undefined
    default:
      return undefined
  }
}

function provenanceClaim(predicate: JsonObject, subjects: readonly string[], record: RunDocument): string | undefined {
  const { stage: id, config, pipeline } = objectOf(objectOf(predicate['buildDefinition'])['externalParameters'])
  const { invocationId } = objectOf(objectOf(predicate['runDetails'])['metadata'])
  const stage: RunStage | undefined = record.stages.find((each) => each.id === id)
  if (stage === undefined || stage.evaluation === null || config === undefined) return undefined
  const holds =
    isSame([...subjects].sort(), [...madeBy(stage)].sort()) &&
    isSame(config, stage.config) &&
    pipeline === record.pipeline.name &&
    invocationId === `${record.run}/${stage.id}`
  return holds ? `provenance ${stage.id}` : undefined
}

function decisionClaim(predicate: JsonObject, record: RunDocument): string | undefined {
  const taken = record.decisions.find(({ gate }) => gate === predicate['gate'])
  if (taken === undefined) return undefined
  const { outcome, counts, evidence } = taken.decision
  const holds =
    predicate['run'] === record.run &&
    objectOf(predicate['decision'])['sha256'] === taken.digest &&
    objectOf(predicate['evidence'])['sha256'] === evidence &&
    predicate['outcome'] === outcome &&
    isSame(predicate['counts'] ?? null, counts)
  return holds ? `decision ${taken.gate}` : undefined
}

/** A test result names the policies and the evidence of a decision, and its rules by how they went. */
function isTestResult(predicate: JsonObject, decision: DecisionDocument): boolean {
  const ids = (keep: (rule: DecisionDocument['rules'][number]) => boolean): readonly string[] =>
    decision.rules.filter(keep).map(({ id }) => id)
  const unmet = ['fail', 'error', 'no_evidence']
  const passed = ids(({ verdict }) => verdict === 'pass')
  const warned = [
    ...ids(({ verdict, blocks }) => unmet.includes(verdict) && !blocks),
    ...ids(({ verdict }) => verdict === 'waived'),
  ]
  const failed = ids(({ verdict, blocks }) => unmet.includes(verdict) && blocks)
  const none = passed.length + warned.length + failed.length === 0
  const judged = [...decision.policies.map(({ digest }) => digest), decision.evidence]
  const configuration = listOf(predicate['configuration']).map((each) => objectOf(objectOf(each)['digest'])['sha256'])
  return (
    predicate['result'] === (failed.length > 0 || none ? 'FAILED' : warned.length > 0 ? 'WARNED' : 'PASSED') &&
    isSame(predicate['passedTests'] ?? null, passed) &&
    isSame(predicate['warnedTests'] ?? null, warned) &&
    isSame(predicate['failedTests'] ?? null, failed) &&
    isSame(configuration.map(textOf), judged)
  )
}

/** Files with the document that is claimed: more than one where somebody put it there twice. */
function documentsOf(predicate: JsonObject, dossier: Dossier, folder: string): readonly string[] {
  const digest = objectOf(predicate['document'])['sha256']
  return below(dossier, folder).filter((path) => dossier.listed.get(path)?.sha256 === digest)
}

/** The waiver is there, and the decisions used it just so. */
function isUsedWaiver(
  predicate: JsonObject,
  subjects: readonly string[],
  record: RunDocument,
  dossier: Dossier,
): boolean {
  if (documentsOf(predicate, dossier, 'waivers/').length === 0) return false
  const { document, applied, ...claimed } = predicate
  const digest = textOf(objectOf(document)['sha256'])
  const used = record.decisions.flatMap(({ gate, digest: decision, decision: { rules } }) =>
    rules
      .filter(({ waiver }) => waiver?.digest === digest)
      .map(({ id: rule, waived_verdict: verdict = '', waiver }) => ({ waiver, as: { gate, rule, verdict, decision } })),
  )
  const [first] = used
  if (first?.waiver === undefined) return false
  const { id, type, expires, ticket } = first.waiver
  return (
    isSame(subjects, [digest]) &&
    isSame(claimed, { id, type, expires, ticket }) &&
    isSame(
      applied ?? null,
      used.map(({ as }) => as),
    )
  )
}

/** A signed verdict is there and says what is claimed of it. A file that is not what the list says has its own finding. */
function isApproval(predicate: JsonObject, subjects: readonly string[], dossier: Dossier): boolean {
  return documentsOf(predicate, dossier, 'approvals/').some((path) => {
    const bytes = doc(dossier, path)
    if (bytes === undefined) return true
    const said = parseApproval(bytes)
    const seen = said === undefined ? undefined : checkpointIn(said.request.checkpoint)
    const listed = dossier.listed.get(`${path}.sig`)
    if (said === undefined || seen === undefined || listed === undefined) return false
    const { role, verdict, request, release } = said
    const signature = doc(dossier, `${path}.sig`)
    const wanted: Json = {
      document: predicate['document'] ?? null,
      signature: { sha256: listed.sha256 },
      key: signature === undefined ? (predicate['key'] ?? null) : signedBy(signature),
      role,
      verdict,
      request: { sha256: release },
      candidate: { sha256: request.candidate.digest },
      decisions: request.decisions.map(({ gate, digest }) => ({ gate, sha256: digest })),
      checkpoint: { size: seen.size, root: seen.root.toString('hex') },
      expires: request.expires,
    }
    return isSame(subjects, [request.candidate.digest]) && isSame(predicate, wanted)
  })
}

function signedBy(signature: Buffer): string | null {
  try {
    return parseSshSignature(signature.toString('utf8')).fingerprint
  } catch {
    return null
  }
}

function isSame(a: Json, b: Json): boolean {
  return canonicalJson(a) === canonicalJson(b)
}
