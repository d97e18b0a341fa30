import type { Quarantine, TextRecord } from '../../artifacts/record.ts'
import { recordId } from '../../artifacts/record.ts'
import type { Fault } from './faults.ts'
import type { Mapped } from './map-row.ts'
import type { RawRow } from './piece.ts'

/** The record of a row or of a conversation that begins in it. */
export function makeRecord(mapped: Mapped, uri: string, row: number): TextRecord {
  const source = { uri, row }
  const id = recordId(mapped, source)
  // Two plain shapes instead of a spread: this runs for every row.
  return mapped.messages === undefined
    ? { id, text: mapped.text ?? '', source, meta: mapped.meta, notes: {} }
    : { id, messages: mapped.messages, source, meta: mapped.meta, notes: {} }
}

export function quarantine(reason: Fault, uri: string, raw: Pick<RawRow, 'row' | 'raw'>): Quarantine {
  const text = raw.raw()
  return {
    code: reason.code,
    detail: reason.detail,
    source: { uri, row: raw.row },
    ...(text === undefined ? {} : { raw: text }),
  }
}
