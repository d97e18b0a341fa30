import { join } from 'node:path'
import { SluiceError } from '../util/errors.ts'
import type { StoredEntry } from './entry.ts'
import { decodeEntry, FIRST_PREV, prevOf } from './entry.ts'
import { ensureFolder, type Files, readIfThere, replaceDurable } from './files.ts'
import type { Keys } from './keys.ts'
import { consistencyProof, leafHash, treeRoot, verifyConsistency } from './merkle.ts'
import type { Checkpoint, PublicKey } from './note.ts'
import { formatCheckpoint, openNote, parseCheckpoint, signNote } from './note.ts'
import {
  decodeBundle,
  listTileFiles,
  splitHashes,
  TILE_WIDTH,
  type TileSource,
  tilePath,
  tileReader,
  tilesIn,
  tileWidth,
} from './tiles.ts'
import { type Edge, edgeRoot } from './tree-edge.ts'

/** Where a log lies, and whose it is. */
export interface LogPlace {
  readonly dir: string
  readonly files: Files
  readonly key: PublicKey
}

/** What an append needs to know of the log: its checkpoint, the right edge of the tree and the last entry. */
export interface Head {
  readonly note: string
  readonly checkpoint: Checkpoint
  readonly edge: Edge
  /** Entries of the last, not yet full bundle. */
  readonly bundle: readonly Buffer[]
  readonly prev: string
  /** Milliseconds of the last entry; 0 in an empty log. */
  readonly lastTime: number
}

export function readNote({ dir, files }: LogPlace): string | undefined {
  return readIfThere(files, join(dir, 'checkpoint'))?.toString('utf8')
}

/** Makes an empty log. A folder with entries and no checkpoint is not one. */
export function createLog(place: LogPlace, keys: Keys): Head {
  const { dir, files } = place
  const path = join(dir, 'checkpoint')
  if (listTileFiles(dir, files).length > 0) {
    throw new SluiceError({
      code: 'LOG_CHECKPOINT_MISSING',
      message: 'the log has entries but no checkpoint',
      next: 'restore the checkpoint from your copy (each run record holds one), and find out who removed it',
      at: { file: path },
      exit: 4,
    })
  }
  const checkpoint: Checkpoint = { origin: keys.noteName, size: 0, root: edgeRoot([]) }
  const note = signNote(formatCheckpoint(checkpoint), keys)
  ensureFolder(files, join(dir, 'tile'))
  replaceDurable(files, path, Buffer.from(note))
  return { note, checkpoint, edge: [], bundle: [], prev: FIRST_PREV, lastTime: 0 }
}

/** Reads a checkpoint that must be one of this log, signed by its key. */
export function trustedCheckpoint(place: LogPlace, note: string | undefined): Checkpoint {
  const file = join(place.dir, 'checkpoint')
  if (note === undefined) throw integrity('LOG_CHECKPOINT_MISSING', 'the checkpoint of the log is gone', file)
  const opened = openNote(note, place.key)
  if (!opened.ok) {
    throw integrity('LOG_CHECKPOINT_SIGNATURE', 'the checkpoint of the log is not signed by its key', file)
  }
  const checkpoint = parseCheckpoint(opened.text)
  if (checkpoint === undefined || checkpoint.origin !== place.key.noteName) {
    throw integrity('LOG_CHECKPOINT_MALFORMED', 'the checkpoint of the log cannot be read', file)
  }
  return checkpoint
}

