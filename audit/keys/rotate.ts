import { existsSync, readdirSync, readFileSync, renameSync } from 'node:fs'
import { join } from 'node:path'
import { ensureDir, fsyncDir, writeFileDurable } from '../../util/durable.ts'
import { SluiceError, toSluiceError } from '../../util/errors.ts'
import { parseActionRecord, writeActionRecord } from '../action-record.ts'
import { disk, readIfThere } from '../files.ts'
import { type Keys, keysOf, LEDGER_FILES, openLedgerKeyFile } from '../keys.ts'
import { openLedger } from '../ledger.ts'
import { acquireLock } from '../lock.ts'
import { openNote } from '../note.ts'
import { generatePrivateKey, type KeyUse, readPrivateKeyFile, writePrivateKeyOnce } from './key-file.ts'
import { type KeyOptions, keyFromEnvironment, passphraseOf } from './key-options.ts'
import { rotationEntry } from './log-keys.ts'
import { BUNDLE_NEXT, openBundleKeyFile, signerOf } from './signer.ts'

export interface Rotated {
  readonly old: string
  readonly new: string
}

export interface RotateOptions extends KeyOptions {
  readonly now?: () => Date
}

/**
 * Replaces the key of the log of a store. The entry `key.rotated` is the moment of it: its checkpoint is signed by both
 * keys, the ones after it by the new key alone, under the same name. Then the action records of the store are signed
 * again, and the files are exchanged; the old private key is gone after that, its public one stays in `keys/retired/`.
 * Interrupted anywhere, the same call goes on. A process that still has the old key cannot append any more.
 */
export function rotateLedgerKey(store: string, options: RotateOptions = {}): Rotated {
  const dir = join(store, 'keys')
  refuseEnvironment('ledger', options)
  return exclusively(dir, () => {
    const old = openLedgerKeyFile(dir, options)
    const nextPath = join(dir, LEDGER_FILES.next)
    writePrivateKeyOnce(nextPath, generatePrivateKey('ledger'), passphraseOf(options))
    const next = keysOf(readPrivateKeyFile(nextPath, 'ledger', passphraseOf(options)), old.noteName)
    if (next.keyId !== old.keyId) {
      if (!isSignedBy(store, next)) {
        const ledger = openLedger(join(store, 'ledger'), { ...old, successor: next }, options)
        ledger.append([rotationEntry(old, next)])
      }
      resignActions(join(store, 'actions'), old, next)
    }
    retire(dir, 'ledger', old.keyId, old.publicKeyPem)
    writeFileDurable(join(dir, LEDGER_FILES.verifier), `${next.noteVerifier}\n`)
    writeFileDurable(join(dir, LEDGER_FILES.public), next.publicKeyPem)
    renameSync(nextPath, join(dir, LEDGER_FILES.private))
    fsyncDir(dir)
    return { old: old.keyId, new: next.keyId }
  })
}

/** Replaces the key that signs attestations; the log's key vouches for the exchange. Interrupted, the same call goes on. */
export function rotateBundleKey(store: string, keys: Keys, options: RotateOptions = {}): Rotated {
  const dir = join(store, 'keys')
  refuseEnvironment('bundle', options)
  return exclusively(dir, () => {
    const nextPath = join(dir, BUNDLE_NEXT)
    const old = openBundleKeyFile(dir, options)
    writePrivateKeyOnce(nextPath, generatePrivateKey('bundle'), passphraseOf(options))
    const next = signerOf(readPrivateKeyFile(nextPath, 'bundle', passphraseOf(options)))
    const ledger = openLedger(join(store, 'ledger'), keys, options)
    let logged = false
    for (const { type, subject } of ledger.entries()) {
      if (type === 'key.rotated' && subject['new'] === next.keyId) logged = true
    }
    const subject = { use: 'bundle', old: old.keyId, new: next.keyId }
    if (!logged && next.keyId !== old.keyId) ledger.append([{ type: 'key.rotated', run: 'keys', subject }])
    retire(dir, 'bundle', old.keyId, old.publicKeyPem)
    writeFileDurable(join(dir, 'bundle.pub'), next.publicKeyPem)
    renameSync(nextPath, join(dir, 'bundle.key'))
    fsyncDir(dir)
    return { old: old.keyId, new: next.keyId }
  })
}

/** True if the checkpoint of the log is signed by this key already: the rotation to it was committed. */
function isSignedBy(store: string, key: Keys): boolean {
  const note = readIfThere(disk, join(store, 'ledger', 'checkpoint'))?.toString('utf8')
  return note !== undefined && openNote(note, key).ok
}

/** Signs every action record again that the old key signed. What it did not sign is left as it is: not trusted. */
function resignActions(dir: string, old: Keys, next: Keys): void {
  if (!existsSync(dir)) return
  for (const folder of readdirSync(dir)) {
    if (!/^[0-9a-f]{2}$/.test(folder)) continue
    for (const name of readdirSync(join(dir, folder))) {
      if (!/^[0-9a-f]{62}\.json$/.test(name)) continue
      const read = parseActionRecord(readFileSync(join(dir, folder, name)), old, `${folder}${name.slice(0, 62)}`)
      if (read.state === 'hit') writeActionRecord(dir, next, read.record)
    }
  }
}

function retire(dir: string, use: KeyUse, keyId: string, publicKeyPem: string): void {
  writeFileDurable(join(dir, 'retired', `${use}-${keyId.slice(0, 16)}.pub`), publicKeyPem)
}

function exclusively<T>(dir: string, work: () => T): T {
  try {
    ensureDir(dir)
    const held = acquireLock(join(dir, 'lock'))
    try {
      return work()
    } finally {
      held.release()
    }
  } catch (error) {
    throw toSluiceError(error, 'replacing a key')
  }
}

function refuseEnvironment(use: KeyUse, options: KeyOptions): void {
  const given = keyFromEnvironment(use, options)
  if (given === undefined) return
  throw new SluiceError({
    code: 'KEY_IN_ENVIRONMENT',
    message: `the key comes from ${given.variable}, where it cannot be replaced`,
    next: 'rotate it where its file is, then give the new key to the environment',
  })
}
