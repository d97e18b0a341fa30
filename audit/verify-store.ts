import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join, relative } from 'node:path'
import { readForgotten } from '../artifacts/forgotten.ts'
import { openStore } from '../artifacts/store.ts'
import { hasTombstone, readTombstones } from '../artifacts/tombstone.ts'
import { sha256File } from '../util/digest.ts'
import { toSluiceError } from '../util/errors.ts'
import { parseActionRecord } from './action-record.ts'
import type { PublicKey } from './note.ts'
import { readPublicKey } from './note.ts'
import type { ProblemList, VerifyProblem } from './verify-report.ts'
import { problemList } from './verify-report.ts'

export interface StoreReport {
  readonly ok: boolean
  /** Objects hashed again, plain and sealed. */
  readonly objects: number
  readonly bytes: number
  /** Action records whose signature was checked. */
  readonly actions: number
  /** Objects that were erased on purpose: their tombstones stand and they are not there. */
  readonly tombstoned: number
  readonly problems: readonly VerifyProblem[]
  readonly more: number
  readonly warnings: readonly VerifyProblem[]
}

export interface VerifyStoreOptions {
  /** Digests that must be in the store: what the log names (`VerifyReport.payloads`). */
  readonly payloads?: readonly string[]
  /** Called now and then with the number of objects done. */
  readonly onProgress?: (objects: number) => void
}

const LEFTOVER = '.tmp-'

/**
 * Hashes every object of a store again, opens every sealed one, and checks the signature of every action record.
 * Each kind of damage has its own code. Never throws for what the store holds.
 *
 * @param root folder of the store, with `objects/`, `sealed/`, `actions/` and `keys/`.
 * @param publicKey PEM of `ledger.pub`, or the key itself.
 */
export async function verifyStore(
  root: string,
  publicKey: string | PublicKey,
  options: VerifyStoreOptions = {},
): Promise<StoreReport> {
  const key = typeof publicKey === 'string' ? readPublicKey(publicKey) : publicKey
  const problems = problemList()
  const warnings = problemList()
  let objects = 0
  let bytes = 0
  const done = (size: number): void => {
    objects += 1
    bytes += size
    if (objects % 1000 === 0) options.onProgress?.(objects)
  }
  for (const { path, digest } of named(root, 'objects', /^[0-9a-f]{62}$/, problems, warnings)) {
    try {
      const found = await sha256File(join(root, path))
      if (found.sha256 !== digest) problems.add('OBJECT_CORRUPT', 'an object has not the bytes its name promises', path)
      done(found.bytes)
    } catch (error) {
      problems.add('OBJECT_UNREADABLE', toSluiceError(error, 'reading an object').message, path)
    }
  }
  verifySealed(root, problems, warnings, done)
  for (const digest of options.payloads ?? []) {
    if (!existsSync(objectFile(root, 'objects', digest)) && !hasTombstone(root, digest, 'redacted')) {
      problems.add('PAYLOAD_MISSING', 'the log names a document that is not in the store', `objects/${digest}`)
    }
  }
  const actions = verifyActions(root, key, problems, warnings)
  const tombstoned = verifyTombstones(root, problems, warnings)
  const ok = problems.list.length === 0
  return {
    ok,
    objects,
    bytes,
    actions,
    tombstoned,
    problems: problems.list,
    more: problems.more,
    warnings: warnings.list,
  }
}

function verifySealed(root: string, problems: ProblemList, warnings: ProblemList, done: (size: number) => void): void {
  const sealed = named(root, 'sealed', /^[0-9a-f]{62}$/, problems, warnings)
  if (sealed.length === 0) return
  if (!existsSync(join(root, 'keys', 'store.key'))) {
    // Opening the store would make a new key. Without the old one the objects are shredded, which may be meant so.
    warnings.add('STORE_KEY_MISSING', `${sealed.length} sealed objects cannot be opened: their key is gone`, 'sealed')
    return
  }
  const store = openStore(root)
  for (const { path, digest } of sealed) {
    try {
      done(store.get({ sha256: digest, sensitivity: 'raw' }).length)
    } catch (error) {
      const known = toSluiceError(error, 'opening a sealed object')
      const corrupt = known.code === 'OBJECT_CORRUPT'
      problems.add(
        corrupt ? 'SEALED_CORRUPT' : known.code,
        corrupt ? 'a sealed object cannot be opened with the key of the store' : known.message,
        path,
      )
    }
  }
}

function verifyActions(root: string, key: PublicKey, problems: ProblemList, warnings: ProblemList): number {
  const records = named(root, 'actions', /^[0-9a-f]{62}\.json$/, problems, warnings)
  for (const { path, digest } of records) {
    const read = parseActionRecord(readFileSync(join(root, path)), key, digest)
    if (read.state === 'hit') continue
    problems.add(`ACTION_${read.reason.toUpperCase()}`, 'an action record cannot be trusted', path)
  }
  return records.length
}

/** What was erased must stay away, and everybody it was erased for must be on the list that keeps them out. */
function verifyTombstones(root: string, problems: ProblemList, warnings: ProblemList): number {
  let count = 0
  try {
    const listed = new Set(readForgotten(root).map(({ subject }) => subject))
    for (const { object, sensitivity, kind, subject } of readTombstones(root)) {
      const folder = sensitivity === 'raw' ? 'sealed' : 'objects'
      if (!listed.has(subject)) {
        problems.add('FORGOTTEN_NOT_LISTED', 'an erased subject is not on the list that keeps them out', 'forgotten')
      }
      if (!existsSync(objectFile(root, folder, object))) {
        count += 1
        continue
      }
      const path = `${folder}/${object}`
      // A report without the subject may have the same bytes as before; a shard without their rows cannot.
      if (kind === 'document') warnings.add('ERASED_DOCUMENT_BACK', 'a report that was erased was made again', path)
      else problems.add('TOMBSTONED_PRESENT', 'an object that was erased is there: finish `sluice forget`', path)
    }
  } catch (error) {
    const { code, message, at } = toSluiceError(error, 'reading what was forgotten')
    problems.add(code, message, at === undefined ? 'forgotten' : relative(root, at.file))
  }
  return count
}

function objectFile(root: string, folder: 'objects' | 'sealed', digest: string): string {
  return join(root, folder, digest.slice(0, 2), digest.slice(2))
}

/** Files `<folder>/ab/cdef…` with the digest that their name is; anything else there is a problem. */
function named(
  root: string,
  folder: string,
  pattern: RegExp,
  problems: ProblemList,
  warnings: ProblemList,
): readonly { readonly path: string; readonly digest: string }[] {
  if (!existsSync(join(root, folder))) return []
  return readdirSync(join(root, folder), { withFileTypes: true })
    .sort((a, b) => (a.name < b.name ? -1 : 1))
    .flatMap((entry) => {
      if (!entry.isDirectory() || !/^[0-9a-f]{2}$/.test(entry.name)) {
        problems.add('STORE_FILE_UNKNOWN', 'this file does not belong to the store', `${folder}/${entry.name}`)
        return []
      }
      return readdirSync(join(root, folder, entry.name))
        .sort()
        .flatMap((name) => {
          const path = `${folder}/${entry.name}/${name}`
          if (pattern.test(name)) return [{ path, digest: `${entry.name}${name.slice(0, 62)}` }]
          if (name.includes(LEFTOVER)) warnings.add('STORE_LEFTOVER', 'left by a write that did not end', path)
          else problems.add('STORE_FILE_UNKNOWN', 'this file does not belong to the store', path)
          return []
        })
    })
}
