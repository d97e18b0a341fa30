import { join } from 'node:path'
import type { StoredEntry } from './entry.ts'
import { decodeEntry, FIRST_PREV, prevOf } from './entry.ts'
import { leafHash } from './merkle.ts'
import type { Checkpoint, PublicKey } from './note.ts'
import { openNote, parseCheckpoint, readPublicKey } from './note.ts'
import {
  decodeBundle,
  HASH_BYTES,
  listTileFiles,
  parseTilePath,
  readIfThere,
  TILE_WIDTH,
  type TileName,
  tilePath,
  tileWidth,
} from './tiles.ts'
import { completeRoot, type Edge, edgeRoot } from './tree-edge.ts'
import type { ProblemList, VerifyProblem } from './verify-report.ts'
import { problemList } from './verify-report.ts'

export interface VerifyReport {
  readonly ok: boolean
  /** Entries that the checkpoint covers; 0 where it cannot be trusted. */
  readonly size: number
  /** Root recomputed from the entries, hex. */
  readonly root: string
  /** The signed checkpoint as it lies there, `null` where it is missing. */
  readonly checkpoint: string | null
  /** Digests of the documents that entries name, each once, in order: they should be in the store. */
  readonly payloads: readonly string[]
  readonly problems: readonly VerifyProblem[]
  /** Problems beyond those listed. */
  readonly more: number
  /** Not wrong, but worth knowing: leftovers of a crash beyond the checkpoint. */
  readonly warnings: readonly VerifyProblem[]
  /** What this proves: the log is what the holder of this key signed. Whoever holds the key could sign another. */
  readonly assurance: 'signed'
}

export interface VerifyOptions {
  /**
   * Checkpoints of this log that were kept elsewhere (run records, a git repository). The log must still contain
   * what they signed: this is what finds a log that was cut off, restored from an old copy or rewritten.
   */
  readonly earlier?: readonly string[]
}

/**
 * Recomputes the log from its bytes: every entry's form and hash, order, times and `prev` links, every tile, the root
 * and the checkpoint's signature. Each kind of damage has its own code. Never throws for what the log holds.
 *
 * @param publicKey PEM of `ledger.pub`, or the key itself.
 */
export function verifyLedger(dir: string, publicKey: string | PublicKey, options: VerifyOptions = {}): VerifyReport {
  const key = typeof publicKey === 'string' ? readPublicKey(publicKey) : publicKey
  const problems = problemList()
  const warnings = problemList()
  const note = readIfThere(join(dir, 'checkpoint'))?.toString('utf8') ?? null
  const checkpoint = readCheckpoint(note, key, problems)
  const payloads = new Set<string>()
  let root = edgeRoot([])
  if (checkpoint !== undefined) {
    const earlier = readEarlier(options.earlier ?? [], key, checkpoint.size, problems)
    root = verifyEntries(dir, checkpoint.size, earlier, problems, (entry) => {
      if (entry.payload !== undefined) payloads.add(entry.payload)
    })
    if (!root.equals(checkpoint.root)) {
      problems.add('LOG_ROOT_MISMATCH', 'the entries do not give the root that was signed', 'checkpoint')
    }
    verifyFileNames(dir, checkpoint.size, problems, warnings)
  } else if (note === null && listTileFiles(dir).length === 0 && (options.earlier ?? []).length > 0) {
    problems.add('LOG_ROLLED_BACK', 'the log is empty, and an earlier checkpoint says that it was not', 'checkpoint')
  }
  return {
    ok: problems.list.length === 0,
    size: checkpoint?.size ?? 0,
    root: root.toString('hex'),
    checkpoint: note,
    payloads: [...payloads],
    problems: problems.list,
    more: problems.more,
    warnings: warnings.list,
    assurance: 'signed',
  }
}

function readCheckpoint(note: string | null, key: PublicKey, problems: ProblemList): Checkpoint | undefined {
  if (note === null) {
    problems.add('LOG_CHECKPOINT_MISSING', 'there is no checkpoint', 'checkpoint')
    return undefined
  }
  const opened = openNote(note, key)
  if (!opened.ok) {
    if (opened.reason === 'malformed') {
      problems.add('LOG_CHECKPOINT_MALFORMED', 'the checkpoint is not a signed note', 'checkpoint')
    } else if (opened.reason === 'no_signature') {
      problems.add('LOG_CHECKPOINT_OTHER_KEY', 'the checkpoint is not signed by this key', 'checkpoint')
    } else {
      problems.add('LOG_CHECKPOINT_SIGNATURE', 'the signature of the checkpoint is wrong', 'checkpoint')
    }
    return undefined
  }
  const checkpoint = parseCheckpoint(opened.text)
  if (checkpoint === undefined) {
    problems.add('LOG_CHECKPOINT_MALFORMED', 'the checkpoint has not the form of one', 'checkpoint')
    return undefined
  }
  if (checkpoint.origin !== key.noteName) {
    problems.add('LOG_CHECKPOINT_OTHER_LOG', 'the checkpoint is of another log', 'checkpoint')
    return undefined
  }
  return checkpoint
}

