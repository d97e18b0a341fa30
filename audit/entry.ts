import { sha256 } from '../util/digest.ts'
import { SluiceError } from '../util/errors.ts'
import { canonicalJson } from '../util/json.ts'
import { newEntryView, scanEntry } from './entry-scan.ts'
import { MAX_ENTRY_BYTES } from './tiles.ts'

/**
 * What a caller hands to the log. The schema is closed and has no place for free text or personal data: a subject is a
 * map of names to digests, ids, counts or short words; everything else is stored elsewhere and named by `payload`.
 */
export interface LedgerEntry {
  /** `stage.completed` */
  readonly type: string
  readonly run: string
  readonly subject: Readonly<Record<string, string>>
  /** Digest of a document in the store. */
  readonly payload?: string
}

/** What the log stores: the canonical JSON of this. */
export interface StoredEntry extends LedgerEntry {
  readonly v: 1
  /** 0-based position in the log. Order is by this, never by time. */
  readonly seq: number
  /** ISO 8601, UTC, never earlier than that of the entry before. */
  readonly ts: string
  /** SHA-256 of the bytes of the entry before; 64 zeros for the first. For people who check line by line. */
  readonly prev: string
}

export const FIRST_PREV: string = '0'.repeat(64)

const TYPE = /^[a-z][a-z0-9_-]{0,31}(\.[a-z][a-z0-9_-]{0,31}){1,3}$/
const RUN = /^[A-Za-z0-9][A-Za-z0-9._:-]{0,79}$/
const NAME = /^[A-Za-z][A-Za-z0-9_.-]{0,63}$/
/** An id or a short word. No blank, no quote, and `@` only in front (an npm scope), so no e-mail address. */
const WORD = /^@?[A-Za-z0-9_][A-Za-z0-9_.:/+-]{0,127}$/
const DIGEST = /^[0-9a-f]{64}$/
const TIME = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}\.\d{3}Z$/
const MAX_SUBJECT = 64

/** Throws `LOG_ENTRY_INVALID` for anything outside the schema. The value is not quoted: it may be what must not be logged. */
export function checkEntry(entry: LedgerEntry): void {
  const problem = entryProblem(entry)
  if (problem === undefined) return
  throw new SluiceError({
    code: 'LOG_ENTRY_INVALID',
    message: `an entry does not fit the schema of the log: ${problem}`,
    next: 'put text and data into the store and log its digest',
    exit: 5,
  })
}

function entryProblem(entry: LedgerEntry): string | undefined {
  const unknown = Object.keys(entry).find((key) => !['type', 'run', 'subject', 'payload'].includes(key))
  if (unknown !== undefined) return 'a member that the schema does not have'
  if (typeof entry.type !== 'string' || !TYPE.test(entry.type)) return '`type` is not of the form word.word'
  if (typeof entry.run !== 'string' || !RUN.test(entry.run)) return '`run` is not an id'
  if (typeof entry.subject !== 'object' || entry.subject === null || Array.isArray(entry.subject)) {
    return '`subject` is not a map'
  }
  const members = Object.entries(entry.subject)
  if (members.length > MAX_SUBJECT) return `\`subject\` has more than ${MAX_SUBJECT} members`
  for (const [name, value] of members) {
    if (!NAME.test(name)) return 'a name in `subject` is not a short word'
    if (typeof value !== 'string' || !WORD.test(value))
      return `\`subject.${name}\` is not a digest, an id or a short word`
  }
  if (entry.payload !== undefined && !(typeof entry.payload === 'string' && DIGEST.test(entry.payload))) {
    return '`payload` is not a SHA-256 digest'
  }
  return undefined
}

/**
 * The canonical JSON (RFC 8785) of an entry. Its members are known, so nothing is to be sorted but the subject: that is
 * cheaper than `canonicalJson`, and a test compares the two.
 */
export function encodeEntry({ payload, prev, run, seq, subject, ts, type, v }: StoredEntry): Buffer {
  const sorted: Record<string, string> = {}
  for (const name of Object.keys(subject).sort()) sorted[name] = subject[name]!
  const bytes = Buffer.from(JSON.stringify({ payload, prev, run, seq, subject: sorted, ts, type, v }), 'utf8')
  if (bytes.length > MAX_ENTRY_BYTES) {
    throw new SluiceError({
      code: 'LOG_ENTRY_INVALID',
      message: `an entry has ${bytes.length} bytes; the log takes ${MAX_ENTRY_BYTES}`,
      next: 'put the data into the store and log its digest',
      exit: 5,
    })
  }
  return bytes
}

const view = newEntryView()

/** The entry in the bytes, or `undefined` where they are not exactly an entry in canonical form. */
export function decodeEntry(bytes: Buffer): StoredEntry | undefined {
  return scanEntry(bytes, 0, bytes.length, view) ? (JSON.parse(bytes.toString('latin1')) as StoredEntry) : undefined
}

/** The same by its definition: parse, check each member, encode again and compare. What `scanEntry` is tested against. */
export function decodeSlowly(bytes: Buffer): StoredEntry | undefined {
  let value: unknown
  try {
    value = JSON.parse(bytes.toString('utf8'))
  } catch {
    return undefined
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return undefined
  const { v, seq, ts, prev, ...entry } = value as StoredEntry
  if (v !== 1 || !Number.isSafeInteger(seq) || seq < 0) return undefined
  if (typeof ts !== 'string' || !TIME.test(ts) || Number.isNaN(Date.parse(ts))) return undefined
  if (typeof prev !== 'string' || !DIGEST.test(prev)) return undefined
  if (entryProblem(entry as LedgerEntry) !== undefined) return undefined
  try {
    return Buffer.from(canonicalJson(value), 'utf8').equals(bytes) ? (value as StoredEntry) : undefined
  } catch {
    return undefined
  }
}

export function prevOf(bytes: Uint8Array): string {
  return sha256(bytes)
}
