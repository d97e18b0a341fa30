import { join } from 'node:path'
import { SluiceError, toSluiceError } from '../util/errors.ts'
import type { LedgerEntry } from './entry.ts'
import { checkEntry } from './entry.ts'
import { disk, ensureFolder, type Files, isSyncFailure } from './files.ts'
import type { Keys } from './keys.ts'
import { commit, removeSetAside, setAsideUncommitted, syncFolders } from './ledger-commit.ts'
import { checkFollows, createLog, forked, type Head, readHead, readNote, trustedCheckpoint } from './ledger-head.ts'
import { type LedgerReader, readerAt } from './ledger-reader.ts'
import { acquireLock, type Held } from './lock.ts'

export type { LedgerEntry, StoredEntry } from './entry.ts'

/**
 * The log: an RFC 6962 Merkle tree in the C2SP tlog-tiles layout with a signed checkpoint.
 *
 * An append takes the lock, writes the tiles that changed, makes them durable, and then replaces the checkpoint. The
 * checkpoint is the commit: what lies beyond it was never acknowledged; the next one that opens the log records that
 * (`log.recovered`) and removes it. What lies below it must be right, or nothing goes on (exit 4).
 */
export interface Ledger extends LedgerReader {
  /**
   * Appends a group with one commit. When it returns, the entries are on the disk. When it throws, nothing was
   * acknowledged and nothing may follow from it; the log then has all of the group or none of it. An fsync that failed
   * makes this ledger unusable: the kernel may have dropped the pages, so trying again proves nothing. Several processes
   * and threads may append.
   */
  append(entries: readonly LedgerEntry[]): Appended
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
  /** Checkpoints of this log that were seen before: it must still contain what they signed. */
  readonly earlier?: readonly string[]
  /** Default: the disk. */
  readonly files?: Files
}

/**
 * Opens the log in `dir`, or makes an empty one.
 *
 * @throws SluiceError with exit 4 where what is below the checkpoint is not right: `LOG_CHECKPOINT_*`, `LOG_DAMAGED`
 * (changed), `LOG_ROLLED_BACK` (shorter than it was), `LOG_FORKED` (another history). With exit 5 where the disk does not
 * do its work: `SYSTEM_*`, `LOG_FSYNC_FAILED`, `LOG_LOCKED`, `LOG_LOCK_LOST`.
 *
 * @example openLedger('.sluice/audit', keys).append([{ type: 'run.planned', run: 'r1', subject: { plan: digest } }])
 */
export function openLedger(dir: string, keys: Keys, options: LedgerOptions = {}): Ledger {
  const now = options.now ?? (() => new Date())
  const files = options.files ?? disk
  const place = { dir, files, key: keys }
  const lockPath = join(dir, 'lock')
  const lockOptions = { files, ...(options.lockTimeoutMs === undefined ? {} : { timeoutMs: options.lockTimeoutMs }) }
  let head!: Head
  let poisoned: unknown
  let clockBehind = false

  const locked = <T>(doing: string, work: (held: Held) => T): T => {
    if (poisoned !== undefined) throw unusable(poisoned)
    try {
      const held = acquireLock(lockPath, lockOptions)
      try {
        return work(held)
      } finally {
        held.release()
      }
    } catch (error) {
      if (isSyncFailure(error)) poisoned = error
      throw toSluiceError(error, doing)
    }
  }

  const add = (held: Held, entries: readonly LedgerEntry[], time: number): void => {
    head = commit(place, keys, head, entries, time, () => {
      if (!held.isMine()) throw lockLost(lockPath)
      if (readNote(place) !== head.note) throw forked(dir)
    })
  }

  /** Records what lies beyond the checkpoint, then removes it: a crash in between records it twice, never not at all. */
  const recover = (held: Held): void => {
    syncFolders(place, head.checkpoint.size)
    const found = setAsideUncommitted(place, head.checkpoint.size)
    if (found === undefined) return
    const subject = { files: String(found.files), bytes: String(found.bytes), sha256: found.sha256 }
    add(held, [{ type: 'log.recovered', run: 'log', subject }], Math.max(now().getTime(), head.lastTime))
    removeSetAside(place)
  }

  const refresh = (held: Held): void => {
    const note = readNote(place)
    if (note !== head.note) {
      checkFollows(place, head.checkpoint, trustedCheckpoint(place, note))
      head = readHead(place, note)
    }
    if (held.tookOver) recover(held)
  }

  const reader = (): LedgerReader => readerAt(place, head.note, head.checkpoint)

  try {
    ensureFolder(files, dir)
  } catch (error) {
    throw toSluiceError(error, 'opening the log')
  }
  locked('opening the log', (held) => {
    const note = readNote(place)
    head = note === undefined ? createLog(place, keys) : readHead(place, note)
    for (const earlier of options.earlier ?? []) {
      checkFollows(place, trustedCheckpoint(place, earlier), head.checkpoint)
    }
    recover(held)
  })

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
      return locked('writing the log', (held) => {
        refresh(held)
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
          add(held, [...clock, ...entries], Math.max(time, head.lastTime))
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
    entries: (from, to) => reader().entries(from, to),
    entryBytes: (seq) => reader().entryBytes(seq),
    proveInclusion: (seq) => reader().proveInclusion(seq),
    proveConsistency: (oldSize) => reader().proveConsistency(oldSize),
  }
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

function lockLost(file: string): SluiceError {
  return new SluiceError({
    code: 'LOG_LOCK_LOST',
    message: 'the lock of the log was removed while this process held it, so nothing was appended',
    next: 'find out who removed it: only `sluice` may, and only where its holder is dead',
    at: { file },
    exit: 5,
  })
}
