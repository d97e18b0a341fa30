import type { StoredEntry } from '../../audit/entry.ts'
import { encodeEntry } from '../../audit/entry.ts'
import type { Ledger } from '../../audit/ledger.ts'
import { leafHash } from '../../audit/merkle.ts'
import type { RunRecord } from '../../pipelines/engine/run-record.ts'
import { loggedRecord } from '../../pipelines/engine/run-record.ts'
import { sha256 } from '../../util/digest.ts'
import { SluiceError } from '../../util/errors.ts'

/** The entries of the log that a dossier holds. */
export interface LogEvidence {
  readonly planned: StoredEntry
  readonly finished: StoredEntry
  /**
   * In order: everything from the run's plan to its end without a gap, so that nothing in between can be left out; before
   * that, for each cached stage, where its outputs were computed; after it, what was said of this run later.
   */
  readonly entries: readonly StoredEntry[]
}

/** Entries looked at in one go, backwards from the end. */
const WINDOW = 4096

/**
 * Finds the entries of a run. Throws `RUN_NOT_LOGGED` (exit 4) where the log does not have the run's beginning and end,
 * or logged another record of it, and `STAGE_NOT_LOGGED` where nothing tells who computed a cached stage.
 */
export function findEvidence(ledger: Ledger, record: RunRecord): LogEvidence {
  const { size } = ledger
  const later: StoredEntry[] = []
  const between: StoredEntry[] = []
  const origins = new Map<string, StoredEntry>()
  const wanted = new Set(record.stages.flatMap(({ state, key }) => (isFromCache(state) && key !== null ? [key] : [])))
  let finished: StoredEntry | undefined
  let planned: StoredEntry | undefined
  for (const entry of backwards(ledger, size)) {
    if (planned === undefined) {
      if (entry.run === record.run && entry.type === 'run.finished') finished ??= entry
      if (finished !== undefined) between.push(entry)
      else if (entry.run === record.run || mentions(entry, record)) later.push(entry)
      if (entry.run === record.run && entry.type === 'run.planned') planned = entry
    }
    const key = entry.type === 'stage.completed' ? entry.subject['key'] : undefined
    if (key !== undefined && wanted.delete(key)) origins.set(key, entry)
    if (planned !== undefined && wanted.size === 0) break
  }
  if (planned === undefined || finished === undefined) throw notLogged('the log does not have its beginning and end')
  if (finished.payload !== sha256(loggedRecord(record))) throw notLogged('its record is not the one that was logged')
  const missing = [...wanted].find((key) => record.stages.some((each) => each.key === key && each.state === 'cached'))
  if (missing !== undefined) {
    throw new SluiceError({
      code: 'STAGE_NOT_LOGGED',
      message: 'the log does not tell which run computed a stage that was cached here',
      next: 'run the pipeline again with --force, then build the release of that run',
      exit: 4,
    })
  }
  const start = planned.seq
  const earlier = [...origins.values()].filter(({ seq }) => seq < start)
  const entries = [...earlier, ...between, ...later].sort((a, b) => a.seq - b.seq)
  return { planned, finished, entries }
}

function isFromCache(state: string): boolean {
  // A stage whose gate blocked may have been cached, which its state no longer says.
  return state === 'cached' || state === 'gate_failed'
}

/** A review, a waiver or a revocation that names the run. */
function mentions({ type, subject }: StoredEntry, record: RunRecord): boolean {
  return /^(review|waiver|release)\./.test(type) && Object.values(subject).includes(record.run)
}

function* backwards(ledger: Ledger, size: number): Generator<StoredEntry> {
  for (let end = size; end > 0; end -= WINDOW) {
    yield* [...ledger.entries(Math.max(0, end - WINDOW), end)].reverse()
  }
}

/** Logs of up to this size give all their leaf hashes (32 bytes each), from which the root of any earlier size follows. */
const MAX_LEAVES = 2 ** 17

/**
 * Leaf hashes of the whole log, one after another, so that a checkpoint kept elsewhere can be compared with it offline.
 * `undefined` for a log that is too large, or whose beginning was pruned.
 */
export function leavesOf(ledger: Ledger): Buffer | undefined {
  if (ledger.size > MAX_LEAVES) return undefined
  try {
    const leaves = Buffer.concat([...ledger.entries(0, ledger.size)].map((entry) => leafHash(encodeEntry(entry))))
    return leaves.length === ledger.size * 32 ? leaves : undefined
  } catch (error) {
    if (error instanceof SluiceError && /PRUNED/.test(error.code)) return undefined
    throw error
  }
}

function notLogged(why: string): SluiceError {
  return new SluiceError({
    code: 'RUN_NOT_LOGGED',
    message: `this run cannot be proven: ${why}`,
    next: 'verify the store with `sluice verify`; a run of an older version must be run again',
    exit: 4,
  })
}
