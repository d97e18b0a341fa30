import {
  closeSync,
  fsyncSync,
  linkSync,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmdirSync,
  statSync,
  unlinkSync,
  writeSync,
} from 'node:fs'
import { dirname } from 'node:path'
import { temporaryName } from '../util/durable.ts'

/**
 * Every operation that the log does on files. The ledger, its lock and its verifier reach the disk through this and in
 * no other way, so that a test can let any one of them fail, or lose what was not synced. Each throws the system's error
 * with its `code` and `syscall`.
 */
export interface Files {
  read(path: string): Buffer
  list(path: string): readonly Listed[]
  /** Milliseconds since 1970 of the last change. */
  modified(path: string): number
  /** Opens a new file for writing; fails with EEXIST where the name is taken. */
  create(path: string, mode: number): number
  /** Writes at the descriptor's position; tells how many bytes were taken. */
  write(fd: number, bytes: Uint8Array, offset: number, length: number): number
  /** Opens a folder, to sync the names in it. */
  openFolder(path: string): number
  sync(fd: number): void
  close(fd: number): void
  rename(from: string, to: string): void
  /** Gives a file a second name; fails with EEXIST where it is taken. */
  link(from: string, to: string): void
  makeFolder(path: string): void
  remove(path: string): void
  /** Removes an empty folder. */
  removeFolder(path: string): void
}

export interface Listed {
  readonly name: string
  readonly isFolder: boolean
}

/** The disk of this machine. */
export const disk: Files = {
  read: (path) => readFileSync(path),
  list: (path) =>
    readdirSync(path, { withFileTypes: true }).map((entry) => ({ name: entry.name, isFolder: entry.isDirectory() })),
  modified: (path) => statSync(path).mtimeMs,
  create: (path, mode) => openSync(path, 'wx', mode),
  write: (fd, bytes, offset, length) => writeSync(fd, bytes, offset, length),
  openFolder: (path) => openSync(path, 'r'),
  sync: (fd) => fsyncSync(fd),
  close: (fd) => closeSync(fd),
  rename: (from, to) => renameSync(from, to),
  link: (from, to) => linkSync(from, to),
  makeFolder: (path) => mkdirSync(path, 0o755),
  remove: (path) => unlinkSync(path),
  removeFolder: (path) => rmdirSync(path),
}

/** True for an error of the system with this code. */
export function isErrno(error: unknown, ...codes: readonly string[]): boolean {
  return codes.includes((error as NodeJS.ErrnoException).code ?? '')
}

/** True for a failed fsync: what was written before may be lost although later calls succeed. */
export function isSyncFailure(error: unknown): boolean {
  return (error as NodeJS.ErrnoException).syscall === 'fsync'
}

/** Bytes of a file, or `undefined` where there is none. */
export function readIfThere(files: Files, path: string): Buffer | undefined {
  try {
    return files.read(path)
  } catch (error) {
    if (isErrno(error, 'ENOENT')) return undefined
    throw error
  }
}

/** What a folder holds, by name; nothing where it is not there. */
export function listIfThere(files: Files, path: string): readonly Listed[] {
  try {
    return [...files.list(path)].sort((a, b) => (a.name < b.name ? -1 : 1))
  } catch (error) {
    if (isErrno(error, 'ENOENT')) return []
    throw error
  }
}

export function removeIfThere(files: Files, path: string): void {
  try {
    files.remove(path)
  } catch (error) {
    if (!isErrno(error, 'ENOENT')) throw error
  }
}

/** `mkdir -p` that makes each new folder durable in its parent. */
export function ensureFolder(files: Files, path: string): void {
  try {
    files.makeFolder(path)
  } catch (error) {
    if (isErrno(error, 'EEXIST')) return
    if (!isErrno(error, 'ENOENT') || dirname(path) === path) throw error
    ensureFolder(files, dirname(path))
    ensureFolder(files, path)
    return
  }
  syncFolder(files, dirname(path))
}

/** Makes the names in a folder durable. A rename is only safe after this. */
export function syncFolder(files: Files, path: string): void {
  const fd = files.openFolder(path)
  try {
    files.sync(fd)
  } finally {
    files.close(fd)
  }
}

/** Writes a new file, all of it, and syncs its content. Its name is durable only after `syncFolder`. */
export function createSynced(files: Files, path: string, bytes: Uint8Array, mode = 0o644): void {
  const fd = files.create(path, mode)
  try {
    for (let offset = 0; offset < bytes.length; ) offset += files.write(fd, bytes, offset, bytes.length - offset)
    files.sync(fd)
  } finally {
    files.close(fd)
  }
}

/**
 * Replaces a file so that after a crash either the old or the new bytes are there: temporary name, sync, rename, sync of
 * the folder. `beforeRename` is the last moment to refuse.
 */
export function replaceDurable(files: Files, path: string, bytes: Uint8Array, beforeRename?: () => void): void {
  const temporary = temporaryName(path)
  try {
    createSynced(files, temporary, bytes)
    beforeRename?.()
    files.rename(temporary, path)
  } catch (error) {
    try {
      removeIfThere(files, temporary)
    } catch {
      // The disk is failing: the first error is the one to tell.
    }
    throw error
  }
  syncFolder(files, dirname(path))
}
