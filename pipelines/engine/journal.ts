import type { Keys } from '../../audit/keys.ts'
import { type Ledger, type LedgerEntry, openLedger } from '../../audit/ledger.ts'

/**
 * The run's hand on the ledger. What is noted becomes durable before anything follows from it: `commit()` comes before
 * a stage runs (intent before effect), after it, and at the end. Between two commits nothing has an effect, so the
 * entries of cached stages and their gates go in one append.
 */
export interface Journal {
  note(type: string, subject: Readonly<Record<string, string>>, payload?: string): void
  /** @throws SluiceError if the log cannot be written: then the run stops, because nothing may follow. */
  commit(): void
  readonly ledger: Ledger
}

export function openJournal(dir: string, keys: Keys, run: string, now: () => Date): Journal {
  const ledger = openLedger(dir, keys, { now })
  let pending: LedgerEntry[] = []
  // After a failed append nobody knows how much of the group is in the log: trying again could write it twice.
  let broken: { readonly cause: unknown } | undefined
  return {
    ledger,
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
