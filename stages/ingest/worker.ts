import type { Quarantine, TextRecord } from '../../artifacts/record.ts'
import type { Json } from '../../util/json.ts'
import type { OpenContext, SourceBatch, SourceWorker } from '../stage.ts'
import type { IngestConfig } from './config.ts'
import { type Fault, fault, isFault } from './faults.ts'
import { groupRows } from './group.ts'
import { type Mapped, rowMapper } from './map-row.ts'
import { makeRecord, quarantine } from './outcome.ts'
import type { Piece, RawRow } from './piece.ts'
import { readRows } from './rows.ts'
import { countBatch } from './summary.ts'

/** Reads the pieces of a task. */
export function sourceWorker(config: IngestConfig, context: OpenContext): SourceWorker {
  return {
    async *read(task: Json) {
      const { pieces } = task as unknown as { readonly pieces: readonly Piece[] }
      const source = pieces[0]?.source ?? ''
      if (config.group_by !== '') {
        for await (const batch of groupRows(pieces, config, context.scratch)) {
          countBatch(context.tally, source, batch)
          yield batch
        }
        return
      }
      const map = rowMapper(config)
      for (const piece of pieces) {
        const duplicates = new Set(piece.duplicates)
        for await (const rows of readRows(piece, config)) {
          const batch = mapBatch(rows, piece, map, duplicates)
          countBatch(context.tally, piece.source, batch)
          yield batch
        }
      }
    },
    async close() {},
  }
}

function mapBatch(
  rows: readonly RawRow[],
  piece: Piece,
  map: (value: unknown, surrogates: boolean) => Mapped | Fault,
  duplicates: ReadonlySet<number>,
): SourceBatch {
  const kept: TextRecord[] = []
  const quarantined: Quarantine[] = []
  for (const raw of rows) {
    const mapped = raw.fault ?? map(raw.value, raw.surrogates)
    if (isFault(mapped)) {
      quarantined.push(quarantine(mapped, piece.uri, raw))
      continue
    }
    const record = makeRecord(mapped, piece.uri, raw.row)
    if (duplicates.has(raw.row)) {
      const { code, detail } = fault('DUPLICATE_ID', 'the id of the row occurred before')
      quarantined.push({ code, detail, source: record.source, record })
    } else kept.push(record)
  }
  return { rowsIn: rows.length, kept, dropped: [], quarantined }
}
