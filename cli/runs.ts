import type { Command } from 'commander'
import { listRuns, loadRun } from '../pipelines/engine/history.ts'
import { storeOption } from './options.ts'

export function runsCommand(program: Command): void {
  program
    .command('runs')
    .description('list the runs of a store, newest last')
    .addOption(storeOption())
    .option('--json', 'print as JSON lines')
    .action((flags: { readonly store: string; readonly json?: boolean }) => {
      for (const id of listRuns(flags.store)) {
        const { pipeline, outcome, exit, seconds, release } = loadRun(flags.store, id)
        const line = {
          run: id,
          pipeline: pipeline.name,
          outcome,
          exit,
          seconds: Math.round(seconds * 10) / 10,
          release: release?.state ?? null,
        }
        process.stdout.write(
          flags.json === true
            ? `${JSON.stringify(line)}\n`
            : `${id}  ${line.pipeline.padEnd(24)}${outcome.padEnd(10)}exit ${exit}  ${String(line.seconds).padStart(7)} s  ${line.release ?? ''}\n`,
        )
      }
    })
}
