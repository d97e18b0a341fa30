import type { Store } from '../../artifacts/store.ts'
import type { StoredEntry } from '../../audit/entry.ts'
import type { LedgerReader } from '../../audit/ledger-reader.ts'
import type { SignedVerdict } from '../../audit/review/decide-review.ts'
import { parseRequest, type ReviewRequest } from '../../audit/review/documents.ts'
import { SluiceError } from '../../util/errors.ts'

/** One question of a review: text in the store, its digest in the log. Nobody signs it. */
export interface Comment {
  readonly v: 1
  readonly kind: 'Comment'
  readonly request: string
  readonly by: string
  readonly text: string
  readonly created: string
}

/** What the log and the store hold of one request for review. */
export interface LoggedReview {
  readonly request: ReviewRequest
  readonly digest: string
  readonly verdicts: readonly (SignedVerdict & { readonly digest: string })[]
  readonly comments: readonly Comment[]
  /** Digest of the `release.json` that it was promoted to. */
  readonly promoted?: string
}

/**
 * The reviews that the log knows, oldest first. Whatever lies in a folder but not in the log is not there: a file that
 * somebody put beside the others never counts.
 *
 * @throws SluiceError `REVIEW_DAMAGED` (exit 4) where a document of the log is not in the store, or not what was logged.
 */
export function loggedReviews(ledger: LedgerReader, store: Store): readonly LoggedReview[] {
  const found = new Map<string, { -readonly [name in keyof LoggedReview]: LoggedReview[name] }>()
  for (const entry of ledger.entries()) {
    const { type, subject, payload } = entry
    if (!/^(review\.|release\.promoted$)/.test(type) || payload === undefined) continue
    if (type === 'review.requested') {
      const request = parseRequest(kept(store, payload))
      if (request === undefined || request.run !== entry.run) throw damaged(entry)
      found.set(payload, { request, digest: payload, verdicts: [], comments: [] })
      continue
    }
    const review = found.get(subject['request'] ?? '')
    if (review === undefined) throw damaged(entry)
    if (type === 'release.promoted') review.promoted ??= payload
    else if (type === 'review.commented') {
      review.comments = [...review.comments, JSON.parse(kept(store, payload).toString('utf8')) as Comment]
    } else {
      const verdict = { digest: payload, document: kept(store, payload), signature: kept(store, subject['signature']) }
      review.verdicts = [...review.verdicts, verdict]
    }
  }
  return [...found.values()]
}

/**
 * The request that is meant: by its id, its digest (or the beginning of one of them), or by its run; else the newest.
 *
 * @throws SluiceError `REVIEW_UNKNOWN`.
 */
export function findReview(reviews: readonly LoggedReview[], named: string | undefined): LoggedReview {
  const fits = ({ request, digest }: LoggedReview): boolean =>
    named === undefined || request.run === named || request.id === named || digest === named
  const found = reviews.filter(fits).at(-1)
  if (found !== undefined) return found
  throw new SluiceError({
    code: 'REVIEW_UNKNOWN',
    message: named === undefined ? 'no review was requested in this store' : 'there is no such request for review',
    next: 'list them with: sluice review list; ask for one with: sluice review request --by NAME',
  })
}

function kept(store: Store, digest: string | undefined): Buffer {
  try {
    return store.get({ sha256: digest ?? '', sensitivity: 'redacted' })
  } catch (cause) {
    throw new SluiceError({
      code: 'REVIEW_DAMAGED',
      message: 'a document of a review is not in the store, or was changed there',
      next: 'sluice verify says what else is; ask for the review again',
      exit: 4,
      cause,
    })
  }
}

function damaged(entry: StoredEntry): SluiceError {
  return new SluiceError({
    code: 'REVIEW_DAMAGED',
    message: `entry ${entry.seq} of the log is about a review that cannot be read`,
    next: 'verify the store with: sluice verify',
    exit: 4,
  })
}