/** Reads the right edge of the tree and checks it against the signed checkpoint. */
export function readHead(place: LogPlace, note: string | undefined): Head {
  const { dir, files } = place
  const checkpoint = trustedCheckpoint(place, note)
  const { size } = checkpoint
  const tiles = tilesIn(dir, files)
  const edge: Edge = []
  for (let level = 0; TILE_WIDTH ** level <= size; level++) {
    const total = Math.floor(size / TILE_WIDTH ** level)
    const index = Math.floor(total / TILE_WIDTH)
    const width = total % TILE_WIDTH
    const bytes = width === 0 ? Buffer.alloc(0) : tiles(level, index, width)
    if (bytes?.length !== width * 32) throw damaged(dir, tilePath(level, index, width))
    edge.push({ index, hashes: splitHashes(bytes) })
  }
  if (!edgeRoot(edge).equals(checkpoint.root)) throw damaged(dir, 'tile')
  const found = { note: note!, checkpoint, edge }
  if (size === 0) return { ...found, bundle: [], prev: FIRST_PREV, lastTime: 0 }

  const lastIndex = Math.floor((size - 1) / TILE_WIDTH)
  const entries = readBundle(dir, tiles, lastIndex, size)
  const hashes = splitHashes(tiles(0, lastIndex, entries.length) ?? Buffer.alloc(0))
  entries.forEach((entry, i) => {
    if (hashes[i]?.equals(leafHash(entry)) !== true) throw damaged(dir, tilePath('entries', lastIndex, entries.length))
  })
  const last = decodeOrThrow(dir, entries.at(-1)!, size - 1)
  // This checkpoint is signed by both keys. The old one must not go on from it.
  if (last.type === 'key.rotated' && last.subject['old'] === place.key.keyId) throw rotatedAway(dir)
  return {
    ...found,
    bundle: entries.length === TILE_WIDTH ? [] : entries,
    prev: prevOf(entries.at(-1)!),
    lastTime: Date.parse(last.ts),
  }
}

/**
 * A checkpoint that was seen before must be of an earlier state of the log with this head. What fails is told apart:
 * `LOG_ROLLED_BACK`, the log is shorter than it was; `LOG_FORKED`, its key signed two histories; `LOG_DAMAGED`, the tiles
 * are not what the checkpoint says.
 */
export function checkFollows(place: LogPlace, before: Checkpoint, now: Checkpoint): void {
  const { dir, files } = place
  if (now.size < before.size) throw rolledBack(dir)
  if (now.size === before.size) {
    if (!now.root.equals(before.root)) throw forked(dir)
    return
  }
  if (before.size === 0) return
  const read = tileReader(now.size, tilesIn(dir, files), (path) => damaged(dir, path))
  const proof = consistencyProof(before.size, now.size, read)
  if (verifyConsistency(before.size, now.size, proof, before.root, now.root)) return
  const other = treeRoot(before.size, read)
  throw verifyConsistency(before.size, now.size, proof, other, now.root) ? forked(dir) : damaged(dir, 'tile')
}

export function readBundle(dir: string, tiles: TileSource, index: number, size: number): Buffer[] {
  const width = tileWidth('entries', index, size)
  const bytes = tiles('entries', index, width)
  const entries = bytes === undefined ? undefined : decodeBundle(bytes)
  if (entries?.length !== width) throw damaged(dir, tilePath('entries', index, width))
  return entries
}

export function decodeOrThrow(dir: string, bytes: Buffer, seq: number): StoredEntry {
  const entry = decodeEntry(bytes)
  if (entry?.seq !== seq) throw damaged(dir, `entry ${seq}`)
  return entry
}

export function damaged(dir: string, what: string): SluiceError {
  return integrity('LOG_DAMAGED', `the log is not what its checkpoint says: ${what}`, dir)
}

function rotatedAway(dir: string): SluiceError {
  return new SluiceError({
    code: 'KEY_ROTATED',
    message: 'the key of the log was replaced, and this process still has the old one',
    next: 'run the command again',
    at: { file: dir },
    exit: 4,
  })
}

function rolledBack(dir: string): SluiceError {
  return integrity('LOG_ROLLED_BACK', 'the log has fewer entries than were already seen in it', dir)
}

export function forked(dir: string): SluiceError {
  return integrity('LOG_FORKED', 'the log is not a continuation of the one that was seen before: it was forked', dir)
}

export function integrity(code: string, message: string, file: string): SluiceError {
  return new SluiceError({
    code,
    message,
    next: 'run `sluice ledger verify` for the details, find out who changed the log, and restore it from a copy',
    at: { file },
    exit: 4,
  })
}
