import { join } from 'node:path'
import { disk, type Files, readIfThere } from './files.ts'
import { followLogKeys, type LogKeys, openLogNote } from './keys/log-keys.ts'
import { treeRoot } from './merkle.ts'
import type { Checkpoint, PublicKey } from './note.ts'
import { openNote, parseCheckpoint, readPublicKey } from './note.ts'
import {
  decodeBundle,
  HASH_BYTES,
  listTileFiles,
  parseTilePath,
  TILE_WIDTH,
  type TileName,
  type TileSource,
  tilePath,
  tileReader,
  tilesOfLiveLog,
  tileWidth,
  walkTileFiles,
} from './tiles.ts'
import { edgeRoot } from './tree-edge.ts'
import { type Walked, walkEntries } from './verify-entries.ts'
import type { ProblemList, VerifyProblem } from './verify-report.ts'
import { problemList } from './verify-report.ts'
import { stepCheck } from './verify-steps.ts'

export interface VerifyReport {
  readonly ok: boolean
  /** Entries that the checkpoint covers; 0 where it cannot be trusted. */
  readonly size: number
  /** Root recomputed from the entries, hex. */
  readonly root: string
  /** The signed checkpoint as it lies there, `null` where it is missing. */
  readonly checkpoint: string | null
  /** Entries below this were removed by a prune that the log holds (`log.pruned`); their hashes were checked. */
  readonly pruned: number
  /** Runs that have begun and not ended, and whether one of them is alive is not known to the log. */
  readonly openRuns: readonly string[]
  /** Digests of the documents that entries name, each once, in order: they should be in the store. Not with `onPayload`. */
  readonly payloads: readonly string[]
  readonly problems: readonly VerifyProblem[]
  /** Problems beyond those listed. */
  readonly more: number
  /** Not wrong, but worth knowing: leftovers of a crash beyond the checkpoint, runs that were killed. */
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
  /** Whether the process of a run is there: an open run that is alive is no warning. */
  readonly isRunAlive?: (run: string) => boolean
  /** Takes each digest of a document as it comes, so that memory does not grow with the log. */
  readonly onPayload?: (digest: string, seq: number) => void
  readonly files?: Files
}

/**
 * Recomputes the log from its bytes: every entry's form and hash, order, times and `prev` links, every tile, the root
 * and the checkpoint's signature, and that every step that was begun has ended. Each kind of damage has its own code.
 * Never throws for what the log holds. Others may append meanwhile: what is verified is the checkpoint at the start.
 *
 * @param publicKey PEM of `ledger.pub`, or the key itself.
 */
