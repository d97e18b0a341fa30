import { sha256 } from '../../util/digest.ts'
import { SluiceError } from '../../util/errors.ts'
import { type AllowedSigner, findAllowedSigner, parseAllowedSigners } from '../allowed-signers.ts'
import { APPROVAL_NAMESPACE, parseSshSignature } from '../sshsig.ts'
import { type Approval, parseApproval, type ReviewRequest, requestDigest } from './documents.ts'
import { assignRoles, personsOf } from './persons.ts'

/** A verdict as it was signed: the exact bytes, and the armored SSH signature over them. */
export interface SignedVerdict {
  readonly document: Uint8Array
  readonly signature: Uint8Array
}

/** Why a verdict does not count, or why the whole request does not. */
export interface ReviewReason {
  readonly code: ReasonCode
  /** Digest of the document; empty where it is about the request. */
  readonly about: string
  readonly message: string
}

const MESSAGES = {
  REVIEW_SIGNERS_CHANGED: 'allowed_signers is not the file that the request pinned',
  REVIEW_SIGNERS_MALFORMED: 'allowed_signers cannot be read',
  REVIEW_EXPIRED: 'the request has ended',
  REVIEW_REJECTED: 'a reviewer rejected it, and has not withdrawn that',
  APPROVAL_MALFORMED: 'it is not canonical JSON of the form that a verdict has',
  APPROVAL_OTHER_REQUEST: 'it is about another request',
  APPROVAL_SIGNATURE: 'its signature does not hold over these bytes',
  APPROVAL_NAMESPACE: 'its signature was made for another purpose than approvals',
  APPROVAL_SIGNER_UNKNOWN: 'its reviewer is not in allowed_signers',
  APPROVAL_SIGNER_OTHER_KEY: 'its key is not one of its reviewer',
  APPROVAL_SIGNER_NAMESPACE: 'its key may not sign approvals',
  APPROVAL_SIGNER_TOO_EARLY: 'its key is not valid yet',
  APPROVAL_SIGNER_TOO_LATE: 'its key is no longer valid',
  APPROVAL_ROLE: 'its reviewer does not have that role',
  APPROVAL_SELF: 'its reviewer submitted the release or wrote what is judged, so may not approve it',
  APPROVAL_UNREAD: 'its reviewer has not opened all that must be read',
  APPROVAL_TIME: 'it was given before the request began or after it ended',
  APPROVAL_NONCE_REUSED: 'its reviewer used its nonce before',
  APPROVAL_WITHDRAWN: 'its reviewer withdrew it',
  APPROVAL_TWICE: 'its reviewer has approved already: one person counts once',
  WITHDRAWAL_OF_NOTHING: 'it withdraws nothing that its reviewer signed',
} as const

type ReasonCode = keyof typeof MESSAGES

export interface ReviewState {
  /** `void`: what the request pinned has changed, so nothing counts. */
  readonly state: 'waiting' | 'approved' | 'rejected' | 'expired' | 'void'
  /** Who counts for which role. */
  readonly roles: readonly { readonly role: string; readonly quorum: number; readonly counted: readonly string[] }[]
  /** Digests of the approvals that count: one for each person. */
  readonly counted: readonly string[]
  readonly reasons: readonly ReviewReason[]
}

/**
 * Whether a release may go out, from the request, what reviewers signed, the time, and the bytes of `allowed_signers`.
 * Pure, and the same for any order of the verdicts. Whatever does not surely hold does not count and says why:
 *
 * - each approval is of this request, signed for this purpose by a key that its reviewer had then and has now;
 * - a person counts once, whatever names, keys or roles they have; who submitted it or wrote it not at all;
 * - one rejection stops it until the same reviewer withdraws it.
 */
