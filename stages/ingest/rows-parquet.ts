import { closeSync, openSync } from 'node:fs'
import type { DuckDBConnection } from '@duckdb/node-api'
import { SluiceError, toSluiceError } from '../../util/errors.ts'
import { fileStamp, sourceChanged } from './bytes.ts'
import type { Piece, RawRow } from './piece.ts'

/** A file with its row groups, as Parquet's own footer says. */
export interface ParquetShape {
  readonly rows: number
  /** Rows of each group, in order. */
  readonly groups: readonly number[]
  /** Bytes of the groups before compression. */
  readonly bytes: number
}

/** @throws SluiceError `SOURCE_BROKEN` where the footer is missing or damaged (half a file). */
export async function parquetShape(path: string): Promise<ParquetShape> {
  return withDuckdb(path, async (connection) => {
    const reader = await connection.runAndReadAll(
      `SELECT row_group_id, any_value(row_group_num_rows) AS n, sum(total_uncompressed_size) AS bytes
       FROM parquet_metadata(${literal(path)}) GROUP BY row_group_id ORDER BY row_group_id`,
    )
    const groups = reader.getRowObjectsJS().map((group) => [Number(group['n']), Number(group['bytes'])] as const)
    return {
      rows: groups.reduce((sum, [n]) => sum + n, 0),
      groups: groups.map(([n]) => n),
      bytes: groups.reduce((sum, [, bytes]) => sum + bytes, 0),
    }
  })
}

/**
 * Rows `[start, end)` of a Parquet file as objects, in batches of about 2,000. Only `columns` are read (all where it is
 * undefined); a column that the file does not have is left out.
 */
export async function* parquetRows(
  piece: Piece,
  columns: ReadonlySet<string> | undefined,
): AsyncGenerator<readonly RawRow[]> {
  const fd = openSync(piece.path, 'r')
  const instance = await open()
  try {
    if (fileStamp(fd) !== piece.stamp) throw sourceChanged(piece.path)
    const connection = await instance.connect()
    const file = literal(piece.path)
    const described = await connection.runAndReadAll(`DESCRIBE SELECT * FROM read_parquet(${file})`)
    const present = described.getRowsJS().map(([name]) => String(name))
    const wanted = present.filter((name) => columns === undefined || columns.has(name))
    const list = wanted.length === 0 ? 'NULL' : wanted.map(identifier).join(', ')
    const result = await connection.stream(
      `SELECT ${list} FROM read_parquet(${file}, file_row_number = true)
       WHERE file_row_number >= ${piece.start} AND file_row_number < ${piece.end}`,
    )
    let row = piece.start
    for await (const objects of result.yieldRowObjectJson()) {
      yield objects.map((object) => {
        // A null cell is an absent member, as in the other formats.
        const value = Object.fromEntries(Object.entries(object).filter(([, cell]) => cell !== null))
        return { row: row++, value, raw: () => JSON.stringify(value), surrogates: false }
      })
    }
    connection.closeSync()
    if (row !== piece.end || fileStamp(fd) !== piece.stamp) throw sourceChanged(piece.path)
  } catch (cause) {
    throw parquetError(cause, piece.path)
  } finally {
    instance.closeSync()
    closeSync(fd)
  }
}

async function withDuckdb<T>(path: string, use: (connection: DuckDBConnection) => Promise<T>): Promise<T> {
  const instance = await open()
  try {
    const connection = await instance.connect()
    const value = await use(connection)
    connection.closeSync()
    return value
  } catch (cause) {
    throw parquetError(cause, path)
  } finally {
    instance.closeSync()
  }
}

/** One thread and no extensions from the network: a worker is one core, and nothing is downloaded at run time. */
async function open() {
  const { DuckDBInstance } = await import('@duckdb/node-api')
  return DuckDBInstance.create(':memory:', {
    threads: '1',
    memory_limit: '1GB',
    autoinstall_known_extensions: 'false',
    autoload_known_extensions: 'false',
  })
}

function parquetError(cause: unknown, path: string): SluiceError {
  if (cause instanceof SluiceError) return cause
  // A system error keeps its own code; DuckDB's messages may quote data and stay in the cause.
  if (cause instanceof Error && 'syscall' in cause) return toSluiceError(cause, 'reading a Parquet file')
  return new SluiceError({
    code: 'SOURCE_BROKEN',
    message: 'a Parquet file cannot be read: it is cut off or damaged',
    next: 'fetch the file again; none of its rows were taken',
    at: { file: path },
    cause,
  })
}

function literal(text: string): string {
  return `'${text.replaceAll("'", "''")}'`
}

function identifier(name: string): string {
  return `"${name.replaceAll('"', '""')}"`
}
