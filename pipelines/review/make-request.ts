import { randomBytes } from 'node:crypto'
import { parseAllowedSigners } from '../../audit/allowed-signers.ts'
import type { ReadFile, ReviewRequest, ReviewRole } from '../../audit/review/documents.ts'
import { sha256 } from '../../util/digest.ts'
import { SluiceError } from '../../util/errors.ts'
import type { Pipeline } from '../engine/load.ts'
import type { RunRecord } from '../engine/run-record.ts'
import { READINGS } from './reading.ts'
import { approversIn, QUORUM_NEXT, quorumWords, rolesOf, unreachable } from './requirements.ts'

export interface RequestInput {
  readonly record: RunRecord
  /** The pipeline file as it is now; it must be the one that ran. */
  readonly pipeline: Pipeline
  readonly signersText: Buffer | undefined
  readonly submittedBy: string
  /** The signed note of the log, with the end of the run in it. */
  readonly checkpoint: string
  /** Digest of a file of the dossier by its path, or nothing where the run has no such file. */
  readonly fileDigest: (path: string) => string | undefined
  readonly now: Date
  /** 16 bytes, new each time. */
  readonly nonce?: Buffer
}

const DAY_MS = 86_400_000

/**
 * Makes the request for the review of a run.
 *
 * @throws SluiceError `RELEASE_BLOCKED` (exit 1), `REVIEW_PIPELINE_CHANGED` (exit 4), `REVIEW_NO_SIGNERS`,
 * `REVIEW_BAD_NAME`, `REVIEW_QUORUM_UNREACHABLE`, `REVIEW_NOTHING_TO_READ`.
 */
export function makeRequest(input: RequestInput): ReviewRequest {
  const { record, pipeline, signersText, submittedBy, now } = input
  const { candidate, state } = record.release ?? {}
  const spec = pipeline.spec.release
  if (spec === undefined || candidate === undefined || state !== 'awaiting_review' || record.outcome !== 'passed') {
    throw new SluiceError({
      code: 'RELEASE_BLOCKED',
      message: 'this run did not end with a release candidate, so there is nothing to review',
      next: `see its report: sluice report ${record.run}`,
      exit: 1,
    })
  }
  if (pipeline.digest !== record.pipeline.digest) {
    throw new SluiceError({
      code: 'REVIEW_PIPELINE_CHANGED',
      message: 'the pipeline file is not the one that ran',
      next: `run it again: sluice run ${pipeline.file}`,
      at: { file: pipeline.file },
      exit: 4,
    })
  }
  if (signersText === undefined) {
    throw new SluiceError({
      code: 'REVIEW_NO_SIGNERS',
      message: 'there is no allowed_signers file, so nobody could approve',
      next: 'put one beside the pipeline: NAME namespaces="sluice-approval" ssh-ed25519 AAAA… (docs/review.md)',
      at: { file: pipeline.file },
    })
  }
  if (!/^[^\s,"*?!\p{C}]{1,200}$/u.test(submittedBy)) {
    throw new SluiceError({
      code: 'REVIEW_BAD_NAME',
      message: 'the name of who submits has blanks or signs that a name in allowed_signers cannot have',
      next: 'give the name as allowed_signers has it: --by ana',
    })
  }
  const separation = spec.separation ? separate(submittedBy, spec.authors ?? []) : []
  const signers = parseAllowedSigners(signersText.toString('utf8'))
  const roles = rolesOf(spec).map((role) => (role.principals.length > 0 ? role : everybody(role, approversIn(signers))))
  const barred = separation.map(({ name }) => name)
  const [short] = unreachable(roles, barred, signers)
  if (short !== undefined) {
    throw new SluiceError({
      code: 'REVIEW_QUORUM_UNREACHABLE',
      message: quorumWords(short.role, short.quorum, short.persons),
      next: QUORUM_NEXT,
      at: { file: pipeline.file },
    })
  }
  const nonce = (input.nonce ?? randomBytes(16)).toString('hex')
  const used = record.decisions.flatMap(({ decision }) => decision.rules.flatMap((rule) => rule.waiver ?? []))
  return {
    v: 1,
    kind: 'ReviewRequest',
    id: `${record.run}.${nonce.slice(0, 6)}`,
    run: record.run,
    pipeline: { name: record.pipeline.name, digest: record.pipeline.digest },
    candidate: { stage: candidate.stage, digest: candidate.model.digest },
    decisions: record.decisions.map(({ gate, digest, decision }) => ({ gate, outcome: decision.outcome, digest })),
    policies: unique(record.decisions.flatMap(({ decision }) => decision.policies)),
    waivers: unique(used.map(({ id, digest }) => ({ id, digest }))),
    checkpoint: input.checkpoint,
    allowed_signers: sha256(signersText),
    requires: {
      roles,
      reading: (spec.required_reading ?? []).map((name) => readingOf(name, record, input.fileDigest)),
      separation,
    },
    submitted_by: submittedBy,
    created: now.toISOString(),
    expires: new Date(now.getTime() + spec.expires_days * DAY_MS).toISOString(),
    nonce,
  }
}

function separate(submittedBy: string, authors: readonly string[]): ReviewRequest['requires']['separation'] {
  return [
    { name: submittedBy, because: 'submitted' as const },
    ...authors.filter((name) => name !== submittedBy).map((name) => ({ name, because: 'author' as const })),
  ]
}

function everybody(role: ReviewRole, names: readonly string[]): ReviewRole {
  return { ...role, principals: names }
}

function readingOf(
  name: string,
  record: RunRecord,
  digestOf: (path: string) => string | undefined,
): { readonly name: string; readonly files: readonly ReadFile[] } {
  const files = READINGS.find((each) => each.name === name)?.files(record) ?? []
  const found = files.map((path) => ({ path, sha256: digestOf(path) }))
  // Where no waiver lies beside the pipeline there is none to read; anything else must be there.
  const missing = name === 'waivers' ? undefined : found.length === 0 ? name : found.find((each) => !each.sha256)?.path
  if (missing === undefined)
    return { name, files: found.flatMap(({ path, sha256: of }) => (of ? [{ path, sha256: of }] : [])) }
  throw new SluiceError({
    code: 'REVIEW_NOTHING_TO_READ',
    message: `the required reading \`${name}\` is not there for this run`,
    next: 'take it out of required_reading, or run all stages',
  })
}

/** Each once, in the order of their digests. */
function unique<T extends { readonly digest: string }>(items: readonly T[]): readonly T[] {
  return [...new Map(items.map((item) => [item.digest, { ...item }])).values()].sort((a, b) =>
    a.digest < b.digest ? -1 : 1,
  )
}
