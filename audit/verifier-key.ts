import { createHash, createPublicKey } from 'node:crypto'
import { SluiceError } from '../util/errors.ts'
import type { PublicKey } from './note.ts'
import { readPublicKey } from './note.ts'

/**
 * Verifier keys of signed notes: `NAME+HASH+BASE64(type ‖ key)`, C2SP signed-note v1.0.0. One line that says whose
 * signature counts, under which name, and as what kind: 0x01 is a log's own signature, 0x04 a witness's cosignature.
 */
export type VerifierKind = 'log' | 'witness'

export interface VerifierKey extends PublicKey {
  readonly kind: VerifierKind
  /** First four bytes of SHA-256(name ‖ newline ‖ type ‖ key): what signature lines carry. */
  readonly hash: Buffer
}

const TYPES: Readonly<Record<VerifierKind, number>> = { log: 0x01, witness: 0x04 }
/** The SPKI header of an Ed25519 key, RFC 8410 §4. */
const SPKI_HEAD = Buffer.from('302a300506032b6570032100', 'hex')
/** No space of any kind, no plus, no control character (C2SP signed-note). */
const NAME = /^[^\s+\p{Cc}\p{Z}]{1,255}$/u

/**
 * Reads a verifier key line. Throws `VERIFIER_KEY_BROKEN` where the line is not one, where its hash does not belong to
 * its name and key, or where it is a key of another kind than asked for.
 */
export function parseVerifierKey(line: string, kind: VerifierKind): VerifierKey {
  const match = /^([^+]+)\+([0-9a-f]{8})\+([A-Za-z0-9+/]+={0,2})$/.exec(line.trim())
  if (match === null || !NAME.test(match[1]!)) throw broken('this is not a verifier key (NAME+HASH+KEY)')
  const encoded = Buffer.from(match[3]!, 'base64')
  if (encoded.length !== 33 || encoded.toString('base64') !== match[3]) {
    throw broken('the key in a verifier key is not 32 bytes of Ed25519')
  }
  if (encoded[0] !== TYPES[kind]) {
    const other = encoded[0] === TYPES.log ? 'a log' : encoded[0] === TYPES.witness ? 'a witness' : 'another kind'
    throw broken(`this verifier key is one of ${other}, and one of a ${kind} is needed`)
  }
  const key = verifierKey(match[1]!, kind, pemOf(encoded.subarray(1)))
  if (key.hash.toString('hex') !== match[2]) throw broken('the hash in a verifier key does not belong to its key')
  return key
}

/** The verifier key of a public key (Ed25519, PEM) under a name. */
export function verifierKey(name: string, kind: VerifierKind, publicKeyPem: string): VerifierKey {
  if (!NAME.test(name)) throw broken('a key name has a blank, a plus or a control character')
  const key = readPublicKey(publicKeyPem)
  const raw = createPublicKey(publicKeyPem).export({ type: 'spki', format: 'der' }).subarray(SPKI_HEAD.length)
  const encoded = Buffer.concat([Buffer.from([TYPES[kind]]), raw])
  const hash = createHash('sha256').update(`${name}\n`).update(encoded).digest().subarray(0, 4)
  return {
    ...key,
    kind,
    hash,
    noteName: name,
    noteVerifier: `${name}+${hash.toString('hex')}+${encoded.toString('base64')}`,
  }
}

function pemOf(raw: Uint8Array): string {
  return createPublicKey({ key: Buffer.concat([SPKI_HEAD, raw]), format: 'der', type: 'spki' })
    .export({ type: 'spki', format: 'pem' })
    .toString()
}

function broken(message: string): SluiceError {
  return new SluiceError({
    code: 'VERIFIER_KEY_BROKEN',
    message,
    next: 'give the line that the log (`<store>/keys`) or the witness (`witness.vkey`) shows as its own',
  })
}
