import { join } from 'node:path'
import { keyCreated } from '../../audit/keys/events.ts'
import type { Keys } from '../../audit/keys.ts'
import { type Ledger, type LedgerEntry, openLedger } from '../../audit/ledger.ts'
import { openNote } from '../../audit/note.ts'
import { lastRun } from './history.ts'

/**
 * The run's hand on the ledger. What is noted becomes durable before anything follows from it: `commit()` comes before
 * a stage runs (intent before effect), after it, and at the end. Between two commits nothing has an effect, so the
 * entries of cached stages and their gates go in one append.
 */
export interface Journal {
  note(type: string, subject: Readonly<Record<string, string>>, payload?: string): void
  /** @throws SluiceError if the log cannot be written: then the run stops, because nothing may follow. */
  commit(): void
  /** True while everything that was noted is in the log. */
  readonly isWhole: boolean
  readonly ledger: Ledger
}

/**
 * Opens the ledger of a store for a run. It must still contain what the last run saw.
 *
 * @throws SluiceError `LOG_ROLLED_BACK`, `LOG_FORKED` and others of `openLedger`
 */
export function openJournal(storeRoot: string, keys: Keys, run: string, now: () => Date): Journal {
  const ledger = openLedger(join(storeRoot, 'ledger'), keys, { now, earlier: lastCheckpoints(storeRoot, keys) })
  // The first entry of a new log says whose key signs it.
  let pending: LedgerEntry[] = ledger.size === 0 ? [keyCreated('ledger', keys.keyId)] : []
  // After a failed append nobody knows how much of the group is in the log: trying again could write it twice.
  let broken: { readonly cause: unknown } | undefined
  return {
    ledger,
    get isWhole() {
      return broken === undefined && pending.length === 0
    },
    note(type, subject, payload) {
      pending.push({ type, run, subject, ...(payload === undefined ? {} : { payload }) })
    },
    commit() {
      if (broken !== undefined) throw broken.cause
      if (pending.length === 0) return
      try {
        ledger.append(pending)
      } catch (cause) {
        broken = { cause }
        throw cause
      }
      pending = []
    },
  }
}

/** The checkpoint in the record of the store's last run; none where there is no such record, or another key signed it. */
function lastCheckpoints(storeRoot: string, keys: Keys): readonly string[] {
  try {
    const note = lastRun(storeRoot)?.ledger?.checkpoint
    return note !== undefined && openNote(note, keys).ok ? [note] : []
  } catch {
    // A record that someone broke is for `sluice verify` to report.
    return []
  }
}
