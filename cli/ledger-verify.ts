import type { Command } from 'commander'
import { type VerifyReport, verifyLedger } from '../audit/verify.ts'
import { problemKind, type VerifyProblem } from '../audit/verify-report.ts'
import { isRunAlive, listRuns, loadRun } from '../pipelines/engine/history.ts'
import { integer } from '../reports/format.ts'
import { type PlaceFlags, placeOf, print, readText, withPlace } from './ledger-place.ts'
import { styles, wantsColor } from './terminal/colour.ts'

interface VerifyFlags extends PlaceFlags {
  readonly checkpoint?: readonly string[]
  readonly json?: boolean
}

/** `sluice ledger verify`. */
export function registerLedgerVerify(ledger: Command): void {
  withPlace(ledger.command('verify').description('recompute the log from its bytes, and tell what is wrong by code'))
    .option('--checkpoint <files...>', 'checkpoints kept elsewhere; the log must still contain what they signed')
    .option('--json', 'print the findings as JSON')
    .action((flags: VerifyFlags) => {
      process.exitCode = verify(flags)
    })
}

function verify(flags: VerifyFlags): number {
  const { dir, key } = placeOf(flags)
  // A copy of a log has no run records beside it.
  const store = flags.log === undefined ? flags.store : undefined
  const own = store === undefined ? [] : checkpointsOfRuns(store)
  const given = (flags.checkpoint ?? []).map((file) => readText(file, 'give a file with a signed checkpoint'))
  const report = verifyLedger(dir, key, {
    earlier: [...own, ...given],
    onPayload: () => {},
    isRunAlive: (run) => store !== undefined && isRunAlive(store, run),
  })
  if (flags.json === true) {
    const problems = report.problems.map((problem) => ({ kind: problemKind(problem.code), ...problem }))
    print(JSON.stringify({ ...report, problems, earlier: own.length + given.length }))
  } else show(report, own.length, given.length)
  return report.ok ? 0 : 4
}

/** A record that cannot be read has no checkpoint to give; `sluice verify` is about records. */
function checkpointsOfRuns(store: string): readonly string[] {
  return listRuns(store).flatMap((run) => {
    try {
      return loadRun(store, run).ledger?.checkpoint ?? []
    } catch {
      return []
    }
  })
}

const KIND_WORDS = { fork: 'FORK', tamper: 'TAMPER', incomplete: 'INCOMPLETE' } as const

function show(report: VerifyReport, own: number, given: number): void {
  const style = styles(wantsColor(process.env, process.stdout.isTTY === true))
  const line = (name: string, text: string): void => print(`${name.padEnd(12)}${text}`)
  line('log', `${integer(report.size)} entries, root ${report.root}`)
  if (report.pruned > 0)
    line('pruned', `entries below ${integer(report.pruned)}, as the log says; their hashes are there`)
  const parts = [
    ...(own > 0 ? [`${integer(own)} of run records`] : []),
    ...(given > 0 ? [`${integer(given)} given with --checkpoint`] : []),
  ]
  line('compared', parts.length === 0 ? 'with no earlier checkpoint' : `with earlier checkpoints: ${parts.join(', ')}`)
  const open = report.openRuns.length
  line('steps', open === 0 ? 'each that was begun has ended once' : `${counted(open, 'run')} begun and not ended`)
  for (const warning of report.warnings) line('warning', describe(warning))
  for (const problem of report.problems) {
    print(`${style.bad(KIND_WORDS[problemKind(problem.code)].padEnd(12))}${describe(problem)}`)
  }
  if (report.more > 0) line('', `and ${integer(report.more)} more`)
  const bad = report.problems.length + report.more
  if (!report.ok) print(style.bad(`not intact  ${counted(bad, 'problem')}`))
  else if (given > 0) line('intact', 'assurance: signed, and it contains the checkpoints that you gave')
  else {
    line('intact', 'assurance: signed by its key. A log cut back to an older state looks like this too:')
    line('', 'keep checkpoints elsewhere and give them with --checkpoint')
  }
}

function counted(n: number, what: string): string {
  return `${integer(n)} ${what}${n === 1 ? '' : 's'}`
}

function describe({ code, message, file, seq }: VerifyProblem): string {
  return `${code}: ${message} (${seq === undefined ? file : `entry ${seq}, ${file}`})`
}
