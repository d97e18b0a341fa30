import { closeSync, openSync } from 'node:fs'
import { basename } from 'node:path'
import { Value } from 'typebox/value'
import type { Quarantine, TextRecord } from '../../artifacts/record.ts'
import { fileStamp } from './bytes.ts'
import { type IngestConfig, ingestConfig } from './config.ts'
import { isFault } from './faults.ts'
import { filesOf } from './files.ts'
import { rowMapper } from './map-row.ts'
import { makeRecord, quarantine } from './outcome.ts'
import type { Piece } from './piece.ts'
import { readRows } from './rows.ts'

/** What became of a row. */
export type ReadRow = { readonly record: TextRecord } | { readonly fault: Quarantine }

/** The rows of one file as ingest would read them with its defaults, outside a pipeline. */
export async function* readFileRecords(path: string, overrides: object = {}): AsyncGenerator<ReadRow> {
  const config = Value.Default(ingestConfig, structuredClone(overrides)) as IngestConfig
  const map = rowMapper(config)
  for (const file of filesOf({ id: 'file', uri: path }, config, process.cwd())) {
    const uri = basename(file.path)
    const piece: Piece = {
      ...file,
      uri,
      start: 0,
      end: file.bytes,
      firstRow: 0,
      stamp: stampOf(file.path),
      duplicates: [],
    }
    for await (const rows of readRows(piece, config)) {
      for (const raw of rows) {
        const mapped = raw.fault ?? map(raw.value, raw.surrogates)
        yield isFault(mapped) ? { fault: quarantine(mapped, uri, raw) } : { record: makeRecord(mapped, uri, raw.row) }
      }
    }
  }
}

function stampOf(path: string): string {
  const fd = openSync(path, 'r')
  try {
    return fileStamp(fd)
  } finally {
    closeSync(fd)
  }
}
