import { random } from '../../util/random.ts'

/** Token rows in two flat arrays: row i is `ids[offsets[i] … offsets[i + 1])`. They move to a thread without a copy. */
export interface TokenRows {
  readonly ids: Int32Array
  /** 1 where the token is to be predicted. Never set for the first token of a row. */
  readonly supervised: Uint8Array
  readonly offsets: Int32Array
  /**
   * Where packed rows hold several: the offsets at which each of them begins, and the end. A superset of `offsets`.
   * Tokens of one never see those of another, and positions begin anew.
   */
  readonly parts?: Int32Array
}

/** What one step of the graph reads. */
export interface Batch {
  readonly rows: number
  /** Length all rows are padded to. */
  readonly sequence: number
  readonly ids: Int32Array
  readonly positions: Int32Array
  readonly targets: Int32Array
  /** Tokens without padding. */
  readonly tokens: number
  /** `blocks`: a token sees the tokens before it back to its `starts`; `causal`: to the start of the sequence. */
  readonly mask: 'causal' | 'blocks'
  /** Of packed rows, [rows, sequence]: the column at which the part of each place begins. Padding is a part alone. */
  readonly starts?: Int32Array
}

/**
 * Rows behind one another in typed arrays, in their order.
 *
 * @param rows each with as many marks `supervised` as ids
 */
export function packRows(rows: readonly { readonly ids: Int32Array; readonly supervised: Uint8Array }[]): TokenRows {
  const offsets = new Int32Array(rows.length + 1)
  for (const [i, row] of rows.entries()) offsets[i + 1] = offsets[i]! + row.ids.length
  const ids = new Int32Array(offsets[rows.length]!)
  const supervised = new Uint8Array(ids.length)
  for (const [i, row] of rows.entries()) {
    ids.set(row.ids, offsets[i]!)
    supervised.set(row.supervised, offsets[i]!)
  }
  return { ids, supervised, offsets }
}

/** The number of rows. */
export function rowCount(rows: TokenRows): number {
  return rows.offsets.length - 1
}

/** Tokens of a row. */
export function rowLength(rows: TokenRows, row: number): number {
  return rows.offsets[row + 1]! - rows.offsets[row]!
}

/** Padded lengths are multiples of this: fewer different shapes, so memory is reused. */
const LENGTH_STEP = 16

/** The last token of a row is a target only, so n tokens need n − 1 places. */
export function paddedLength(tokens: number): number {
  return Math.max(LENGTH_STEP, Math.ceil((tokens - 1) / LENGTH_STEP) * LENGTH_STEP)
}

/** Windows of this many batches are sorted by length before they are cut: little padding, much shuffling. */
const WINDOW_BATCHES = 12

/**
 * The batches of one epoch as lists of row numbers: a seeded permutation, sorted by length inside windows, cut so that
 * rows · padded length stays within `batchTokens`, batches in seeded order. A pure function, so a resumed run finds
 * its place by the step number alone.
 */
export function planEpoch(rows: TokenRows, batchTokens: number, seed: number, epoch: number): readonly number[][] {
  const rng = random(seed, 'epoch', epoch)
  const order = rng.shuffle(Array.from({ length: rowCount(rows) }, (_, i) => i))
  const batches: number[][] = []
  let window: number[] = []
  let windowTokens = 0
  const flush = (): void => {
    window.sort((a, b) => rowLength(rows, a) - rowLength(rows, b) || a - b)
    let batch: number[] = []
    for (const row of window) {
      if ((batch.length + 1) * paddedLength(rowLength(rows, row)) > batchTokens && batch.length > 0) {
        batches.push(batch)
        batch = []
      }
      batch.push(row)
    }
    if (batch.length > 0) batches.push(batch)
    window = []
    windowTokens = 0
  }
  for (const row of order) {
    window.push(row)
    windowTokens += paddedLength(rowLength(rows, row))
    if (windowTokens >= batchTokens * WINDOW_BATCHES) flush()
  }
  flush()
  return rng.shuffle(batches)
}

/** Batches for held-out data: all rows, by length, nothing random. */
export function planEvaluation(rows: TokenRows, batchTokens: number): readonly number[][] {
  const order = Array.from({ length: rowCount(rows) }, (_, i) => i)
  order.sort((a, b) => rowLength(rows, a) - rowLength(rows, b) || a - b)
  const batches: number[][] = []
  for (const row of order) {
    const last = batches.at(-1)
    if (last !== undefined && (last.length + 1) * paddedLength(rowLength(rows, row)) <= batchTokens) last.push(row)
    else batches.push([row])
  }
  return batches
}

