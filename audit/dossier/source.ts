import { createHash } from 'node:crypto'
import { closeSync, constants, fstatSync, lstatSync, openSync, readdirSync, readSync } from 'node:fs'
import { join } from 'node:path'
import { SluiceError } from '../../util/errors.ts'
import type { Report } from './findings.ts'
import { isPlainPath } from './plain-path.ts'
import { listTar } from './tar.ts'

/** The files of a dossier, in a folder or in a `.tar`. Nothing is unpacked and no link is followed. */
export interface DossierSource {
  /** Paths with `/`, sorted, each with its size. */
  readonly files: ReadonlyMap<string, number>
  /** A whole file. Call it for files of up to `MAX_DOCUMENT` bytes only. */
  read(path: string): Buffer
  /** SHA-256 of a file, a piece in memory at a time. */
  digest(path: string): string
  close(): void
}

/** Documents are read whole; only model files may be larger. */
export const MAX_DOCUMENT: number = 64 * 2 ** 20
const MAX_FILES = 100_000

/**
 * Opens a dossier. What is unsafe in it (a link, a device, a path that leads out, two names that some file systems take
 * for one) is a problem with its code and is left out. Throws `DOSSIER_UNREADABLE` where there is none to open.
 */
export function openSource(path: string, report: Report): DossierSource {
  let folder: boolean
  try {
    folder = lstatSync(path).isDirectory()
  } catch (cause) {
    throw unreadable(path, cause)
  }
  return folder ? folderSource(path, report) : tarSource(path, report)
}

function folderSource(root: string, report: Report): DossierSource {
  const found: [string, number][] = []
  const walk = (folder: string): void => {
    for (const entry of readdirSync(join(root, folder), { withFileTypes: true })) {
      const path = folder === '' ? entry.name : `${folder}/${entry.name}`
      if (found.length > MAX_FILES) return
      if (!isPlainPath(path)) report('PATH_UNSAFE', plain(path))
      else if (entry.isDirectory()) walk(path)
      else if (!entry.isFile()) report('NOT_A_FILE', path)
      else found.push([path, lstatSync(join(root, path)).size])
    }
  }
  walk('')
  const files = checked(found, report)
  // O_NOFOLLOW: a file that was swapped for a link after it was listed is not followed either.
  const open = (path: string): number => openSync(join(root, path), constants.O_RDONLY | constants.O_NOFOLLOW)
  const using = <T>(path: string, act: (fd: number) => T): T => {
    const fd = open(path)
    try {
      if (!fstatSync(fd).isFile()) throw unreadable(path)
      return act(fd)
    } finally {
      closeSync(fd)
    }
  }
  return {
    files,
    read: (path) => using(path, (fd) => readRange(fd, 0, Math.min(files.get(path)!, MAX_DOCUMENT))),
    digest: (path) => using(path, (fd) => digestRange(fd, 0, files.get(path)!)),
    close: () => {},
  }
}

function tarSource(file: string, report: Report): DossierSource {
  let fd: number
  try {
    fd = openSync(file, constants.O_RDONLY)
  } catch (cause) {
    throw unreadable(file, cause)
  }
  try {
    const members = listTar(fd, fstatSync(fd).size)
    // All lies below one folder, so that unpacking it litters nothing.
    const top = members[0]?.path.split('/')[0] ?? ''
    const places = new Map<string, number>()
    const found: [string, number][] = []
    for (const { path, offset, bytes } of members) {
      const inside = path.startsWith(`${top}/`) ? path.slice(top.length + 1) : undefined
      if (inside === undefined || !isPlainPath(top) || !isPlainPath(inside)) {
        report('PATH_UNSAFE', plain(path))
        continue
      }
      places.set(inside, offset)
      found.push([inside, bytes])
    }
    const files = checked(found, report)
    return {
      files,
      read: (path) => readRange(fd, places.get(path)!, Math.min(files.get(path)!, MAX_DOCUMENT)),
      digest: (path) => digestRange(fd, places.get(path)!, files.get(path)!),
      close: () => closeSync(fd),
    }
  } catch (error) {
    closeSync(fd)
    if (!(error instanceof SluiceError) || error.code !== 'TAR_MALFORMED') throw error
    report('TAR_MALFORMED', '')
    return { files: new Map(), read: () => Buffer.alloc(0), digest: () => '', close: () => {} }
  }
}

function checked(found: readonly (readonly [string, number])[], report: Report): ReadonlyMap<string, number> {
  const files = new Map<string, number>()
  const seen = new Set<string>()
  for (const [path, bytes] of [...found].sort(([a], [b]) => (a < b ? -1 : 1))) {
    if (files.size >= MAX_FILES) {
      report('TOO_MANY_FILES', path)
      break
    }
    const folded = path.toLowerCase()
    if (seen.has(folded)) report('PATH_COLLISION', path)
    else if (!path.startsWith('model/') && bytes > MAX_DOCUMENT) {
      report('FILE_TOO_LARGE', path)
    }
    seen.add(folded)
    files.set(path, bytes)
  }
  return files
}

/** A path as it may be printed. */
function plain(path: string): string {
  return path.replace(/[^A-Za-z0-9._@+/-]/g, '?').slice(0, 100)
}

function readRange(fd: number, offset: number, bytes: number): Buffer {
  const buffer = Buffer.allocUnsafe(bytes)
  let at = 0
  while (at < bytes) {
    const read = readSync(fd, buffer, at, bytes - at, offset + at)
    if (read === 0) break
    at += read
  }
  return buffer.subarray(0, at)
}

function digestRange(fd: number, offset: number, bytes: number): string {
  const hash = createHash('sha256')
  const piece = Buffer.allocUnsafe(Math.min(bytes, 1 << 20))
  let at = 0
  while (at < bytes) {
    const read = readSync(fd, piece, 0, Math.min(piece.length, bytes - at), offset + at)
    if (read === 0) break
    hash.update(piece.subarray(0, read))
    at += read
  }
  return hash.digest('hex')
}

function unreadable(file: string, cause?: unknown): SluiceError {
  return new SluiceError({
    code: 'DOSSIER_UNREADABLE',
    message: 'there is no dossier that can be read here',
    next: 'give the folder with release.json, or the .tar of it',
    at: { file },
    cause,
  })
}
