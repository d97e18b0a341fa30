import { generateKeyPairSync } from 'node:crypto'
import { existsSync, mkdtempSync, readdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { beforeEach, describe, expect, it } from 'vitest'
import { readActionRecord, writeActionRecord } from '../../audit/action-record.ts'
import { keyHistory, keyRevoked, recordKeys } from '../../audit/keys/events.ts'
import { writePrivateKeyOnce } from '../../audit/keys/key-file.ts'
import { rotationEntry } from '../../audit/keys/log-keys.ts'
import { rotateBundleKey, rotateLedgerKey } from '../../audit/keys/rotate.ts'
import { openBundleSigner } from '../../audit/keys/signer.ts'
import { type Keys, keysOf, openKeys, readLogKey } from '../../audit/keys.ts'
import { openLedger } from '../../audit/ledger.ts'
import { readLedger } from '../../audit/ledger-reader.ts'
import { openNote, readPublicKey } from '../../audit/note.ts'
import { parseVerifierKey } from '../../audit/verifier-key.ts'
import { verifyLedger } from '../../audit/verify.ts'
import { group } from './setup.ts'

const options = { env: {} }

let store: string
let dir: string
let log: string
beforeEach(() => {
  store = mkdtempSync(join(tmpdir(), 'sluice-rotate-'))
  dir = join(store, 'keys')
  log = join(store, 'ledger')
})

const append = (keys: Keys, count: number): void => void openLedger(log, keys).append(group(count))
const codes = (pem: string, earlier: readonly string[] = []): readonly string[] =>
  verifyLedger(log, pem, { earlier }).problems.map(({ code }) => code)

describe('a log whose key was replaced twice', () => {
  it('keeps its name, and is followed from the first, the second and the last key', () => {
    const first = openKeys(dir, options)
    append(first, 3)
    const before = readFileSync(join(log, 'checkpoint'), 'utf8')
    const one = rotateLedgerKey(store, options)
    const between = readFileSync(join(log, 'checkpoint'), 'utf8')
    const second = openKeys(dir, options)
    append(second, 300)
    const two = rotateLedgerKey(store, options)
    const third = openKeys(dir, options)
    append(third, 2)

    expect([one.old, one.new, two.old, two.new]).toEqual([first.keyId, second.keyId, second.keyId, third.keyId])
    expect(new Set([first.noteName, second.noteName, third.noteName]).size).toBe(1)
    expect([openNote(between, first).ok, openNote(between, second).ok]).toEqual([true, true])
    const last = readFileSync(join(log, 'checkpoint'), 'utf8')
    expect([openNote(last, first).ok, openNote(last, second).ok, openNote(last, third).ok]).toEqual([
      false,
      false,
      true,
    ])
    for (const key of [first, second, third]) {
      // The bare key, as it lies in a dossier or in a mail, and the line that says whose it is.
      expect(verifyLedger(log, key.publicKeyPem, { earlier: [before, between, last] })).toMatchObject({
        ok: true,
        size: 3 + 1 + 300 + 1 + 2,
        problems: [],
      })
      expect(verifyLedger(log, parseVerifierKey(key.noteVerifier, 'log')).ok).toBe(true)
      expect(readLedger(log, readPublicKey(key.publicKeyPem)).size).toBe(3 + 1 + 300 + 1 + 2)
    }
    expect(readLogKey(dir)).toMatchObject({ keyId: third.keyId, noteName: first.noteName })
    expect(readdirSync(dir).sort()).toEqual(['ledger.key', 'ledger.pub', 'ledger.vkey', 'retired'])
    expect(readdirSync(join(dir, 'retired')).sort()).toEqual(
      [first, second].map(({ keyId }) => `ledger-${keyId.slice(0, 16)}.pub`).sort(),
    )
  })

  it('takes nothing more from the old key, neither at once nor later', () => {
    const old = openKeys(dir, options)
    const running = openLedger(log, old)
    running.append(group(1))
    rotateLedgerKey(store, options)
    expect(() => running.append(group(1))).toThrow(expect.objectContaining({ code: 'KEY_ROTATED', exit: 4 }))
    append(openKeys(dir, options), 1)
    expect(() => running.append(group(1))).toThrow(expect.objectContaining({ code: 'LOG_CHECKPOINT_SIGNATURE' }))
    expect(openLedger(log, openKeys(dir, options)).size).toBe(3)
  })

  it('does not believe a checkpoint that a retired key signed for what came after it', () => {
    const old = openKeys(dir, options)
    append(old, 1)
    rotateLedgerKey(store, options)
    append(openKeys(dir, options), 5)
    const elsewhere = mkdtempSync(join(tmpdir(), 'sluice-fork-'))
    openLedger(join(elsewhere, 'ledger'), old).append(group(4))
    const forged = readFileSync(join(elsewhere, 'ledger', 'checkpoint'), 'utf8')
    expect(codes(old.publicKeyPem, [forged])).toEqual(['LOG_EARLIER_UNTRUSTED'])
    openLedger(join(`${elsewhere}-2`, 'ledger'), old).append(group(1, 'other'))
    const fork = readFileSync(join(`${elsewhere}-2`, 'ledger', 'checkpoint'), 'utf8')
    expect(codes(old.publicKeyPem, [fork])).toEqual(['LOG_FORKED'])
  })

  it('is not followed from a key that never was its own', () => {
    append(openKeys(dir, options), 1)
    rotateLedgerKey(store, options)
    append(openKeys(dir, options), 1)
    const stranger = keysOf(generateKeyPairSync('ed25519').privateKey)
    expect(codes(stranger.publicKeyPem)).toEqual(['LOG_CHECKPOINT_OTHER_KEY'])
  })

  it('says so where a hand-over is not signed by the key before it', () => {
    const keys = openKeys(dir, options)
    const thief = keysOf(generateKeyPairSync('ed25519').privateKey, keys.noteName)
    const real = rotationEntry(keys, thief)
    const { old_signature: _, ...unsigned } = real.subject
    openLedger(log, keys).append([{ ...real, subject: unsigned }, ...group(1)])
    rotateLedgerKey(store, options)
    append(openKeys(dir, options), 1)
    expect(codes(keys.publicKeyPem)).toEqual(['LOG_KEY_ROTATION_BAD'])
  })

  it('is not proved by a key that the log says was stolen, but by the one after it', () => {
    const stolen = openKeys(dir, options)
    append(stolen, 1)
    rotateLedgerKey(store, options)
    const keys = openKeys(dir, options)
    openLedger(log, keys).append([keyRevoked('ledger', stolen.keyId, 'compromised')])
    expect(codes(stolen.publicKeyPem)).toEqual(['LOG_KEY_REVOKED'])
    expect(() => readLedger(log, stolen)).toThrow(expect.objectContaining({ code: 'LOG_KEY_REVOKED', exit: 4 }))
    expect(codes(keys.publicKeyPem)).toEqual([])
  })

  it('has its action records signed again', () => {
    const old = openKeys(dir, options)
    append(old, 1)
    const key = 'ab'.repeat(32)
    const record = { v: 1, key, stage: 'redact', keyParts: {}, payload: { rows: 3 } } as const
    const actions = join(store, 'actions')
    writeActionRecord(actions, old, record)
    const forged = { ...record, key: 'cd'.repeat(32) }
    writeActionRecord(actions, keysOf(generateKeyPairSync('ed25519').privateKey), forged)
    rotateLedgerKey(store, options)
    const keys = openKeys(dir, options)
    expect(readActionRecord(actions, keys, key)).toEqual({ state: 'hit', record })
    expect(readActionRecord(actions, old, key)).toEqual({ state: 'miss', reason: 'bad_signature' })
    expect(readActionRecord(actions, keys, forged.key)).toEqual({ state: 'miss', reason: 'bad_signature' })
  })
})

describe('a replacement that was interrupted', () => {
  it('goes on where it stopped: before the log knew of it, and after', () => {
    append(openKeys(dir, options), 1)
    // Killed after the new key was written.
    writePrivateKeyOnce(join(dir, 'ledger.key.next'), generateKeyPairSync('ed25519').privateKey)
    expect(() => openKeys(dir, options)).toThrow(expect.objectContaining({ code: 'KEY_ROTATION_UNFINISHED', exit: 4 }))
    const backup = readFileSync(join(dir, 'ledger.key'))
    const { new: next } = rotateLedgerKey(store, options)
    expect(openKeys(dir, options).keyId).toBe(next)
    // Killed before the last step: both private keys are there, and all else is done.
    renameSync(join(dir, 'ledger.key'), join(dir, 'ledger.key.next'))
    writeFileSync(join(dir, 'ledger.key'), backup, { mode: 0o600 })
    expect(() => openKeys(dir, options)).toThrow(expect.objectContaining({ code: 'KEY_ROTATION_UNFINISHED' }))
    expect(rotateLedgerKey(store, options).new).toBe(next)
    expect(existsSync(join(dir, 'ledger.key.next'))).toBe(false)
    append(openKeys(dir, options), 1)
    expect(codes(openKeys(dir, options).publicKeyPem)).toEqual([])
    const entries = [...openLedger(log, openKeys(dir, options)).entries()]
    expect(entries.map(({ type }) => type === 'key.rotated')).toEqual([false, true, false])
  })
})

it('the key of the attestations is replaced under the log, and what is known of each key can be read there', () => {
  const keys = openKeys(dir, options)
  const first = openBundleSigner(dir, options)
  const ledger = openLedger(log, keys, { now: () => new Date('2026-01-02T03:04:05Z') })
  const made = [
    { use: 'ledger', keyId: keys.keyId },
    { use: 'bundle', keyId: first.keyId },
  ] as const
  expect(recordKeys(ledger, made)).toEqual([keys.keyId, first.keyId])
  expect(recordKeys(ledger, made)).toEqual([])
  const at = '2026-01-02T03:04:05.000Z'
  const { old, new: next } = rotateBundleKey(store, keys, { ...options, now: () => new Date(at) })
  expect([old, openBundleSigner(dir, options).keyId]).toEqual([first.keyId, next])
  openLedger(log, keys, { now: () => new Date(at) }).append([keyRevoked('bundle', old, 'superseded')])
  expect(keyHistory(openLedger(log, keys))).toEqual([
    { use: 'ledger', keyId: keys.keyId, created: at, rotated: null, revoked: null },
    { use: 'bundle', keyId: old, created: at, rotated: at, revoked: { at, reason: 'superseded' } },
    { use: 'bundle', keyId: next, created: at, rotated: null, revoked: null },
  ])
})
