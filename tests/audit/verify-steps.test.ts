import { expect, test } from 'vitest'
import { type LedgerEntry, openLedger } from '../../audit/ledger.ts'
import { verifyLedger } from '../../audit/verify.ts'
import { quickDisk } from './failing-disk.ts'
import { newLog } from './setup.ts'

const entry = (type: string, subject: Record<string, string> = {}, run = 'r1'): LedgerEntry => ({ type, run, subject })
const planned = (stages: number, run = 'r1') => entry('run.planned', { stages: String(stages) }, run)
const begun = (stage: string, run = 'r1') => entry('stage.planned', { stage }, run)
const done = (stage: string, run = 'r1') => entry('stage.completed', { stage }, run)
const finished = (run = 'r1') => entry('run.finished', { exit: '0' }, run)
const aborted = (run: string, by = 'r9') => entry('run.aborted', { aborted: run }, by)

/** What the verifier says of a log with these entries: problems, then warnings, as `CODE@entry`. */
function said(...entries: readonly LedgerEntry[]): readonly string[] {
  const { dir, keys } = newLog()
  openLedger(dir, keys, { files: quickDisk }).append(entries)
  const { problems, warnings } = verifyLedger(dir, keys)
  return [...problems, ...warnings].map(({ code, seq }) => `${code}@${seq}`)
}

test.each<[string, readonly LedgerEntry[], readonly string[]]>([
  [
    'each stage that was begun has ended once',
    [planned(2), begun('a'), done('a'), begun('b'), done('b'), finished()],
    [],
  ],
  [
    'a stage that ended without having begun: cached, skipped, or errored before its work',
    [planned(3), ...['cached', 'skipped', 'errored'].map((end) => entry(`stage.${end}`, { stage: end })), finished()],
    [],
  ],
  ['a stage that errored', [planned(1), begun('a'), entry('stage.errored', { stage: 'a' }), finished()], []],
  ['a killed run that a later one closed, with its stages', [planned(2), begun('a'), aborted('r1')], []],
  [
    'two runs at once',
    [
      planned(1),
      planned(1, 'r2'),
      begun('a'),
      begun('a', 'r2'),
      done('a', 'r2'),
      done('a'),
      finished('r2'),
      finished(),
    ],
    [],
  ],
  ['a run that is open', [planned(2), begun('a')], ['LOG_RUN_OPEN@0']],
  ['a stage without an end in a run that finished', [planned(1), begun('a'), finished()], ['LOG_STEP_OPEN@1']],
  ['a stage that ended twice', [planned(1), begun('a'), done('a'), done('a'), finished()], ['LOG_STEP_TWICE@3']],
  [
    'a stage that was completed and then errored',
    [planned(1), begun('a'), done('a'), entry('stage.errored', { stage: 'a' }), finished()],
    ['LOG_STEP_TWICE@3'],
  ],
  ['a stage that was begun twice', [planned(1), begun('a'), begun('a'), done('a'), finished()], ['LOG_STEP_TWICE@2']],
  ['a stage that was completed and not begun', [planned(1), done('a'), finished()], ['LOG_STEP_UNPLANNED@1']],
  ['fewer stages than planned', [planned(2), begun('a'), done('a'), finished()], ['LOG_STEPS_MISSING@3']],
  ['more stages than planned', [planned(0), begun('a'), done('a'), finished()], ['LOG_STEPS_MISSING@3']],
  ['a stage of no run', [done('a')], ['LOG_RUN_UNPLANNED@0']],
  ['a stage after the end of its run', [planned(0), finished(), begun('a')], ['LOG_RUN_UNPLANNED@2']],
  ['a run that finished twice', [planned(0), finished(), finished()], ['LOG_RUN_UNPLANNED@2']],
  ['a run that was closed twice', [planned(0), aborted('r1'), aborted('r1')], ['LOG_RUN_ENDED_TWICE@2']],
  ['a run that finished and was closed', [planned(0), finished(), aborted('r1')], ['LOG_RUN_ENDED_TWICE@2']],
  ['a run that was begun twice', [planned(0), planned(0), finished()], ['LOG_RUN_TWICE@1']],
  [
    'what is neither run nor stage',
    [entry('gate.decided', { gate: 'a' }), entry('shard.completed', { stage: 'a' })],
    [],
  ],
])('%s', (_, entries, wanted) => {
  expect(said(...entries)).toEqual(wanted)
})

test('an open run that is alive is no warning', () => {
  const { dir, keys } = newLog()
  openLedger(dir, keys, { files: quickDisk }).append([planned(1), planned(1, 'r2')])
  const report = verifyLedger(dir, keys, { isRunAlive: (run) => run === 'r1' })
  expect(report).toMatchObject({ ok: true, openRuns: ['r1', 'r2'], warnings: [{ code: 'LOG_RUN_OPEN', seq: 1 }] })
})
