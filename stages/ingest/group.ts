import type { Message, Quarantine, TextRecord } from '../../artifacts/record.ts'
import type { Json } from '../../util/json.ts'
import type { SourceBatch } from '../stage.ts'
import type { IngestConfig } from './config.ts'
import { type Fault, fault, isFault } from './faults.ts'
import { isEmptyConversation, readMeta, turnMapper } from './map-row.ts'
import { makeRecord, quarantine } from './outcome.ts'
import { parsePath, valueAt } from './path.ts'
import type { Piece, RawRow } from './piece.ts'
import { readRows } from './rows.ts'
import { Spill } from './spill.ts'

const PARTITION_BYTES = 16 * 1024 * 1024
const BATCH = 256

/** A row on its way to its conversation. */
interface Turn {
  readonly key: string
  readonly order: Json
  readonly messages: readonly Message[]
  readonly meta: Readonly<Record<string, Json>>
  readonly uri: string
  readonly row: number
}

/**
 * Rows → conversations by key, contiguous or not, in bounded memory: rows go to partitions by the hash of their key, then
 * one partition at a time is grouped. A conversation takes the source of its first row and the meta of its rows (the
 * first that has a value). Conversations come by partition, then in the order of their first row in the files.
 */
export async function* groupRows(
  pieces: readonly Piece[],
  config: IngestConfig,
  scratch: () => string,
): AsyncGenerator<SourceBatch> {
  // Compressed formats unpack to several times their size; the number of partitions depends on sizes alone.
  const bytes = pieces.reduce((sum, piece) => sum + weightOf(piece), 0)
  const spill = new Spill(Math.min(512, Math.max(1, Math.ceil(bytes / PARTITION_BYTES))), scratch)
  const readTurn = turnReader(config)
  try {
    for (const piece of pieces) {
      for await (const rows of readRows(piece, config)) {
        const quarantined: Quarantine[] = []
        for (const raw of rows) {
          const turn = raw.fault ?? readTurn(raw, piece.uri)
          if (isFault(turn)) quarantined.push(quarantine(turn, piece.uri, raw))
          else spill.add(turn.key, JSON.stringify(turn))
        }
        if (quarantined.length > 0) yield { rowsIn: quarantined.length, kept: [], dropped: [], quarantined }
      }
    }
    for (let partition = 0; partition < spill.partitions; partition++) {
      yield* conversations(spill.lines(partition), config.max_row_bytes)
    }
  } finally {
    spill.close()
  }
}

function weightOf(piece: Piece): number {
  const size = Number(piece.stamp.split(':')[1])
  return piece.gzip || piece.format === 'parquet' ? size * 6 : size
}

function turnReader(config: IngestConfig): (raw: RawRow, uri: string) => Turn | Fault {
  const keyPath = parsePath(config.group_by)
  const orderPath = config.order_by === '' ? undefined : parsePath(config.order_by)
  const meta = config.meta.map(parsePath)
  const map = turnMapper(config)
  return ({ value, surrogates, row }, uri) => {
    const mapped = map(value, surrogates)
    if (isFault(mapped)) return mapped
    const key = valueAt(value, keyPath)
    if (key === '' || (typeof key !== 'string' && typeof key !== 'number')) {
      return key === undefined || key === null || key === ''
        ? fault('MISSING_FIELD', `a row has no \`${keyPath.name}\``)
        : fault('WRONG_TYPE', `\`${keyPath.name}\` is neither a text nor a number`)
    }
    const order = orderPath === undefined ? null : (valueAt(value, orderPath) ?? null)
    return { key: String(key), order, messages: mapped.messages, meta: readMeta(value, meta), uri, row }
  }
}

interface Conversation {
  readonly turns: Turn[]
  bytes: number
  /** True where it is too long: only the places of its rows are kept. */
  emptied: boolean
}

function* conversations(lines: Iterable<string>, maxBytes: number): Generator<SourceBatch> {
  const byKey = new Map<string, Conversation>()
  for (const line of lines) {
    const turn = JSON.parse(line) as Turn
    let conversation = byKey.get(turn.key)
    if (conversation === undefined) {
      conversation = { turns: [], bytes: 0, emptied: false }
      byKey.set(turn.key, conversation)
    }
    conversation.bytes += line.length
    if (conversation.bytes > maxBytes && !conversation.emptied) {
      conversation.emptied = true
      for (const [i, held] of conversation.turns.entries()) conversation.turns[i] = withoutText(held)
    }
    conversation.turns.push(conversation.emptied ? withoutText(turn) : turn)
  }
  let batch = emptyBatch()
  for (const conversation of byKey.values()) {
    addConversation(batch, conversation)
    if (batch.kept.length + batch.quarantined.length < BATCH) continue
    yield batch
    batch = emptyBatch()
  }
  if (batch.rowsIn > 0) yield batch
}

function withoutText(turn: Turn): Turn {
  return { ...turn, messages: [], meta: {} }
}

interface GrowingBatch extends SourceBatch {
  rowsIn: number
  joined: number
  readonly kept: TextRecord[]
  readonly quarantined: Quarantine[]
}

function emptyBatch(): GrowingBatch {
  return { rowsIn: 0, joined: 0, kept: [], dropped: [], quarantined: [] }
}

function addConversation(batch: GrowingBatch, { turns, bytes, emptied }: Conversation): void {
  batch.rowsIn += turns.length
  if (emptied) {
    const reason = fault('ROW_TOO_LONG', `a conversation of ${turns.length} rows and ${bytes} bytes`)
    for (const { uri, row } of turns) batch.quarantined.push(quarantine(reason, uri, { row, raw: () => undefined }))
    return
  }
  batch.joined += turns.length - 1
  // Array.prototype.sort is stable: rows of equal order stay as in the files.
  const ordered = [...turns].sort((a, b) => compareOrder(a.order, b.order))
  const messages = ordered.flatMap((turn) => turn.messages)
  const first = turns[0]!
  const record = makeRecord({ messages, meta: mergeMeta(ordered) }, first.uri, first.row)
  if (isEmptyConversation(messages)) {
    const { code, detail } = fault('EMPTY_TEXT', 'a conversation without text')
    batch.quarantined.push({ code, detail, source: record.source, record })
  } else batch.kept.push(record)
}

function mergeMeta(turns: readonly Turn[]): Readonly<Record<string, Json>> {
  const merged: Record<string, Json> = {}
  for (const { meta } of turns) {
    for (const [name, value] of Object.entries(meta)) if (!Object.hasOwn(merged, name)) merged[name] = value
  }
  return merged
}

/** Numbers (and texts that are numbers) by value, before all other texts by code units; what has no order comes last. */
export function compareOrder(a: Json, b: Json): number {
  const [x, y] = [rankOf(a), rankOf(b)]
  if (x.rank !== y.rank) return x.rank - y.rank
  if (x.number !== y.number) return x.number - y.number
  return x.text < y.text ? -1 : x.text > y.text ? 1 : 0
}

function rankOf(value: Json): { readonly rank: number; readonly number: number; readonly text: string } {
  if (typeof value === 'number') return { rank: 0, number: value, text: '' }
  if (typeof value !== 'string') return { rank: 2, number: 0, text: '' }
  const number = value.trim() === '' ? Number.NaN : Number(value)
  return Number.isFinite(number) ? { rank: 0, number, text: '' } : { rank: 1, number: 0, text: value }
}
