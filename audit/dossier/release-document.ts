import { canonicalJson, type Json } from '../../util/json.ts'
import { parseDocument } from './documents.ts'
import { isPlainPath } from './plain-path.ts'

/** `release.json`: what a release is, and the digest of every file that it relies on. */
export interface ReleaseDocument {
  readonly v: 1
  readonly kind: 'Release'
  readonly id: string
  /** ISO 8601, UTC. */
  readonly created: string
  readonly run: string
  readonly pipeline: { readonly name: string; readonly digest: string }
  /** Left out for a run without a model (blocked before it was made). */
  readonly candidate?: Candidate
  /** `blocked`: built to be looked into, not to be released. */
  readonly state: ReleaseState
  readonly decisions: readonly { readonly gate: string; readonly digest: string }[]
  readonly policies: readonly { readonly name: string; readonly version: number; readonly digest: string }[]
  readonly attestations: readonly AttestationItem[]
  /** Entries of the log that the release relies on, in order. */
  readonly entries: readonly { readonly seq: number; readonly file: string }[]
  /** Every other file, sorted by path, but those made after this one (`MADE_LATER`). */
  readonly files: readonly FileItem[]
}

export type ReleaseState = 'unreviewed' | 'approved' | 'blocked'

export interface Candidate {
  readonly stage: string
  /** Digest of the model's manifest, which is the canonical JSON of `{files, kind, sensitivity}`. */
  readonly model: string
  readonly sensitivity: 'redacted'
  readonly files: readonly ModelFileItem[]
}

export interface ModelFileItem {
  readonly name: string
  readonly sha256: string
  readonly bytes: number
  readonly sensitivity: 'redacted'
}

export interface AttestationItem {
  readonly file: string
  readonly sha256: string
  readonly predicateType: string
}

export interface FileItem {
  readonly path: string
  readonly sha256: string
  readonly bytes: number
}

export const RELEASE = 'release.json'
/** Made after `release.json`, so not in its list: each proves itself by a signature. */
export const SEALS: readonly string[] = [
  'release.sigstore.json',
  'audit/release.json-entry',
  'audit/release.tlog-proof',
  'audit/release.consistency',
]
/** May be added later by whoever asks a witness or a time stamping authority. */
export const LATER: readonly string[] = [
  'audit/cosignatures',
  'audit/anchor.note',
  'audit/anchor.tsq',
  'audit/anchor.tsr',
]

/** Where the log's files are. */
export const entryFile = (seq: number): string => `audit/entries/${seq}.json`
export const proofFile = (entry: string): string => entry.replace(/\.json$/, '.tlog-proof')
export const policyFile = (policy: { readonly name: string; readonly digest: string }): string =>
  `policies/${policy.name}@${policy.digest.slice(0, 12)}.json`

/** Reads `release.json`: canonical JSON of the form above and nothing else, or `undefined`. */
export function parseRelease(bytes: Buffer): ReleaseDocument | undefined {
  const value = parseDocument(bytes)
  if (value === undefined || canonicalJson(value) !== bytes.toString('utf8')) return undefined
  if (!isRelease(value)) return undefined
  const release = value as unknown as ReleaseDocument
  return hasOnce(release) ? release : undefined
}

type Check = (value: Json | undefined) => boolean

const text: Check = (value) => typeof value === 'string' && value !== '' && value.length <= 500
const word: Check = (value) => typeof value === 'string' && /^[A-Za-z0-9][A-Za-z0-9._:-]{0,99}$/.test(value)
const digest: Check = (value) => typeof value === 'string' && /^[0-9a-f]{64}$/.test(value)
const count: Check = (value) => Number.isSafeInteger(value) && (value as number) >= 0
const plainPath: Check = (value) => typeof value === 'string' && isPlainPath(value)
const isPlaced = (value: Json | undefined): boolean => {
  const { seq, file } = value as { readonly seq: number; readonly file: string }
  return file === entryFile(seq)
}
const time: Check = (value) => typeof value === 'string' && isTime(value)
const one =
  (...values: readonly Json[]): Check =>
  (value) =>
    values.some((each) => each === value)
const list =
  (item: Check): Check =>
  (value) =>
    Array.isArray(value) && value.every((each) => item(each as Json))
/** An object with these members; those with `?` may be left out, no other may be there. */
const shape =
  (members: Readonly<Record<string, Check>>): Check =>
  (value) => {
    if (typeof value !== 'object' || value === null || Array.isArray(value)) return false
    const object = value as { readonly [name: string]: Json }
    const known = new Set(Object.keys(members).map((name) => name.replace('?', '')))
    if (Object.keys(object).some((name) => !known.has(name))) return false
    return Object.entries(members).every(([name, check]) =>
      name.endsWith('?') && !(name.slice(0, -1) in object) ? true : check(object[name.replace('?', '')]),
    )
  }

const isRelease = shape({
  v: one(1),
  kind: one('Release'),
  id: word,
  created: time,
  run: word,
  pipeline: shape({ name: text, digest }),
  'candidate?': shape({
    stage: text,
    model: digest,
    sensitivity: one('redacted'),
    files: list(shape({ name: text, sha256: digest, bytes: count, sensitivity: one('redacted') })),
  }),
  state: one('unreviewed', 'approved', 'blocked'),
  decisions: list(shape({ gate: word, digest })),
  policies: list(shape({ name: word, version: count, digest })),
  attestations: list(shape({ file: text, sha256: digest, predicateType: text })),
  entries: list((value) => shape({ seq: count, file: text })(value) && isPlaced(value)),
  files: list(shape({ path: plainPath, sha256: digest, bytes: count })),
})

function hasOnce(release: ReleaseDocument): boolean {
  return new Set(release.files.map(({ path }) => path)).size === release.files.length
}

/** `2026-11-28T07:12:45.123Z`, a moment of the calendar. */
export function isTime(text: string): boolean {
  if (!/^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}\.\d{3}Z$/.test(text)) return false
  const value = Date.parse(text)
  return !Number.isNaN(value) && new Date(value).toISOString() === text
}
