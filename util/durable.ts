import { closeSync, existsSync, fsyncSync, mkdirSync, openSync, renameSync, rmSync, writeSync } from 'node:fs'
import { dirname } from 'node:path'
import { threadId } from 'node:worker_threads'

let sequence = 0

/** A name beside `path` that no other process or thread picks. */
export function temporaryName(path: string): string {
  sequence += 1
  return `${path}.tmp-${process.pid}-${threadId}-${sequence}`
}

/** `mkdir -p` that makes each new folder durable in its parent. */
export function ensureDir(path: string): void {
  if (existsSync(path)) return
  const parent = dirname(path)
  if (parent !== path) ensureDir(parent)
  // Folder by folder: the recursive form of mkdir reports a read-only file system as ENOENT.
  try {
    mkdirSync(path, 0o755)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return
    throw error
  }
  fsyncDir(parent)
}

/** Makes the names in a folder durable. A rename is only safe after this. */
export function fsyncDir(path: string): void {
  const fd = openSync(path, 'r')
  try {
    fsyncSync(fd)
  } finally {
    closeSync(fd)
  }
}

/**
 * Writes a whole file so that after a crash either the old or the new bytes are there, never a mixture: temporary
 * name, fsync, rename, fsync of the folder. Creates the folder where it is missing.
 */
export function writeFileDurable(path: string, data: string | Uint8Array | Iterable<Uint8Array>, mode = 0o644): void {
  ensureDir(dirname(path))
  const temporary = temporaryName(path)
  try {
    const fd = openSync(temporary, 'wx', mode)
    try {
      for (const chunk of toChunks(data)) writeAll(fd, chunk)
      fsyncSync(fd)
    } finally {
      closeSync(fd)
    }
    renameSync(temporary, path)
  } catch (error) {
    rmSync(temporary, { force: true })
    throw error
  }
  fsyncDir(dirname(path))
}

/** Writes all of `data` at the descriptor's position. */
export function writeAll(fd: number, data: Uint8Array): void {
  let offset = 0
  while (offset < data.length) offset += writeSync(fd, data, offset, data.length - offset)
}

function toChunks(data: string | Uint8Array | Iterable<Uint8Array>): Iterable<Uint8Array> {
  if (typeof data === 'string') return [Buffer.from(data, 'utf8')]
  return data instanceof Uint8Array ? [data] : data
}
