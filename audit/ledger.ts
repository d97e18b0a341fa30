import { createHash } from 'node:crypto'
import { closeSync, fsyncSync, mkdirSync, openSync, readdirSync, readFileSync, renameSync, rmSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { ensureDir, fsyncDir, temporaryName, writeAll, writeFileDurable } from '../util/durable.ts'
import { SluiceError, toSluiceError } from '../util/errors.ts'
import type { LedgerEntry, StoredEntry } from './entry.ts'
import { checkEntry, decodeEntry, encodeEntry, FIRST_PREV, prevOf } from './entry.ts'
import type { Keys } from './keys.ts'
import { acquireLock } from './lock.ts'
import { consistencyProof, inclusionProof, leafHash } from './merkle.ts'
import type { Checkpoint } from './note.ts'
import { formatCheckpoint, openNote, parseCheckpoint, signNote } from './note.ts'
import {
  decodeBundle,
  encodeBundle,
  listTileFiles,
  parseTilePath,
  readIfThere,
  splitHashes,
  TILE_WIDTH,
  tilePath,
  tileReader,
  tileWidth,
} from './tiles.ts'
import type { Edge } from './tree-edge.ts'
import { appendLeaf, edgeRoot } from './tree-edge.ts'

export type { LedgerEntry, StoredEntry } from './entry.ts'

/**
 * The log: an RFC 6962 Merkle tree in the C2SP tlog-tiles layout with a signed checkpoint.
 *
 * An append takes the lock, writes the tiles that changed, makes them durable, and then replaces the checkpoint. The
 * checkpoint is the commit: what lies beyond it was never acknowledged and is removed by the next one that opens the
 * log, which records that (`log.recovered`). What lies below it must be right, or nothing goes on (exit 4).
 */
export interface Ledger {
  /** Entries of the log. */
  readonly size: number
  /** Root hash, 64 hex digits. */
  readonly root: string
  /** Name of the log in its checkpoints. */
  readonly origin: string
  /**
   * Appends a group. When it returns, the entries are on the disk. When it throws, nothing was acknowledged and nothing
   * may follow from it; the log then has all of the group or none of it. An fsync that failed makes this ledger
   * unusable: the kernel may have dropped the pages, so trying again proves nothing. Several processes and threads may
   * append.
   */
  append(entries: readonly LedgerEntry[]): Appended
  /** The current checkpoint, a signed note. */
  checkpoint(): string
  /** Entries in order, checked against the tree only by `verifyLedger`. */
  entries(from?: number, to?: number): IterableIterator<StoredEntry>
  /** Hex hashes, RFC 6962 §2.1.1, in the tree of the current checkpoint. */
  proveInclusion(seq: number): readonly string[]
  /** Hex hashes, RFC 6962 §2.1.2, from the tree of `oldSize` entries to the current one. */
  proveConsistency(oldSize: number): readonly string[]
}

export interface Appended {
  /** Position of the first entry of the group; the others follow it without a gap. */
  readonly first: number
  readonly size: number
  readonly root: string
  readonly checkpoint: string
}

export interface LedgerOptions {
  readonly now?: () => Date
  /** How long an append waits for the lock. */
  readonly lockTimeoutMs?: number
}

interface Head {
  readonly note: string
  readonly checkpoint: Checkpoint
  readonly edge: Edge
  /** Entries of the last, not yet full bundle. */
  readonly bundle: readonly Buffer[]
  readonly prev: string
  /** Milliseconds of the last entry; 0 in an empty log. */
  readonly lastTime: number
}

/**
 * Opens the log in `dir`, or makes an empty one. Throws with exit 4 where what is below the checkpoint is not right.
 *
 * @example openLedger('.sluice/audit', keys).append([{ type: 'run.planned', run: 'r1', subject: { plan: digest } }])
 */
export function openLedger(dir: string, keys: Keys, options: LedgerOptions = {}): Ledger {
  const now = options.now ?? (() => new Date())
  const lockPath = join(dir, 'lock')
  const lockOptions = options.lockTimeoutMs === undefined ? {} : { timeoutMs: options.lockTimeoutMs }
  let head: Head
  let poisoned: unknown
  let clockBehind = false

  const locked = <T>(work: (tookOver: boolean) => T): T => {
    if (poisoned !== undefined) throw unusable(poisoned)
    try {
      const held = acquireLock(lockPath, lockOptions)
      try {
        return work(held.tookOver)
      } finally {
        held.release()
      }
    } catch (error) {
      if ((error as NodeJS.ErrnoException).syscall === 'fsync') poisoned = error
      throw toSluiceError(error, 'writing the log')
    }
  }

  const refresh = (tookOver: boolean): void => {
    const note = readIfThere(join(dir, 'checkpoint'))?.toString('utf8')
    if (note !== head.note) {
      const next = readHead(dir, keys, note)
      if (next.checkpoint.size < head.checkpoint.size) throw rolledBack(dir)
      head = next
    }
    if (tookOver) recover()
  }

  /** Removes what lies beyond the checkpoint and records that. The lock is held. */
  const recover = (): void => {
    const removed = removeUncommitted(dir, head.checkpoint.size)
    if (removed === undefined) return
    head = commit(
      dir,
      keys,
      head,
      [
        {
          type: 'log.recovered',
          run: 'log',
          subject: { files: String(removed.files), bytes: String(removed.bytes), sha256: removed.sha256 },
        },
      ],
      Math.max(now().getTime(), head.lastTime),
    )
  }

  try {
    ensureDir(dir)
    const held = acquireLock(lockPath, lockOptions)
    try {
      const note = readIfThere(join(dir, 'checkpoint'))?.toString('utf8')
      head = note === undefined ? createLog(dir, keys) : readHead(dir, keys, note)
      recover()
    } finally {
      held.release()
    }
  } catch (error) {
    throw toSluiceError(error, 'opening the log')
  }

  return {
    get size() {
      return head.checkpoint.size
    },
    get root() {
      return head.checkpoint.root.toString('hex')
    },
    origin: keys.noteName,
    append: (entries) => {
      for (const entry of entries) checkEntry(entry)
      return locked((tookOver) => {
        refresh(tookOver)
        const time = now().getTime()
        if (!Number.isFinite(time)) throw new RangeError('the clock gave no time')
        // The log's order is its sequence; a clock that went back is recorded once, and time stands still meanwhile.
        const behind = head.lastTime - time
        const clock: LedgerEntry[] =
          behind > 0 && !clockBehind
            ? [{ type: 'log.clock_went_back', run: 'log', subject: { milliseconds: String(behind) } }]
            : []
        const first = head.checkpoint.size + clock.length
        if (entries.length > 0) {
          head = commit(dir, keys, head, [...clock, ...entries], Math.max(time, head.lastTime))
          clockBehind = behind > 0
        }
        return {
          first: entries.length > 0 ? first : head.checkpoint.size,
          size: head.checkpoint.size,
          root: head.checkpoint.root.toString('hex'),
          checkpoint: head.note,
        }
      })
    },
    checkpoint: () => head.note,
    *entries(from = 0, to = head.checkpoint.size) {
      for (let index = Math.floor(from / TILE_WIDTH); index * TILE_WIDTH < to; index++) {
        const start = index * TILE_WIDTH
        const bundle = readBundle(dir, index, head.checkpoint.size)
        for (let seq = Math.max(from, start); seq < Math.min(to, start + bundle.length); seq++) {
          yield decodeOrThrow(dir, bundle[seq - start]!, seq)
        }
      }
    },
    proveInclusion: (seq) => {
      const size = head.checkpoint.size
      return inclusionProof(
        seq,
        size,
        tileReader(dir, size, (path) => damaged(dir, path)),
      ).map(toHex)
    },
    proveConsistency: (oldSize) => {
      const size = head.checkpoint.size
      return consistencyProof(
        oldSize,
        size,
        tileReader(dir, size, (path) => damaged(dir, path)),
      ).map(toHex)
    },
  }
}

/** Writes a group of entries and the checkpoint that commits them. Returns the new head; `head` stays as it is. */
function commit(dir: string, keys: Keys, head: Head, entries: readonly LedgerEntry[], time: number): Head {
  const ts = new Date(time).toISOString()
  let edge = head.edge
  let bundle = head.bundle
  let prev = head.prev
  let seq = head.checkpoint.size
  const files = new Map<string, Uint8Array>()
  for (const entry of entries) {
    const bytes = encodeEntry({ v: 1, seq, ts, ...entry, prev })
    const added = appendLeaf(edge, leafHash(bytes))
    edge = added.edge
    for (const tile of added.full) files.set(tilePath(tile.level, tile.index, TILE_WIDTH), tile.bytes)
    bundle = [...bundle, bytes]
    if (bundle.length === TILE_WIDTH) {
      files.set(tilePath('entries', Math.floor(seq / TILE_WIDTH), TILE_WIDTH), encodeBundle(bundle))
      bundle = []
    }
    prev = prevOf(bytes)
    seq += 1
  }
  if (bundle.length > 0) {
    files.set(tilePath('entries', Math.floor(seq / TILE_WIDTH), bundle.length), encodeBundle(bundle))
  }
  edge.forEach((level, L) => {
    if (level.hashes.length === 0) return
    // A level that this group did not touch has its partial tile on the disk already.
    const before = head.edge[L]
    if (before !== undefined && before.index === level.index && before.hashes.length === level.hashes.length) return
    files.set(tilePath(L, level.index, level.hashes.length), Buffer.concat(level.hashes))
  })
  const checkpoint: Checkpoint = { origin: keys.noteName, size: seq, root: edgeRoot(edge) }
  const note = signNote(formatCheckpoint(checkpoint), keys)
  writeTiles(dir, files)
  writeFileDurable(join(dir, 'checkpoint'), note)
  removeSuperseded(dir, head.checkpoint.size, seq)
  return { note, checkpoint, edge, bundle, prev, lastTime: time }
}

/** Makes all files durable, then their names. On failure removes what it wrote, and throws. */
function writeTiles(dir: string, files: ReadonlyMap<string, Uint8Array>): void {
  const written: string[] = []
  const folders = new Set<string>()
  try {
    for (const [path, bytes] of files) {
      const target = join(dir, path)
      ensureDir(dirname(target))
      const temporary = temporaryName(target)
      written.push(temporary)
      const fd = openSync(temporary, 'wx', 0o644)
      try {
        writeAll(fd, bytes)
        fsyncSync(fd)
      } finally {
        closeSync(fd)
      }
      renameSync(temporary, target)
      written.push(target)
      folders.add(dirname(target))
    }
    for (const folder of folders) fsyncDir(folder)
  } catch (error) {
    for (const path of written) {
      try {
        rmSync(path, { force: true })
      } catch {
        // The disk is failing; what stays lies beyond the checkpoint and is removed when the log is next opened.
      }
    }
    throw error
  }
}

/** Partial tiles of the old checkpoint, whose content the new ones begin with. */
function removeSuperseded(dir: string, oldSize: number, newSize: number): void {
  const levels: ('entries' | number)[] = ['entries']
  for (let level = 0; TILE_WIDTH ** level <= oldSize; level++) levels.push(level)
  for (const level of levels) {
    const total = level === 'entries' ? oldSize : Math.floor(oldSize / TILE_WIDTH ** level)
    const index = Math.floor(total / TILE_WIDTH)
    const width = total % TILE_WIDTH
    if (width === 0 || tileWidth(level, index, newSize) === width) continue
    const path = join(dir, tilePath(level, index, width))
    try {
      rmSync(path, { force: true })
      if (tileWidth(level, index, newSize) === TILE_WIDTH) rmSync(dirname(path), { recursive: true, force: true })
    } catch {
      // Only space is lost: the commit is done, and the verifier accepts a partial tile that is a true beginning.
    }
  }
}

function createLog(dir: string, keys: Keys): Head {
  if (listTileFiles(dir).length > 0) {
    throw new SluiceError({
      code: 'LOG_CHECKPOINT_MISSING',
      message: 'the log has entries but no checkpoint',
      next: 'restore the checkpoint from your copy (each run record holds one), and find out who removed it',
      at: { file: join(dir, 'checkpoint') },
      exit: 4,
    })
  }
  const checkpoint: Checkpoint = { origin: keys.noteName, size: 0, root: edgeRoot([]) }
  const note = signNote(formatCheckpoint(checkpoint), keys)
  writeFileDurable(join(dir, 'checkpoint'), note)
  mkdirSync(join(dir, 'tile'), { recursive: true })
  return { note, checkpoint, edge: [], bundle: [], prev: FIRST_PREV, lastTime: 0 }
}

/** Reads the right edge of the tree and checks it against the signed checkpoint. */
function readHead(dir: string, keys: Keys, note: string | undefined): Head {
  const file = join(dir, 'checkpoint')
  if (note === undefined) throw integrity('LOG_CHECKPOINT_MISSING', 'the checkpoint of the log is gone', file)
  const opened = openNote(note, keys)
  if (!opened.ok) {
    throw integrity('LOG_CHECKPOINT_SIGNATURE', 'the checkpoint of the log is not signed by its key', file)
  }
  const checkpoint = parseCheckpoint(opened.text)
  if (checkpoint === undefined || checkpoint.origin !== keys.noteName) {
    throw integrity('LOG_CHECKPOINT_MALFORMED', 'the checkpoint of the log cannot be read', file)
  }
  const { size } = checkpoint
  const edge: Edge = []
  for (let level = 0; TILE_WIDTH ** level <= size; level++) {
    const total = Math.floor(size / TILE_WIDTH ** level)
    const index = Math.floor(total / TILE_WIDTH)
    const width = total % TILE_WIDTH
    const path = tilePath(level, index, width)
    const bytes = width === 0 ? Buffer.alloc(0) : readIfThere(join(dir, path))
    if (bytes === undefined || bytes.length !== width * 32) throw damaged(dir, path)
    edge.push({ index, hashes: splitHashes(bytes) })
  }
  if (!edgeRoot(edge).equals(checkpoint.root)) throw damaged(dir, 'tile')
  if (size === 0) return { note, checkpoint, edge, bundle: [], prev: FIRST_PREV, lastTime: 0 }

  const lastIndex = Math.floor((size - 1) / TILE_WIDTH)
  const entries = readBundle(dir, lastIndex, size)
  const hashes = splitHashes(readIfThere(join(dir, tilePath(0, lastIndex, entries.length))) ?? Buffer.alloc(0))
  entries.forEach((entry, i) => {
    if (hashes[i]?.equals(leafHash(entry)) !== true) throw damaged(dir, tilePath('entries', lastIndex, entries.length))
  })
  const last = decodeOrThrow(dir, entries.at(-1)!, size - 1)
  return {
    note,
    checkpoint,
    edge,
    bundle: entries.length === TILE_WIDTH ? [] : entries,
    prev: prevOf(entries.at(-1)!),
    lastTime: Date.parse(last.ts),
  }
}

function readBundle(dir: string, index: number, size: number): Buffer[] {
  const width = tileWidth('entries', index, size)
  const path = tilePath('entries', index, width)
  const bytes = readIfThere(join(dir, path))
  const entries = bytes === undefined ? undefined : decodeBundle(bytes)
  if (entries === undefined || entries.length !== width) throw damaged(dir, path)
  return entries
}

/** Removes files that the checkpoint does not cover. `undefined` where there is none. The lock is held. */
function removeUncommitted(
  dir: string,
  size: number,
): { readonly files: number; readonly bytes: number; readonly sha256: string } | undefined {
  const stale = [
    ...listTileFiles(dir),
    ...readdirSync(dir).filter((name) => name.startsWith('checkpoint.tmp-')),
  ].filter((path) => {
    const tile = parseTilePath(path)
    return tile === undefined ? path.includes('.tmp-') : tileWidth(tile.level, tile.index, size) < tile.width
  })
  if (stale.length === 0) return undefined
  const hash = createHash('sha256')
  let bytes = 0
  for (const path of stale) {
    const content = readFileSync(join(dir, path))
    bytes += content.length
    hash.update(content)
    rmSync(join(dir, path))
  }
  return { files: stale.length, bytes, sha256: hash.digest('hex') }
}

function decodeOrThrow(dir: string, bytes: Buffer, seq: number): StoredEntry {
  const entry = decodeEntry(bytes)
  if (entry === undefined || entry.seq !== seq) throw damaged(dir, `entry ${seq}`)
  return entry
}

function toHex(hash: Uint8Array): string {
  return Buffer.from(hash).toString('hex')
}

function damaged(dir: string, what: string): SluiceError {
  return integrity('LOG_DAMAGED', `the log is not what its checkpoint says: ${what}`, dir)
}

function rolledBack(dir: string): SluiceError {
  return integrity('LOG_ROLLED_BACK', 'the log has fewer entries than this run has already seen in it', dir)
}

function integrity(code: string, message: string, file: string): SluiceError {
  return new SluiceError({
    code,
    message,
    next: 'run `sluice verify` for the details, find out who changed the log, and restore it from a copy',
    at: { file },
    exit: 4,
  })
}

function unusable(cause: unknown): SluiceError {
  return new SluiceError({
    code: 'LOG_FSYNC_FAILED',
    message: 'the disk could not confirm an earlier write to the log, so this log takes no more entries',
    next: 'check the disk, then run again',
    exit: 5,
    cause,
  })
}
