import { existsSync, mkdirSync, mkdtempSync, readFileSync, renameSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { parseAllowedSigners } from '../../audit/allowed-signers.ts'
import { loadPipeline } from '../../pipelines/engine/load.ts'
import type { RunRecord } from '../../pipelines/engine/run-record.ts'
import { waiverPlaces } from '../../pipelines/engine/waivers.ts'
import { type Desk, locked, reviewDir, stateOf } from '../../pipelines/review/desk.ts'
import { makeRequest } from '../../pipelines/review/make-request.ts'
import { readingDir } from '../../pipelines/review/opened.ts'
import { type LoggedReview, loggedReviews } from '../../pipelines/review/review-log.ts'
import { alreadyPromoted } from '../../pipelines/review/verdict.ts'
import { writeFileDurable } from '../../util/durable.ts'
import { SluiceError } from '../../util/errors.ts'
import { canonicalJson } from '../../util/json.ts'
import { fillReadingRoom } from './reading-room.ts'

/**
 * Asks for the review of a run: writes what is to be read, makes the request, stores it and logs its digest.
 *
 * @throws SluiceError those of `makeRequest`; `REVIEW_OPEN` where the run has a request that still counts;
 * `RELEASE_ALREADY_PROMOTED`.
 */
export function requestReview(desk: Desk, record: RunRecord, submittedBy: string): Promise<LoggedReview> {
  return locked(desk, (fresh) => request(fresh, record, submittedBy))
}

async function request(desk: Desk, record: RunRecord, submittedBy: string): Promise<LoggedReview> {
  const earlier = loggedReviews(desk.ledger, desk.store).filter(({ request }) => request.run === record.run)
  if (earlier.some(({ promoted }) => promoted !== undefined)) throw alreadyPromoted()
  for (const review of earlier) {
    const { state } = stateOf(desk, review)
    if (state === 'void' || state === 'expired') continue
    throw new SluiceError({
      code: 'REVIEW_OPEN',
      message: `there is a request for the review of this run already, and it is ${state}`,
      next: `sluice review show ${review.request.id}`,
    })
  }
  const pipeline = loadPipeline(record.pipeline.file)
  const { signers } = waiverPlaces(pipeline)
  const signersText = existsSync(signers) ? readFileSync(signers) : undefined
  if (signersText !== undefined) parseAllowedSigners(signersText.toString('utf8'), signers)
  mkdirSync(join(desk.root, 'reviews'), { recursive: true })
  const room = mkdtempSync(join(desk.root, 'reviews', '.reading-'))
  try {
    const digests = await fillReadingRoom(record, desk.store, room)
    const made = makeRequest({
      record,
      pipeline,
      signersText,
      submittedBy,
      checkpoint: desk.ledger.checkpoint(),
      fileDigest: (path) => digests.get(path),
      now: desk.now(),
    })
    const text = canonicalJson(made)
    const { sha256: digest } = desk.store.put(text, 'redacted')
    const folder = reviewDir(desk.root, made)
    writeFileDurable(join(folder, 'request.json'), text)
    renameSync(room, readingDir(desk.root, made))
    desk.ledger.append([
      { type: 'review.requested', run: record.run, subject: { candidate: made.candidate.digest }, payload: digest },
    ])
    return { request: made, digest, verdicts: [], comments: [] }
  } catch (error) {
    rmSync(room, { recursive: true, force: true })
    throw error
  }
}
