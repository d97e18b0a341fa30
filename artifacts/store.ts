import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto'
import { chmodSync, closeSync, existsSync, linkSync, openSync, readFileSync, rmSync, statSync } from 'node:fs'
import { dirname, join } from 'node:path'
import type { Sha256 } from '../util/digest.ts'
import { hmac256, sha256 } from '../util/digest.ts'
import { ensureDir, fsyncDir, temporaryName, writeFileDurable } from '../util/durable.ts'
import { SluiceError } from '../util/errors.ts'
import { canonicalJson } from '../util/json.ts'
import type { ObjectRef, Sensitivity } from './refs.ts'

/**
 * The content-addressed store: `objects/ab/cdef…` by SHA-256 of the plain bytes.
 *
 * - Writes are durable and atomic: temporary name, fsync, rename. An object that is there is whole.
 * - Reads always check the digest: a changed object is an integrity failure (exit 4), never data.
 * - `raw` objects are sealed: AES-256-GCM under the store's key (`keys/store.key`, mode 600), in `sealed/ab/cdef…`.
 *   Destroying that file shreds every raw object. The nonce is derived from key and digest, so equal bytes seal to
 *   equal bytes and no nonce ever covers two plaintexts.
 */
export interface Store {
  readonly root: string
  put(data: string | Uint8Array, sensitivity: Sensitivity): ObjectRef
  putJson(value: unknown, sensitivity: Sensitivity): ObjectRef
  /** Reads and checks an object. */
  get(ref: Pick<ObjectRef, 'sha256' | 'sensitivity'>): Buffer
  getJson<T>(ref: Pick<ObjectRef, 'sha256' | 'sensitivity'>): T
  has(ref: Pick<ObjectRef, 'sha256' | 'sensitivity'>): boolean
  /** Where the object lies. Only for `redacted` objects, which are plain files. */
  path(digest: Sha256): string
  /** Copies a plain object to `target`, its digest checked. */
  exportTo(digest: Sha256, target: string): void
  /** A secret of the store (32 bytes, mode 600), made on first use: `store`, `pseudonym`. */
  secret(name: string): Buffer
}

const SEAL_MAGIC = Buffer.from('SLUICE-SEALED-1\n')
const NONCE_BYTES = 12
const TAG_BYTES = 16

export function openStore(root: string): Store {
  const objectPath = (digest: Sha256, sensitivity: Sensitivity): string => {
    checkDigest(digest)
    return join(root, sensitivity === 'raw' ? 'sealed' : 'objects', digest.slice(0, 2), digest.slice(2))
  }
  const secrets = new Map<string, Buffer>()

  const store: Store = {
    root,
    put(data, sensitivity) {
      const bytes = typeof data === 'string' ? Buffer.from(data, 'utf8') : data
      const digest = sha256(bytes)
      const path = objectPath(digest, sensitivity)
      if (!existsSync(path)) {
        writeFileDurable(path, sensitivity === 'raw' ? seal(store.secret('store'), digest, bytes) : bytes, 0o444)
      }
      return { sha256: digest, bytes: bytes.length, sensitivity }
    },
    putJson: (value, sensitivity) => store.put(canonicalJson(value), sensitivity),
    get(ref) {
      const stored = readObject(objectPath(ref.sha256, ref.sensitivity), ref.sha256)
      const bytes = ref.sensitivity === 'raw' ? unseal(store.secret('store'), ref.sha256, stored) : stored
      if (sha256(bytes) !== ref.sha256) throw corrupt(ref.sha256)
      return bytes
    },
    getJson: <T>(ref: Pick<ObjectRef, 'sha256' | 'sensitivity'>) => JSON.parse(store.get(ref).toString('utf8')) as T,
    has: (ref) => existsSync(objectPath(ref.sha256, ref.sensitivity)),
    path: (digest) => objectPath(digest, 'redacted'),
    exportTo(digest, target) {
      // A copy, never a link: whoever edits the exported file must not change the store.
      writeFileDurable(target, store.get({ sha256: digest, sensitivity: 'redacted' }), 0o644)
    },
    secret(name) {
      const known = secrets.get(name)
      if (known !== undefined) return known
      const secret = readOrMakeSecret(join(root, 'keys', `${name}.key`))
      secrets.set(name, secret)
      return secret
    },
  }
  return store
}

