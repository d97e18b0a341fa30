import { closeSync, openSync, readSync, rmSync, writeSync } from 'node:fs'
import { join } from 'node:path'
import { temporaryName } from '../../util/durable.ts'

/**
 * Columns of all rows of a dataset on disk, so that the coordinator holds one column in memory at a time. The file has
 * no name from the moment it is open: the system frees it when the process ends, however it ends.
 */
export class ColumnFile {
  readonly #fd: number
  readonly #at = new Map<string, { readonly offset: number; readonly width: number }>()
  readonly #rows: number

  /** `widths`: bytes a row of each column. */
  constructor(folder: string, rows: number, widths: Readonly<Record<string, number>>) {
    const path = temporaryName(join(folder, 'columns'))
    this.#fd = openSync(path, 'wx+', 0o600)
    rmSync(path)
    this.#rows = rows
    let offset = 0
    for (const [name, width] of Object.entries(widths)) {
      this.#at.set(name, { offset, width })
      offset += rows * width
    }
  }

  /** Writes rows of a column from `row` on. */
  write(name: string, row: number, data: Uint32Array | Uint8Array): void {
    const { offset, width } = this.#column(name)
    if (row * width + data.byteLength > this.#rows * width) throw new RangeError(`column ${name} has no such rows`)
    const bytes = new Uint8Array(data.buffer, data.byteOffset, data.byteLength)
    let done = 0
    while (done < bytes.length)
      done += writeSync(this.#fd, bytes, done, bytes.length - done, offset + row * width + done)
  }

  /** Reads rows of a column from `row` on, as many as fit into `into`. */
  read<A extends Uint32Array | Uint8Array>(name: string, row: number, into: A): A {
    const { offset, width } = this.#column(name)
    const bytes = new Uint8Array(into.buffer, into.byteOffset, into.byteLength)
    let done = 0
    while (done < bytes.length) {
      const got = readSync(this.#fd, bytes, done, bytes.length - done, offset + row * width + done)
      if (got === 0) throw new RangeError(`column ${name} ends early`)
      done += got
    }
    return into
  }

  close(): void {
    closeSync(this.#fd)
  }

  #column(name: string): { readonly offset: number; readonly width: number } {
    const column = this.#at.get(name)
    if (column === undefined) throw new RangeError(`no column ${name}`)
    return column
  }
}
