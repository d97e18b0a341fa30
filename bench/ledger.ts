import { mkdtempSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { openKeys } from '../audit/keys.ts'
import { openLedger } from '../audit/ledger.ts'
import { verifyLedger } from '../audit/verify.ts'
import type { Bench } from './bench.ts'

const GROUP = 64
const GROUPS = 200

/**
 * Appends in groups of 64 with every file fsynced, then verification of all that from the bytes. Runs in the current
 * folder: `/tmp` may be memory, where an fsync costs nothing.
 */
export const bench: Bench = {
  name: 'ledger',
  summary: `${GROUP * GROUPS} entries in groups of ${GROUP}, durable before acknowledged; then verified`,
  async run() {
    const folder = mkdtempSync(join(process.cwd(), '.bench-ledger-'))
    try {
      const keys = openKeys(join(folder, 'keys'))
      const ledger = openLedger(join(folder, 'ledger'), keys)
      const entries = Array.from({ length: GROUP }, (_, i) => ({
        type: 'shard.completed',
        run: '20260101T000000Z-0000',
        subject: { stage: 'redact', shard: String(i), output: 'ab'.repeat(32) },
        payload: 'cd'.repeat(32),
      }))
      const appendSeconds = seconds(() => {
        for (let i = 0; i < GROUPS; i++) ledger.append(entries)
      })
      const single = seconds(() => {
        for (let i = 0; i < 50; i++) ledger.append(entries.slice(0, 1))
      })
      let ok = false
      const verifySeconds = seconds(() => {
        ok = verifyLedger(join(folder, 'ledger'), keys, { earlier: [ledger.checkpoint()] }).ok
      })
      if (!ok) throw new Error('the log that was written does not verify')
      const proofs = 2_000
      const proofSeconds = seconds(() => {
        for (let i = 0; i < proofs; i++) ledger.proveInclusion((i * 7919) % ledger.size)
      })
      return {
        figures: {
          append_s: (GROUP * GROUPS) / appendSeconds,
          single_append_ms: (single * 1000) / 50,
          verify_s: ledger.size / verifySeconds,
          proof_ms: (proofSeconds * 1000) / proofs,
        },
        floors: { append_s: 1_000, verify_s: 10_000 },
      }
    } finally {
      rmSync(folder, { recursive: true, force: true })
    }
  },
}

function seconds(work: () => void): number {
  const start = performance.now()
  work()
  return (performance.now() - start) / 1000
}
