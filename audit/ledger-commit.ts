import { createHash } from 'node:crypto'
import { dirname, join } from 'node:path'
import { temporaryName } from '../util/durable.ts'
import type { LedgerEntry } from './entry.ts'
import { encodeEntry, prevOf } from './entry.ts'
import { createSynced, ensureFolder, isErrno, listIfThere, removeIfThere, replaceDurable, syncFolder } from './files.ts'
import type { Keys } from './keys.ts'
import { type Head, type LogPlace, readNote, trustedCheckpoint } from './ledger-head.ts'
import { leafHash } from './merkle.ts'
import type { Checkpoint } from './note.ts'
import { formatCheckpoint, signNote } from './note.ts'
import { encodeBundle, listTileFiles, parseTilePath, TILE_WIDTH, tilePath, tileWidth } from './tiles.ts'
import { appendLeaf, edgeRoot } from './tree-edge.ts'

/**
 * Writes a group of entries and the checkpoint that commits them: tiles, sync, folders, sync, checkpoint, sync. Returns
 * the new head; `head` stays as it is.
 *
 * @param time - milliseconds of all entries of the group
 * @param mayCommit - called before each step that others could see; throws where this writer must not go on
 */
export function commit(
  place: LogPlace,
  keys: Keys,
  head: Head,
  entries: readonly LedgerEntry[],
  time: number,
  mayCommit: () => void,
): Head {
  const { files: disk, dir } = place
  const ts = new Date(time).toISOString()
  let { edge, prev } = head
  let bundle = [...head.bundle]
  let seq = head.checkpoint.size
  const tiles = new Map<string, Uint8Array>()
  for (const entry of entries) {
    const bytes = encodeEntry({ v: 1, seq, ts, ...entry, prev })
    const added = appendLeaf(edge, leafHash(bytes))
    edge = added.edge
    for (const tile of added.full) tiles.set(tilePath(tile.level, tile.index, TILE_WIDTH), tile.bytes)
    bundle.push(bytes)
    if (bundle.length === TILE_WIDTH) {
      tiles.set(tilePath('entries', Math.floor(seq / TILE_WIDTH), TILE_WIDTH), encodeBundle(bundle))
      bundle = []
    }
    prev = prevOf(bytes)
    seq += 1
  }
  if (bundle.length > 0) {
    tiles.set(tilePath('entries', Math.floor(seq / TILE_WIDTH), bundle.length), encodeBundle(bundle))
  }
  edge.forEach((level, L) => {
    if (level.hashes.length === 0) return
    // A level that this group did not touch has its partial tile on the disk already.
    const before = head.edge[L]
    if (before !== undefined && before.index === level.index && before.hashes.length === level.hashes.length) return
    tiles.set(tilePath(L, level.index, level.hashes.length), Buffer.concat(level.hashes))
  })
  const checkpoint: Checkpoint = { origin: keys.noteName, size: seq, root: edgeRoot(edge) }
  const note = signNote(formatCheckpoint(checkpoint), keys)
  mayCommit()
  writeTiles(place, tiles)
  try {
    replaceDurable(disk, join(dir, 'checkpoint'), Buffer.from(note), mayCommit)
  } catch (error) {
    removeUnneeded(place, tiles.keys())
    throw error
  }
  removeSuperseded(place, head.checkpoint.size, seq)
  return { note, checkpoint, edge, bundle, prev, lastTime: time }
}

/** Makes all files durable, then their names. On failure removes what it wrote, and throws. */
function writeTiles({ dir, files }: LogPlace, tiles: ReadonlyMap<string, Uint8Array>): void {
  const written: string[] = []
  const folders = new Set<string>()
  try {
    for (const [path, bytes] of tiles) {
      const target = join(dir, path)
      ensureFolder(files, dirname(target))
      const temporary = temporaryName(target)
      written.push(temporary)
      createSynced(files, temporary, bytes)
      files.rename(temporary, target)
      written.push(target)
      folders.add(dirname(target))
    }
    for (const folder of folders) syncFolder(files, folder)
  } catch (error) {
    for (const path of written) {
      try {
        removeIfThere(files, path)
      } catch {
        // The disk is failing; what stays lies beyond the checkpoint and is removed when the log is next opened.
      }
    }
    throw error
  }
}

