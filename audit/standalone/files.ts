/**
 * The files of a dossier, in a folder or an archive. Nothing is unpacked and no link is followed. A part of sluice-verify;
 * imports nothing but Node.
 */
import { closeSync, constants, fstatSync, lstatSync, openSync, readdirSync, readSync } from 'node:fs'
import { join, relative } from 'node:path'

type Fail = (code: string, file?: string) => undefined

export const MAX_DOCUMENT = 64 * 2 ** 20
type Place = { file: string; offset: number; bytes: number; links: boolean }
export const places = new Map<string, Place>()

/** Plain relative paths only. */
export const isPlain = (path: string): boolean =>
  path.length <= 250 && path.split('/').every((part) => /^[\w@+-][\w.@+-]*$/.test(part))

export function openDossier(root: string, fail: Fail): void {
  places.clear()
  const found: [string, Place][] = []
  if (lstatSync(root).isDirectory()) {
    for (const entry of readdirSync(root, { withFileTypes: true, recursive: true })) {
      const file = join(entry.parentPath, entry.name)
      const path = relative(root, file)
      if (!isPlain(path)) fail('PATH_UNSAFE', printable(path))
      else if (entry.isFile()) found.push([path, { file, offset: 0, bytes: lstatSync(file).size, links: false }])
      else if (!entry.isDirectory()) fail('NOT_A_FILE', path)
    }
  } else found.push(...listTar(root, fail))
  const seen = new Set<string>()
  for (const [path, place] of found) {
    if (seen.has(path.toLowerCase())) fail('PATH_COLLISION', path)
    else if (!path.startsWith('model/') && place.bytes > MAX_DOCUMENT) fail('FILE_TOO_LARGE', path)
    seen.add(path.toLowerCase())
    places.set(path, place)
  }
}

/** The one form of ustar that Sluice writes: plain files below one folder, every other field fixed. */
function listTar(file: string, fail: Fail): [string, Place][] {
  const found: [string, Place][] = []
  const fd = openSync(file, 'r')
  const size = fstatSync(fd).size
  const nul = (count: number): string => '\0'.repeat(count)
  const block = Buffer.alloc(1024)
  let top: string | undefined
  for (let at = 0; at + 1024 <= size; ) {
    readSync(fd, block, 0, 1024, at)
    if (block.every((byte) => byte === 0) && at + 1024 === size) return found
    const head = block.toString('latin1', 0, 512)
    const [length, name, prefix] = [head.slice(124, 135), head.slice(0, 100), head.slice(345, 500)].map((field) =>
      field.replace(/\0+$/, ''),
    ) as [string, string, string]
    const sum = [...head].reduce((total, sign, i) => total + (i < 148 || i >= 156 ? sign.charCodeAt(0) : 32), 0)
    const owner = `0000644\0${'0000000\0'.repeat(2)}${length}\x0002263523000\0`
    const fixed = `${owner}${sum.toString(8).padStart(6, '0')}\0 0${nul(100)}ustar\x0000${nul(64)}${'0000000\0'.repeat(2)}`
    const path = prefix === '' ? name : `${prefix}/${name}`
    const bytes = /^[0-7]{11}$/.test(length) ? Number.parseInt(length, 8) : Number.POSITIVE_INFINITY
    at += 512
    if (head.slice(100, 345) !== fixed || head.slice(500) !== nul(12) || path.includes('\0') || at + bytes > size) break
    top ??= path.split('/')[0]!
    const inside = path.startsWith(`${top}/`) ? path.slice(top.length + 1) : ''
    if (!isPlain(inside) || !isPlain(top)) fail('PATH_UNSAFE', printable(path))
    else found.push([inside, { file, offset: at, bytes, links: true }])
    at += Math.ceil(bytes / 512) * 512
  }
  fail('TAR_MALFORMED')
  return []
}

const printable = (path: string): string => path.replace(/[^\w.@+/-]/g, '?').slice(0, 100)

/** Hands the bytes of a file on, a MiB at a time. No link is followed, even one that was put there meanwhile. */
export function pieces(path: string, take: (piece: Buffer) => void): void {
  const { file, offset, bytes, links } = places.get(path)!
  const fd = openSync(file, constants.O_RDONLY | (links ? 0 : constants.O_NOFOLLOW))
  const piece = Buffer.alloc(Math.min(bytes, 2 ** 20))
  for (let at = 0; at < bytes; ) {
    const read = readSync(fd, piece, 0, Math.min(piece.length, bytes - at), offset + at)
    if (read === 0) break
    take(piece.subarray(0, read))
    at += read
  }
  closeSync(fd)
}

export function readAll(path: string): Buffer {
  const parts: Buffer[] = []
  if (places.get(path)!.bytes <= MAX_DOCUMENT) pieces(path, (piece) => parts.push(Buffer.from(piece)))
  return Buffer.concat(parts)
}
