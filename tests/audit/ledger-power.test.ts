import { join } from 'node:path'
import { expect, test } from 'vitest'
import { ensureFolder, type Files } from '../../audit/files.ts'
import { openLedger } from '../../audit/ledger.ts'
import { verifyLedger } from '../../audit/verify.ts'
import { random } from '../../util/random.ts'
import { losingDisk } from './losing-disk.ts'
import { group, newLog } from './setup.ts'

const DIR = '/store/ledger'
const ROUNDS = Number(process.env['SLUICE_POWER_ROUNDS'] ?? 40)

// As SQLite tests it: writes that were not synced are lost, in any combination, and the order in which they were made
// means nothing.
test('what was acknowledged is there after any loss of power, and of any process before it', () => {
  const { keys } = newLog()
  const disk = losingDisk()
  ensureFolder(disk, '/store')
  const pick = random(3, 'power')
  /** A lock is never of this process once it has stopped. */
  const unlock = (): void => {
    for (const { name } of disk.list('/store').some((each) => each.name === 'ledger') ? disk.list(DIR) : []) {
      if (name.startsWith('lock')) disk.remove(join(DIR, name))
    }
  }
  const acknowledged = new Map<string, number>()
  const checkpoints: string[] = []
  const seen = { appends: 0, stops: 0, losses: 0, recovered: 0 }
  for (let round = 0; round < ROUNDS; round++) {
    disk.stopAfter(pick.integer(pick.next() < 0.5 ? 60 : 400))
    try {
      const ledger = openLedger(DIR, keys, { files: disk as Files, lockTimeoutMs: 0 })
      for (let n = 0; ; n++) {
        const entries = group(1 + pick.integer(pick.next() < 0.05 ? 300 : 6), `${round}.${n}`)
        const { first, checkpoint } = ledger.append(entries)
        for (const [i, entry] of entries.entries()) acknowledged.set(entry.subject['id']!, first + i)
        checkpoints.splice(0, Math.max(0, checkpoints.length - 20))
        checkpoints.push(checkpoint)
        seen.appends += 1
      }
    } catch (error) {
      expect(error, `round ${round}`).toMatchObject({ name: 'SluiceError', exit: 5 })
      seen.stops += 1
    }
    if (pick.next() < 0.5) {
      disk.losePower(pick)
      seen.losses += 1
    } else disk.restart()
    unlock()
    const report = verifyLedger(DIR, keys, { files: disk, earlier: checkpoints })
    const empty = report.checkpoint === null && acknowledged.size === 0
    if (!empty) expect(report.problems, `round ${round}`).toEqual([])
  }
  const ledger = openLedger(DIR, keys, { files: disk })
  const found = new Map<string, number>()
  for (const { seq, type, subject } of ledger.entries()) {
    if (type === 'log.recovered') seen.recovered += 1
    else found.set(subject['id']!, seq)
  }
  for (const [id, seq] of acknowledged) expect(found.get(id), id).toBe(seq)
  expect(verifyLedger(DIR, keys, { files: disk })).toMatchObject({ ok: true, warnings: [] })
  expect(seen.losses).toBeGreaterThan(ROUNDS / 4)
  expect(seen.appends).toBeGreaterThan(ROUNDS)
  expect(seen.recovered).toBeGreaterThan(ROUNDS / 10)
  if (process.env['SLUICE_POWER_ROUNDS'] !== undefined) process.stdout.write(`${JSON.stringify(seen)}\n`)
}, 7_200_000)

test('this disk does lose what is not synced: a ledger whose folders are not synced does not pass', () => {
  const { keys } = newLog()
  let lost = 0
  for (let seed = 0; seed < 20; seed++) {
    const disk = losingDisk()
    ensureFolder(disk, '/store')
    const careless: Files = {
      ...disk,
      openFolder: () => -1,
      sync: (fd) => (fd === -1 ? undefined : disk.sync(fd)),
      close: (fd) => (fd === -1 ? undefined : disk.close(fd)),
    }
    openLedger(DIR, keys, { files: careless }).append(group(3))
    disk.losePower(random(seed, 'careless'))
    const report = verifyLedger(DIR, keys, { files: disk })
    if (!report.ok || report.size !== 3) lost += 1
  }
  expect(lost).toBeGreaterThan(10)
})