export function decideReview(
  request: ReviewRequest,
  verdicts: readonly SignedVerdict[],
  now: Date,
  signersText: Uint8Array,
): ReviewState {
  const empty = request.requires.roles.map(({ role, quorum }) => ({ role, quorum, counted: [] }))
  const signers = readSigners(request, signersText)
  if (typeof signers === 'string') {
    return { state: 'void', roles: empty, counted: [], reasons: [reason(signers)] }
  }
  const { roles: places, separation } = request.requires
  const names = [...places.flatMap(({ principals }) => principals), ...separation.map(({ name }) => name)]
  const person = personsOf(names, signers)
  const basis = { request, signers, person, now }
  const read = readVerdicts(verdicts).map((each) => ({ ...each, problem: problemOf(each, basis) }))
  const sound = read.flatMap(({ approval, problem, digest }) =>
    approval === undefined || problem !== undefined ? [] : [{ approval, digest }],
  )
  const withdrawn = new Set(sound.flatMap(({ approval }) => targetOf(approval, sound)))
  const standing = sound.filter(({ digest }) => !withdrawn.has(digest))
  const rejected = standing.some(({ approval }) => approval.verdict === 'reject')
  const { reused, roles, counted } = count(request, standing, person)
  const reasons = read.flatMap(({ digest, problem, approval }) => {
    const code = problem ?? laterProblem(digest, approval!, { withdrawn, reused, counted, sound, person })
    return code === undefined ? [] : [reason(code, digest)]
  })
  const expired = !(now.getTime() <= Date.parse(request.expires))
  const full = roles.every((role) => role.counted.length >= role.quorum)
  const state = rejected ? 'rejected' : expired ? 'expired' : full ? 'approved' : 'waiting'
  const about = rejected ? [reason('REVIEW_REJECTED')] : expired ? [reason('REVIEW_EXPIRED')] : []
  return { state, roles, counted: [...counted].sort(), reasons: [...about, ...reasons] }
}

interface Sound {
  readonly approval: Approval
  readonly digest: string
}

interface Read {
  readonly digest: string
  readonly document: Uint8Array
  /** The same document may come with several signatures: one that holds is enough. */
  readonly signatures: readonly string[]
  readonly approval: Approval | undefined
}

/** Everything that a verdict is held against. */
interface Basis {
  readonly request: ReviewRequest
  readonly signers: readonly AllowedSigner[]
  /** Name → the one name of that person. */
  readonly person: ReadonlyMap<string, string>
  readonly now: Date
}

function readSigners(request: ReviewRequest, text: Uint8Array): readonly AllowedSigner[] | ReasonCode {
  if (sha256(text) !== request.allowed_signers) return 'REVIEW_SIGNERS_CHANGED'
  try {
    return parseAllowedSigners(Buffer.from(text).toString('utf8'))
  } catch (error) {
    if (error instanceof SluiceError) return 'REVIEW_SIGNERS_MALFORMED'
    throw error
  }
}

/** Each document once, in an order that does not depend on how they came. */
function readVerdicts(verdicts: readonly SignedVerdict[]): readonly Read[] {
  const byDigest = new Map<string, { document: Uint8Array; signatures: Set<string> }>()
  for (const { document, signature } of verdicts) {
    const digest = sha256(document)
    const known = byDigest.get(digest) ?? { document, signatures: new Set<string>() }
    known.signatures.add(Buffer.from(signature).toString('utf8'))
    byDigest.set(digest, known)
  }
  return [...byDigest]
    .map(([digest, { document, signatures }]) => ({
      digest,
      document,
      signatures: [...signatures].sort(),
      approval: parseApproval(document),
    }))
    .sort((a, b) => order(a.approval?.created ?? '', b.approval?.created ?? '') || order(a.digest, b.digest))
}

/** What is wrong with a verdict by itself. */
function problemOf(read: Read, { request, signers, person, now }: Basis): ReasonCode | undefined {
  const { approval, document, signatures } = read
  if (approval === undefined) return 'APPROVAL_MALFORMED'
  if (approval.release !== requestDigest(request)) return 'APPROVAL_OTHER_REQUEST'
  const signature = best(signatures.map((armored) => signatureProblem(armored, document, approval, now, signers)))
  if (signature !== undefined) return signature
  const { roles, reading, separation } = request.requires
  const role = roles.find((each) => each.role === approval.role)
  if (role === undefined || !role.principals.includes(approval.reviewer)) return 'APPROVAL_ROLE'
  if (approval.created < request.created || approval.created > request.expires) return 'APPROVAL_TIME'
  if (approval.verdict !== 'approve') return undefined
  if (separation.some(({ name }) => person.get(name) === person.get(approval.reviewer))) return 'APPROVAL_SELF'
  const opened = new Set(approval.opened.map(({ path, sha256: digest }) => `${digest} ${path}`))
  const unread = reading.some(({ files }) => files.some(({ path, sha256: digest }) => !opened.has(`${digest} ${path}`)))
  return unread ? 'APPROVAL_UNREAD' : undefined
}

/** `undefined` if one signature holds, else the first reason. */
function best(problems: readonly (ReasonCode | undefined)[]): ReasonCode | undefined {
  return problems.includes(undefined) ? undefined : (problems[0] ?? 'APPROVAL_SIGNATURE')
}

