import type { KeyObject } from 'node:crypto'
import { createHash, createPublicKey, verify as verifySignature } from 'node:crypto'
import { SluiceError } from '../util/errors.ts'

/**
 * Signed notes, C2SP signed-note v1.0.0: a text that ends in a newline, an empty line, then lines
 * `— NAME base64(key id ‖ signature)`. Stock verifiers read them: Go's `x/mod/sumdb/note`, sigsum, Tessera.
 */
const ED25519 = 0x01
const SIGNATURE_PREFIX = '\u2014 '
/** The SPKI header of an Ed25519 key, RFC 8410 §4; the 32 bytes of the key follow. */
const SPKI_HEAD = Buffer.from('302a300506032b6570032100', 'hex')

/** A public key that checks signatures of one log. */
export interface PublicKey {
  readonly publicKeyPem: string
  /** SHA-256 of the 32 raw bytes, 64 hex digits. */
  readonly keyId: string
  /** Name of the key in notes and origin of the log. It is made from the log's first key, and later keys keep it. */
  readonly noteName: string
  /** `NAME+HASH+BASE64`, what stock note verifiers take. */
  readonly noteVerifier: string
  verify(bytes: Uint8Array, signature: Uint8Array): boolean
}

/** Reads an Ed25519 public key in PEM (SPKI). Throws `KEY_FILE_BROKEN` for anything else. */
export function readPublicKey(pem: string): PublicKey {
  let key: KeyObject
  try {
    key = createPublicKey(pem)
  } catch (cause) {
    throw brokenKey(cause)
  }
  if (key.asymmetricKeyType !== 'ed25519') throw brokenKey()
  const spki = key.export({ type: 'spki', format: 'der' })
  const raw = spki.subarray(SPKI_HEAD.length)
  const keyId = createHash('sha256').update(raw).digest('hex')
  const noteName = `sluice.local/ledger-${keyId.slice(0, 16)}`
  const encoded = Buffer.concat([Buffer.from([ED25519]), raw])
  return {
    publicKeyPem: key.export({ type: 'spki', format: 'pem' }).toString(),
    keyId,
    noteName,
    noteVerifier: `${noteName}+${noteHash(noteName, encoded).toString('hex')}+${encoded.toString('base64')}`,
    verify: (bytes, signature) => signature.length === 64 && verifySignature(null, bytes, key, signature),
  }
}

/** A key that signs notes; while it is being replaced, the one that follows it signs too. */
export interface NoteSigner extends PublicKey {
  sign(bytes: Uint8Array): Buffer
  readonly successor?: NoteSigner
}

/** Signs a text that ends in a newline. */
export function signNote(text: string, key: NoteSigner): string {
  const signature = Buffer.concat([noteKeyHash(key), key.sign(Buffer.from(text, 'utf8'))])
  const line = `${SIGNATURE_PREFIX}${key.noteName} ${signature.toString('base64')}\n`
  return `${key.successor === undefined ? `${text}\n` : signNote(text, key.successor)}${line}`
}

export type OpenedNote =
  | { readonly ok: true; readonly text: string }
  | { readonly ok: false; readonly reason: 'malformed' | 'no_signature' | 'bad_signature' }

/** The text of a note if this key signed it. Signatures of other keys are passed over, as the format asks. */
export function openNote(note: string, key: PublicKey): OpenedNote {
  const split = note.lastIndexOf('\n\n')
  if (split < 0 || !note.endsWith('\n')) return { ok: false, reason: 'malformed' }
  const text = note.slice(0, split + 1)
  const lines = note.slice(split + 2, -1).split('\n')
  const hash = noteKeyHash(key)
  let seen = false
  for (const line of lines) {
    const match = /^\u2014 ([^ +]+) ([A-Za-z0-9+/]+={0,2})$/u.exec(line)
    if (match === null) return { ok: false, reason: 'malformed' }
    const bytes = Buffer.from(match[2]!, 'base64')
    if (bytes.toString('base64') !== match[2] || bytes.length < 5) return { ok: false, reason: 'malformed' }
    if (match[1] !== key.noteName || !bytes.subarray(0, 4).equals(hash)) continue
    if (!key.verify(Buffer.from(text, 'utf8'), bytes.subarray(4))) return { ok: false, reason: 'bad_signature' }
    seen = true
  }
  return seen ? { ok: true, text } : { ok: false, reason: 'no_signature' }
}

/** C2SP tlog-checkpoint: origin, size, root. */
export interface Checkpoint {
  readonly origin: string
  readonly size: number
  /** 32 bytes. */
  readonly root: Buffer
}

export function formatCheckpoint(checkpoint: Checkpoint): string {
  return `${checkpoint.origin}\n${checkpoint.size}\n${checkpoint.root.toString('base64')}\n`
}

/** Strict: no leading zeros, no sign, exactly 32 bytes of root. Extension lines are not used by this log. */
export function parseCheckpoint(text: string): Checkpoint | undefined {
  const lines = text.split('\n')
  const [origin, size, root, end] = lines
  if (lines.length !== 4 || end !== '' || origin === undefined || origin === '') return undefined
  if (size === undefined || !/^(0|[1-9][0-9]{0,14})$/.test(size) || root === undefined) return undefined
  const bytes = Buffer.from(root, 'base64')
  if (bytes.length !== 32 || bytes.toString('base64') !== root) return undefined
  return { origin, size: Number(size), root: bytes }
}

/** What a note says of a log, whoever signed it: for comparing, not for believing. */
export function checkpointIn(note: string): Checkpoint | undefined {
  return parseCheckpoint(note.slice(0, note.lastIndexOf('\n\n') + 1))
}

function noteKeyHash(key: PublicKey): Buffer {
  return Buffer.from(key.noteVerifier.split('+')[1]!, 'hex')
}

function noteHash(name: string, encodedKey: Uint8Array): Buffer {
  return createHash('sha256').update(`${name}\n`).update(encodedKey).digest().subarray(0, 4)
}

function brokenKey(cause?: unknown): SluiceError {
  return new SluiceError({
    code: 'KEY_FILE_BROKEN',
    message: 'this is not an Ed25519 public key in PEM form',
    next: 'use the ledger.pub of the log',
    exit: 4,
    cause,
  })
}
