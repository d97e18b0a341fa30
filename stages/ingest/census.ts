import { randomInt } from 'node:crypto'
import { appendFileSync, existsSync, mkdirSync, readFileSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { murmur128 } from '../../util/murmur.ts'

const PARTITIONS = 64
const ENTRY_BYTES = 24
const BUFFER_ENTRIES = 2048

/** A row whose own id occurred in an earlier row. */
export interface DuplicateRow {
  readonly piece: number
  readonly row: number
}

/**
 * Finds ids that occur more than once, in bounded memory: 128 bits of a hash of each id, cut into partitions that spill to
 * files. The seed is random and forgotten.
 */
export class IdCensus {
  readonly #folder: string
  readonly #seed = randomInt(2 ** 32)
  readonly #digest = Buffer.alloc(16)
  readonly #buffers: Buffer[] = Array.from({ length: PARTITIONS }, () => Buffer.alloc(0))
  readonly #used = new Int32Array(PARTITIONS)
  #spilled = false
  #ids = 0

  /** `folder` is made when something spills, and removed by `close`. */
  constructor(folder: string) {
    this.#folder = folder
  }

  /** Rows with an id so far. */
  get ids(): number {
    return this.#ids
  }

  add(id: string, piece: number, row: number): void {
    const bytes = Buffer.from(id, 'utf8')
    this.addBytes(bytes, 0, bytes.length, piece, row)
  }

  /** The id is the UTF-8 text `bytes[start, end)`. */
  addBytes(bytes: Uint8Array, start: number, end: number, piece: number, row: number): void {
    this.#ids += 1
    const digest = this.#digest
    murmur128(bytes, start, end, this.#seed, digest, 0)
    const partition = digest[0]! % PARTITIONS
    let buffer = this.#buffers[partition]!
    if (buffer.length === 0) {
      buffer = Buffer.allocUnsafeSlow(BUFFER_ENTRIES * ENTRY_BYTES)
      this.#buffers[partition] = buffer
    }
    const at = this.#used[partition]! * ENTRY_BYTES
    digest.copy(buffer, at)
    buffer.writeUInt32LE(piece, at + 16)
    buffer.writeUInt32LE(row, at + 20)
    this.#used[partition] = this.#used[partition]! + 1
    if (this.#used[partition] === BUFFER_ENTRIES) this.#spill(partition)
  }

  /** Duplicates in the order of pieces and rows: every occurrence but the first. */
  duplicates(): readonly DuplicateRow[] {
    const found: DuplicateRow[] = []
    for (let partition = 0; partition < PARTITIONS; partition++) {
      const seen = new Set<string>()
      for (const entries of this.#entriesOf(partition)) {
        for (let at = 0; at < entries.length; at += ENTRY_BYTES) {
          const key = entries.toString('latin1', at, at + 16)
          if (seen.has(key)) found.push({ piece: entries.readUInt32LE(at + 16), row: entries.readUInt32LE(at + 20) })
          else seen.add(key)
        }
      }
    }
    return found.sort((a, b) => a.piece - b.piece || a.row - b.row)
  }

  close(): void {
    if (this.#spilled) rmSync(this.#folder, { recursive: true, force: true })
  }

  #spill(partition: number): void {
    if (!this.#spilled) mkdirSync(this.#folder, { recursive: true, mode: 0o700 })
    this.#spilled = true
    appendFileSync(this.#file(partition), this.#buffers[partition]!)
    this.#used[partition] = 0
  }

  /** What was spilled, then what is still in memory: the order in which they were added. */
  #entriesOf(partition: number): readonly Buffer[] {
    const inMemory = this.#buffers[partition]!.subarray(0, this.#used[partition]! * ENTRY_BYTES)
    const file = this.#file(partition)
    return this.#spilled && existsSync(file) ? [readFileSync(file), inMemory] : [inMemory]
  }

  #file(partition: number): string {
    return join(this.#folder, `ids-${partition}`)
  }
}
