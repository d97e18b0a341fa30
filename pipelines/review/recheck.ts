import { existsSync, readFileSync } from 'node:fs'
import { getModel } from '../../artifacts/model.ts'
import { openLedger } from '../../audit/ledger.ts'
import type { ReviewRequest } from '../../audit/review/documents.ts'
import { verifyLedger } from '../../audit/verify.ts'
import { canonicalWaivers } from '../../policies/engine/decide.ts'
import type { Decision } from '../../policies/engine/decision.ts'
import { replayDecision } from '../../policies/engine/replay.ts'
import type { WaiverEvidence } from '../../policies/engine/waiver.ts'
import { waiverEvidence } from '../../policies/engine/waiver-files.ts'
import { sha256 } from '../../util/digest.ts'
import { SluiceError } from '../../util/errors.ts'
import { canonicalJson } from '../../util/json.ts'
import { loadPipeline } from '../engine/load.ts'
import { pipelinePolicies } from '../engine/plan.ts'
import { loggedRecord, type RunRecord } from '../engine/run-record.ts'
import { pipelineWaivers } from '../engine/waivers.ts'
import { currentSigners, type Desk } from './desk.ts'

/**
 * Everything that the approvals bind is as it was: the log, the run's record, the pipeline file, the policies, the
 * allowed signers, the model's bytes; and each decision comes out the same when it is made again.
 *
 * @throws SluiceError with exit 4: `REVIEW_LOG_DAMAGED`, `REVIEW_RUN_CHANGED`, `REVIEW_PIPELINE_CHANGED`, `REVIEW_POLICY_CHANGED`,
 * `REVIEW_SIGNERS_CHANGED`, `REVIEW_CANDIDATE_CHANGED`, `REVIEW_DECISION_DIFFERS`, `LOG_*`.
 */
export function recheckBound(desk: Desk, request: ReviewRequest, record: RunRecord): void {
  // An entry that somebody changed or took out (a rejection, a withdrawal) must not be believed.
  const log = verifyLedger(`${desk.root}/ledger`, desk.keys)
  if (!log.ok) throw changed('REVIEW_LOG_DAMAGED', `the log does not hold: ${log.problems[0]?.code ?? ''}`)
  // The log must still contain what reviewers were shown of it.
  openLedger(`${desk.root}/ledger`, desk.keys, { earlier: [request.checkpoint] })
  checkRecord(desk, request, record)
  const { file } = record.pipeline
  if (!existsSync(file) || sha256(readFileSync(file)) !== request.pipeline.digest) {
    throw changed('REVIEW_PIPELINE_CHANGED', 'the pipeline file is not the one that was reviewed', file)
  }
  const policies = pipelinePolicies(loadPipeline(file)).map(({ digest }) => digest)
  const same = new Set([...policies, ...request.policies.map(({ digest }) => digest)]).size === new Set(policies).size
  if (!same || new Set(policies).size !== request.policies.length) {
    throw changed(
      'REVIEW_POLICY_CHANGED',
      'the policies are not those that the release was judged and reviewed by',
      file,
    )
  }
  if (sha256(currentSigners(desk.root, request)) !== request.allowed_signers) {
    throw changed('REVIEW_SIGNERS_CHANGED', 'allowed_signers is not the file that the request pinned', file)
  }
  checkCandidate(desk, request)
  for (const { gate, digest } of request.decisions) checkDecision(desk, gate, digest)
}

function checkRecord(desk: Desk, request: ReviewRequest, record: RunRecord): void {
  const ends = [...desk.ledger.entries()].filter(({ run, type }) => run === request.run && type === 'run.finished')
  const bound = [record.release?.candidate?.model.digest, record.decisions.map(({ digest }) => digest)]
  const wanted = [request.candidate.digest, request.decisions.map(({ digest }) => digest)]
  const whole = ends.length === 1 && ends[0]!.payload === sha256(loggedRecord(record))
  if (whole && canonicalJson(bound) === canonicalJson(wanted)) return
  throw changed('REVIEW_RUN_CHANGED', 'the record of the run is not the one that was logged and reviewed')
}

function checkCandidate(desk: Desk, { candidate }: ReviewRequest): void {
  try {
    for (const file of getModel(desk.store, candidate).files) desk.store.get(file)
  } catch (cause) {
    throw changed(
      'REVIEW_CANDIDATE_CHANGED',
      'the model in the store is not the one that was reviewed',
      undefined,
      cause,
    )
  }
}

/** All that a decision was made from. */
function inputs(desk: Desk, digest: string) {
  const kept = (of: string): Buffer => desk.store.get({ sha256: of, sensitivity: 'redacted' })
  const bytes = kept(digest)
  const decision = JSON.parse(bytes.toString('utf8')) as Decision
  return {
    bytes,
    decision,
    evidence: kept(decision.evidence),
    waivers: kept(decision.waivers),
    policies: decision.policies.map((policy) => kept(policy.digest)),
  }
}

function checkDecision(desk: Desk, gate: string, digest: string): void {
  let again: string
  let bytes: Buffer
  try {
    const given = inputs(desk, digest)
    bytes = given.bytes
    again = remake(given, given.bytes, given.waivers)
  } catch (cause) {
    throw changed('REVIEW_DECISION_DIFFERS', `the decision of ${gate} cannot be made again`, undefined, cause)
  }
  if (again === bytes.toString('utf8')) return
  throw changed('REVIEW_DECISION_DIFFERS', `the decision of ${gate} comes out differently when it is made again`)
}

function remake(given: ReturnType<typeof inputs>, decision: Buffer, waivers: Buffer): string {
  const { evidence, policies } = given
  return replayDecision({ decision, evidence, waivers, policies })
}

/**
 * The gates let it through today too: each waiver that was used still lies beside the pipeline, signed by who may, and is
 * in force; no evidence has become too old since.
 *
 * @throws SluiceError `RELEASE_NO_LONGER_PASSES` (exit 1).
 */
export function recheckToday(desk: Desk, request: ReviewRequest, record: RunRecord): void {
  const folder = pipelineWaivers(loadPipeline(record.pipeline.file))
  const now = desk.now()
  for (const { gate, digest } of request.decisions) {
    const given = inputs(desk, digest)
    const judged = JSON.parse(given.waivers.toString('utf8')) as readonly WaiverEvidence[]
    const uses = new Map(judged.map((each) => [each.digest as string, each.uses]))
    // Only what was judged then: a waiver that came later was part of no decision that anybody reviewed.
    const today = folder.waivers
      .filter((file) => uses.has(file.digest))
      .map((file) => waiverEvidence(file, folder.signers, now, uses.get(file.digest)!))
    const dated = Buffer.from(JSON.stringify({ ...given.decision, now: now.toISOString() }), 'utf8')
    const decision = JSON.parse(remake(given, dated, Buffer.from(canonicalWaivers(today)))) as Decision
    if (decision.outcome !== 'block') continue
    throw new SluiceError({
      code: 'RELEASE_NO_LONGER_PASSES',
      message: `the gate ${gate} would block today: ${decision.rules.flatMap(({ blocks, id }) => (blocks ? [id] : [])).join(', ')}`,
      next: 'a waiver has ended or was taken away, or evidence is too old: run the pipeline again',
      exit: 1,
    })
  }
}

function changed(code: string, message: string, file?: string, cause?: unknown): SluiceError {
  return new SluiceError({
    code,
    message,
    next: 'what was approved is not what is here: restore it, or run the pipeline and ask for a review again',
    ...(file === undefined ? {} : { at: { file } }),
    exit: 4,
    cause,
  })
}
