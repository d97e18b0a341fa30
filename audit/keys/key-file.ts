import type { KeyObject } from 'node:crypto'
import { createPrivateKey, generateKeyPairSync } from 'node:crypto'
import { chmodSync, linkSync, readFileSync, rmSync, statSync } from 'node:fs'
import { dirname } from 'node:path'
import { ensureDir, fsyncDir, temporaryName, writeFileDurable } from '../../util/durable.ts'
import { SluiceError } from '../../util/errors.ts'

/** What a key is for: `ledger` signs checkpoints and action records (Ed25519), `bundle` signs attestations (P-256). */
export type KeyUse = 'ledger' | 'bundle'

export const KEY_USES: readonly KeyUse[] = ['ledger', 'bundle']

/** How a message names the key of each use. */
export const KEY_NOUNS: Readonly<Record<KeyUse, string>> = {
  ledger: 'the key of the log',
  bundle: 'the key of the attestations',
}

export function generatePrivateKey(use: KeyUse): KeyObject {
  return use === 'ledger'
    ? generateKeyPairSync('ed25519').privateKey
    : generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey
}

/**
 * Writes a private key as PKCS#8 PEM with mode 600, unless the file is there already. Two processes that write at once
 * end with the same file. Returns true if this call wrote it.
 *
 * @param passphrase encrypts the file (PBES2, AES-256-CBC); left out, the file is plain.
 */
export function writePrivateKeyOnce(path: string, key: KeyObject, passphrase?: string): boolean {
  ensureDir(dirname(path))
  chmodSync(dirname(path), 0o700)
  const pem = key.export(
    passphrase === undefined
      ? { type: 'pkcs8', format: 'pem' }
      : { type: 'pkcs8', format: 'pem', cipher: 'aes-256-cbc', passphrase },
  )
  const temporary = temporaryName(path)
  writeFileDurable(temporary, pem.toString(), 0o600)
  try {
    linkSync(temporary, path)
    fsyncDir(dirname(path))
    return true
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error
    return false
  } finally {
    rmSync(temporary, { force: true })
  }
}

/**
 * Reads a private key file. Throws `KEY_FILE_OPEN` where others can read it, `KEY_PASSPHRASE_MISSING` and
 * `KEY_PASSPHRASE_WRONG` for an encrypted one, `KEY_FILE_BROKEN` for anything that is not a key of this use.
 */
export function readPrivateKeyFile(path: string, use: KeyUse, passphrase?: string): KeyObject {
  checkKeyMode(path)
  return parsePrivateKey(readFileSync(path, 'utf8'), use, path, passphrase)
}

/** Throws `KEY_FILE_OPEN` where others than the owner can read or write a file of keys. */
export function checkKeyMode(path: string): void {
  if ((statSync(path).mode & 0o077) === 0) return
  throw new SluiceError({
    code: 'KEY_FILE_OPEN',
    message: 'a key file can be read by others',
    next: 'run: chmod 600 on the file named here',
    at: { file: path },
    exit: 4,
  })
}

/** Reads a private key in PEM form. `where` is the file or the environment variable, for messages. */
export function parsePrivateKey(pem: string, use: KeyUse, where: string, passphrase?: string): KeyObject {
  const encrypted = pem.includes('-----BEGIN ENCRYPTED PRIVATE KEY-----')
  if (encrypted && passphrase === undefined) {
    throw new SluiceError({
      code: 'KEY_PASSPHRASE_MISSING',
      message: `${KEY_NOUNS[use]} is encrypted`,
      next: 'set SLUICE_KEY_PASSPHRASE, or give --passphrase-file',
      at: { file: where },
    })
  }
  let key: KeyObject | undefined
  let cause: unknown
  try {
    key = createPrivateKey(encrypted ? { key: pem, passphrase: passphrase! } : pem)
  } catch (error) {
    cause = error
  }
  if (key !== undefined && fits(key, use)) return key
  if (encrypted && key === undefined) {
    throw new SluiceError({
      code: 'KEY_PASSPHRASE_WRONG',
      message: `${KEY_NOUNS[use]} cannot be decrypted with the passphrase given`,
      next: 'give the passphrase it was made with, or restore the file from your backup',
      at: { file: where },
      exit: 4,
    })
  }
  throw new SluiceError({
    code: 'KEY_FILE_BROKEN',
    message: `${KEY_NOUNS[use]} is not ${use === 'ledger' ? 'an Ed25519' : 'a P-256'} private key in PEM form`,
    next: 'restore it from your backup',
    at: { file: where },
    exit: 4,
    cause,
  })
}

function fits(key: KeyObject, use: KeyUse): boolean {
  return use === 'ledger'
    ? key.asymmetricKeyType === 'ed25519'
    : key.asymmetricKeyType === 'ec' && key.asymmetricKeyDetails?.namedCurve === 'prime256v1'
}
