import type { KeyObject } from 'node:crypto'
import { createPrivateKey, createPublicKey, generateKeyPairSync, sign as signBytes } from 'node:crypto'
import { chmodSync, existsSync, linkSync, readFileSync, rmSync, statSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { ensureDir, fsyncDir, temporaryName, writeFileDurable } from '../util/durable.ts'
import { SluiceError, toSluiceError } from '../util/errors.ts'
import type { PublicKey } from './note.ts'
import { readPublicKey } from './note.ts'

/** The key pair that signs checkpoints and action records. */
export interface Keys extends PublicKey {
  sign(bytes: Uint8Array): Buffer
}

/**
 * Opens `<dir>/ledger.key` (Ed25519, PKCS#8 PEM, mode 600) and `<dir>/ledger.pub` (SPKI PEM); makes them on first use.
 * Two processes that make them at once end with the same pair. Throws `KEY_FILE_OPEN` where others can read the key,
 * `KEY_FILE_BROKEN` and `KEY_PAIR_MISMATCH` (exit 4) where a file is not what it should be.
 *
 * @example const keys = openKeys('.sluice/keys'); keys.verify(bytes, keys.sign(bytes)) // true
 */
export function openKeys(dir: string): Keys {
  const privatePath = join(dir, 'ledger.key')
  const publicPath = join(dir, 'ledger.pub')
  try {
    // Asked in this order because the public key is written after the private one.
    const hadPublic = existsSync(publicPath)
    if (!existsSync(privatePath)) makeOnce(privatePath, hadPublic)
    checkMode(privatePath)
    const key = readPrivateKey(privatePath)
    const publicKey = readPublicKey(createPublicKey(key).export({ type: 'spki', format: 'pem' }).toString())
    if (!existsSync(publicPath)) writeFileDurable(publicPath, publicKey.publicKeyPem, 0o644)
    else if (readPublicKey(readFileSync(publicPath, 'utf8')).keyId !== publicKey.keyId) throw mismatch(publicPath)
    return { ...publicKey, sign: (bytes) => signBytes(null, bytes, key) }
  } catch (error) {
    throw toSluiceError(error, 'opening the key of the log')
  }
}

function makeOnce(path: string, orphanedPublicKey: boolean): void {
  // A public key without its private key means the private one was taken away: making another would hide that.
  if (orphanedPublicKey) {
    throw new SluiceError({
      code: 'KEY_MISSING',
      message: 'the private key of the log is gone while its public key is still there',
      next: 'restore ledger.key from your backup, or move ledger.pub and the log away to begin a new log',
      at: { file: path },
      exit: 4,
    })
  }
  ensureDir(dirname(path))
  chmodSync(dirname(path), 0o700)
  const { privateKey } = generateKeyPairSync('ed25519')
  const temporary = temporaryName(path)
  writeFileDurable(temporary, privateKey.export({ type: 'pkcs8', format: 'pem' }).toString(), 0o600)
  try {
    linkSync(temporary, path)
    fsyncDir(dirname(path))
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error
  } finally {
    rmSync(temporary, { force: true })
  }
}

function checkMode(path: string): void {
  if ((statSync(path).mode & 0o077) === 0) return
  throw new SluiceError({
    code: 'KEY_FILE_OPEN',
    message: 'a key file can be read by others',
    next: 'run: chmod 600 on the file named here',
    at: { file: path },
    exit: 4,
  })
}

function readPrivateKey(path: string): KeyObject {
  let key: KeyObject | undefined
  let cause: unknown
  const pem = readFileSync(path, 'utf8')
  try {
    key = createPrivateKey(pem)
  } catch (error) {
    cause = error
  }
  if (key?.asymmetricKeyType === 'ed25519') return key
  throw new SluiceError({
    code: 'KEY_FILE_BROKEN',
    message: 'the key of the log is not an Ed25519 private key in PEM form',
    next: 'restore it from your backup',
    at: { file: path },
    exit: 4,
    cause,
  })
}

function mismatch(path: string): SluiceError {
  return new SluiceError({
    code: 'KEY_PAIR_MISMATCH',
    message: 'the public key of the log does not belong to its private key',
    next: 'find out who changed the key files, and restore the pair from your backup',
    at: { file: path },
    exit: 4,
  })
}
