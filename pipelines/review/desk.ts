import { existsSync, mkdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { openStore, type Store } from '../../artifacts/store.ts'
import { type Keys, readLogKey } from '../../audit/keys.ts'
import { type Ledger, openLedger } from '../../audit/ledger.ts'
import { type LedgerReader, readLedger } from '../../audit/ledger-reader.ts'
import { acquireLock } from '../../audit/lock.ts'
import { decideReview, type ReviewState } from '../../audit/review/decide-review.ts'
import type { ReviewRequest } from '../../audit/review/documents.ts'
import { loadRun } from '../engine/history.ts'
import { loadPipeline } from '../engine/load.ts'
import { notBefore, waiverPlaces } from '../engine/waivers.ts'
import type { LoggedReview } from './review-log.ts'

/** Where reviews are kept, for who only reads: a store, its log, and the time, which is a parameter. */
export interface ReadDesk {
  readonly root: string
  readonly store: Store
  readonly ledger: LedgerReader
  /** Never earlier than the last entry of the log: a clock that was set back brings nothing to life that had ended. */
  readonly now: () => Date
}

export interface Desk extends ReadDesk {
  readonly ledger: Ledger
  readonly keys: Keys
}

/** Opens the store's log for a review. @throws what `openLedger` throws. */
export function openDesk(root: string, keys: Keys, clock: () => Date): Desk {
  const ledger = openLedger(join(root, 'ledger'), keys, { now: clock })
  return { root, store: openStore(root), ledger, keys, now: () => notBefore(clock(), ledger) }
}

/** The same without the private key of the log. */
export function readDesk(root: string, clock: () => Date): ReadDesk {
  const ledger = readLedger(join(root, 'ledger'), readLogKey(join(root, 'keys')))
  return { root, store: openStore(root), ledger, now: () => notBefore(clock(), ledger) }
}

export function reviewDir(root: string, request: ReviewRequest): string {
  return join(root, 'reviews', request.id)
}

/** How long a promotion of a large model may keep others waiting. */
const WAIT_MS = 60_000

/**
 * Does something with the reviews of a store while nobody else does: a rejection that comes during a promotion waits, and
 * then finds it done. `work` gets the log as it is now.
 *
 * @throws SluiceError `LOG_LOCKED`.
 */
export async function locked<T>(desk: Desk, work: (fresh: Desk) => Promise<T>): Promise<T> {
  const release = lockReviews(desk.root)
  try {
    return await work(reopened(desk))
  } finally {
    release()
  }
}

/** The same for work that ends at once. */
export function lockedNow<T>(desk: Desk, work: (fresh: Desk) => T): T {
  const release = lockReviews(desk.root)
  try {
    return work(reopened(desk))
  } finally {
    release()
  }
}

function lockReviews(root: string): () => void {
  mkdirSync(join(root, 'reviews'), { recursive: true })
  return acquireLock(join(root, 'reviews', 'lock'), { timeoutMs: WAIT_MS }).release
}

function reopened(desk: Desk): Desk {
  return openDesk(desk.root, desk.keys, desk.now)
}

/** The bytes of the `allowed_signers` that the pipeline names now; nothing where they are gone. */
export function currentSigners(root: string, request: ReviewRequest): Buffer {
  const { file } = loadRun(root, request.run).pipeline
  if (!existsSync(file)) return Buffer.alloc(0)
  const { signers } = waiverPlaces(loadPipeline(file))
  return existsSync(signers) ? readFileSync(signers) : Buffer.alloc(0)
}

/** How a review stands now. */
export function stateOf(desk: ReadDesk, review: LoggedReview): ReviewState {
  return decideReview(review.request, review.verdicts, desk.now(), currentSigners(desk.root, review.request))
}
