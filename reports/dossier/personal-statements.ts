import { approval } from '../../audit/attestations/predicates/approval.ts'
import { waiver } from '../../audit/attestations/predicates/waiver.ts'
import { statement } from '../../audit/attestations/statement.ts'
import { checkpointIn } from '../../audit/note.ts'
import { parseApproval } from '../../audit/review/documents.ts'
import { parseSshSignature } from '../../audit/sshsig.ts'
import type { RunRecord } from '../../pipelines/engine/run-record.ts'
import type { RuleResult, RuleWaiver } from '../../policies/engine/decision.ts'
import { sha256 } from '../../util/digest.ts'
import { type NamedStatement, subject } from './statements.ts'

/** What persons signed and a release rests on: each waiver that a decision used. Who they are is in their documents alone. */
export function waiverStatements(record: RunRecord): readonly NamedStatement[] {
  const used = new Map<string, { readonly by: RuleWaiver; readonly applied: Applied[] }>()
  for (const { gate, digest, decision } of record.decisions) {
    for (const { id, waiver: by, waived_verdict: verdict } of decision.rules) {
      if (by === undefined || verdict === undefined) continue
      const known = used.get(by.digest) ?? { by, applied: [] }
      known.applied.push({ gate, rule: id, verdict, decision: digest })
      used.set(by.digest, known)
    }
  }
  return [...used].map(([document, { by, applied }]) => {
    const { id, type, expires, ticket } = by
    const claim = waiver({ id, document: { sha256: document }, type, expires, ticket, applied })
    return { name: `waiver-${id}`, statement: statement([subject(`waivers/${id}.json`, document)], claim) }
  })
}

interface Applied {
  readonly gate: string
  readonly rule: string
  readonly verdict: NonNullable<RuleResult['waived_verdict']>
  readonly decision: string
}

/**
 * Each verdict of a review that came into the dossier. Of a document that is none nothing is attested: both verifiers
 * refuse a dossier with one (`APPROVAL_MALFORMED`, `APPROVAL_CHECKPOINT`).
 */
export function approvalStatements(
  approvals: readonly { readonly id: string; readonly document: Uint8Array; readonly signature: Uint8Array }[],
): readonly NamedStatement[] {
  return approvals.flatMap(({ id, document, signature }) => {
    const said = parseApproval(document)
    const seen = said === undefined ? undefined : checkpointIn(said.request.checkpoint)
    if (said === undefined || seen === undefined || said.verdict === 'withdraw') return []
    const { request, role, verdict } = said
    const claim = approval({
      document: { sha256: sha256(document) },
      signature: { sha256: sha256(signature) },
      key: parseSshSignature(Buffer.from(signature).toString('utf8')).fingerprint,
      role,
      verdict,
      request: { sha256: said.release },
      candidate: { sha256: request.candidate.digest },
      decisions: request.decisions.map(({ gate, digest }) => ({ gate, sha256: digest })),
      checkpoint: { size: seen.size, root: seen.root.toString('hex') },
      expires: request.expires,
    })
    return [{ name: `approval-${id}`, statement: statement([subject('model', request.candidate.digest)], claim) }]
  })
}