export function verifyLedger(dir: string, publicKey: string | PublicKey, options: VerifyOptions = {}): VerifyReport {
  const files = options.files ?? disk
  const problems = problemList()
  const given = typeof publicKey === 'string' ? readPublicKey(publicKey) : publicKey
  const keys = followLogKeys(dir, files, given)
  const key = keys.current
  reportKeys(keys, problems)
  const warnings = problemList()
  const readNote = (): string | null => readIfThere(files, join(dir, 'checkpoint'))?.toString('utf8') ?? null
  const note = readNote()
  const checkpoint = readCheckpoint(note, key, problems)
  const payloads = new Set<string>()
  let root = edgeRoot([])
  let pruned = 0
  const openRuns: string[] = []
  if (checkpoint !== undefined) {
    const { size } = checkpoint
    const tiles = tilesOfLiveLog(dir, () => readNote() !== note, files)
    const steps = stepCheck(problems)
    const walked = walkEntries({
      size,
      tiles,
      problems,
      steps,
      earlier: readEarlier(options.earlier ?? [], keys, size, problems),
      onPayload: options.onPayload ?? ((digest) => payloads.add(digest)),
    })
    root = walked.root
    if (!root.equals(checkpoint.root)) {
      problems.add('LOG_ROOT_MISMATCH', 'the entries do not give the root that was signed', 'checkpoint')
    }
    pruned = verifyPrunes(walked, size, tiles, problems, warnings)
    for (const [run, began] of steps.open()) {
      openRuns.push(run)
      if (options.isRunAlive?.(run) === true) continue
      const file = tilePath('entries', Math.floor(began / TILE_WIDTH), TILE_WIDTH)
      warnings.add('LOG_RUN_OPEN', 'a run has begun and not ended; the next run closes it', file, began)
    }
    const now = readNote()
    const sizeNow = now === note ? size : (readCheckpoint(now, key, problemList())?.size ?? size)
    verifyFileNames(dir, files, sizeNow, problems, warnings, now !== note)
  } else if (note === null && listTileFiles(dir, files).length === 0 && (options.earlier ?? []).length > 0) {
    problems.add('LOG_ROLLED_BACK', 'the log is empty, and an earlier checkpoint says that it was not', 'checkpoint')
  }
  return {
    ok: problems.list.length === 0,
    size: checkpoint?.size ?? 0,
    root: root.toString('hex'),
    checkpoint: note,
    pruned,
    openRuns,
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

/** What the log says of its own keys: a stolen one proves nothing, and a hand-over that does not hold is no hand-over. */
function reportKeys({ compromised, bad }: LogKeys, problems: ProblemList): void {
  if (compromised.length > 0) {
    problems.add('LOG_KEY_REVOKED', 'the log says that this key, or one on the way from it, was stolen', 'checkpoint')
  }
  for (const seq of bad) {
    problems.add('LOG_KEY_ROTATION_BAD', 'a replacement of the key is not signed by the key before it', 'tile', seq)
  }
}

function readEarlier(
  notes: readonly string[],
  keys: LogKeys,
  size: number,
  problems: ProblemList,
): ReadonlyMap<number, readonly Buffer[]> {
  const bySize = new Map<number, Buffer[]>()
  for (const note of notes) {
    const opened = openLogNote(note, keys)
    const checkpoint = opened === undefined ? undefined : parseCheckpoint(opened.text)
    if (checkpoint === undefined || checkpoint.origin !== keys.current.noteName) {
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

/**
 * Entries may be absent below a bound that a `log.pruned` entry states, and nowhere else. That entry lies in the tree
 * that was signed, after what it removes, and names the root of what it removed: so whoever only deletes files has no
 * such entry, and whoever has one cannot use it for other entries. Returns the bound, 0 where nothing was pruned.
 */
function verifyPrunes(
  { prunes, absent, withKeys }: Walked,
  size: number,
  tiles: TileSource,
  problems: ProblemList,
  warnings: ProblemList,
): number {
  let bound = 0
  for (const { seq, subject } of prunes) {
    const before = Number(subject['before'])
    const file = tilePath('entries', Math.floor(seq / TILE_WIDTH), TILE_WIDTH)
    if (
      before % TILE_WIDTH !== 0 ||
      !(before > 0 && before <= seq) ||
      subject['root'] !== rootAt(before, size, tiles)
    ) {
      problems.add('LOG_PRUNE_MISMATCH', 'an entry about a prune does not describe the entries of this log', file, seq)
    } else bound = Math.max(bound, before)
  }
  const gone = absent.filter((index) => (index + 1) * TILE_WIDTH <= bound).length
  for (const index of absent.slice(gone)) {
    const file = tilePath('entries', index, TILE_WIDTH)
    problems.add('LOG_BUNDLE_MISSING', 'a file with entries is gone, and no prune in the log covers it', file)
  }
  const kept = [...withKeys].filter((index) => (index + 1) * TILE_WIDTH <= bound).length
  if (bound / TILE_WIDTH > gone + kept) {
    warnings.add('LOG_PRUNE_UNFINISHED', 'entries that the log says were pruned are still there', 'tile/entries')
  }
  return bound
}

function rootAt(size: number, current: number, tiles: TileSource): string | undefined {
  try {
    return treeRoot(
      size,
      tileReader(current, tiles, (path) => new Error(path)),
    ).toString('hex')
  } catch {
    // A tile is missing or broken; that has its own problem already.
    return undefined
  }
}

/** Every file must be a tile of this tree, or the true beginning of one; what lies beyond the checkpoint is a leftover. */
function verifyFileNames(
  dir: string,
  files: Files,
  size: number,
  problems: ProblemList,
  warnings: ProblemList,
  moving: boolean,
): void {
  for (const path of walkTileFiles(dir, files)) {
    const tile = parseTilePath(path)
    if (tile === undefined) {
      if (!path.includes('.tmp-')) problems.add('LOG_FILE_UNKNOWN', 'this file does not belong to the log', path)
      else if (!moving) warnings.add('LOG_UNCOMMITTED', 'left by a write that did not end', path)
      continue
    }
    const width = tileWidth(tile.level, tile.index, size)
    if (tile.width > width) {
      if (!moving) warnings.add('LOG_UNCOMMITTED', 'lies beyond the checkpoint', path)
    } else if (tile.width < width && !isBeginning(dir, files, path, tile, width, moving)) {
      problems.add('LOG_PARTIAL_MISMATCH', 'an older partial tile is not the beginning of the newer one', path)
    }
  }
}

function isBeginning(dir: string, files: Files, path: string, tile: TileName, width: number, moving: boolean): boolean {
  const part = readIfThere(files, join(dir, path))
  const whole = readIfThere(files, join(dir, tilePath(tile.level, tile.index, width)))
  // Removed by a writer since it was listed.
  if (moving && (part === undefined || whole === undefined)) return true
  if (part === undefined || whole === undefined || !whole.subarray(0, part.length).equals(part)) return false
  return tile.level === 'entries' ? decodeBundle(part)?.length === tile.width : part.length === tile.width * HASH_BYTES
}
