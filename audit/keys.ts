import type { KeyObject } from 'node:crypto'
import { createPublicKey, sign as signBytes } from 'node:crypto'
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { writeFileDurable } from '../util/durable.ts'
import { SluiceError, toSluiceError } from '../util/errors.ts'
import { generatePrivateKey, parsePrivateKey, readPrivateKeyFile, writePrivateKeyOnce } from './keys/key-file.ts'
import { type KeyOptions, keyFromEnvironment, passphraseOf } from './keys/key-options.ts'
import { type NoteSigner, type PublicKey, readPublicKey } from './note.ts'
import { parseVerifierKey, verifierKey } from './verifier-key.ts'

/** The key pair that signs checkpoints and action records. */
export interface Keys extends NoteSigner {}

/** Files of the log's key in the folder of keys. */
export const LEDGER_FILES = {
  private: 'ledger.key',
  public: 'ledger.pub',
  /** `NAME+HASH+KEY`; there once the key has been rotated, because the name can then not be told from the key. */
  verifier: 'ledger.vkey',
  /** The next private key, while a rotation is under way. */
  next: 'ledger.key.next',
} as const

/**
 * The key of the log: `SLUICE_LEDGER_KEY`, else `<dir>/ledger.key` (Ed25519, PKCS#8 PEM, mode 600) with `ledger.pub`
 * (SPKI PEM), made on first use. Two processes that make them at once end with the same pair. A key from the environment
 * is written nowhere; after a rotation it needs the name of the log in `SLUICE_LEDGER_ORIGIN` or in `ledger.vkey`.
 *
 * @throws SluiceError `KEY_FILE_OPEN` where others can read the key, `KEY_FILE_BROKEN`, `KEY_PAIR_MISMATCH` and
 * `KEY_MISSING` where a file is not what it should be, `KEY_PASSPHRASE_*`, and `KEY_ROTATION_UNFINISHED`.
 * @example const keys = openKeys('.sluice/keys'); keys.verify(bytes, keys.sign(bytes)) // true
 */
export function openKeys(dir: string, options: KeyOptions = {}): Keys {
  try {
    const given = keyFromEnvironment('ledger', options)
    if (given !== undefined) {
      const key = parsePrivateKey(given.pem, 'ledger', given.variable, passphraseOf(options))
      return keysOf(key, (options.env ?? process.env)['SLUICE_LEDGER_ORIGIN'] ?? nameOf(dir, publicOf(key)))
    }
    if (existsSync(join(dir, LEDGER_FILES.next))) throw unfinished(join(dir, LEDGER_FILES.next))
    return openLedgerKeyFile(dir, options)
  } catch (error) {
    throw toSluiceError(error, 'opening the key of the log')
  }
}

/** The same from the files alone, also while a rotation is under way. */
export function openLedgerKeyFile(dir: string, options: KeyOptions): Keys {
  const privatePath = join(dir, LEDGER_FILES.private)
  const publicPath = join(dir, LEDGER_FILES.public)
  // Asked in this order because the public key is written after the private one.
  const hadPublic = existsSync(publicPath)
  if (!existsSync(privatePath)) {
    // A public key without its private key means the private one was taken away: making another would hide that.
    if (hadPublic) throw missing(privatePath)
    writePrivateKeyOnce(privatePath, generatePrivateKey('ledger'), passphraseOf(options))
  }
  const key = readPrivateKeyFile(privatePath, 'ledger', passphraseOf(options))
  const publicKey = publicOf(key)
  if (!existsSync(publicPath)) writeFileDurable(publicPath, publicKey.publicKeyPem, 0o644)
  else if (
    readPublicKey(readFileSync(publicPath, 'utf8')).keyId !== publicKey.keyId &&
    !existsSync(join(dir, LEDGER_FILES.next))
  ) {
    throw mismatch(publicPath)
  }
  return keysOf(key, nameOf(dir, publicKey))
}

/** Keys of a private key in memory. @param name - the log's name, where this is not its first key. */
export function keysOf(key: KeyObject, name?: string): Keys {
  const first = publicOf(key)
  const publicKey = name === undefined || name === first.noteName ? first : verifierKey(name, 'log', first.publicKeyPem)
  return { ...publicKey, sign: (bytes) => signBytes(null, bytes, key) }
}

/** The public key of the log of a store, for those who only verify. Throws `FILE_UNREADABLE` where there is none. */
export function readLogKey(dir: string): PublicKey {
  const file = join(dir, LEDGER_FILES.public)
  let pem: string
  try {
    pem = readFileSync(file, 'utf8')
  } catch (cause) {
    throw new SluiceError({
      code: 'FILE_UNREADABLE',
      message: 'the public key of the log cannot be read',
      next: 'this is not a store, or no pipeline has run in it yet',
      at: { file },
      cause,
    })
  }
  const key = readPublicKey(pem)
  const name = nameOf(dir, key)
  return name === undefined ? key : verifierKey(name, 'log', pem)
}

/** The name in `ledger.vkey`, where that file is there and is about this key. */
function nameOf(dir: string, key: PublicKey): string | undefined {
  const file = join(dir, LEDGER_FILES.verifier)
  if (!existsSync(file)) return undefined
  const line = parseVerifierKey(readFileSync(file, 'utf8'), 'log')
  return line.keyId === key.keyId ? line.noteName : undefined
}

function publicOf(key: KeyObject): PublicKey {
  return readPublicKey(createPublicKey(key).export({ type: 'spki', format: 'pem' }).toString())
}

function missing(file: string): SluiceError {
  return new SluiceError({
    code: 'KEY_MISSING',
    message: 'the private key of the log is gone while its public key is still there',
    next: 'restore ledger.key from your backup, or move ledger.pub and the log away to begin a new log',
    at: { file },
    exit: 4,
  })
}

function mismatch(file: string): SluiceError {
  return new SluiceError({
    code: 'KEY_PAIR_MISMATCH',
    message: 'the public key of the log does not belong to its private key',
    next: 'find out who changed the key files, and restore the pair from your backup',
    at: { file },
    exit: 4,
  })
}

function unfinished(file: string): SluiceError {
  return new SluiceError({
    code: 'KEY_ROTATION_UNFINISHED',
    message: 'the key of the log was being replaced when that was interrupted',
    next: 'run `sluice keys rotate ledger` again: it goes on where it stopped',
    at: { file },
    exit: 4,
  })
}
