import { mkdtempSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { LedgerEntry } from '../../audit/entry.ts'
import { type Keys, openKeys } from '../../audit/keys.ts'

/** A new folder with a key pair, for one test. */
export function newLog(): { readonly dir: string; readonly keys: Keys } {
  const root = mkdtempSync(join(tmpdir(), 'sluice-log-'))
  return { dir: join(root, 'ledger'), keys: openKeys(join(root, 'keys')) }
}

export function group(count: number, tag = 'a'): LedgerEntry[] {
  return Array.from({ length: count }, (_, i) => ({
    type: 'sample.noted',
    run: 'run-1',
    subject: { stage: 'redact', id: `${tag}-${i}` },
  }))
}

/** A clock that stands still until it is set. */
export function clock(start: string): { now: () => Date; set(time: string): void } {
  let time = new Date(start)
  return {
    now: () => time,
    set: (next) => {
      time = new Date(next)
    },
  }
}
