import { type Command, Option } from 'commander'
import { openStore } from '../artifacts/store.ts'
import { type BacktestResult, backtestRun } from '../pipelines/engine/backtest.ts'
import { listRuns, loadRun } from '../pipelines/engine/history.ts'
import type { RunRecord } from '../pipelines/engine/run-record.ts'
import { loadPolicies } from '../policies/engine/load.ts'
import { SluiceError } from '../util/errors.ts'
import { positiveInteger, storeOption } from './options.ts'

interface Flags {
  readonly store: string
  readonly runs: number
  readonly all?: boolean
  readonly gate?: string
  readonly json?: boolean
}

/** `sluice policy backtest POLICY`: what a policy would have said to past runs. */
export function registerPolicyBacktest(policy: Command): void {
  policy
    .command('backtest')
    .description('decide past runs again with a policy, on their stored evidence, and tell what would have changed')
    .argument('<policy>', 'policy: a path, sluice:NAME, npm:PACKAGE/path.yaml or git:FOLDER@COMMIT#path.yaml')
    .addOption(storeOption())
    .option('--runs <n>', 'how many of the last runs', positiveInteger, 20)
    .addOption(new Option('--all', 'all runs of the store').conflicts('runs'))
    .option(
      '--gate <stage>',
      'the gate of this stage, or `release` (default: every gate that asked a policy of that name)',
    )
    .option('--json', 'print the results as JSON')
    .action((ref: string, flags: Flags) => {
      process.stdout.write(backtest(ref, flags))
    })
}

function backtest(ref: string, flags: Flags): string {
  const policy = loadPolicies([ref])[0]!
  const store = openStore(flags.store)
  const runs = flags.all === true ? listRuns(flags.store) : listRuns(flags.store).slice(-flags.runs)
  const unreadable: string[] = []
  const records = runs.flatMap((run) => {
    try {
      return [loadRun(flags.store, run)]
    } catch {
      unreadable.push(run)
      return []
    }
  })
  const results = records.flatMap((record) => backtestRun(record, policy, store, flags.gate))
  if (results.length === 0) throw nothing(policy.name, records, flags)
  const totals = totalsOf(results)
  if (flags.json === true)
    return `${JSON.stringify({ policy: { name: policy.name, digest: policy.digest }, totals, results, unreadable }, null, 2)}\n`
  return [
    ...results.flatMap(lines),
    ...unreadable.map((run) => `${run}  the record cannot be read`),
    `${policy.name} on ${totals.decided} of ${results.length + unreadable.length} past decisions: would have blocked ${totals.would_block} of ${totals.went_on} that went on, and let go on ${totals.would_go_on} of ${totals.blocked} that blocked`,
    ...(totals.not_replayable + unreadable.length === 0
      ? []
      : [`${totals.not_replayable + unreadable.length} cannot be decided again and count for neither`]),
    '',
  ].join('\n')
}

interface Totals {
  readonly decided: number
  readonly not_replayable: number
  readonly went_on: number
  readonly would_block: number
  readonly blocked: number
  readonly would_go_on: number
}

function totalsOf(results: readonly BacktestResult[]): Totals {
  const decided = results.filter(({ after }) => after !== undefined)
  const wentOn = decided.filter(({ before }) => before !== 'block')
  const blocked = decided.filter(({ before }) => before === 'block')
  return {
    decided: decided.length,
    not_replayable: results.length - decided.length,
    went_on: wentOn.length,
    would_block: wentOn.filter(({ after }) => after === 'block').length,
    blocked: blocked.length,
    would_go_on: blocked.filter(({ after }) => after !== 'block').length,
  }
}

function lines({ run, gate, before, after, changed, note }: BacktestResult): readonly string[] {
  const head = `${run}  ${gate}: `
  if (after === undefined) return [`${head}${before}, cannot be decided again: ${note}`]
  return [
    `${head}${before === after ? `${before}, as before` : `${before} → ${after}`}`,
    ...changed.map(
      (one) =>
        `    ${one.rule}: ${one.before} → ${one.after}${one.blocks === one.blocked ? '' : one.blocks ? ', which blocks' : ', which blocks no more'}`,
    ),
  ]
}

function nothing(name: string, records: readonly RunRecord[], flags: Flags): SluiceError {
  const gates = [...new Set(records.flatMap(({ decisions }) => decisions.map(({ gate }) => gate)))]
  return new SluiceError({
    code: 'BACKTEST_EMPTY',
    message:
      flags.gate === undefined
        ? `none of ${records.length} runs asked a policy \`${name}\``
        : `none of ${records.length} runs has a decision of the gate \`${flags.gate}\``,
    next:
      gates.length === 0
        ? 'run a pipeline with gates first, or name another store with --store'
        : `name a gate with --gate: ${gates.join(', ')}`,
  })
}
