import { randomBytes } from 'node:crypto'
import { decideReview, type ReviewReason, type SignedVerdict } from '../../audit/review/decide-review.ts'
import { type Approval, parseApproval, type ReviewVerdict, requestDigest } from '../../audit/review/documents.ts'
import { parseSshSignature } from '../../audit/sshsig.ts'
import { sha256 } from '../../util/digest.ts'
import { SluiceError } from '../../util/errors.ts'
import { canonicalJson } from '../../util/json.ts'
import { currentSigners, type Desk, lockedNow, type ReadDesk } from './desk.ts'
import { readingLeft, readingOf } from './opened.ts'
import { type Comment, findReview, type LoggedReview, loggedReviews } from './review-log.ts'

export interface VerdictInput {
  readonly verdict: ReviewVerdict
  readonly reviewer: string
  /** Default: the one role that the reviewer has in the request. */
  readonly role?: string
  /** For `withdraw`: digest of what is taken back. */
  readonly withdraws?: string
  /** `textDigest` of the text that goes with it. */
  readonly comment?: string
}

/**
 * The document that a reviewer signs, in canonical JSON.
 *
 * @param now - the time; never before the request
 * @throws SluiceError `REVIEW_NOT_A_REVIEWER`, `REVIEW_ROLE_UNCLEAR`, `REVIEW_UNREAD`.
 */
export function verdictDocument(root: string, review: LoggedReview, input: VerdictInput, now: Date): Buffer {
  const { request } = review
  const { verdict, reviewer } = input
  const role = input.role ?? onlyRole(request.requires.roles, reviewer)
  const left = verdict === 'approve' ? readingLeft(root, request, reviewer) : []
  if (left.length > 0) {
    throw new SluiceError({
      code: 'REVIEW_UNREAD',
      message: `${reviewer} has not opened: ${left.join(', ')}`,
      next: `open each: sluice review open ${left[0]} --as ${reviewer}`,
    })
  }
  const created = new Date(Math.max(now.getTime(), Date.parse(request.created))).toISOString()
  const approval: Approval = {
    v: 1,
    kind: 'Approval',
    verdict,
    reviewer,
    role,
    release: requestDigest(request),
    request,
    opened: readingOf(root, request, reviewer),
    comment: input.comment ?? null,
    withdraws: input.withdraws ?? null,
    created,
    nonce: randomBytes(16).toString('hex'),
  }
  return Buffer.from(canonicalJson(approval), 'utf8')
}

function onlyRole(
  roles: readonly { readonly role: string; readonly principals: readonly string[] }[],
  reviewer: string,
): string {
  const mine = roles.filter(({ principals }) => principals.includes(reviewer))
  if (mine.length === 1) return mine[0]!.role
  throw new SluiceError({
    code: mine.length === 0 ? 'REVIEW_NOT_A_REVIEWER' : 'REVIEW_ROLE_UNCLEAR',
    message: mine.length === 0 ? `${reviewer} has no role in this review` : `${reviewer} has more than one role here`,
    next:
      mine.length === 0
        ? `reviewers are: ${[...new Set(roles.flatMap(({ principals }) => principals))].join(', ')}`
        : `say which: --role ${mine.map(({ role }) => role).join(' or --role ')}`,
  })
}

const ENTRY: Readonly<Record<ReviewVerdict, string>> = {
  approve: 'review.approved',
  reject: 'review.rejected',
  withdraw: 'review.withdrawn',
}

/**
 * Checks a signed verdict as the promotion will.
 *
 * @throws SluiceError with the code of the reason (`APPROVAL_*`, `REVIEW_*`); `RELEASE_ALREADY_PROMOTED`, `APPROVAL_TAKEN`
 * where it is there already.
 */
