import type { Command } from 'commander'
import { checkTarget, parseCheckpointTarget } from '../audit/checkpoint-export.ts'
import type { RunEvent } from '../pipelines/engine/events.ts'
import { runDir } from '../pipelines/engine/history.ts'
import { runPipeline } from '../pipelines/engine/run.ts'
import { exportRelease } from '../reports/export-release.ts'
import { writeReports } from '../reports/index.ts'
import { leaveCheckpoint } from './checkpoint-to.ts'
import { positiveInteger, storeOption } from './options.ts'
import { createTerminalView } from './terminal/view.ts'

interface RunFlags {
  readonly store: string
  readonly jobs?: number
  readonly from?: string
  readonly only?: string
  readonly until?: string
  readonly force?: boolean | readonly string[]
  readonly verify?: boolean
  readonly json?: boolean
  readonly checkpointTo: readonly string[]
}

export function runCommand(program: Command): void {
  program
    .command('run')
    .description('run a pipeline: stages, gates, record, reports')
    .argument('<pipeline>', 'pipeline file')
    .addOption(storeOption())
    .option('--jobs <n>', 'worker threads (default: the cores of this machine)', positiveInteger)
    .option('--from <stage>', 'start at this stage; what comes before must be cached')
    .option('--only <stage>', 'run this stage alone; what comes before must be cached')
    .option('--until <stage>', 'stop after this stage')
    .option('--force [stages...]', 'run again what is cached: all stages, or those named')
    .option('--verify', 'hash every cached object again before it is used')
    .option(
      '--checkpoint-to <place>',
      'also keep the log’s checkpoint outside the store: a file, a folder/, git:REPO or git:REPO:PATH (may be repeated)',
      (place: string, before: readonly string[]) => [...before, place],
      [] as readonly string[],
    )
    .option('--json', 'print events as JSON lines, the run record last')
    .action(async (pipeline: string, flags: RunFlags) => {
      process.exitCode = await run(pipeline, flags)
    })
}

async function run(pipeline: string, flags: RunFlags): Promise<number> {
  const targets = flags.checkpointTo.map(parseCheckpointTarget)
  for (const target of targets) checkTarget(target)
  const controller = new AbortController()
  const interrupt = (): void => controller.abort()
  process.once('SIGINT', interrupt)
  process.once('SIGTERM', interrupt)
  const view = flags.json === true ? undefined : terminalView()
  const listener = (event: RunEvent): void => {
    if (view === undefined) process.stdout.write(`${JSON.stringify(event)}\n`)
    else view.on(event)
  }
  try {
    const { store, jobs, from, only, until, force, verify } = flags
    const record = await runPipeline(pipeline, {
      store,
      signal: controller.signal,
      listeners: [listener],
      ...(jobs === undefined ? {} : { jobs }),
      ...(from === undefined ? {} : { from }),
      ...(only === undefined ? {} : { only }),
      ...(until === undefined ? {} : { until }),
      ...(force === undefined ? {} : { force }),
      ...(verify === undefined ? {} : { verify }),
    })
    const dir = runDir(store, record.run)
    const reports = await writeReports(record, dir, store)
    const model = exportRelease(record, store, dir)
    const checkpoint = leaveCheckpoint(store, targets)
    if (view === undefined)
      process.stdout.write(`${JSON.stringify({ type: 'run.record', record, reports, model, checkpoint })}\n`)
    else {
      const { line } = checkpoint
      const left = { ...(line === undefined ? {} : { checkpoint: line }), ...(model === undefined ? {} : { model }) }
      view.finish(record, { ...reports, ...left, store })
    }
    for (const error of checkpoint.errors) process.stderr.write(`${error.format()}\n`)
    return record.exit === 4 ? 4 : (checkpoint.errors[0]?.exit ?? record.exit)
  } finally {
    view?.close()
    process.off('SIGINT', interrupt)
    process.off('SIGTERM', interrupt)
  }
}

function terminalView(): ReturnType<typeof createTerminalView> {
  return createTerminalView({
    stream: process.stdout,
    isTTY: process.stdout.isTTY === true && process.env['CI'] === undefined,
    color: undefined,
    columns: process.stdout.columns ?? 100,
    now: () => performance.now(),
  })
}
