import { closeSync, fstatSync, openSync, readSync } from 'node:fs'
import { Readable } from 'node:stream'
import { createGunzip } from 'node:zlib'
import { SluiceError } from '../../util/errors.ts'
import type { IngestConfig } from './config.ts'
import { sourceEmpty } from './files.ts'
import type { Piece } from './piece.ts'

// Small enough that what a slab becomes is dead before the garbage collector has to copy it.
const SLAB_BYTES = 1 << 18

/** Identifies the state of an open file: any write changes it, without reading a byte. */
export function fileStamp(fd: number): string {
  const { ino, size, mtimeNs, ctimeNs } = fstatSync(fd, { bigint: true })
  return `${ino}:${size}:${mtimeNs}:${ctimeNs}`
}

/**
 * The bytes of a piece as UTF-8 slabs of about 256 KiB, unpacked and transcoded. Each slab is a buffer of its own. A
 * byte order mark is left out.
 *
 * @throws SluiceError `SOURCE_CHANGED`, `SOURCE_TRUNCATED` and `SOURCE_BROKEN` (gzip), `SOURCE_ENCODING` (UTF-16),
 * `SOURCE_EMPTY` (nothing inside a gzip file).
 */
export async function* readBytes(piece: Piece, encoding: IngestConfig['encoding']): AsyncGenerator<Buffer> {
  let slabs: AsyncIterable<Buffer> | Iterable<Buffer> = readRange(piece)
  if (piece.gzip) slabs = gunzip(slabs, piece.path)
  if (encoding !== 'utf-8') slabs = transcode(slabs, encoding, piece.path)
  let first = piece.start === 0
  for await (const slab of slabs) {
    const hasMark = first && slab.length >= 3 && slab[0] === 0xef && slab[1] === 0xbb && slab[2] === 0xbf
    first = false
    yield hasMark ? slab.subarray(3) : slab
  }
}

/** Blocking reads: a worker thread has nothing else to do, and they are the fastest. */
function* readRange(piece: Piece): Generator<Buffer> {
  const fd = openSync(piece.path, 'r')
  try {
    if (fileStamp(fd) !== piece.stamp) throw sourceChanged(piece.path)
    let at = piece.start
    while (at < piece.end) {
      const slab = Buffer.allocUnsafeSlow(Math.min(SLAB_BYTES, piece.end - at))
      const n = readSync(fd, slab, 0, slab.length, at)
      if (n === 0) throw sourceChanged(piece.path)
      at += n
      yield n === slab.length ? slab : slab.subarray(0, n)
    }
    if (fileStamp(fd) !== piece.stamp) throw sourceChanged(piece.path)
  } finally {
    closeSync(fd)
  }
}

async function* gunzip(slabs: Iterable<Buffer>, path: string): AsyncGenerator<Buffer> {
  const unpacked = Readable.from(slabs, { objectMode: false, highWaterMark: SLAB_BYTES })
    // `pipe` does not pass errors on; the file's own faults (changed, unreadable) must arrive as they are.
    .on('error', (error) => gzip.destroy(error))
  const gzip = createGunzip({ chunkSize: SLAB_BYTES })
  unpacked.pipe(gzip)
  let bytes = 0
  try {
    for await (const slab of gzip as AsyncIterable<Buffer>) {
      bytes += slab.length
      yield slab
    }
  } catch (cause) {
    if (cause instanceof SluiceError) throw cause
    const truncated = (cause as NodeJS.ErrnoException).code === 'Z_BUF_ERROR'
    throw new SluiceError({
      code: truncated ? 'SOURCE_TRUNCATED' : 'SOURCE_BROKEN',
      message: truncated ? 'a gzip file ends in the middle' : 'a gzip file cannot be unpacked',
      next: 'fetch the file again; none of its rows were taken',
      at: { file: path },
      exit: 2,
      cause,
    })
  } finally {
    unpacked.destroy()
    gzip.destroy()
  }
  if (bytes === 0) throw sourceEmpty(path)
}

async function* transcode(
  slabs: AsyncIterable<Buffer> | Iterable<Buffer>,
  encoding: 'latin1' | 'utf-16le',
  path: string,
): AsyncGenerator<Buffer> {
  if (encoding === 'latin1') {
    for await (const slab of slabs) yield Buffer.from(slab.toString('latin1'), 'utf8')
    return
  }
  const decoder = new TextDecoder('utf-16le', { fatal: true })
  try {
    for await (const slab of slabs) yield Buffer.from(decoder.decode(slab, { stream: true }), 'utf8')
    yield Buffer.from(decoder.decode(), 'utf8')
  } catch (cause) {
    if (cause instanceof SluiceError) throw cause
    throw new SluiceError({
      code: 'SOURCE_ENCODING',
      message: 'a source file is not valid UTF-16LE',
      next: 'check `encoding`',
      at: { file: path },
      cause,
    })
  }
}

export function sourceChanged(path: string): SluiceError {
  return new SluiceError({
    code: 'SOURCE_CHANGED',
    message: 'a source file was changed while it was read',
    next: 'run again when nothing writes to it any more',
    at: { file: path },
    exit: 2,
  })
}
