import { cpSync, existsSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { type Keys, openKeys } from '../../audit/keys.ts'
import { verifyLedger } from '../../audit/verify.ts'
import { closeAbandonedRuns } from '../../pipelines/engine/close-runs.ts'
import { isRunAlive, markOpen, saveRun } from '../../pipelines/engine/history.ts'
import { openJournal } from '../../pipelines/engine/journal.ts'
import type { RunRecord } from '../../pipelines/engine/run-record.ts'
import { removeFolder, workFolder } from '../support/sluice.ts'

let store: string
let keys: Keys
const now = () => new Date('2026-11-28T08:00:00.000Z')
const journal = (run: string) => openJournal(store, keys, run, now)
const entries = () =>
  [...journal('look').ledger.entries()].map(({ type, run, subject }) => [type, run, subject['aborted']])

beforeEach(() => {
  store = workFolder('journal')
  keys = openKeys(join(store, 'keys'))
})
afterEach(() => removeFolder(store))

/** A run that got as far as its plan, and whose process is gone. */
function killed(run: string, ...types: readonly string[]): void {
  const log = journal(run)
  for (const type of types) log.note(type, { stages: '0' })
  log.commit()
  markOpen(store, run)
  writeFileSync(join(store, 'open', `${run}.json`), JSON.stringify({ run, pid: 2 ** 22 + 1, boot: 'another' }))
}

test('killed runs are closed once, and only where something is open in the log', () => {
  killed('r1', 'run.planned')
  killed('r2')
  killed('r3', 'run.planned', 'run.finished')
  markOpen(store, 'r4')
  expect(['r1', 'r4', 'r5'].map((run) => isRunAlive(store, run))).toEqual([false, true, false])
  expect(verifyLedger(join(store, 'ledger'), keys)).toMatchObject({ ok: true, openRuns: ['r1'] })
  for (const run of ['r5', 'r6']) closeAbandonedRuns(store, journal(run), keys)
  expect(entries()).toEqual([
    ['key.created', 'keys', undefined],
    ['run.planned', 'r1', undefined],
    ['run.planned', 'r3', undefined],
    ['run.finished', 'r3', undefined],
    ['run.aborted', 'r5', 'r1'],
  ])
  expect(['r1', 'r2', 'r3', 'r4'].map((run) => existsSync(join(store, 'open', `${run}.json`)))).toEqual([
    false,
    false,
    false,
    true,
  ])
  expect(verifyLedger(join(store, 'ledger'), keys)).toMatchObject({ ok: true, openRuns: [], warnings: [] })
})

test('a run that was closed by a process that was killed before it could say so is not closed again', () => {
  killed('r1', 'run.planned')
  const marker = join(store, 'open/r1.json')
  closeAbandonedRuns(store, journal('r2'), keys)
  writeFileSync(marker, JSON.stringify({ run: 'r1', pid: 2 ** 22 + 1, boot: 'another' }))
  closeAbandonedRuns(store, journal('r3'), keys)
  expect(entries().filter(([type]) => type === 'run.aborted')).toEqual([['run.aborted', 'r2', 'r1']])
})

test('a log that was cut back since the last run stops the next one', () => {
  const first = journal('r1')
  first.note('run.planned', { stages: '0' })
  first.commit()
  cpSync(join(store, 'ledger'), join(store, 'old'), { recursive: true })
  first.note('run.finished', { exit: '0' })
  first.commit()
  expect(first.isWhole).toBe(true)
  const { size, root } = first.ledger
  const record = { run: 'r1', pipeline: { name: 'p' }, ledger: { size, root, checkpoint: first.ledger.checkpoint() } }
  saveRun(store, record as unknown as RunRecord)
  expect(journal('r2').ledger.size).toBe(3)
  rmSync(join(store, 'ledger'), { recursive: true })
  cpSync(join(store, 'old'), join(store, 'ledger'), { recursive: true })
  expect(() => journal('r3')).toThrow(expect.objectContaining({ code: 'LOG_ROLLED_BACK', exit: 4 }))
  rmSync(join(store, 'ledger'), { recursive: true })
  expect(() => journal('r3')).toThrow(expect.objectContaining({ code: 'LOG_ROLLED_BACK', exit: 4 }))
})
