import { createHash } from 'node:crypto'
import { open } from 'node:fs/promises'
import type { Sha256 } from '../../util/digest.ts'
import { fileStamp, sourceChanged } from './bytes.ts'
import { LineCutter } from './lines.ts'
import type { Path } from './path.ts'
import { ownId } from './row-id.ts'

const READ_BYTES = 4 << 20

export interface Scan {
  readonly sha256: Sha256
  readonly stamp: string
}

export interface Range {
  readonly start: number
  readonly end: number
  /** Line number of the first line. */
  readonly firstRow: number
}

/** Hashes a file without blocking the thread. The stamp says which state of the file the digest is of. */
export async function scanFile(path: string, signal: AbortSignal, visit?: (slab: Buffer) => void): Promise<Scan> {
  const file = await open(path, 'r')
  try {
    const stamp = fileStamp(file.fd)
    const hash = createHash('sha256')
    const slab = Buffer.allocUnsafeSlow(READ_BYTES)
    for (let at = 0; ; ) {
      signal.throwIfAborted()
      const { bytesRead } = await file.read(slab, 0, READ_BYTES, at)
      if (bytesRead === 0) break
      at += bytesRead
      const part = slab.subarray(0, bytesRead)
      hash.update(part)
      visit?.(part)
    }
    if (fileStamp(file.fd) !== stamp) throw sourceChanged(path)
    return { sha256: hash.digest('hex'), stamp }
  } finally {
    await file.close()
  }
}

/** Who wants to see the ids of rows while a file is cut. */
export interface IdVisitor {
  readonly path: Path
  /** The id is the UTF-8 text `bytes[start, end)`; `range` is the number of the piece in this file. */
  visit(bytes: Uint8Array, start: number, end: number, range: number, row: number): void
}

/**
 * Hashes a JSON Lines file and cuts it at line ends into ranges of at least `targetBytes` (the last may be smaller), so
 * that several workers can read it. Each row keeps its line number.
 */
export async function cutJsonl(
  path: string,
  targetBytes: number,
  maxRowBytes: number,
  signal: AbortSignal,
  ids?: IdVisitor,
): Promise<Scan & { readonly ranges: readonly Range[] }> {
  const ranges: Range[] = []
  let start = 0
  let firstRow = 0
  let at = 0
  let row = 0
  const cutter = new LineCutter(maxRowBytes)
  const ended = (length: number): void => {
    at += length + 1
    row += 1
    if (at - start < targetBytes) return
    ranges.push({ start, end: at, firstRow })
    start = at
    firstRow = row
  }
  const sink = {
    line(bytes: Buffer, from: number, to: number): void {
      if (ids !== undefined) visitId(bytes, from, to, ids, ranges.length, row)
      ended(to - from)
    },
    long: ended,
  }
  let size = 0
  const scan = await scanFile(path, signal, (slab) => {
    // The slab is used again for the next read: the cutter keeps copies of the partial line only.
    size += slab.length
    cutter.push(slab, sink)
    cutter.detach()
  })
  cutter.end(sink)
  if (start < size) ranges.push({ start, end: size, firstRow })
  // A last line without newline was counted as if it had one.
  const last = ranges.at(-1)
  if (last !== undefined && last.end > size) ranges[ranges.length - 1] = { ...last, end: size }
  return { ...scan, ranges }
}

/**
 * Shows the id of a JSON line. Where the id is the first member, as in most exports, the line is not parsed for it; a line
 * that has the member twice goes by the first one then.
 */
function visitId(bytes: Buffer, start: number, end: number, ids: IdVisitor, range: number, row: number): void {
  const quote = firstMember(bytes, start, end, ids.path)
  if (quote !== -1) {
    const close = bytes.indexOf(0x22, quote + 1)
    if (close > quote + 1 && close < end && isPlain(bytes, quote + 1, close)) {
      ids.visit(bytes, quote + 1, close, range, row)
      return
    }
  }
  try {
    const id = ownId(JSON.parse(bytes.toString('utf8', start, end)), ids.path)
    if (id === undefined) return
    const text = Buffer.from(id, 'utf8')
    ids.visit(text, 0, text.length, range, row)
  } catch {
    // No JSON: the row is set aside when it is read.
  }
}

/** Where the quote of a text opens that is the first member of the line, -1 where that is not so. */
function firstMember(bytes: Buffer, start: number, end: number, path: Path): number {
  const key = `{"${path.name}":`
  if (end - start < key.length + 2) return -1
  for (let i = 0; i < key.length; i++) if (bytes[start + i] !== key.charCodeAt(i)) return -1
  let at = start + key.length
  if (bytes[at] === 0x20) at += 1
  return bytes[at] === 0x22 ? at : -1
}

/** ASCII without escapes and control characters: the bytes are the text. */
function isPlain(bytes: Buffer, start: number, end: number): boolean {
  for (let i = start; i < end; i++) {
    const byte = bytes[i]!
    if (byte < 0x20 || byte > 0x7e || byte === 0x5c) return false
  }
  return true
}