function signatureProblem(
  armored: string,
  document: Uint8Array,
  { reviewer, created, verdict }: Approval,
  now: Date,
  signers: readonly AllowedSigner[],
): ReasonCode | undefined {
  try {
    const signature = parseSshSignature(armored)
    if (!signature.verify(document)) return 'APPROVAL_SIGNATURE'
    if (signature.namespace !== APPROVAL_NAMESPACE) return 'APPROVAL_NAMESPACE'
    const asked = { principal: reviewer, publicKey: signature.publicKey, namespace: APPROVAL_NAMESPACE }
    // An approval needs a key that is still good; a rejection stays one when its key has ended since.
    const moments = verdict === 'reject' ? [new Date(created)] : [new Date(created), now]
    for (const at of moments) {
      const answer = findAllowedSigner(signers, { ...asked, at })
      if (!answer.ok) return SIGNER[answer.reason]
    }
    return undefined
  } catch (error) {
    if (error instanceof SluiceError) return 'APPROVAL_SIGNATURE'
    throw error
  }
}

const SIGNER = {
  unknown: 'APPROVAL_SIGNER_UNKNOWN',
  other_key: 'APPROVAL_SIGNER_OTHER_KEY',
  namespace: 'APPROVAL_SIGNER_NAMESPACE',
  too_early: 'APPROVAL_SIGNER_TOO_EARLY',
  too_late: 'APPROVAL_SIGNER_TOO_LATE',
} as const

/** The document that a withdrawal takes back: one that the same reviewer signed. */
function targetOf(approval: Approval, sound: readonly Sound[]): readonly string[] {
  if (approval.verdict !== 'withdraw') return []
  return sound.flatMap(({ approval: other, digest }) =>
    digest === approval.withdraws && other.reviewer === approval.reviewer && other.verdict !== 'withdraw'
      ? [digest]
      : [],
  )
}

interface Counted {
  readonly reused: ReadonlySet<string>
  readonly roles: ReviewState['roles']
  readonly counted: ReadonlySet<string>
}

function count(request: ReviewRequest, standing: readonly Sound[], person: ReadonlyMap<string, string>): Counted {
  const approvals = standing.filter(({ approval }) => approval.verdict === 'approve')
  const nonces = new Set<string>()
  const reused = new Set<string>()
  for (const { approval, digest } of approvals) {
    const key = `${approval.nonce} ${approval.reviewer}`
    if (nonces.has(key)) reused.add(digest)
    nonces.add(key)
  }
  const fresh = approvals.filter(({ digest }) => !reused.has(digest))
  const { roles } = request.requires
  const may = new Map<string, Set<string>>()
  for (const { approval } of fresh) {
    const who = person.get(approval.reviewer)!
    may.set(who, (may.get(who) ?? new Set()).add(approval.role))
  }
  const assigned = assignRoles(roles, may)
  const chosen = [...assigned].map(
    ([who, role]) =>
      fresh.find(({ approval }) => person.get(approval.reviewer) === who && approval.role === role) as Sound,
  )
  return {
    reused,
    counted: new Set(chosen.map(({ digest }) => digest)),
    roles: roles.map(({ role, quorum }) => ({
      role,
      quorum,
      counted: chosen.flatMap(({ approval }) => (approval.role === role ? [approval.reviewer] : [])).sort(),
    })),
  }
}

/** Why a verdict that is sound by itself does not count. */
function laterProblem(
  digest: string,
  approval: Approval,
  all: {
    readonly withdrawn: ReadonlySet<string>
    readonly reused: ReadonlySet<string>
    readonly counted: ReadonlySet<string>
    readonly sound: readonly Sound[]
    readonly person: ReadonlyMap<string, string>
  },
): ReasonCode | undefined {
  if (all.withdrawn.has(digest)) return 'APPROVAL_WITHDRAWN'
  if (approval.verdict === 'withdraw')
    return targetOf(approval, all.sound).length === 0 ? 'WITHDRAWAL_OF_NOTHING' : undefined
  if (approval.verdict === 'reject') return undefined
  if (all.reused.has(digest)) return 'APPROVAL_NONCE_REUSED'
  const again = all.sound.some(
    ({ approval: other, digest: of }) =>
      all.counted.has(of) && of !== digest && all.person.get(other.reviewer) === all.person.get(approval.reviewer),
  )
  return again ? 'APPROVAL_TWICE' : undefined
}

function reason(code: ReasonCode, about = ''): ReviewReason {
  return { code, about, message: MESSAGES[code] }
}

function order(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0
}
