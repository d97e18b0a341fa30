import type { KeyObject } from 'node:crypto'
import { createHash, createPublicKey, verify as verifySignature } from 'node:crypto'
import { SluiceError } from '../util/errors.ts'

/**
 * SSH signatures as `ssh-keygen -Y sign` makes them (OpenSSH, PROTOCOL.sshsig), FIDO keys included (PROTOCOL.u2f):
 * reviewers have such keys already, and any auditor can check the file with OpenSSH alone.
 */
export interface SshSignature {
  /** The public key as SSH writes it on the wire: what `ssh-keygen` prints as base64. */
  readonly publicKey: Buffer
  /** `ssh-ed25519`, `ecdsa-sha2-nistp256`, `ssh-rsa`, `sk-ssh-ed25519@openssh.com` … */
  readonly keyType: string
  /** `SHA256:…` as `ssh-keygen -l` prints it. */
  readonly fingerprint: string
  readonly namespace: string
  readonly hashAlgorithm: 'sha256' | 'sha512'
  /** Whether a FIDO token made it. */
  readonly hardwareKey: boolean
  /** Checks the signature over a message. Whose key it is, is for `findAllowedSigner` to say. */
  verify(message: Uint8Array): boolean
}

/** An approval's namespace: a signature made for anything else (git, files, e-mail) never counts as one. */
export const APPROVAL_NAMESPACE = 'sluice-approval'
/** A waiver's namespace. */
export const WAIVER_NAMESPACE = 'sluice-waiver'

const MAGIC = Buffer.from('SSHSIG')
const HEAD = '-----BEGIN SSH SIGNATURE-----'
const FOOT = '-----END SSH SIGNATURE-----'
const MAX_BYTES = 65_536
/** SPKI headers; the raw key follows. RFC 8410 §4, RFC 5480 §2. */
const ED25519_SPKI = Buffer.from('302a300506032b6570032100', 'hex')
const P256_SPKI = Buffer.from('3059301306072a8648ce3d020106082a8648ce3d030107034200', 'hex')
/** PROTOCOL.u2f: the token saw a person touch it. */
const USER_PRESENT = 0x01
const MIN_RSA_BITS = 2048

/**
 * Reads an armored SSH signature.
 *
 * @throws SluiceError `SSHSIG_MALFORMED` (exit 4) for anything that OpenSSH would not have written, and for keys other
 * than Ed25519, ECDSA P-256, RSA of at least 2048 bits, and the FIDO forms of the first two.
 */
export function parseSshSignature(armored: string): SshSignature {
  const blob = dearmor(armored)
  const reader = wireReader(blob)
  if (!reader.bytes(6).equals(MAGIC) || reader.uint32() !== 1) throw malformed('it is not of version 1')
  const publicKey = reader.string()
  const namespace = text(reader.string())
  reader.string()
  const hash = text(reader.string())
  const signature = reader.string()
  reader.end()
  if (namespace === '') throw malformed('it has no namespace')
  if (hash !== 'sha256' && hash !== 'sha512') throw malformed('its hash is neither SHA-256 nor SHA-512')
  const key = readKey(publicKey)
  return {
    publicKey,
    keyType: key.type,
    fingerprint: sshFingerprint(publicKey),
    namespace,
    hashAlgorithm: hash,
    hardwareKey: key.application !== undefined,
    verify: (message) => {
      const signed = Buffer.concat([
        MAGIC,
        wireString(Buffer.from(namespace)),
        wireString(Buffer.alloc(0)),
        wireString(Buffer.from(hash)),
        wireString(createHash(hash).update(message).digest()),
      ])
      return checkSignature(key, signature, signed)
    },
  }
}

/** `SHA256:…` of a key in wire form. */
export function sshFingerprint(publicKey: Uint8Array): string {
  return `SHA256:${createHash('sha256').update(publicKey).digest('base64').replace(/=+$/, '')}`
}

/** The type in front of a key in wire form; throws `SSHSIG_MALFORMED` where it is not a key that is taken here. */
export function sshKeyType(publicKey: Buffer): string {
  return readKey(publicKey).type
}

function dearmor(armored: string): Buffer {
  const lines = armored.replace(/\r\n/g, '\n').replace(/\n+$/, '').split('\n')
  if (lines[0] !== HEAD || lines.at(-1) !== FOOT) throw malformed('its first or last line is missing')
  const body = lines.slice(1, -1).join('')
  if (body.length > MAX_BYTES) throw malformed('it is too long')
  const bytes = Buffer.from(body, 'base64')
  if (bytes.toString('base64') !== body) throw malformed('it is not base64')
  return bytes
}

interface SshKey {
  readonly type: string
  readonly key: KeyObject
  readonly kind: 'ed25519' | 'p256' | 'rsa'
  /** FIDO keys only: `ssh:`. */
  readonly application?: Buffer
}

function readKey(blob: Buffer): SshKey {
  const reader = wireReader(blob)
  const type = text(reader.string())
  const fido = type.startsWith('sk-')
  const key = readKeyBody(type, reader)
  const application = fido ? reader.string() : undefined
  reader.end()
  return { type, ...key, ...(application === undefined ? {} : { application }) }
}