/**
 * Fills the arrays of a batch. Padding stands behind the tokens, where a causal mask hides it.
 *
 * @param context places that the network has: padding goes no further, learned positions end there
 */
export function makeBatch(
  rows: TokenRows,
  chosen: readonly number[],
  pad: number,
  context = Number.POSITIVE_INFINITY,
): Batch {
  let longest = 0
  let trained = 0
  let tokens = 0
  for (const row of chosen) {
    longest = Math.max(longest, rowLength(rows, row))
    tokens += rowLength(rows, row)
    for (let i = rows.offsets[row]! + 1; i < rows.offsets[row + 1]!; i++) trained += rows.supervised[i]!
  }
  const sequence = Math.min(paddedLength(longest), Math.max(context, longest - 1))
  const ids = new Int32Array(chosen.length * sequence).fill(pad)
  const positions = new Int32Array(trained)
  const targets = new Int32Array(trained)
  let at = 0
  for (const [b, row] of chosen.entries()) {
    const start = rows.offsets[row]!
    const length = rowLength(rows, row)
    ids.set(rows.ids.subarray(start, start + length - 1), b * sequence)
    for (let i = 1; i < length; i++) {
      if (rows.supervised[start + i] !== 1) continue
      positions[at] = b * sequence + i - 1
      targets[at] = rows.ids[start + i]!
      at += 1
    }
  }
  const batch = { rows: chosen.length, sequence, ids, positions, targets, tokens }
  if (rows.parts === undefined) return { ...batch, mask: 'causal' }
  return { ...batch, mask: 'blocks', starts: partStarts(rows, rows.parts, chosen, sequence) }
}

function partStarts(rows: TokenRows, parts: Int32Array, chosen: readonly number[], sequence: number): Int32Array {
  const starts = new Int32Array(chosen.length * sequence)
  for (const [b, row] of chosen.entries()) {
    const first = rows.offsets[row]!
    const places = rowLength(rows, row) - 1
    let part = lowerBound(parts, first)
    for (let i = 0; i < sequence; i++) {
      while (i < places && parts[part + 1]! <= first + i) part += 1
      starts[b * sequence + i] = i < places ? parts[part]! - first : i
    }
  }
  return starts
}

function lowerBound(sorted: Int32Array, value: number): number {
  let low = 0
  let high = sorted.length
  while (low < high) {
    const middle = (low + high) >> 1
    if (sorted[middle]! < value) low = middle + 1
    else high = middle
  }
  return low
}

const HIDDEN = -1e9
const masks = new Map<number, Float32Array>()

/** Most numbers of the masks that are kept (16 MiB): those of all lengths up to a context of 2,048 would be 0.7 GB. */
const MOST_KEPT = 2 ** 22
let kept = 0

/** The causal mask [sequence, sequence]: 0 on and below the diagonal. */
export function causalMask(sequence: number): Float32Array {
  let mask = masks.get(sequence)
  if (mask === undefined) {
    mask = new Float32Array(sequence * sequence)
    for (let i = 0; i < sequence; i++) mask.fill(HIDDEN, i * sequence + i + 1, (i + 1) * sequence)
    if (kept + mask.length > MOST_KEPT) {
      masks.clear()
      kept = 0
    }
    masks.set(sequence, mask)
    kept += mask.length
  }
  return mask
}

/** The mask of a batch of packed rows, [rows, 1, sequence, sequence]; of any other batch in the same form. */
export function blockMask({ rows, sequence, starts }: Batch): Float32Array {
  const mask = new Float32Array(rows * sequence * sequence).fill(HIDDEN)
  for (let place = 0; place < rows * sequence; place++) {
    const at = place % sequence
    mask.fill(0, place * sequence + (starts?.[place] ?? 0), place * sequence + at + 1)
  }
  return mask
}

/** The position of each token inside its own part, [rows, sequence]. */
export function tokenPositions({ rows, sequence, starts }: Batch): Int32Array {
  return Int32Array.from({ length: rows * sequence }, (_, place) => (place % sequence) - (starts?.[place] ?? 0))
}
