import type { TextRecord } from '../../artifacts/record.ts'
import { leaves, parsedRow, rawText, wordsOf } from '../../artifacts/subject.ts'
import { decodeColumns } from '../../stages/curate/columns.ts'
import type { Json } from '../../util/json.ts'

/** What an object of the store holds, as far as lineage cares. */
export type ObjectContent =
  | { readonly kind: 'rows'; readonly rows: readonly ObjectRow[] }
  /** Measures of records, a row each, that name their records by the first 16 digits of the id. */
  | { readonly kind: 'columns'; readonly names: readonly string[] }
  | { readonly kind: 'other' }

/** One line of a shard: a record, one that was dropped, or a row that was set aside. */
export interface ObjectRow {
  /** What the row is recognized by: see `recordName`. */
  readonly name: string
  /** Path → value of everything in `meta` (of the row as read, where there is no record). */
  readonly values: readonly (readonly [string, string])[]
  /** Words of a row that could not be parsed. */
  readonly words: Iterable<string>
  readonly record: TextRecord | undefined
  /** The row as read, where there is no record. */
  readonly raw: string | undefined
}

/** A record is known by 64 bits of its id: what the measures of `curate` keep. It stays the same through all stages. */
export function recordName(id: string): string {
  return id.slice(0, 16)
}

const ROWS_START = /^\{"(id|record|code)":/
const COLUMNS_MAGIC = 'SLUICOL1'

/** Reads an object by its form alone, so that nothing is missed that no record names: what a killed run left, say. */
export function readContent(bytes: Buffer): ObjectContent {
  const head = bytes.toString('latin1', 0, 12)
  if (head.startsWith(COLUMNS_MAGIC)) return { kind: 'columns', names: columnNames(bytes) }
  if (!ROWS_START.test(head)) return { kind: 'other' }
  const rows: ObjectRow[] = []
  for (const line of lines(bytes)) {
    const row = toRow(line)
    if (row === undefined) return { kind: 'other' }
    rows.push(row)
  }
  return { kind: 'rows', rows }
}

function* lines(bytes: Buffer): Generator<string> {
  for (let start = 0; start < bytes.length; ) {
    let end = bytes.indexOf(0x0a, start)
    if (end === -1) end = bytes.length
    if (end > start) yield bytes.toString('utf8', start, end)
    start = end + 1
  }
}

interface Line extends Partial<TextRecord> {
  readonly record?: TextRecord
  readonly code?: string
  readonly raw?: string
}

function toRow(line: string): ObjectRow | undefined {
  let value: Line
  try {
    value = JSON.parse(line) as Line
  } catch {
    return undefined
  }
  const record = value.record ?? (typeof value.id === 'string' ? (value as TextRecord) : undefined)
  if (record !== undefined) {
    if (typeof record.id !== 'string' || typeof record.source?.uri !== 'string') return undefined
    const values = [...leaves((record.meta ?? {}) as Json)]
    return { name: recordName(record.id), values, words: [], record, raw: undefined }
  }
  if (typeof value.code !== 'string' || typeof value.source?.uri !== 'string') return undefined
  const raw = rawText({ code: value.code, ...(value.raw === undefined ? {} : { raw: value.raw }) })
  const parsed = raw === undefined ? undefined : parsedRow(raw)
  return {
    name: `row\n${value.source.uri}\n${value.source.row}`,
    values: parsed === undefined ? [] : [...leaves(parsed)],
    words: raw === undefined ? [] : wordsOf(raw),
    record: undefined,
    raw,
  }
}

/** Pairs of columns that hold the first 64 bits of an id. */
const ID_COLUMNS = [
  ['id', undefined],
  ['cluster0', 'cluster1'],
] as const

function columnNames(bytes: Buffer): readonly string[] {
  const { u32 } = decodeColumns(bytes)
  const names = new Set<string>()
  for (const [high, low] of ID_COLUMNS) {
    const first = u32[high]
    if (first === undefined) continue
    // One column of both halves one after the other, or two columns.
    const second = low === undefined ? first.subarray(first.length / 2) : u32[low]
    if (second === undefined) continue
    for (let i = 0; i < second.length; i++) names.add(hex(first[i]!) + hex(second[i]!))
  }
  return [...names]
}

function hex(word: number): string {
  return word.toString(16).padStart(8, '0')
}
