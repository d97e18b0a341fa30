import { readFileSync, statSync } from 'node:fs'
import { resolve } from 'node:path'
import type { Store } from '../artifacts/store.ts'
import { hmac256 } from '../util/digest.ts'
import { SluiceError } from '../util/errors.ts'
import type { SecretRef } from './stage.ts'

const MIN_BYTES = 16

/** Reads a secret from the store, the environment or a file. Never logs or returns it in an error. Outside a run there is no store. */
export function resolveSecret(ref: SecretRef, store: Store | undefined, baseDir: string): Buffer {
  if ('store' in ref) {
    if (store !== undefined) return store.secret(ref.store)
    throw new SluiceError({
      code: 'SECRET_MISSING',
      message: 'the key is a secret of a store, and there is no store here',
      next: 'name an environment variable (`env`) or a file (`file`) that holds the key',
    })
  }
  if ('env' in ref) {
    const value = process.env[ref.env]
    if (value === undefined || value === '') {
      throw new SluiceError({
        code: 'SECRET_MISSING',
        message: `the environment variable ${ref.env} is not set`,
        next: `set ${ref.env} to at least ${MIN_BYTES} random bytes, or use the store's own secret`,
      })
    }
    return longEnough(Buffer.from(value, 'utf8'), ref.env)
  }
  const path = resolve(baseDir, ref.file)
  let bytes: Buffer
  try {
    if ((statSync(path).mode & 0o077) !== 0) {
      throw new SluiceError({
        code: 'KEY_FILE_OPEN',
        message: 'a key file can be read by others',
        next: 'run chmod 600 on it',
        at: { file: path },
      })
    }
    bytes = Buffer.from(readFileSync(path, 'utf8').trim(), 'utf8')
  } catch (error) {
    if (error instanceof SluiceError) throw error
    throw new SluiceError({
      code: 'SECRET_MISSING',
      message: 'a key file cannot be read',
      at: { file: path },
      cause: error,
    })
  }
  return longEnough(bytes, ref.file)
}

/** A fingerprint that tells two keys apart and gives neither away. */
export function secretFingerprint(secret: Buffer): string {
  return hmac256(secret, 'sluice key id').slice(0, 16)
}

function longEnough(secret: Buffer, name: string): Buffer {
  if (secret.length >= MIN_BYTES) return secret
  throw new SluiceError({
    code: 'SECRET_SHORT',
    message: `the secret ${name} has ${secret.length} bytes; a short key can be guessed`,
    next: `use at least ${MIN_BYTES} random bytes`,
  })
}
