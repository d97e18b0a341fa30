import type { Fault } from './faults.ts'
import type { Format } from './files.ts'

/** A part of a source file that one worker reads: plain JSON, it travels to the worker. */
export interface Piece {
  readonly source: string
  readonly path: string
  readonly uri: string
  readonly format: Format
  readonly gzip: boolean
  /** JSONL: a range of bytes that starts and ends at lines. Parquet: a range of rows. Else the whole file. */
  readonly start: number
  readonly end: number
  /** Number of the first row (JSONL: line) of the range. */
  readonly firstRow: number
  /** What the file was when it was hashed (`fileStamp`): a file that has changed since is an error. */
  readonly stamp: string
  /** Rows of this piece whose own id occurred before, ascending. Only with `on_duplicate_id: quarantine`. */
  readonly duplicates: readonly number[]
}

/** A row as a format gives it. */
export interface RawRow {
  readonly row: number
  /** The parsed value; undefined where `fault` says why there is none. */
  readonly value: unknown
  readonly fault?: Fault
  /** The row as read, base64 where it is not UTF-8, for quarantine. Undefined where it was not kept. */
  raw(): string | undefined
  /** False where no string of the value can hold a lone surrogate (checked UTF-8 without `\u`). Saves the check. */
  readonly surrogates: boolean
}
