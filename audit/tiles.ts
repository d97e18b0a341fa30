import { join } from 'node:path'
import { disk, type Files, listIfThere, readIfThere } from './files.ts'
import { completeRootOf, type SubtreeReader } from './merkle.ts'

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

/** Reads a tile of a tree; `undefined` where it is not there. */
export type TileSource = (level: TileLevel, index: number, width: number) => Buffer | undefined

/** Reads tiles as they lie in the folder of a log. */
export function tilesIn(dir: string, files: Files = disk): TileSource {
  return (level, index, width) => readIfThere(files, join(dir, tilePath(level, index, width)))
}

/**
 * Reads tiles of a log to which others may append meanwhile: they remove a partial tile once a wider one is committed,
 * whose beginning it is. `moved` tells whether the log has grown since; where it has not, what is missing is missing.
 */
export function tilesOfLiveLog(dir: string, moved: () => boolean, files: Files = disk): TileSource {
  const exact = tilesIn(dir, files)
  return (level, index, width) => {
    for (let tries = 0; tries < 20; tries++) {
      const bytes = exact(level, index, width)
      if (bytes !== undefined || width === TILE_WIDTH || !moved()) return bytes
      const folder = join(dir, tilePath(level, index, 1), '..')
      const widths = listIfThere(files, folder).map((listed) => Number(listed.name))
      for (const wider of [...widths.filter((each) => each > width), TILE_WIDTH]) {
        const beginning = cutTile(level, exact(level, index, wider), width)
        if (beginning !== undefined) return beginning
      }
    }
    return undefined
  }
}

/** The first `width` hashes or entries of a wider tile. */
function cutTile(level: TileLevel, bytes: Buffer | undefined, width: number): Buffer | undefined {
  if (bytes === undefined) return undefined
  let end = 0
  if (level !== 'entries') end = width * HASH_BYTES
  else for (let i = 0; i < width && end + 2 <= bytes.length; i++) end += 2 + bytes.readUInt16BE(end)
  return end <= bytes.length ? bytes.subarray(0, end) : undefined
}

/** Answers subtree hashes of a log of `size` leaves from its tiles. Keeps the last few tiles it read. */
export function tileReader(size: number, source: TileSource, missing: (path: string) => Error): SubtreeReader {
  const cache = new Map<string, Buffer>()
  const tile = (level: number, index: number): Buffer => {
    const key = `${level}/${index}`
    let bytes = cache.get(key)
    if (bytes === undefined) {
      const width = tileWidth(level, index, size)
      bytes = source(level, index, width)
      if (bytes?.length !== width * HASH_BYTES) throw missing(tilePath(level, index, width))
      if (cache.size > 64) cache.clear()
      cache.set(key, bytes)
    }
    return bytes
  }
  return (level, index) => {
    // A node between two tile levels is the root of 2^inTile hashes that lie side by side in one tile.
    const count = 2 ** (level % 8)
    const first = index * count
    const tileIndex = Math.floor(first / TILE_WIDTH)
    const tileLevel = Math.floor(level / 8)
    const offset = (first % TILE_WIDTH) * HASH_BYTES
    const bytes = tile(tileLevel, tileIndex).subarray(offset, offset + count * HASH_BYTES)
    if (bytes.length !== count * HASH_BYTES) throw missing(tilePath(tileLevel, tileIndex, TILE_WIDTH))
    return completeRootOf(bytes)
  }
}

/** Every file below `tile/`, as paths relative to `dir`, folder by folder. */
export function* walkTileFiles(dir: string, files: Files = disk, folder = 'tile'): IterableIterator<string> {
  for (const { name, isFolder } of listIfThere(files, join(dir, folder))) {
    if (isFolder) yield* walkTileFiles(dir, files, `${folder}/${name}`)
    else yield `${folder}/${name}`
  }
}

/** All of `walkTileFiles`, sorted. */
export function listTileFiles(dir: string, files: Files = disk): string[] {
  return [...walkTileFiles(dir, files)].sort()
}
