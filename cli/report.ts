import type { Command } from 'commander'
import { lastRun, loadRun, runDir } from '../pipelines/engine/history.ts'
import { writeReports } from '../reports/index.ts'
import { SluiceError } from '../util/errors.ts'
import { storeOption } from './options.ts'

export function reportCommand(program: Command): void {
  program
    .command('report')
    .description('write the reports of a run again, from its record')
    .argument('[run]', 'id of the run (default: the last one)')
    .addOption(storeOption())
    .option('--out <dir>', 'folder to write to (default: the folder of the run)')
    .action(async (run: string | undefined, flags: { readonly store: string; readonly out?: string }) => {
      const record = run === undefined ? lastRun(flags.store) : loadRun(flags.store, run)
      if (record === undefined) {
        throw new SluiceError({
          code: 'RUN_UNKNOWN',
          message: 'this store has no run yet',
          next: 'run a pipeline first: sluice run FILE',
        })
      }
      const reports = await writeReports(record, flags.out ?? runDir(flags.store, record.run), flags.store)
      for (const path of Object.values(reports)) process.stdout.write(`${path}\n`)
    })
}
