import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { basename, dirname, join, resolve } from 'node:path'
import { parseRelease } from '../../audit/dossier/release-document.ts'
import { verifyDossier } from '../../audit/dossier/verify-dossier.ts'
import type { Signer } from '../../audit/keys/signer.ts'
import type { ReviewState } from '../../audit/review/decide-review.ts'
import { loadRun } from '../../pipelines/engine/history.ts'
import type { RunRecord } from '../../pipelines/engine/run-record.ts'
import { currentSigners, type Desk, locked, stateOf } from '../../pipelines/review/desk.ts'
import { recheckBound, recheckToday } from '../../pipelines/review/recheck.ts'
import { findReview, type LoggedReview, loggedReviews } from '../../pipelines/review/review-log.ts'
import { alreadyPromoted } from '../../pipelines/review/verdict.ts'
import { sha256 } from '../../util/digest.ts'
import { SluiceError } from '../../util/errors.ts'
import { buildDossier } from './build.ts'
import { fillReadingRoom } from './reading-room.ts'

export interface PromoteOptions {
  readonly desk: Desk
  /** Id of a run or request. */
  readonly named: string | undefined
  /** Folder of the dossier; default: `dossier` in the folder of the run's review. */
  readonly out: string
  readonly signer: Signer
}

export interface Promoted {
  readonly review: LoggedReview
  readonly folder: string
  /** Digest of `release.json`. */
  readonly digest: string
  readonly id: string
  readonly checkpoint: string
}

/**
 * Promotes a reviewed candidate: checks everything again, writes the dossier with the approvals in it, and logs that the
 * approvals are used up. A killed promotion leaves nothing, or a dossier that the next one finishes.
 *
 * @throws SluiceError exit 3 `REVIEW_WAITING`; exit 1 `REVIEW_REJECTED`, `REVIEW_EXPIRED`, `RELEASE_NO_LONGER_PASSES`;
 * exit 4 what `recheckBound` throws, and `REVIEW_READING_CHANGED`; `RELEASE_ALREADY_PROMOTED`.
 */
export function promote(options: PromoteOptions): Promise<Promoted> {
  return locked(options.desk, (desk) => promoteLocked({ ...options, desk }))
}

async function promoteLocked({ desk, named, out, signer }: PromoteOptions): Promise<Promoted> {
  const reviews = loggedReviews(desk.ledger, desk.store)
  const review = findReview(reviews, named)
  if (review.promoted !== undefined) throw alreadyPromoted()
  const { request } = review
  const record = loadRun(desk.root, request.run)
  recheckBound(desk, request, record)
  const state = stateOf(desk, review)
  if (state.state !== 'approved') throw notApproved(review, state)
  recheckToday(desk, request, record)
  await recheckReading(desk, review, record)
  const { folder, digest, id } =
    (await unfinished(desk, review, out)) ?? (await build(desk, review, record, state, { out, signer }))
  const { checkpoint } = desk.ledger.append([
    {
      type: 'release.promoted',
      run: request.run,
      subject: { request: review.digest, candidate: request.candidate.digest, release: digest },
      payload: digest,
    },
  ])
  return { review, folder, digest, id, checkpoint }
}

async function build(
  desk: Desk,
  review: LoggedReview,
  record: RunRecord,
  state: ReviewState,
  { out, signer }: { readonly out: string; readonly signer: Signer },
): Promise<{ readonly folder: string; readonly digest: string; readonly id: string }> {
  removeLeftovers(out)
  const approvals = review.verdicts
    .filter(({ digest }) => state.counted.includes(digest))
    .map(({ digest, document, signature }) => ({ id: digest.slice(0, 16), document, signature }))
  const built = await buildDossier(record, {
    store: desk.root,
    out,
    keys: desk.keys,
    signer,
    now: () => desk.now(),
    review: { approvals, allowedSigners: currentSigners(desk.root, review.request), approved: true },
  })
  return { folder: built.folder, digest: built.digest, id: built.release.id }
}

/** Folders that a killed promotion was still filling. */
function removeLeftovers(out: string): void {
  const parent = dirname(resolve(out))
  if (!existsSync(parent)) return
  for (const name of readdirSync(parent)) {
    if (name.startsWith(`.${basename(out)}.tmp-`)) rmSync(join(parent, name), { recursive: true, force: true })
  }
}

/** The dossier of a promotion that was killed just before its last entry: whole, verified, of this request. */
async function unfinished(
  desk: Desk,
  { request, digest }: LoggedReview,
  out: string,
): Promise<{ readonly folder: string; readonly digest: string; readonly id: string } | undefined> {
  const file = join(out, 'release.json')
  if (!existsSync(file)) return undefined
  const bytes = readFileSync(file)
  const release = parseRelease(bytes)
  const built = sha256(bytes)
  const logged = [...desk.ledger.entries()].some(({ type, payload }) => type === 'release.built' && payload === built)
  const [approval] = readdirSync(out).includes('approvals')
    ? readdirSync(join(out, 'approvals')).filter((name) => name.endsWith('.json'))
    : []
  const ours =
    approval !== undefined && readFileSync(join(out, 'approvals', approval), 'utf8').includes(`"release":"${digest}"`)
  if (release?.run !== request.run || release.state !== 'approved' || !logged || !ours) return undefined
  return (await verifyDossier(out)).ok ? { folder: resolve(out), digest: built, id: release.id } : undefined
}

/** What reviewers read is what the dossier will have: another version of the program could render it differently. */
async function recheckReading(desk: Desk, { request }: LoggedReview, record: RunRecord): Promise<void> {
  const files = request.requires.reading.flatMap((each) => each.files)
  if (files.length === 0) return
  const room = mkdtempSync(join(desk.root, 'reviews', '.reading-'))
  try {
    const digests = await fillReadingRoom(record, desk.store, room)
    const other = files.find(({ path, sha256: of }) => digests.get(path) !== of)
    if (other === undefined) return
    throw new SluiceError({
      code: 'REVIEW_READING_CHANGED',
      message: `${other.path} comes out differently from what reviewers read`,
      next: 'use the version of Sluice that made the run, or run the pipeline and ask for a review again',
      exit: 4,
    })
  } finally {
    rmSync(room, { recursive: true, force: true })
  }
}

function notApproved({ request }: LoggedReview, { state, roles }: ReviewState): SluiceError {
  const show = `sluice review show ${request.id}`
  if (state === 'waiting') {
    const missing = roles
      .filter(({ quorum, counted }) => counted.length < quorum)
      .map(({ role, quorum, counted }) => `${quorum - counted.length} more as ${role}`)
    return new SluiceError({
      code: 'REVIEW_WAITING',
      message: `it is not approved yet: ${missing.join(', ')}`,
      next: `${show}; a reviewer approves with: sluice review approve ${request.id} --as NAME`,
      exit: 3,
    })
  }
  if (state === 'rejected') {
    return new SluiceError({
      code: 'REVIEW_REJECTED',
      message: 'a reviewer rejected it',
      next: `${show} says who and why; they may withdraw it, or the pipeline is changed and run again`,
      exit: 1,
    })
  }
  return new SluiceError({
    code: state === 'expired' ? 'REVIEW_EXPIRED' : 'REVIEW_SIGNERS_CHANGED',
    message: state === 'expired' ? 'the request for review has ended' : 'what the request pinned has changed',
    next: `ask again: sluice review request ${request.run} --by NAME`,
    exit: state === 'expired' ? 1 : 4,
  })
}