export function checkVerdict(desk: ReadDesk, review: LoggedReview, signed: SignedVerdict): void {
  const digest = sha256(signed.document)
  if (review.promoted !== undefined) throw alreadyPromoted()
  if (review.verdicts.some((each) => each.digest === digest)) {
    throw new SluiceError({
      code: 'APPROVAL_TAKEN',
      message: 'this verdict was taken in before',
      next: 'nothing to do: sluice review show says how the review stands',
    })
  }
  const signers = currentSigners(desk.root, review.request)
  const decided = (verdicts: readonly SignedVerdict[]) => decideReview(review.request, verdicts, desk.now(), signers)
  const { state, reasons } = decided([...review.verdicts, signed])
  const over = state === 'void' || state === 'expired'
  // Of two approvals of one person either may be the one that counts: a new one is refused all the same.
  const twice = (found: readonly ReviewReason[]) => found.filter(({ code }) => code === 'APPROVAL_TWICE')
  const again = twice(reasons).length > twice(decided(review.verdicts).reasons).length ? twice(reasons) : []
  const [reason] = [...reasons.filter(({ about }) => about === digest || (over && about === '')), ...again]
  if (reason !== undefined) throw refused(reason)
}

/**
 * Takes a signed verdict in: keeps document and signature in the store, and logs their digests. What `checkVerdict`
 * refuses leaves no trace.
 */
export function takeVerdict(desk: Desk, review: LoggedReview, signed: SignedVerdict): void {
  lockedNow(desk, (fresh) => {
    checkVerdict(fresh, findReview(loggedReviews(fresh.ledger, fresh.store), review.digest), signed)
    logVerdict(fresh, review, signed)
  })
}

function logVerdict(desk: Desk, review: LoggedReview, signed: SignedVerdict): void {
  const approval = parseApproval(signed.document) as Approval
  const put = (bytes: Uint8Array): string => desk.store.put(bytes, 'redacted').sha256
  const { fingerprint } = parseSshSignature(Buffer.from(signed.signature).toString('utf8'))
  // The person is named in the document only: the log has the key.
  desk.ledger.append([
    {
      type: ENTRY[approval.verdict],
      run: review.request.run,
      subject: {
        request: review.digest,
        signature: put(signed.signature),
        key: fingerprint,
        role: approval.role,
        ...(approval.withdraws === null ? {} : { document: approval.withdraws }),
      },
      payload: put(signed.document),
    },
  ])
}

/** Keeps a text in the store and logs its digest: no text ever enters the log. */
export function takeComment(desk: Desk, review: LoggedReview, by: string, text: string): void {
  checkText(text)
  const comment: Comment = {
    v: 1,
    kind: 'Comment',
    request: review.digest,
    by,
    text,
    created: desk.now().toISOString(),
  }
  const payload = desk.store.putJson(comment, 'redacted').sha256
  desk.ledger.append([
    { type: 'review.commented', run: review.request.run, subject: { request: review.digest }, payload },
  ])
}

/** Digest of a text that goes with a verdict: what is signed is which text it was. */
export function textDigest(text: string): string {
  checkText(text)
  return sha256(text)
}

function checkText(text: string): void {
  if (text.trim() !== '' && text.length <= 10_000) return
  throw new SluiceError({
    code: 'REVIEW_COMMENT_EMPTY',
    message: 'a comment has between 1 and 10,000 characters',
    next: 'give it in quotes',
  })
}

function refused({ code, message }: ReviewReason): SluiceError {
  return new SluiceError({
    code,
    message: `this does not count: ${message}`,
    next: NEXT[code] ?? 'sluice review show says what the review needs',
    exit: /^(REVIEW_SIGNERS|APPROVAL_SIGNATURE|APPROVAL_MALFORMED)/.test(code) ? 4 : code === 'REVIEW_EXPIRED' ? 1 : 2,
  })
}

const NEXT: Readonly<Record<string, string>> = {
  REVIEW_SIGNERS_CHANGED: 'restore allowed_signers, or ask for the review again: sluice review request',
  REVIEW_EXPIRED: 'ask for the review again: sluice review request',
  APPROVAL_SIGNER_OTHER_KEY: 'sign with the key that allowed_signers has for this name: --key FILE',
  APPROVAL_SIGNER_NAMESPACE: 'its line in allowed_signers needs namespaces="sluice-approval"',
}

export function alreadyPromoted(): SluiceError {
  return new SluiceError({
    code: 'RELEASE_ALREADY_PROMOTED',
    message: 'this request has led to a release already, and its approvals count once',
    next: 'sluice release list shows it; for another release run the pipeline and ask for another review',
  })
}
