import { cpSync, existsSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { openLedger } from '../../audit/ledger.ts'
import { verifyLedger } from '../../audit/verify.ts'
import { type Fault, failingDisk, quickDisk } from './failing-disk.ts'
import { group, newLog } from './setup.ts'

const REFUSED = ['close', 'create', 'link', 'makeFolder', 'openFolder', 'read', 'rename', 'sync', 'write']

// As SQLite tests it: the n-th operation on the disk fails, for n = 1, 2, … until none does.
test.each<Fault>(['EIO', 'ENOSPC', 'crash'])(
  'whichever operation of an append ends in %s, the group is in the log or it is refused, and the log goes on',
  (fault) => {
    const { dir, keys } = newLog()
    openLedger(dir, keys, { files: quickDisk }).append(group(254, 'before'))
    const base = `${dir}-base`
    cpSync(dir, base, { recursive: true })
    const refused = new Set<string>()
    for (let n = 1; ; n++) {
      rmSync(dir, { recursive: true })
      cpSync(base, dir, { recursive: true })
      const files = failingDisk(n, fault)
      const ledger = openLedger(dir, keys, { lockTimeoutMs: 20, files })
      files.arm()
      let error: unknown
      try {
        ledger.append(group(5, 'new'))
      } catch (thrown) {
        error = thrown
      }
      if (files.failed === undefined) {
        expect(error).toBeUndefined()
        break
      }
      killHolder(dir)
      const report = verifyLedger(dir, keys)
      expect(report.problems, `operation ${n}`).toEqual([])
      if (error === undefined) expect(report.size).toBe(259)
      else {
        expect(error, `operation ${n}`).toMatchObject({ name: 'SluiceError', exit: 5 })
        expect([254, 259]).toContain(report.size)
        refused.add(files.failed)
      }
      // The next process finds a log it can use, with all or nothing of the group, and records what it cleared away.
      const next = openLedger(dir, keys, { files: quickDisk })
      next.append(group(1, 'after'))
      const ids = [...next.entries(254)].filter((e) => e.type !== 'log.recovered').map((e) => e.subject['id'])
      expect(ids, `operation ${n}`).toEqual([
        ...(report.size === 259 ? [0, 1, 2, 3, 4].map((i) => `new-${i}`) : []),
        'after-0',
      ])
      expect(verifyLedger(dir, keys), `operation ${n}`).toMatchObject({ ok: true, warnings: [] })
      if (report.warnings.length > 0) expect(next.size - ids.length - 254).toBe(1)
    }
    // A remove only clears away (but nothing can follow a crash), and a list is not needed for an append.
    expect([...refused].sort()).toEqual(fault === 'crash' ? [...REFUSED, 'remove'].sort() : REFUSED)
  },
)

test.each<Fault>(['EIO', 'ENOSPC', 'crash'])(
  'whichever operation of a recovery ends in %s, what lay beyond the checkpoint is recorded before it is gone',
  (fault) => {
    const { dir, keys } = newLog()
    openLedger(dir, keys, { files: quickDisk }).append(group(3, 'before'))
    writeFileSync(join(dir, 'tile/entries/000.p/4'), 'half a bundle')
    writeFileSync(join(dir, 'tile/0/000.p/9'), 'half a tile')
    const base = `${dir}-base`
    cpSync(dir, base, { recursive: true })
    for (let n = 1; ; n++) {
      rmSync(dir, { recursive: true })
      cpSync(base, dir, { recursive: true })
      const files = failingDisk(n, fault)
      files.arm()
      let opened = true
      try {
        openLedger(dir, keys, { lockTimeoutMs: 20, files })
      } catch (error) {
        expect(error, `operation ${n}`).toMatchObject({ name: 'SluiceError', exit: 5 })
        opened = false
      }
      killHolder(dir)
      const recorded = [...openLedger(dir, keys, { files: quickDisk }).entries(3)]
      expect(recorded.length, `operation ${n}`).toBeGreaterThan(0)
      for (const entry of recorded) expect(entry.type).toBe('log.recovered')
      // And what the recovery itself had written and not committed.
      expect(Number(recorded[0]?.subject['files']), `operation ${n}`).toBeGreaterThanOrEqual(2)
      expect(Number(recorded[0]?.subject['bytes']), `operation ${n}`).toBeGreaterThanOrEqual(24)
      expect(verifyLedger(dir, keys), `operation ${n}`).toMatchObject({ ok: true, warnings: [] })
      if (files.failed === undefined) {
        expect(opened).toBe(true)
        break
      }
    }
  },
)

test('a failed fsync makes the ledger refuse everything that follows', () => {
  const { dir, keys } = newLog()
  openLedger(dir, keys, { files: quickDisk }).append(group(1))
  let fsyncs = 0
  for (let n = 1; n < 80; n++) {
    const files = failingDisk(n, 'EIO')
    const fresh = openLedger(dir, keys, { files })
    files.arm()
    try {
      fresh.append(group(1))
    } catch {
      // Which errors these are is told by the test above.
    }
    if (files.failed !== 'sync') continue
    fsyncs += 1
    const before = files.operations
    expect(() => fresh.append(group(1))).toThrow(expect.objectContaining({ code: 'LOG_FSYNC_FAILED' }))
    expect(files.operations).toBe(before)
    openLedger(dir, keys, { files: quickDisk }).append(group(1))
  }
  expect(fsyncs).toBeGreaterThan(3)
  expect(verifyLedger(dir, keys).ok).toBe(true)
})

test('a lock that is removed under its holder stops the append before it is seen', () => {
  const { dir, keys } = newLog()
  openLedger(dir, keys, { files: quickDisk }).append(group(2))
  for (const when of ['create', 'rename'] as const) {
    let armed = false
    const ledger = openLedger(dir, keys, {
      files: {
        ...quickDisk,
        [when]: (...args: [string, never]) => {
          if (armed && args[0].includes('tile')) rmSync(join(dir, 'lock'), { force: true })
          return (quickDisk[when] as (...args: unknown[]) => unknown)(...args)
        },
      },
    })
    armed = true
    expect(() => ledger.append(group(1))).toThrow(expect.objectContaining({ code: 'LOG_LOCK_LOST', exit: 5 }))
    expect(verifyLedger(dir, keys)).toMatchObject({ ok: true, size: 2 })
  }
  expect(readdirSync(dir).sort()).toEqual(['checkpoint', 'tile'])
})

/** The lock of this process becomes that of a dead one. */
function killHolder(dir: string): void {
  const lock = join(dir, 'lock')
  if (existsSync(lock)) writeFileSync(lock, JSON.stringify({ ...JSON.parse(readFileSync(lock, 'utf8')), start: '1' }))
}