/** Takes back tiles that the checkpoint, whichever lies there now, does not have. */
function removeUnneeded(place: LogPlace, paths: Iterable<string>): void {
  try {
    const { size } = trustedCheckpoint(place, readNote(place))
    for (const path of paths) {
      const { level, index, width } = parseTilePath(path)!
      if (tileWidth(level, index, size) !== width) removeIfThere(place.files, join(place.dir, path))
    }
  } catch {
    // The disk is failing; what stays lies beyond the checkpoint and is removed when the log is next opened.
  }
}

/** Partial tiles of the old checkpoint, whose content the new ones begin with. */
function removeSuperseded({ dir, files }: LogPlace, oldSize: number, newSize: number): void {
  const levels: ('entries' | number)[] = ['entries']
  for (let level = 0; TILE_WIDTH ** level <= oldSize; level++) levels.push(level)
  for (const level of levels) {
    const total = level === 'entries' ? oldSize : Math.floor(oldSize / TILE_WIDTH ** level)
    const index = Math.floor(total / TILE_WIDTH)
    const width = total % TILE_WIDTH
    if (width === 0 || tileWidth(level, index, newSize) === width) continue
    const path = join(dir, tilePath(level, index, width))
    try {
      removeIfThere(files, path)
      if (tileWidth(level, index, newSize) === TILE_WIDTH) files.removeFolder(dirname(path))
    } catch {
      // Only space is lost: the commit is done, and the verifier accepts a partial tile that is a true beginning.
    }
  }
}

/** What lay beyond the checkpoint: files that no reader may trust, with one digest over their bytes in order of path. */
export interface Uncommitted {
  readonly files: number
  readonly bytes: number
  readonly sha256: string
}

const TORN = 'torn'

/**
 * Sets aside what a writer that was killed left beyond the checkpoint; `undefined` where there is nothing. The lock is
 * held. The files get other names before anything is written, because the next commit may use theirs, and are removed
 * only when they have been recorded: a crash in between loses none unrecorded.
 */
export function setAsideUncommitted({ dir, files }: LogPlace, size: number): Uncommitted | undefined {
  const torn = join(dir, TORN)
  const checkpoints = listIfThere(files, dir).flatMap(({ name }) => (name.startsWith('checkpoint.tmp-') ? [name] : []))
  const stale = [...listTileFiles(dir, files), ...checkpoints].filter((path) => {
    const tile = parseTilePath(path)
    return tile === undefined ? path.includes('.tmp-') : tileWidth(tile.level, tile.index, size) < tile.width
  })
  if (stale.length > 0) ensureFolder(files, torn)
  for (const path of stale) files.rename(join(dir, path), join(torn, path.replaceAll('/', '~')))
  if (stale.length > 0) syncFolder(files, torn)
  const names = listIfThere(files, torn).map(({ name }) => name)
  if (names.length === 0) return undefined
  const hash = createHash('sha256')
  let bytes = 0
  for (const name of names) {
    const content = files.read(join(torn, name))
    bytes += content.length
    hash.update(content)
  }
  return { files: names.length, bytes, sha256: hash.digest('hex') }
}

/** Removes what was set aside and has been recorded. */
export function removeSetAside({ dir, files }: LogPlace): void {
  const torn = join(dir, TORN)
  for (const { name } of listIfThere(files, torn)) removeIfThere(files, join(torn, name))
  try {
    files.removeFolder(torn)
  } catch (error) {
    if (!isErrno(error, 'ENOENT')) throw error
  }
}

/**
 * Makes the names of the folders on the way to the last tiles durable: a writer that was killed may have made one and not
 * synced it, and no later writer would see that.
 */
export function syncFolders({ dir, files }: LogPlace, size: number): void {
  const folders = new Set(['.', 'tile'])
  const levels: ('entries' | number)[] = ['entries']
  for (let level = 0; TILE_WIDTH ** level <= size; level++) levels.push(level)
  for (const level of levels) {
    const total = level === 'entries' ? size : Math.floor(size / TILE_WIDTH ** level)
    for (const index of [Math.floor(total / TILE_WIDTH), Math.floor(Math.max(0, total - 1) / TILE_WIDTH)]) {
      for (let folder = dirname(tilePath(level, index, 1)); folder !== 'tile'; folder = dirname(folder)) {
        folders.add(folder)
      }
    }
  }
  for (const folder of folders) {
    try {
      syncFolder(files, join(dir, folder))
    } catch (error) {
      if (!isErrno(error, 'ENOENT')) throw error
    }
  }
}
