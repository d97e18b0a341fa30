import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { sha256Json } from '../util/digest.ts'
import { writeFileDurable } from '../util/durable.ts'
import { SluiceError } from '../util/errors.ts'
import { canonicalJson, type Json } from '../util/json.ts'
import { type Drop, type Quarantine, recordId, type TextRecord } from './record.ts'
import type { Store } from './store.ts'
import { leaves, looseId, parsedRow, rawText, subjectId, subjectKeyId, wordsOf } from './subject.ts'

/** A data subject whom no run may bring back. Keyed ids only. */
export interface ForgottenSubject {
  readonly subject: string
  /** Path inside `meta`: `customer.id`. A name of the configuration, not data. */
  readonly field: string
  /** The id by which words of unreadable rows are compared; absent where the value itself was never given. */
  readonly loose?: string
}

/** The suppression list of a store, `<store>/forgotten`, as canonical JSON. */
interface ForgottenList {
  readonly v: 1
  /** The key that the ids were made with: under another one the list would silently match nobody. */
  readonly key: string
  readonly subjects: readonly ForgottenSubject[]
}

/** The reason under which rows of a forgotten subject are counted as dropped. */
export const FORGOTTEN = 'forgotten'

function listPath(storeRoot: string): string {
  return join(storeRoot, 'forgotten')
}

/**
 * The subjects of the suppression list, in order of their ids.
 *
 * @throws SluiceError `FORGOTTEN_BROKEN` (exit 4) where the list is gone or damaged although something was erased here
 */
export function readForgotten(storeRoot: string): readonly ForgottenSubject[] {
  return readList(storeRoot)?.subjects ?? []
}

function readList(storeRoot: string): ForgottenList | undefined {
  const file = listPath(storeRoot)
  if (!existsSync(file)) {
    if (!existsSync(join(storeRoot, 'tombstones'))) return undefined
    throw broken(file, 'the list of forgotten subjects is gone, and tombstones say that there was one')
  }
  let list: ForgottenList
  const text = readFileSync(file, 'utf8')
  try {
    list = JSON.parse(text) as ForgottenList
    if (list.v !== 1 || `${canonicalJson(list)}\n` !== text || !list.subjects.every(isSubject)) throw new Error('form')
  } catch (cause) {
    throw broken(file, 'the list of forgotten subjects is damaged', cause)
  }
  return list
}

function isSubject({ subject, field, loose }: ForgottenSubject): boolean {
  const id = /^[0-9a-f]{64}$/
  return id.test(subject) && typeof field === 'string' && field !== '' && (loose === undefined || id.test(loose))
}

/** Adds a subject, durable before it returns. Adding one twice changes nothing but fills in a missing `loose`. */
export function addForgotten(store: Store, added: ForgottenSubject): void {
  const known = readForgotten(store.root)
  const before = known.find(({ subject }) => subject === added.subject)
  const subjects = [...known.filter(({ subject }) => subject !== added.subject), { ...before, ...added }]
  subjects.sort((a, b) => (a.subject < b.subject ? -1 : 1))
  const list: ForgottenList = { v: 1, key: subjectKeyId(store), subjects }
  writeFileDurable(listPath(store.root), `${canonicalJson(list)}\n`)
}

/** What the list contributes to the key of a stage that reads sources: undefined where nobody was forgotten. */
export function forgottenPin(storeRoot: string): string | undefined {
  const list = readList(storeRoot)
  return list === undefined || list.subjects.length === 0 ? undefined : sha256Json(list)
}

interface Rows {
  readonly kept: readonly TextRecord[]
  readonly routed?: Readonly<Record<string, readonly TextRecord[]>>
  readonly dropped: readonly Drop[]
  readonly quarantined: readonly Quarantine[]
}

/**
 * Takes the rows of forgotten subjects out of what a source gave: they become drops with the reason `forgotten`, and of
 * each only its place in the source is left. Gives undefined where nobody was forgotten.
 *
 * @throws SluiceError `FORGOTTEN_KEY` (exit 4) where the key of the list is not the store's any more
 */
export function suppressor(store: Store): (<T extends Rows>(rows: T) => T) | undefined {
  const list = readList(store.root)
  if (list === undefined || list.subjects.length === 0) return undefined
  if (list.key !== subjectKeyId(store)) {
    throw new SluiceError({
      code: 'FORGOTTEN_KEY',
      message: 'the list of forgotten subjects was made with another key than the store has now',
      next: 'restore keys/subject.key from your backup: without it nobody on the list would be recognized',
      at: { file: listPath(store.root) },
      exit: 4,
    })
  }
  const byField = new Map<string, Set<string>>()
  for (const { field, subject } of list.subjects) byField.set(field, (byField.get(field) ?? new Set()).add(subject))
  const loose = new Set(list.subjects.flatMap((each) => each.loose ?? []))
  const inValue = (value: Json): boolean => {
    for (const [path, leaf] of leaves(value)) {
      if (byField.get(path)?.has(subjectId(store, path, leaf)) === true) return true
    }
    return false
  }
  const inRaw = (row: Quarantine): boolean => {
    const raw = rawText(row)
    if (raw === undefined) return false
    const parsed = parsedRow(raw)
    if (parsed !== undefined && inValue(parsed)) return true
    if (loose.size === 0) return false
    for (const word of wordsOf(raw)) if (loose.has(looseId(store, word))) return true
    return false
  }
  const forgets = (record: TextRecord): boolean => inValue(record.meta as Json)
  return (rows) => {
    const gone: Drop[] = []
    const keep = (record: TextRecord): boolean => {
      if (!forgets(record)) return true
      gone.push(placeOnly(record.source))
      return false
    }
    const kept = rows.kept.filter(keep)
    const routed = Object.fromEntries(
      Object.entries(rows.routed ?? {}).map(([port, records]) => [port, records.filter(keep)]),
    )
    const dropped = rows.dropped.filter(({ record }) => keep(record))
    const quarantined = rows.quarantined.filter((row) => {
      if (row.record !== undefined ? !forgets(row.record) : !inRaw(row)) return true
      gone.push(placeOnly(row.source))
      return false
    })
    if (gone.length === 0) return rows
    return { ...rows, kept, routed, dropped: [...dropped, ...gone], quarantined }
  }
}

/** A drop that says where the row stands and nothing of what it said. */
function placeOnly(source: TextRecord['source']): Drop {
  return { record: { id: recordId({ text: '' }, source), text: '', source, meta: {}, notes: {} }, reason: FORGOTTEN }
}

function broken(file: string, message: string, cause?: unknown): SluiceError {
  return new SluiceError({
    code: 'FORGOTTEN_BROKEN',
    message,
    next: 'restore it from your backup, or run `sluice forget` again for every entry subject.forgotten of the log',
    at: { file },
    exit: 4,
    cause,
  })
}
