import { cpSync, existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { openLedger } from '../../audit/ledger.ts'
import { verifyLedger } from '../../audit/verify.ts'
import { type Fault, onFailingDisk } from './failing-disk.ts'
import { group, newLog } from './setup.ts'

// As SQLite tests it: the n-th change of the disk fails, for n = 1, 2, … until none does.
test.each<Fault>(['EIO', 'ENOSPC', 'crash'])(
  'whichever change of the disk ends in %s, an append is in the log or it is refused, and the log goes on',
  (fault) => {
    const { dir, keys } = newLog()
    openLedger(dir, keys).append(group(254, 'before'))
    const base = `${dir}-base`
    cpSync(dir, base, { recursive: true })
    const outcomes = { refused: 0, done: 0 }
    for (let n = 1; ; n++) {
      rmSync(dir, { recursive: true })
      cpSync(base, dir, { recursive: true })
      const ledger = openLedger(dir, keys, { lockTimeoutMs: 50 })
      const run = onFailingDisk(n, fault, () => ledger.append(group(5, 'new')))
      if (run.changes < n) {
        expect(run.error).toBeUndefined()
        break
      }
      killHolder(dir)
      const report = verifyLedger(dir, keys)
      expect(report.problems, `change ${n}`).toEqual([])
      if (run.error === undefined) {
        expect(report.size).toBe(259)
        outcomes.done += 1
      } else {
        expect(run.error, `change ${n}`).toMatchObject({ name: 'SluiceError', exit: 5 })
        expect([254, 259]).toContain(report.size)
        outcomes.refused += 1
      }
      // The next process finds a log it can use, with all or nothing of the group, and records what it cleared away.
      const next = openLedger(dir, keys, { lockTimeoutMs: 50 })
      next.append(group(1, 'after'))
      const ids = [...next.entries(254)].filter((e) => e.type !== 'log.recovered').map((e) => e.subject['id'])
      expect(ids, `change ${n}`).toEqual([
        ...(report.size === 259 ? [0, 1, 2, 3, 4].map((i) => `new-${i}`) : []),
        'after-0',
      ])
      const after = verifyLedger(dir, keys)
      expect(after, `change ${n}`).toMatchObject({ ok: true, warnings: [] })
      if (report.warnings.length > 0) expect(next.size - ids.length - 254).toBe(1)
    }
    expect(outcomes.refused).toBeGreaterThan(15)
  },
)

test('a failed fsync makes the ledger refuse everything that follows', () => {
  const { dir, keys } = newLog()
  const ledger = openLedger(dir, keys)
  ledger.append(group(1))
  let fsyncs = 0
  for (let n = 1; n < 60; n++) {
    const fresh = openLedger(dir, keys)
    const run = onFailingDisk(n, 'EIO', () => fresh.append(group(1)))
    const cause = (run.error as { cause?: { syscall?: string } } | undefined)?.cause
    if (cause?.syscall !== 'fsync') continue
    fsyncs += 1
    expect(() => fresh.append(group(1))).toThrow(expect.objectContaining({ code: 'LOG_FSYNC_FAILED' }))
    openLedger(dir, keys).append(group(1))
  }
  expect(fsyncs).toBeGreaterThan(3)
  expect(verifyLedger(dir, keys).ok).toBe(true)
})

/** The lock of this process becomes that of a dead one. */
function killHolder(dir: string): void {
  const lock = join(dir, 'lock')
  if (existsSync(lock)) writeFileSync(lock, JSON.stringify({ ...JSON.parse(readFileSync(lock, 'utf8')), start: '1' }))
}
