import { join } from 'node:path'
import { type LedgerReader, readLedger } from '../../audit/ledger-reader.ts'
import { acquireLock } from '../../audit/lock.ts'
import type { PublicKey } from '../../audit/note.ts'
import { ensureDir } from '../../util/durable.ts'
import { SluiceError } from '../../util/errors.ts'
import { abandonedRuns, markClosed } from './history.ts'
import type { Journal } from './journal.ts'

/**
 * Closes in the log what killed runs left open there, each once: `run.aborted` ends a run and every stage of it. A run
 * that was killed before its plan was in the log, or after its end was, has nothing to close. Two runs that begin at the
 * same time do this one after the other.
 */
export function closeAbandonedRuns(storeRoot: string, journal: Journal, key: PublicKey): void {
  if (abandonedRuns(storeRoot).length === 0) return
  ensureDir(join(storeRoot, 'work'))
  const held = acquireLock(join(storeRoot, 'work', 'abandoned.lock'))
  try {
    const abandoned = abandonedRuns(storeRoot)
    const open = openIn(readLedger(join(storeRoot, 'ledger'), key), abandoned)
    for (const run of abandoned) if (open.has(run)) journal.note('run.aborted', { aborted: run })
    journal.commit()
    for (const run of abandoned) markClosed(storeRoot, run)
  } finally {
    held.release()
  }
}

const STEP = 256

/** Those of the runs that the log has begun and not ended. Reads backwards, as far as it must. */
function openIn(log: LedgerReader, runs: readonly string[]): ReadonlySet<string> {
  const sought = new Set(runs)
  const open = new Set<string>()
  const ended = new Set<string>()
  for (let to = log.size; to > 0 && sought.size > 0; to -= STEP) {
    for (const { type, run, subject } of entriesIn(log, Math.max(0, to - STEP), to)) {
      if (type === 'run.planned' && sought.has(run)) open.add(run)
      if (type === 'run.finished') ended.add(run)
      if (type === 'run.aborted') ended.add(subject['aborted'] ?? run)
    }
    for (const run of sought) if (open.has(run) || ended.has(run)) sought.delete(run)
  }
  for (const run of ended) open.delete(run)
  return open
}

/** What was pruned is not there to be read; no run that is open was. */
function entriesIn(log: LedgerReader, from: number, to: number) {
  try {
    return [...log.entries(from, to)]
  } catch (error) {
    if (error instanceof SluiceError && error.code === 'LOG_ENTRIES_ABSENT') return []
    throw error
  }
}
