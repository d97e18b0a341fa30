import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { nodeHash, type SubtreeReader } from './merkle.ts'

/**
 * C2SP tlog-tiles: `tile/<L>/<N>` holds up to 256 hashes of level 8·L, `tile/entries/<N>` up to 256 entries, each with
 * its length as a big-endian uint16. A tile that is not full lies in `<N>.p/<W>`.
 */
export const TILE_WIDTH = 256
export const HASH_BYTES = 32
export const MAX_ENTRY_BYTES = 0xffff

export type TileLevel = number | 'entries'

/** `tile/0/x001/x234/067` or `tile/0/000.p/5`. */
export function tilePath(level: TileLevel, index: number, width: number): string {
  const groups = [String(index % 1000).padStart(3, '0')]
  for (let rest = Math.floor(index / 1000); rest > 0; rest = Math.floor(rest / 1000)) {
    groups.unshift(`x${String(rest % 1000).padStart(3, '0')}`)
  }
  const path = `tile/${level}/${groups.join('/')}`
  return width === TILE_WIDTH ? path : `${path}.p/${width}`
}

export interface TileName {
  readonly level: TileLevel
  readonly index: number
  readonly width: number
}

/** The inverse of `tilePath`; `undefined` for any other path. */
export function parseTilePath(path: string): TileName | undefined {
  const match = /^tile\/(entries|\d{1,2})\/((?:x\d{3}\/)*\d{3})(?:\.p\/([1-9]\d{0,2}))?$/.exec(path)
  if (match === null) return undefined
  const level: TileLevel = match[1] === 'entries' ? 'entries' : Number(match[1])
  const index = Number(match[2]!.replaceAll(/[x/]/g, ''))
  const width = match[3] === undefined ? TILE_WIDTH : Number(match[3])
  const name = { level, index, width }
  return width <= TILE_WIDTH && tilePath(level, index, width) === path ? name : undefined
}

/** How many hashes or entries of a level the tile `index` has in a tree of `size` leaves. */
export function tileWidth(level: TileLevel, index: number, size: number): number {
  const total = level === 'entries' ? size : Math.floor(size / TILE_WIDTH ** level)
  return Math.min(TILE_WIDTH, Math.max(0, total - index * TILE_WIDTH))
}

export function encodeBundle(entries: readonly Uint8Array[]): Buffer {
  return Buffer.concat(
    entries.flatMap((entry) => {
      const length = Buffer.alloc(2)
      length.writeUInt16BE(entry.length)
      return [length, entry]
    }),
  )
}

/** The entries of a bundle, or `undefined` where the bytes are not exactly a list of entries. */
export function decodeBundle(bytes: Buffer): Buffer[] | undefined {
  const entries: Buffer[] = []
  let offset = 0
  while (offset < bytes.length) {
    if (offset + 2 > bytes.length) return undefined
    const end = offset + 2 + bytes.readUInt16BE(offset)
    if (end > bytes.length) return undefined
    entries.push(bytes.subarray(offset + 2, end))
    offset = end
  }
  return entries
}

export function splitHashes(bytes: Buffer): Buffer[] {
  return Array.from({ length: Math.floor(bytes.length / HASH_BYTES) }, (_, i) =>
    bytes.subarray(i * HASH_BYTES, (i + 1) * HASH_BYTES),
  )
}

/** Bytes of a file of the log, or `undefined` where there is none. */
export function readIfThere(path: string): Buffer | undefined {
  try {
    return readFileSync(path)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined
    throw error
  }
}

/** Answers subtree hashes of a log of `size` leaves from its tiles. Keeps the last few tiles it read. */
export function tileReader(dir: string, size: number, missing: (path: string) => Error): SubtreeReader {
  const cache = new Map<string, Buffer>()
  const tile = (level: number, index: number): Buffer => {
    const path = tilePath(level, index, tileWidth(level, index, size))
    let bytes = cache.get(path)
    if (bytes === undefined) {
      bytes = readIfThere(join(dir, path))
      if (bytes === undefined) throw missing(path)
      if (cache.size > 64) cache.clear()
      cache.set(path, bytes)
    }
    return bytes
  }
  const read: SubtreeReader = (level, index) => {
    const tileLevel = Math.floor(level / 8)
    const inTile = level % 8
    // A node between two tile levels is the root of 2^inTile hashes that lie side by side in one tile.
    let hashes: Uint8Array[] = []
    const first = index * 2 ** inTile
    const bytes = tile(tileLevel, Math.floor(first / TILE_WIDTH))
    for (let i = 0; i < 2 ** inTile; i++) {
      const offset = ((first % TILE_WIDTH) + i) * HASH_BYTES
      if (offset + HASH_BYTES > bytes.length)
        throw missing(tilePath(tileLevel, Math.floor(first / TILE_WIDTH), TILE_WIDTH))
      hashes.push(bytes.subarray(offset, offset + HASH_BYTES))
    }
    while (hashes.length > 1) {
      hashes = Array.from({ length: hashes.length / 2 }, (_, i) => nodeHash(hashes[2 * i]!, hashes[2 * i + 1]!))
    }
    return hashes[0]!
  }
  return read
}

/** Every file below `tile/`, as paths relative to `dir`. */
export function listTileFiles(dir: string): string[] {
  const found: string[] = []
  const walk = (folder: string): void => {
    for (const entry of readdirSync(join(dir, folder), { withFileTypes: true })) {
      const path = `${folder}/${entry.name}`
      if (entry.isDirectory()) walk(path)
      else found.push(path)
    }
  }
  if (existsSync(join(dir, 'tile'))) walk('tile')
  return found.sort()
}