function readKeyBody(type: string, reader: WireReader): Pick<SshKey, 'key' | 'kind'> {
  if (type === 'ssh-ed25519' || type === 'sk-ssh-ed25519@openssh.com') {
    const raw = reader.string()
    if (raw.length !== 32) throw malformed('its key has a wrong length')
    return { kind: 'ed25519', key: spki(Buffer.concat([ED25519_SPKI, raw])) }
  }
  if (type === 'ecdsa-sha2-nistp256' || type === 'sk-ecdsa-sha2-nistp256@openssh.com') {
    if (text(reader.string()) !== 'nistp256') throw malformed('its curve is not P-256')
    const point = reader.string()
    if (point.length !== 65 || point[0] !== 4) throw malformed('its key has a wrong form')
    return { kind: 'p256', key: spki(Buffer.concat([P256_SPKI, point])) }
  }
  if (type === 'ssh-rsa') {
    const e = unsigned(reader.string())
    const n = unsigned(reader.string())
    if (n.length * 8 < MIN_RSA_BITS) throw malformed(`its RSA key has fewer than ${MIN_RSA_BITS} bits`)
    const jwk = { kty: 'RSA', e: e.toString('base64url'), n: n.toString('base64url') }
    try {
      return { kind: 'rsa', key: createPublicKey({ key: jwk, format: 'jwk' }) }
    } catch (cause) {
      throw malformed('its RSA key cannot be read', cause)
    }
  }
  throw malformed('its key is of a type that is not taken here')
}

function checkSignature(key: SshKey, blob: Buffer, signed: Buffer): boolean {
  try {
    const reader = wireReader(blob)
    const algorithm = text(reader.string())
    const value = reader.string()
    if (key.application === undefined) {
      reader.end()
      return checkPlain(key, algorithm, value, signed)
    }
    const flags = reader.bytes(1)
    const counter = reader.bytes(4)
    reader.end()
    if (algorithm !== key.type || (flags[0]! & USER_PRESENT) === 0) return false
    const digest = (data: Buffer): Buffer => createHash('sha256').update(data).digest()
    return checkRaw(key, value, Buffer.concat([digest(key.application), flags, counter, digest(signed)]))
  } catch (error) {
    if (error instanceof SluiceError) return false
    throw error
  }
}

function checkPlain(key: SshKey, algorithm: string, value: Buffer, signed: Buffer): boolean {
  if (key.kind !== 'rsa') return algorithm === key.type && checkRaw(key, value, signed)
  // `ssh-rsa` itself means SHA-1 and is refused, as PROTOCOL.sshsig asks.
  if (algorithm === 'rsa-sha2-512') return verifySignature('sha512', signed, key.key, value)
  return algorithm === 'rsa-sha2-256' && verifySignature('sha256', signed, key.key, value)
}

function checkRaw(key: SshKey, value: Buffer, signed: Buffer): boolean {
  if (key.kind === 'ed25519') return value.length === 64 && verifySignature(null, signed, key.key, value)
  const reader = wireReader(value)
  const numbers = [unsigned(reader.string()), unsigned(reader.string())]
  reader.end()
  if (numbers.some((number) => number.length > 32)) return false
  const padded = Buffer.concat(numbers.map((number) => Buffer.concat([Buffer.alloc(32 - number.length), number])))
  return verifySignature('sha256', signed, { key: key.key, dsaEncoding: 'ieee-p1363' }, padded)
}

function spki(der: Buffer): KeyObject {
  try {
    return createPublicKey({ key: der, format: 'der', type: 'spki' })
  } catch (cause) {
    throw malformed('its key is not a point of the curve', cause)
  }
}

interface WireReader {
  bytes(count: number): Buffer
  uint32(): number
  string(): Buffer
  end(): void
}

/** RFC 4251 §5: strings with a big-endian length in front. */
function wireReader(blob: Buffer): WireReader {
  let at = 0
  const bytes = (count: number): Buffer => {
    if (at + count > blob.length) throw malformed('it is cut off')
    at += count
    return blob.subarray(at - count, at)
  }
  return {
    bytes,
    uint32: () => bytes(4).readUInt32BE(),
    string: () => bytes(bytes(4).readUInt32BE()),
    end: () => {
      if (at !== blob.length) throw malformed('something follows it')
    },
  }
}

function wireString(data: Buffer): Buffer {
  const length = Buffer.alloc(4)
  length.writeUInt32BE(data.length)
  return Buffer.concat([length, data])
}

/** A positive mpint (RFC 4251 §5) without its leading zero. */
function unsigned(mpint: Buffer): Buffer {
  if (mpint.length === 0 || mpint[0]! > 0x7f) throw malformed('a number in it is not positive')
  return mpint[0] === 0 ? mpint.subarray(1) : mpint
}

function text(bytes: Buffer): string {
  const value = bytes.toString('latin1')
  if (!/^[\x21-\x7e]*$/.test(value)) throw malformed('a word in it has signs that a word has not')
  return value
}

function malformed(why: string, cause?: unknown): SluiceError {
  return new SluiceError({
    code: 'SSHSIG_MALFORMED',
    message: `this is not an SSH signature that can be checked: ${why}`,
    next: 'sign again with: ssh-keygen -Y sign',
    exit: 4,
    cause,
  })
}
