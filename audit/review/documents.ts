import { sha256 } from '../../util/digest.ts'
import { canonicalJson, type Json } from '../../util/json.ts'
import { parseStrictJsonBytes } from '../../util/strict-json.ts'

/** Who must approve: so many different persons of these, in this role. */
export interface ReviewRole {
  readonly role: string
  /** Names as `allowed_signers` has them. */
  readonly principals: readonly string[]
  readonly quorum: number
}

/** A file as it will be in the dossier. */
export interface ReadFile {
  /** Path in the dossier: `report.html`. */
  readonly path: string
  readonly sha256: string
}

/** What reviewers are asked to approve: everything that an approval binds. Signed inside of each approval. */
export interface ReviewRequest {
  readonly v: 1
  readonly kind: 'ReviewRequest'
  readonly id: string
  readonly run: string
  readonly pipeline: { readonly name: string; readonly digest: string }
  readonly candidate: { readonly stage: string; readonly digest: string }
  readonly decisions: readonly { readonly gate: string; readonly outcome: string; readonly digest: string }[]
  readonly policies: readonly { readonly name: string; readonly version: number; readonly digest: string }[]
  /** Waivers that a decision used. */
  readonly waivers: readonly { readonly id: string; readonly digest: string }[]
  /** The signed note of the log with the run's end in it: whoever keeps an approval keeps this too. */
  readonly checkpoint: string
  /** Digest of the file that says whose signatures count. */
  readonly allowed_signers: string
  readonly requires: {
    readonly roles: readonly ReviewRole[]
    /** What each approver must have opened. */
    readonly reading: readonly { readonly name: string; readonly files: readonly ReadFile[] }[]
    /** Who may not approve, and why. */
    readonly separation: readonly { readonly name: string; readonly because: 'submitted' | 'author' }[]
  }
  readonly submitted_by: string
  readonly created: string
  readonly expires: string
  readonly nonce: string
}

export type ReviewVerdict = 'approve' | 'reject' | 'withdraw'

/** What a reviewer signs. Its canonical JSON is the message; the SSH signature lies beside it. */
export interface Approval {
  readonly v: 1
  readonly kind: 'Approval'
  readonly verdict: ReviewVerdict
  readonly reviewer: string
  readonly role: string
  /** Digest of the request. */
  readonly release: string
  readonly request: ReviewRequest
  /** What the reviewer had opened. */
  readonly opened: readonly ReadFile[]
  /** SHA-256 of the text that was given with it; `null` where there is none. */
  readonly comment: string | null
  /** For `withdraw`: digest of the document that no longer holds. */
  readonly withdraws: string | null
  readonly created: string
  readonly nonce: string
}

/** Digest that names a request. */
export function requestDigest(request: ReviewRequest): string {
  return sha256(canonicalJson(request))
}

/** Reads a request: canonical JSON of its form and nothing else, or `undefined`. */
export function parseRequest(bytes: Uint8Array): ReviewRequest | undefined {
  const value = canonical(bytes)
  return value !== undefined && isRequest(value) ? (value as unknown as ReviewRequest) : undefined
}

/** Reads a signed verdict in the same strict way. That `release` is the digest of `request` is part of its form. */
export function parseApproval(bytes: Uint8Array): Approval | undefined {
  const value = canonical(bytes)
  if (value === undefined || !isApproval(value)) return undefined
  const approval = value as unknown as Approval
  if (approval.release !== requestDigest(approval.request)) return undefined
  return (approval.withdraws === null) === (approval.verdict !== 'withdraw') ? approval : undefined
}

function canonical(bytes: Uint8Array): Json | undefined {
  const value = parseStrictJsonBytes(bytes)
  if (value === undefined) return undefined
  try {
    return Buffer.from(canonicalJson(value), 'utf8').equals(bytes) ? value : undefined
  } catch {
    return undefined
  }
}

type Check = (value: Json | undefined) => boolean

const matching =
  (pattern: RegExp): Check =>
  (value) =>
    typeof value === 'string' && pattern.test(value)
const digest = matching(/^[0-9a-f]{64}$/)
const word = matching(/^[A-Za-z0-9][A-Za-z0-9._:-]{0,99}$/)
const role = matching(/^[a-z][a-z0-9-]{0,63}$/)
const person = matching(/^[^\s,"*?!\p{C}]{1,200}$/u)
const nonce = matching(/^[0-9a-f]{32}$/)
const text: Check = (value) => typeof value === 'string' && value !== '' && value.length <= 4000
const count: Check = (value) => Number.isSafeInteger(value) && (value as number) >= 0
const time: Check = (value) => {
  if (!matching(/^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}\.\d{3}Z$/)(value)) return false
  const moment = Date.parse(value as string)
  return !Number.isNaN(moment) && new Date(moment).toISOString() === value
}
const one =
  (...values: readonly Json[]): Check =>
  (value) =>
    values.some((each) => each === value)
const orNull =
  (check: Check): Check =>
  (value) =>
    value === null || check(value)
const list =
  (item: Check): Check =>
  (value) =>
    Array.isArray(value) && value.length <= 10_000 && value.every((each) => item(each as Json))
/** An object with these members and no others. */
const shape =
  (members: Readonly<Record<string, Check>>): Check =>
  (value) => {
    if (typeof value !== 'object' || value === null || Array.isArray(value)) return false
    const object = value as { readonly [name: string]: Json }
    const names = Object.keys(members)
    return Object.keys(object).length === names.length && names.every((name) => members[name]!(object[name]))
  }

const file = shape({ path: text, sha256: digest })

const isRequest = shape({
  v: one(1),
  kind: one('ReviewRequest'),
  id: word,
  run: word,
  pipeline: shape({ name: word, digest }),
  candidate: shape({ stage: word, digest }),
  decisions: list(shape({ gate: word, outcome: one('pass', 'warn', 'waived'), digest })),
  policies: list(shape({ name: word, version: count, digest })),
  waivers: list(shape({ id: word, digest })),
  checkpoint: text,
  allowed_signers: digest,
  requires: shape({
    roles: list(shape({ role, principals: list(person), quorum: count })),
    reading: list(shape({ name: role, files: list(file) })),
    separation: list(shape({ name: person, because: one('submitted', 'author') })),
  }),
  submitted_by: person,
  created: time,
  expires: time,
  nonce,
})

const isApproval = shape({
  v: one(1),
  kind: one('Approval'),
  verdict: one('approve', 'reject', 'withdraw'),
  reviewer: person,
  role,
  release: digest,
  request: isRequest,
  opened: list(file),
  comment: orNull(digest),
  withdraws: orNull(digest),
  created: time,
  nonce,
})
