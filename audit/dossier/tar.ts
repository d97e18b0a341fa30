import { closeSync, fsyncSync, openSync, readSync } from 'node:fs'
import { writeAll } from '../../util/durable.ts'
import { SluiceError } from '../../util/errors.ts'

/**
 * ustar (POSIX.1-1988), one form of it: plain files only, one fixed time and mode, numeric owners 0, in the order of
 * their paths. The same files always give the same bytes, and every `tar` reads them.
 */
export interface TarMember {
  readonly path: string
  /** Where the content lies in the file. */
  readonly offset: number
  readonly bytes: number
}

const BLOCK = 512
/** 1980-01-01: the oldest time that every archive format can hold. */
const MTIME = 315_532_800
/** Eleven octal digits. */
const MAX_FILE = 8 ** 11 - 1

/**
 * Writes an archive. Throws `TAR_PATH_TOO_LONG` for a path that ustar cannot hold.
 *
 * @param files `path` in the archive, `file` on the disk, in the order in which they are to stand.
 */
export function writeTar(
  target: string,
  files: readonly { readonly path: string; readonly file: string; readonly bytes: number }[],
): void {
  const fd = openSync(target, 'wx', 0o644)
  try {
    for (const { path, file, bytes } of files) {
      writeAll(fd, header(path, bytes))
      copy(file, bytes, fd)
      writeAll(fd, Buffer.alloc((BLOCK - (bytes % BLOCK)) % BLOCK))
    }
    writeAll(fd, Buffer.alloc(2 * BLOCK))
    fsyncSync(fd)
  } finally {
    closeSync(fd)
  }
}

function copy(file: string, bytes: number, to: number): void {
  const from = openSync(file, 'r')
  try {
    const piece = Buffer.allocUnsafe(1 << 20)
    let left = bytes
    while (left > 0) {
      const read = readSync(from, piece, 0, Math.min(left, piece.length), null)
      if (read === 0) throw changedMeanwhile(file)
      writeAll(to, piece.subarray(0, read))
      left -= read
    }
  } finally {
    closeSync(from)
  }
}

function header(path: string, bytes: number): Buffer {
  const { name, prefix } = split(path)
  if (bytes > MAX_FILE) {
    throw new SluiceError({
      code: 'TAR_FILE_TOO_LARGE',
      message: 'a file has more than 8 GiB, which ustar cannot hold',
    })
  }
  const block = Buffer.alloc(BLOCK)
  const octal = (value: number, at: number, digits: number): void => {
    block.write(`${value.toString(8).padStart(digits, '0')}\0`, at, 'latin1')
  }
  block.write(name, 0, 'latin1')
  octal(0o644, 100, 7)
  octal(0, 108, 7)
  octal(0, 116, 7)
  octal(bytes, 124, 11)
  octal(MTIME, 136, 11)
  block.write('0', 156, 'latin1')
  block.write('ustar\0' + '00', 257, 'latin1')
  octal(0, 329, 7)
  octal(0, 337, 7)
  block.write(prefix, 345, 'latin1')
  block.write(`${checksum(block).toString(8).padStart(6, '0')}\0 `, 148, 'latin1')
  return block
}

function split(path: string): { readonly name: string; readonly prefix: string } {
  if (path.length <= 100) return { name: path, prefix: '' }
  const at = path.lastIndexOf('/', 155)
  const parts = { name: path.slice(at + 1), prefix: path.slice(0, at) }
  if (at > 0 && parts.name.length <= 100) return parts
  throw new SluiceError({ code: 'TAR_PATH_TOO_LONG', message: 'a path is too long for a ustar archive' })
}

/** Sum of all bytes, those of the checksum itself counted as blanks. */
function checksum(block: Buffer): number {
  let sum = 8 * 32
  for (let i = 0; i < BLOCK; i++) if (i < 148 || i >= 156) sum += block[i]!
  return sum
}

/**
 * Lists an archive of the form above. Anything else in it (a link, a folder, a long-name extension, a number or a
 * checksum that does not fit, bytes after the end) throws `TAR_MALFORMED`: two programs could unpack it differently.
 */
export function listTar(fd: number, size: number): readonly TarMember[] {
  const members: TarMember[] = []
  const block = Buffer.alloc(BLOCK)
  let at = 0
  while (at + BLOCK <= size) {
    readSync(fd, block, 0, BLOCK, at)
    at += BLOCK
    if (block.every((byte) => byte === 0)) {
      if (at + BLOCK !== size) break
      readSync(fd, block, 0, BLOCK, at)
      if (block.every((byte) => byte === 0)) return members
      break
    }
    const member = readHeader(block, at)
    if (member === undefined || at + member.bytes > size || members.length >= MAX_MEMBERS) break
    members.push(member)
    at += Math.ceil(member.bytes / BLOCK) * BLOCK
  }
  throw new SluiceError({
    code: 'TAR_MALFORMED',
    message: 'this is not an archive in the form that `sluice release build` writes',
    next: 'unpack it with care, and verify the folder',
    exit: 4,
  })
}

const MAX_MEMBERS = 100_000

function readHeader(block: Buffer, offset: number): TarMember | undefined {
  const text = (from: number, length: number): string | undefined => {
    const field = block.subarray(from, from + length)
    const end = field.indexOf(0)
    const used = end < 0 ? field : field.subarray(0, end)
    return end >= 0 && field.subarray(end).some((byte) => byte !== 0) ? undefined : used.toString('latin1')
  }
  const name = text(0, 100)
  const prefix = text(345, 155)
  const bytes = text(124, 12)
  if (name === undefined || name === '' || prefix === undefined || bytes === undefined) return undefined
  if (!/^[0-7]{11}$/.test(bytes)) return undefined
  const member = { path: prefix === '' ? name : `${prefix}/${name}`, offset, bytes: Number.parseInt(bytes, 8) }
  // The rest of the header has one spelling only.
  try {
    return header(member.path, member.bytes).equals(block) ? member : undefined
  } catch {
    return undefined
  }
}

function changedMeanwhile(file: string): SluiceError {
  return new SluiceError({
    code: 'FILE_CHANGED_MEANWHILE',
    message: 'a file became shorter while it was copied',
    at: { file },
    exit: 4,
  })
}
