import { closeSync, fstatSync, openSync, readSync, statSync } from 'node:fs'
import { SluiceError } from '../../util/errors.ts'

/** Bytes that are read in pieces: a file that stays on the disk, or memory. */
export interface ByteSource {
  /** For messages: a path or a file's name. */
  readonly name: string
  readonly size: number
  /**
   * A copy, or for memory a view, of `length` bytes from `offset`.
   *
   * @throws SluiceError MODEL_FILE_TRUNCATED where they are not all there
   */
  read(offset: number, length: number): Uint8Array
  close(): void
}

/** Bytes in memory as a source; what is read are views of them, and `close` does nothing. */
export function bytesSource(name: string, bytes: Uint8Array): ByteSource {
  return {
    name,
    size: bytes.length,
    read(offset, length) {
      if (offset < 0 || length < 0 || offset + length > bytes.length) throw truncated(name)
      return bytes.subarray(offset, offset + length)
    },
    close: () => undefined,
  }
}

/**
 * Opens a file for reading in pieces; symbolic links are followed.
 *
 * @throws SluiceError MODEL_FILE_MISSING, MODEL_FILE_UNREADABLE
 */
export function fileSource(path: string): ByteSource {
  // Asked before opening: a named pipe would wait for its writer.
  const info = statSync(path, { throwIfNoEntry: false })
  if (info === undefined) {
    throw new SluiceError({
      code: 'MODEL_FILE_MISSING',
      message: 'there is no such file',
      next: 'check the path',
      at: { file: path },
    })
  }
  if (!info.isFile()) {
    throw new SluiceError({ code: 'MODEL_FILE_UNREADABLE', message: 'this is not a regular file', at: { file: path } })
  }
  let fd: number
  try {
    fd = openSync(path, 'r')
  } catch (cause) {
    throw new SluiceError({
      code: 'MODEL_FILE_UNREADABLE',
      message: 'the file cannot be opened',
      next: 'check its permissions',
      at: { file: path },
      cause,
    })
  }
  const { size } = fstatSync(fd)
  let open = true
  return {
    name: path,
    size,
    read(offset, length) {
      if (offset < 0 || length < 0 || offset + length > size) throw truncated(path)
      const out = new Uint8Array(length)
      let done = 0
      while (done < length) {
        const count = readSync(fd, out, done, length - done, offset + done)
        if (count === 0) throw truncated(path)
        done += count
      }
      return out
    },
    close() {
      if (open) closeSync(fd)
      open = false
    },
  }
}

/** A typed array over bytes, copied where they do not lie on a multiple of its element's size. */
export function aligned(bytes: Uint8Array, elementBytes: number): Uint8Array {
  return bytes.byteOffset % elementBytes === 0 ? bytes : new Uint8Array(bytes)
}

function truncated(name: string): SluiceError {
  return new SluiceError({
    code: 'MODEL_FILE_TRUNCATED',
    message: 'the file ends before the data that it announces',
    next: 'copy or fetch the file again',
    at: { file: name },
    exit: 4,
  })
}
