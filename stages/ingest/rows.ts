import { readBytes } from './bytes.ts'
import type { IngestConfig } from './config.ts'
import type { Piece, RawRow } from './piece.ts'
import { csvRows } from './rows-csv.ts'
import { jsonRows } from './rows-json.ts'
import { jsonlRows } from './rows-jsonl.ts'
import { textRows } from './rows-text.ts'

/** The rows of a piece in batches, whatever its format. */
export async function* readRows(piece: Piece, config: IngestConfig): AsyncGenerator<readonly RawRow[]> {
  if (piece.format === 'parquet') {
    const { parquetRows } = await import('./rows-parquet.ts')
    yield* parquetRows(piece, neededColumns(config))
    return
  }
  const slabs = readBytes(piece, config.encoding)
  const max = config.max_row_bytes
  switch (piece.format) {
    case 'jsonl':
      yield* jsonlRows(slabs, piece.firstRow, max)
      return
    case 'json':
      yield* jsonRows(slabs, config.json_path, max, piece.path)
      return
    case 'csv':
    case 'tsv':
      yield* csvRows(slabs, delimiterOf(piece, config), max, piece.path)
      return
    case 'text':
      yield* textRows(slabs, config.text_record, max)
      return
  }
}

function delimiterOf(piece: Piece, config: IngestConfig): string {
  if (config.delimiter !== '') return config.delimiter
  return piece.format === 'tsv' ? '\t' : ','
}

/** Columns that the configuration names; undefined where it could be any. */
function neededColumns(config: IngestConfig): ReadonlySet<string> {
  const { fields } = config
  const paths = [fields.id, fields.text, fields.messages, ...fields.turns.map(({ path }) => path), ...config.meta]
  paths.push(config.group_by, config.order_by, 'text', 'messages', 'prompt', 'completion')
  if (config.group_by !== '') {
    paths.push(fields.role, fields.content, fields.name, fields.tool_calls, fields.tool_call_id)
    paths.push(...Object.keys(fields.role_keys))
  }
  return new Set(paths.filter((path) => path !== '').flatMap((path) => [path, path.split('.')[0]!]))
}