function readEarlier(
  notes: readonly string[],
  key: PublicKey,
  size: number,
  problems: ProblemList,
): ReadonlyMap<number, readonly Buffer[]> {
  const bySize = new Map<number, Buffer[]>()
  for (const note of notes) {
    const opened = openNote(note, key)
    const checkpoint = opened.ok ? parseCheckpoint(opened.text) : undefined
    if (checkpoint === undefined || checkpoint.origin !== key.noteName) {
      problems.add('LOG_EARLIER_UNTRUSTED', 'an earlier checkpoint is not signed by this key', 'checkpoint')
    } else if (checkpoint.size > size) {
      problems.add(
        'LOG_ROLLED_BACK',
        `an earlier checkpoint covers ${checkpoint.size} entries, this log has ${size}`,
        'checkpoint',
      )
    } else {
      bySize.set(checkpoint.size, [...(bySize.get(checkpoint.size) ?? []), checkpoint.root])
    }
  }
  return bySize
}

/** Goes through all entries once, one bundle in memory at a time. Returns the root that they give. */
function verifyEntries(
  dir: string,
  size: number,
  earlier: ReadonlyMap<number, readonly Buffer[]>,
  problems: ProblemList,
  onEntry: (entry: StoredEntry) => void,
): Buffer {
  const edge: Edge = [{ index: 0, hashes: [] }]
  const checkEarlier = (at: number, current: Edge): void => {
    for (const root of earlier.get(at) ?? []) {
      if (edgeRoot(current).equals(root)) continue
      problems.add('LOG_FORKED', `at ${at} entries this log is not the one an earlier checkpoint signed`, 'checkpoint')
    }
  }
  const chain = entryChain(problems, onEntry)
  checkEarlier(0, edge)
  for (let index = 0; index * TILE_WIDTH < size; index++) {
    const start = index * TILE_WIDTH
    const width = tileWidth('entries', index, size)
    const file = tilePath('entries', index, width)
    const entries = readEntries(dir, file, width, problems)
    const tile = readTile(dir, tilePath(0, index, width), width, problems)
    const hashes: Buffer[] = []
    for (let i = 0; i < width; i++) {
      const stored = tile?.subarray(i * HASH_BYTES, (i + 1) * HASH_BYTES)
      const entry = entries?.[i]
      const hash = entry === undefined ? stored : leafHash(entry)
      if (hash === undefined) return edgeRoot(edge)
      if (entry !== undefined && stored !== undefined && !hash.equals(stored)) {
        problems.add('LOG_ENTRY_HASH', 'an entry does not have the hash that the tree has for it', file, start + i)
      }
      hashes.push(hash)
      if (earlier.has(start + i + 1)) checkEarlier(start + i + 1, [{ index, hashes: [...hashes] }, ...edge.slice(1)])
    }
    chain(entries, start, width, file)
    edge[0] = { index, hashes }
    if (width === TILE_WIDTH) {
      edge[0] = { index: index + 1, hashes: [] }
      raise(edge, 1, completeRoot(hashes), dir, problems)
    }
  }
  verifyUpperPartials(dir, edge, problems)
  return edgeRoot(edge)
}

/** Hands the root of a full tile to the level above, and checks that level's tile when it is full in turn. */
function raise(edge: Edge, level: number, hash: Buffer, dir: string, problems: ProblemList): void {
  const { index, hashes } = edge[level] ?? { index: 0, hashes: [] }
  const grown = [...hashes, hash]
  if (grown.length < TILE_WIDTH) {
    edge[level] = { index, hashes: grown }
    return
  }
  compareTile(dir, level, index, grown, problems)
  edge[level] = { index: index + 1, hashes: [] }
  raise(edge, level + 1, completeRoot(grown), dir, problems)
}

