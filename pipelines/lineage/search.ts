import { closeSync, existsSync, openSync, readdirSync, readSync } from 'node:fs'
import { join } from 'node:path'
import type { Sensitivity } from '../../artifacts/refs.ts'
import type { Store } from '../../artifacts/store.ts'
import { readTombstones } from '../../artifacts/tombstone.ts'
import { SluiceError } from '../../util/errors.ts'
import { buildIndex, type ObjectIndex, readIndex, short, startingWith, writeIndex } from './index-file.ts'
import { readContent } from './read-object.ts'

/** An object of the store by its name. */
export interface ObjectName {
  readonly digest: string
  readonly sensitivity: Sensitivity
}

/** An object that holds rows of what is looked for. */
export interface Hit extends ObjectName {
  readonly kind: ObjectIndex['kind']
  /** Rows of it that match, and all it has. */
  readonly matches: number
  readonly rows: number
  /** True where only its tombstone and its index are left. */
  readonly erased: boolean
}

export interface Search {
  /** Keyed ids of the records that match, hex. */
  readonly records: ReadonlySet<string>
  /** In order of their digests. */
  readonly hits: readonly Hit[]
  /** Objects looked at, and how many could not be. What could not be read was not searched. */
  readonly objects: number
  readonly unread: number
  /** Sealed objects whose key is gone: nobody can read them any more. */
  readonly shredded: number
}

/** What to look for: keyed ids of a subject (its own and that of its bare value), or records. */
export type Wanted =
  | { readonly subjects: readonly string[] }
  /** Keys of records as `recordKey` makes them. */
  | { readonly records: readonly Buffer[] }

/** All objects of a store, plain and sealed, in order. */
export function* storeObjects(root: string): Generator<ObjectName> {
  for (const [folder, sensitivity] of [
    ['objects', 'redacted'],
    ['sealed', 'raw'],
  ] as const) {
    if (!existsSync(join(root, folder))) continue
    for (const start of readdirSync(join(root, folder)).sort()) {
      for (const name of readdirSync(join(root, folder, start)).sort()) {
        if (/^[0-9a-f]{62}$/.test(name)) yield { digest: start + name, sensitivity }
      }
    }
  }
}

/**
 * Looks for records in every object of a store and in what is remembered of erased ones. Objects without an index get
 * one, so the first search reads all data once, one object in memory at a time, and later ones read indexes only.
 */
export function search(store: Store, wanted: Wanted, onProgress: (objects: number) => void = () => {}): Search {
  const names: (ObjectName & { readonly erased: boolean })[] = []
  let [objects, unread, shredded] = [0, 0, 0]
  const sealedKey = existsSync(join(store.root, 'keys', 'store.key'))
  for (const name of storeObjects(store.root)) {
    objects += 1
    if (objects % 100 === 0) onProgress(objects)
    if (readIndex(store, name.digest, name.sensitivity) !== undefined || ensureIndex(store, name, sealedKey)) {
      names.push({ ...name, erased: false })
    } else if (name.sensitivity === 'raw' && !sealedKey) shredded += 1
    else unread += 1
  }
  const here = new Set(names.map(keyOf))
  for (const { object, sensitivity, kind } of readTombstones(store.root)) {
    const name = { digest: object, sensitivity }
    if (kind === 'document' || here.has(keyOf(name))) continue
    if (readIndex(store, object, sensitivity) === undefined) unread += 1
    else names.push({ ...name, erased: true })
  }
  names.sort((a, b) => (keyOf(a) < keyOf(b) ? -1 : 1))

  const records = 'records' in wanted ? hexOf(wanted.records) : recordsOf(store, names, wanted.subjects)
  const hits = names.flatMap((name): readonly Hit[] => {
    const index = readIndex(store, name.digest, name.sensitivity)!
    const matches = countMatches(index, records)
    return matches === 0 ? [] : [{ ...name, kind: index.kind, matches, rows: index.rows }]
  })
  const found = 'records' in wanted ? new Set(hits.length === 0 ? [] : records) : records
  return { records: found, hits, objects, unread, shredded }
}

function recordsOf(store: Store, names: readonly ObjectName[], subjects: readonly string[]): ReadonlySet<string> {
  const records = new Set<string>()
  for (const { digest, sensitivity } of names) {
    const index = readIndex(store, digest, sensitivity)!
    for (const subject of subjects) {
      const prefix = short(subject)
      for (const pair of startingWith(index.subjects, prefix)) records.add(pair.toString('hex', prefix.length))
    }
  }
  return records
}

function countMatches({ records }: ObjectIndex, wanted: ReadonlySet<string>): number {
  let count = 0
  if (wanted.size * 16 < records.bytes.length / records.width) {
    for (const record of wanted) for (const _ of startingWith(records, Buffer.from(record, 'hex'))) count += 1
    return count
  }
  for (let at = 0; at < records.bytes.length; at += records.width)
    if (wanted.has(records.bytes.toString('hex', at, at + records.width))) count += 1
  return count
}

/** Makes the index of an object; false where the object cannot be read. */
function ensureIndex(store: Store, name: ObjectName, sealedKey: boolean): boolean {
  if (name.sensitivity === 'raw' && !sealedKey) return false
  try {
    const content = mayHoldRows(store, name)
      ? readContent(store.get({ sha256: name.digest, sensitivity: name.sensitivity }))
      : ({ kind: 'other' } as const)
    writeIndex(store, name.digest, name.sensitivity, buildIndex(store, content))
    return true
  } catch (error) {
    if (error instanceof SluiceError && ['OBJECT_CORRUPT', 'OBJECT_MISSING'].includes(error.code)) return false
    throw error
  }
}

/** The weights of a model are not read for the sake of twelve bytes. */
function mayHoldRows(store: Store, { digest, sensitivity }: ObjectName): boolean {
  if (sensitivity === 'raw') return true
  const fd = openSync(store.path(digest), 'r')
  try {
    const head = Buffer.alloc(1)
    return readSync(fd, head) === 1 && (head[0] === 0x7b || head[0] === 0x53)
  } finally {
    closeSync(fd)
  }
}

function keyOf({ digest, sensitivity }: ObjectName): string {
  return `${digest}.${sensitivity}`
}

function hexOf(ids: readonly Buffer[]): ReadonlySet<string> {
  return new Set(ids.map((id) => id.toString('hex')))
}