/** Reads a 32-byte secret, or makes it. Two processes that make it at once end with the same one. */
function readOrMakeSecret(path: string): Buffer {
  if (!existsSync(path)) {
    ensureDir(dirname(path))
    chmodSync(dirname(path), 0o700)
    const temporary = temporaryName(path)
    writeFileDurable(temporary, randomBytes(32).toString('hex'), 0o600)
    try {
      linkSync(temporary, path)
      fsyncDir(dirname(path))
    } catch (error) {
      if (!existsSync(path)) throw error
    } finally {
      rmSync(temporary, { force: true })
    }
  }
  if ((statSync(path).mode & 0o077) !== 0) {
    throw new SluiceError({
      code: 'KEY_FILE_OPEN',
      message: 'a key file can be read by others',
      next: 'run: chmod 600 on the file named here',
      at: { file: path },
      exit: 4,
    })
  }
  const secret = Buffer.from(readFileSync(path, 'utf8').trim(), 'hex')
  if (secret.length !== 32) {
    throw new SluiceError({
      code: 'KEY_FILE_BROKEN',
      message: 'a key file is not 64 hex digits',
      at: { file: path },
      exit: 4,
    })
  }
  return secret
}

const SEAL_PIECE = 1 << 20

/** Piece by piece, so that a large object is not held twice. */
function* seal(key: Buffer, digest: Sha256, bytes: Uint8Array): Generator<Uint8Array> {
  const nonce = Buffer.from(hmac256(key, `seal:${digest}`), 'hex').subarray(0, NONCE_BYTES)
  const cipher = createCipheriv('aes-256-gcm', key, nonce)
  yield SEAL_MAGIC
  yield nonce
  for (let at = 0; at < bytes.length; at += SEAL_PIECE) yield cipher.update(bytes.subarray(at, at + SEAL_PIECE))
  yield cipher.final()
  yield cipher.getAuthTag()
}

function unseal(key: Buffer, digest: Sha256, stored: Buffer): Buffer {
  const head = SEAL_MAGIC.length + NONCE_BYTES
  if (stored.length < head + TAG_BYTES || !stored.subarray(0, SEAL_MAGIC.length).equals(SEAL_MAGIC))
    throw corrupt(digest)
  const decipher = createDecipheriv('aes-256-gcm', key, stored.subarray(SEAL_MAGIC.length, head))
  decipher.setAuthTag(stored.subarray(stored.length - TAG_BYTES))
  try {
    return Buffer.concat([decipher.update(stored.subarray(head, stored.length - TAG_BYTES)), decipher.final()])
  } catch (cause) {
    throw corrupt(digest, cause)
  }
}

function readObject(path: string, digest: Sha256): Buffer {
  let fd: number
  try {
    fd = openSync(path, 'r')
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code !== 'ENOENT') throw cause
    throw new SluiceError({
      code: 'OBJECT_MISSING',
      message: `the store has no object ${digest.slice(0, 12)}…`,
      next: 'run the pipeline again: the stage that made it will run anew',
      exit: 4,
      cause,
    })
  }
  try {
    return readFileSync(fd)
  } finally {
    closeSync(fd)
  }
}

function corrupt(digest: Sha256, cause?: unknown): SluiceError {
  return new SluiceError({
    code: 'OBJECT_CORRUPT',
    message: `the object ${digest.slice(0, 12)}… does not have the bytes that its name promises`,
    next: 'find out who changed the store; then run `sluice verify --repair` to set the object aside and run again',
    exit: 4,
    cause,
  })
}

function checkDigest(digest: string): void {
  if (!/^[0-9a-f]{64}$/.test(digest)) {
    throw new SluiceError({ code: 'BAD_DIGEST', message: 'a digest is not 64 lower-case hex digits', exit: 4 })
  }
}
