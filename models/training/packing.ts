import type { TokenRows } from './batches.ts'
import { paddedLength, rowCount, rowLength } from './batches.ts'

/**
 * Packs several rows into one sequence of at most `length` tokens: best fit, longest first (Johnson et al. 1974). The
 * same rows always give the same sequences. They keep apart: see `TokenRows.parts`. A longer row is a sequence alone.
 *
 * Not for training with differential privacy, where a row must stay the row of its unit.
 */
export function packBlocks(rows: TokenRows, length: number): TokenRows {
  const order = Array.from({ length: rowCount(rows) }, (_, row) => row)
  order.sort((a, b) => rowLength(rows, b) - rowLength(rows, a) || a - b)
  const sequences: number[][] = []
  /** Sequences by the room they have left. */
  const byRoom: number[][] = Array.from({ length: length + 1 }, () => [])
  for (const row of order) {
    const need = rowLength(rows, row)
    let room = need
    while (room <= length && byRoom[room]!.length === 0) room += 1
    if (room > length) {
      sequences.push([row])
      byRoom[Math.max(0, length - need)]!.push(sequences.length - 1)
    } else {
      const sequence = byRoom[room]!.pop()!
      sequences[sequence]!.push(row)
      byRoom[room - need]!.push(sequence)
    }
  }
  return join(rows, sequences)
}

function join(rows: TokenRows, sequences: readonly (readonly number[])[]): TokenRows {
  const ids = new Int32Array(rows.ids.length)
  const supervised = new Uint8Array(rows.ids.length)
  const offsets = new Int32Array(sequences.length + 1)
  const parts = new Int32Array(rowCount(rows) + 1)
  let at = 0
  let part = 0
  for (const [i, sequence] of sequences.entries()) {
    for (const row of sequence) {
      const [start, end] = [rows.offsets[row]!, rows.offsets[row + 1]!]
      ids.set(rows.ids.subarray(start, end), at)
      supervised.set(rows.supervised.subarray(start, end), at)
      // The first token of a row has nothing before it that could predict it.
      if (end > start) supervised[at] = 0
      at += end - start
      part += 1
      parts[part] = at
    }
    offsets[i + 1] = at
  }
  return { ids, supervised, offsets, parts }
}

/** What padding costs in batches that were planned. */
export interface PaddingWaste {
  /** Places that are computed, and those of them that hold a token. */
  readonly places: number
  readonly used: number
  /** The share that holds none, 0 … 1. */
  readonly share: number
}

/**
 * Counts what padding costs: each row of a batch is as long as its longest one.
 *
 * @param batches rows of each, as indices into `rows`
 */
export function paddingWaste(rows: TokenRows, batches: readonly (readonly number[])[]): PaddingWaste {
  let places = 0
  let used = 0
  for (const batch of batches) {
    let longest = 0
    for (const row of batch) {
      longest = Math.max(longest, rowLength(rows, row))
      // The last token of a row is a target only.
      used += Math.max(0, rowLength(rows, row) - 1)
    }
    places += batch.length * paddedLength(longest)
  }
  return { places, used, share: places === 0 ? 0 : 1 - used / places }
}
