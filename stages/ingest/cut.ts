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
  /** `range` is the number of the piece in this file. */
  visit(id: string, range: number, row: number): void
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
      if (ids !== undefined) {
        const id = idOfLine(bytes, from, to, ids.path)
        if (id !== undefined) ids.visit(id, ranges.length, row)
      }
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
 * The id of a JSON line. Where the id is the first member, as in most exports, it is read without parsing the line.
 */
function idOfLine(bytes: Buffer, start: number, end: number, path: Path): string | undefined {
  const head = firstMember(bytes, start, end, path)
  if (head !== undefined) return head
  try {
    return ownId(JSON.parse(bytes.toString('utf8', start, end)), path)
  } catch {
    return undefined
  }
}

function firstMember(bytes: Buffer, start: number, end: number, path: Path): string | undefined {
  const key = `{"${path.name}":`
  const byteLength = Buffer.byteLength(key)
  if (bytes.toString('utf8', start, Math.min(end, start + byteLength)) !== key) return undefined
  let at = start + byteLength
  if (bytes[at] === 0x20) at += 1
  if (bytes[at] !== 0x22) return undefined
  const close = bytes.indexOf(0x22, at + 1)
  if (close === -1 || close >= end) return undefined
  const text = bytes.toString('utf8', at + 1, close)
  return text === '' || text.includes('\\') ? undefined : `s${text}`
}
