import { join } from 'node:path'
import { Tally } from '../../artifacts/tally.ts'
import { type Sha256, sha256Json } from '../../util/digest.ts'
import type { Json } from '../../util/json.ts'
import type { SourceSplit, SourceTask, SplitContext } from '../stage.ts'
import { IdCensus } from './census.ts'
import type { IngestConfig } from './config.ts'
import { cutJsonl, scanFile } from './cut.ts'
import { filesOf, type SourceFile, selectSources } from './files.ts'
import type { Piece } from './piece.ts'
import { idPath, ownId } from './row-id.ts'
import { readRows } from './rows.ts'

// Small enough that two workers end at about the same time, large enough that a shard is worth its fsync.
const MAX_PIECE_BYTES = 16 * 1024 * 1024

/** A piece with the digest of its file and the bytes it stands for. */
interface PlannedPiece extends Piece {
  readonly sha256: Sha256
  readonly weight: number
}

let censusNumber = 0

/** Hashes every file, cuts the large ones, looks for duplicate ids, and makes tasks of bounded size. */
export async function splitSources(config: IngestConfig, context: SplitContext): Promise<SourceSplit> {
  const tally = new Tally()
  const sources = selectSources(config, context.sources)
  const files = sources.map((source) => [source, filesOf(source, config, context.baseDir)] as const)
  const census = new IdCensus(join(context.store.root, 'tmp', `ids-${process.pid}-${censusNumber++}`))
  const pieces: PlannedPiece[] = []
  try {
    for (const [source, ofSource] of files) {
      tally.category('sources', source.id)
      const digests: Sha256[] = []
      for (const file of ofSource) {
        const cut = await cutFile(file, config, context, census, pieces.length)
        pieces.push(...cut.pieces)
        digests.push(cut.sha256)
        tally.count(`files{${source.id}}`)
        tally.count(`bytes{${source.id}}`, file.bytes)
      }
      tally.category(`digest{${source.id}}`, sha256Json(digests.sort()))
      for (const fact of ['licence', 'lawful_basis', 'purpose'] as const) {
        const value = source[fact]
        if (value !== undefined) tally.category(`${fact}{${source.id}}`, value)
      }
      for (const kind of source.contains ?? []) tally.category(`contains{${source.id}}`, kind)
    }
    const duplicates = census.duplicates()
    tally.count('rows_with_id', census.ids)
    tally.count('duplicate_ids', duplicates.length)
    const rows = new Map<number, number[]>()
    if (config.on_duplicate_id === 'quarantine') {
      for (const { piece, row } of duplicates) {
        const known = rows.get(piece)
        if (known === undefined) rows.set(piece, [row])
        else known.push(row)
      }
    }
    const marked = pieces.map((piece, i) => ({ ...piece, duplicates: rows.get(i) ?? [] }))
    return { tasks: bundle(marked, config).map(makeTask), tally }
  } finally {
    census.close()
  }
}

async function cutFile(
  file: SourceFile,
  config: IngestConfig,
  context: SplitContext,
  census: IdCensus,
  firstPiece: number,
): Promise<{ readonly sha256: Sha256; readonly pieces: readonly PlannedPiece[] }> {
  const { signal } = context
  const { bytes: size, ...shared } = file
  const target = Math.min(MAX_PIECE_BYTES, Math.ceil(config.shard.bytes / 2))
  const ids = idPath(config)
  const piece = (start: number, end: number, firstRow: number, sha256: Sha256, stamp: string, weight: number) => ({
    ...shared,
    ...{ start, end, firstRow, sha256, stamp, weight, duplicates: [] },
  })
  if (file.format === 'jsonl' && !file.gzip && config.encoding === 'utf-8') {
    const { sha256, stamp, ranges } = await cutJsonl(
      file.path,
      target,
      config.max_row_bytes,
      signal,
      ids && {
        path: ids,
        visit: (bytes, start, end, range, row) => census.addBytes(bytes, start, end, firstPiece + range, row),
      },
    )
    return {
      sha256,
      pieces: ranges.map(({ start, end, firstRow }) => piece(start, end, firstRow, sha256, stamp, end - start)),
    }
  }
  const { sha256, stamp } = await scanFile(file.path, signal)
  let pieces: readonly PlannedPiece[]
  if (file.format === 'parquet') {
    const { parquetShape } = await import('./rows-parquet.ts')
    const shape = await parquetShape(file.path)
    const perRow = shape.bytes / Math.max(1, shape.rows)
    pieces = rowRanges(shape.groups, Math.max(1, Math.floor(target / Math.max(1, perRow)))).map(([start, end]) =>
      piece(start, end, start, sha256, stamp, Math.ceil((end - start) * perRow)),
    )
  } else {
    pieces = [piece(0, size, 0, sha256, stamp, file.gzip ? size * 6 : size)]
  }
  if (ids !== undefined) {
    for (const [i, part] of pieces.entries()) {
      for await (const rows of readRows(part, config)) {
        signal.throwIfAborted()
        for (const { row, value } of rows) {
          const id = ownId(value, ids)
          if (id !== undefined) census.add(id, firstPiece + i, row)
        }
      }
    }
  }
  return { sha256, pieces }
}

/** Whole row groups together, at least `target` rows a range. */
function rowRanges(groups: readonly number[], target: number): readonly (readonly [number, number])[] {
  const ranges: (readonly [number, number])[] = []
  let start = 0
  let end = 0
  for (const rows of groups) {
    end += rows
    if (end - start < target) continue
    ranges.push([start, end])
    start = end
  }
  if (end > start || ranges.length === 0) ranges.push([start, end])
  return ranges
}

/**
 * Pieces in order, small ones together. With `group_by` all of a source in one task: the rows of a conversation may be
 * anywhere in it.
 */
function bundle(pieces: readonly PlannedPiece[], config: IngestConfig): readonly (readonly PlannedPiece[])[] {
  const target = Math.min(MAX_PIECE_BYTES, Math.ceil(config.shard.bytes / 2))
  const bundles: PlannedPiece[][] = []
  let weight = 0
  for (const piece of pieces) {
    const last = bundles.at(-1)
    const fits =
      config.group_by === '' ? weight + piece.weight <= target : last !== undefined && last[0]!.source === piece.source
    if (last !== undefined && fits) {
      last.push(piece)
      weight += piece.weight
    } else {
      bundles.push([piece])
      weight = piece.weight
    }
  }
  return bundles
}

function makeTask(pieces: readonly PlannedPiece[]): SourceTask {
  const first = pieces[0]!
  const last = pieces.at(-1)!
  const key = pieces.map(({ sha256, uri, format, gzip, start, end, firstRow, duplicates }) => ({
    ...{ sha256, uri, format, gzip, start, end, firstRow },
    duplicates: duplicates.length === 0 ? null : sha256Json(duplicates),
  }))
  const read = pieces.map(({ sha256: _, weight: __, ...piece }) => piece)
  const unit = first.format === 'parquet' ? 'rows ' : ''
  const label = pieces.length === 1 ? `${first.uri} [${unit}${first.start}–${first.end})` : `${first.uri} … ${last.uri}`
  return { key: { pieces: key }, read: { pieces: read } as unknown as Json, label }
}