function verifyUpperPartials(dir: string, edge: Edge, problems: ProblemList): void {
  edge.forEach(({ index, hashes }, level) => {
    if (level > 0 && hashes.length > 0) compareTile(dir, level, index, hashes, problems)
  })
}

function compareTile(
  dir: string,
  level: number,
  index: number,
  hashes: readonly Buffer[],
  problems: ProblemList,
): void {
  const path = tilePath(level, index, hashes.length)
  const stored = readTile(dir, path, hashes.length, problems)
  if (stored !== undefined && !stored.equals(Buffer.concat(hashes))) {
    problems.add('LOG_TILE_MISMATCH', 'a tile does not have the hashes of the tiles below it', path)
  }
}

/** Checks form, order, time and the link to the entry before. */
function entryChain(problems: ProblemList, onEntry: (entry: StoredEntry) => void) {
  let prev: string | undefined = FIRST_PREV
  let time = ''
  return (entries: readonly Buffer[] | undefined, start: number, width: number, file: string): void => {
    for (let i = 0; i < width; i++) {
      const seq = start + i
      const bytes = entries?.[i]
      if (bytes === undefined) {
        // Said already for the whole bundle; the next link cannot be checked.
        prev = undefined
        continue
      }
      const entry = decodeEntry(bytes)
      if (entry === undefined) {
        problems.add('LOG_ENTRY_MALFORMED', 'an entry has not the form of one', file, seq)
      } else {
        if (entry.seq !== seq) problems.add('LOG_ENTRY_SEQ', 'an entry has another number than its place', file, seq)
        if (prev !== undefined && entry.prev !== prev) {
          problems.add('LOG_ENTRY_PREV', 'an entry does not follow the one before it', file, seq)
        }
        if (entry.ts < time) problems.add('LOG_ENTRY_TIME', 'an entry is older than the one before it', file, seq)
        time = entry.ts
        onEntry(entry)
      }
      prev = prevOf(bytes)
    }
  }
}

function readEntries(dir: string, file: string, width: number, problems: ProblemList): readonly Buffer[] | undefined {
  const bytes = readIfThere(join(dir, file))
  if (bytes === undefined) {
    problems.add('LOG_BUNDLE_MISSING', 'a file with entries is gone', file)
    return undefined
  }
  const entries = decodeBundle(bytes)
  if (entries === undefined) {
    problems.add('LOG_BUNDLE_MALFORMED', 'a file with entries is cut or changed', file)
    return undefined
  }
  if (entries.length !== width) {
    problems.add('LOG_BUNDLE_COUNT', `a file has ${entries.length} entries instead of ${width}`, file)
    return undefined
  }
  return entries
}

function readTile(dir: string, path: string, width: number, problems: ProblemList): Buffer | undefined {
  const bytes = readIfThere(join(dir, path))
  if (bytes === undefined) {
    problems.add('LOG_TILE_MISSING', 'a tile is gone', path)
    return undefined
  }
  if (bytes.length === width * HASH_BYTES) return bytes
  problems.add('LOG_TILE_SIZE', `a tile has ${bytes.length} bytes instead of ${width * HASH_BYTES}`, path)
  return undefined
}

/** Every file must be a tile of this tree, or the true beginning of one; what lies beyond the checkpoint is a leftover. */
function verifyFileNames(dir: string, size: number, problems: ProblemList, warnings: ProblemList): void {
  for (const path of listTileFiles(dir)) {
    const tile = parseTilePath(path)
    if (tile === undefined) {
      if (path.includes('.tmp-')) warnings.add('LOG_UNCOMMITTED', 'left by a write that did not end', path)
      else problems.add('LOG_FILE_UNKNOWN', 'this file does not belong to the log', path)
      continue
    }
    const width = tileWidth(tile.level, tile.index, size)
    if (tile.width > width) warnings.add('LOG_UNCOMMITTED', 'lies beyond the checkpoint', path)
    else if (tile.width < width && !isBeginning(dir, path, tile, width)) {
      problems.add('LOG_PARTIAL_MISMATCH', 'an older partial tile is not the beginning of the newer one', path)
    }
  }
}

function isBeginning(dir: string, path: string, tile: TileName, width: number): boolean {
  const part = readIfThere(join(dir, path))
  const whole = readIfThere(join(dir, tilePath(tile.level, tile.index, width)))
  if (part === undefined || whole === undefined || !whole.subarray(0, part.length).equals(part)) return false
  return tile.level === 'entries' ? decodeBundle(part)?.length === tile.width : part.length === tile.width * HASH_BYTES
}
