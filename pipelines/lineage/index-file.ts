import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Sensitivity } from '../../artifacts/refs.ts'
import type { Store } from '../../artifacts/store.ts'
import { lineageId, looseId, subjectId, subjectKeyId } from '../../artifacts/subject.ts'
import { sha256 } from '../../util/digest.ts'
import { writeFileDurable } from '../../util/durable.ts'
import type { ObjectContent } from './read-object.ts'

/**
 * What lineage remembers of one object, `<store>/lineage/ab/cdef….<sensitivity>`: sorted keyed ids only, 128 bits each.
 * An object never changes, so its index never does either. It can be made again from the object; that of an erased one
 * cannot, and is kept: it still says which datasets and models the others of that shard went into.
 */
export interface ObjectIndex {
  readonly kind: ObjectContent['kind']
  readonly rows: number
  /** Keyed ids of records, sorted. */
  readonly records: Ids
  /** Pairs of keyed ids, subject before record, sorted. */
  readonly subjects: Ids
}

/** Keyed ids one after the other. */
export interface Ids {
  readonly bytes: Buffer
  readonly width: number
}

const MAGIC = 'SLULIN1\n'
const ID_BYTES = 16

interface Head {
  readonly kind: ObjectIndex['kind']
  readonly rows: number
  readonly records: number
  readonly subjects: number
  readonly key: string
  /** Of the ids that follow. */
  readonly sha256: string
}

function indexPath(storeRoot: string, digest: string, sensitivity: Sensitivity): string {
  return join(storeRoot, 'lineage', digest.slice(0, 2), `${digest.slice(2)}.${sensitivity}`)
}

/** The ids of what an object holds. Keyed digests of equal values are made once. */
export function buildIndex(store: Store, content: ObjectContent): ObjectIndex {
  if (content.kind === 'other') return { kind: 'other', rows: 0, records: NO_IDS, subjects: NO_PAIRS }
  if (content.kind === 'columns') {
    const records = content.names.map((name) => recordKey(store, name))
    return { kind: 'columns', rows: records.length, records: sorted(records, ID_BYTES), subjects: NO_PAIRS }
  }
  const known = new Map<string, Buffer>()
  const keyed = (name: string, make: () => string): Buffer => {
    let id = known.get(name)
    if (id === undefined) {
      id = short(make())
      known.set(name, id)
    }
    return id
  }
  const records: Buffer[] = []
  const subjects: Buffer[] = []
  for (const row of content.rows) {
    const record = recordKey(store, row.name)
    records.push(record)
    for (const [path, value] of row.values) {
      const subject = keyed(`v${path}\n${value}`, () => subjectId(store, path, value))
      subjects.push(Buffer.concat([subject, record]))
    }
    for (const word of row.words) {
      subjects.push(Buffer.concat([keyed(`w${word}`, () => looseId(store, word)), record]))
    }
  }
  return {
    kind: 'rows',
    rows: content.rows.length,
    records: sorted(records, ID_BYTES),
    subjects: sorted(subjects, 2 * ID_BYTES),
  }
}

/** The keyed id of a record, as the index holds it. */
export function recordKey(store: Store, name: string): Buffer {
  return short(lineageId(store, name))
}

/** A keyed id of a subject, as the index holds it. */
export function short(id: string): Buffer {
  return Buffer.from(id.slice(0, 2 * ID_BYTES), 'hex')
}

export function writeIndex(store: Store, digest: string, sensitivity: Sensitivity, index: ObjectIndex): void {
  const body = Buffer.concat([index.records.bytes, index.subjects.bytes])
  const head: Head = {
    kind: index.kind,
    rows: index.rows,
    records: index.records.bytes.length,
    subjects: index.subjects.bytes.length,
    key: subjectKeyId(store),
    sha256: sha256(body),
  }
  const line = Buffer.from(`${MAGIC}${JSON.stringify(head)}\n`, 'utf8')
  writeFileDurable(indexPath(store.root, digest, sensitivity), Buffer.concat([line, body]), 0o600)
}

/** Reads an index; undefined where there is none, it is damaged, or it was made under another key. */
export function readIndex(store: Store, digest: string, sensitivity: Sensitivity): ObjectIndex | undefined {
  const path = indexPath(store.root, digest, sensitivity)
  if (!existsSync(path)) return undefined
  const bytes = readFileSync(path)
  const end = bytes.indexOf(0x0a, MAGIC.length)
  if (end === -1 || bytes.toString('latin1', 0, MAGIC.length) !== MAGIC) return undefined
  let head: Head
  try {
    head = JSON.parse(bytes.toString('utf8', MAGIC.length, end)) as Head
  } catch {
    return undefined
  }
  const body = bytes.subarray(end + 1)
  if (head.key !== subjectKeyId(store) || body.length !== head.records + head.subjects || sha256(body) !== head.sha256)
    return undefined
  return {
    kind: head.kind,
    rows: head.rows,
    records: { bytes: body.subarray(0, head.records), width: ID_BYTES },
    subjects: { bytes: body.subarray(head.records), width: 2 * ID_BYTES },
  }
}

/** The ids that begin with `prefix`, by binary search. */
export function* startingWith(ids: Ids, prefix: Buffer): Generator<Buffer> {
  const { bytes, width } = ids
  const at = (i: number): Buffer => bytes.subarray(i * width, (i + 1) * width)
  const count = bytes.length / width
  let [low, high] = [0, count]
  while (low < high) {
    const middle = (low + high) >>> 1
    if (at(middle).subarray(0, prefix.length).compare(prefix) < 0) low = middle + 1
    else high = middle
  }
  for (; low < count && at(low).subarray(0, prefix.length).equals(prefix); low++) yield at(low)
}

const NO_IDS: Ids = { bytes: Buffer.alloc(0), width: ID_BYTES }
const NO_PAIRS: Ids = { bytes: Buffer.alloc(0), width: 2 * ID_BYTES }

/** Sorted, each id as often as it occurs: two rows of a shard may be the same record. */
function sorted(ids: Buffer[], width: number): Ids {
  return { bytes: Buffer.concat(ids.sort((a, b) => a.compare(b))), width }
}
