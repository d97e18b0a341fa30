import type { KeyObject } from 'node:crypto'
import { createPublicKey, sign as signBytes } from 'node:crypto'
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { sha256 } from '../../util/digest.ts'
import { writeFileDurable } from '../../util/durable.ts'
import { SluiceError, toSluiceError } from '../../util/errors.ts'
import { commandSigner } from './command-signer.ts'
import { generatePrivateKey, parsePrivateKey, readPrivateKeyFile, writePrivateKeyOnce } from './key-file.ts'
import { type KeyOptions, keyFromEnvironment, passphraseOf } from './key-options.ts'
import type { Signer } from './signer-interface.ts'

export type { Signer } from './signer-interface.ts'

/**
 * The key that signs attestations: `SLUICE_BUNDLE_KEY`, else the program that `<keysDir>/signers.yaml` names, else
 * `<keysDir>/bundle.key` (ECDSA P-256, PKCS#8 PEM, mode 600)
 * with `bundle.pub`, made on first use. Throws `KEY_*` (exit 4) where a file is not what it should be.
 */
export function openBundleSigner(keysDir: string, options: KeyOptions = {}): Signer {
  const given = keyFromEnvironment('bundle', options)
  if (given !== undefined) {
    return signerOf(parsePrivateKey(given.pem, 'bundle', given.variable, passphraseOf(options)))
  }
  try {
    const program = commandSigner(keysDir)
    if (program !== undefined) return program
    if (existsSync(join(keysDir, BUNDLE_NEXT))) throw unfinished(join(keysDir, BUNDLE_NEXT))
    return openBundleKeyFile(keysDir, options)
  } catch (error) {
    throw toSluiceError(error, 'opening the key of the attestations')
  }
}

/** The next private key, while a rotation is under way. */
export const BUNDLE_NEXT = 'bundle.key.next'

/** The same from the files alone, also while a rotation is under way. */
export function openBundleKeyFile(keysDir: string, options: KeyOptions): Signer {
  const privatePath = join(keysDir, 'bundle.key')
  const publicPath = join(keysDir, 'bundle.pub')
  // Asked in this order because the public key is written after the private one.
  const hadPublic = existsSync(publicPath)
  if (!existsSync(privatePath)) {
    if (hadPublic) throw missing(privatePath)
    writePrivateKeyOnce(privatePath, generatePrivateKey('bundle'), passphraseOf(options))
  }
  const signer = signerOf(readPrivateKeyFile(privatePath, 'bundle', passphraseOf(options)))
  if (!existsSync(publicPath)) writeFileDurable(publicPath, signer.publicKeyPem, 0o644)
  else if (readFileSync(publicPath, 'utf8') !== signer.publicKeyPem && !existsSync(join(keysDir, BUNDLE_NEXT))) {
    throw mismatch(publicPath)
  }
  return signer
}

/** A signer of a private key that is in memory. */
export function signerOf(key: KeyObject): Signer {
  const publicKey = createPublicKey(key)
  const ed25519 = key.asymmetricKeyType === 'ed25519'
  return {
    algorithm: ed25519 ? 'ed25519' : 'ecdsa-p256-sha256',
    keyId: sha256(publicKey.export({ type: 'spki', format: 'der' })),
    publicKeyPem: publicKey.export({ type: 'spki', format: 'pem' }).toString(),
    sign: (bytes) => signBytes(ed25519 ? null : 'sha256', bytes, key),
  }
}

function missing(file: string): SluiceError {
  return new SluiceError({
    code: 'KEY_MISSING',
    message: 'the private key of the attestations is gone while its public key is still there',
    next: 'restore bundle.key from your backup, or give it in SLUICE_BUNDLE_KEY',
    at: { file },
    exit: 4,
  })
}

function mismatch(file: string): SluiceError {
  return new SluiceError({
    code: 'KEY_PAIR_MISMATCH',
    message: 'the public key of the attestations does not belong to its private key',
    next: 'find out who changed the key files, and restore the pair from your backup',
    at: { file },
    exit: 4,
  })
}

function unfinished(file: string): SluiceError {
  return new SluiceError({
    code: 'KEY_ROTATION_UNFINISHED',
    message: 'the key of the attestations was being replaced when that was interrupted',
    next: 'run `sluice keys rotate bundle` again: it goes on where it stopped',
    at: { file },
    exit: 4,
  })
}
