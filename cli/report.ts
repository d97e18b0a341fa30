import type { Command } from 'commander'
import { lastRun, loadRun, runDir } from '../pipelines/engine/history.ts'
import { renderGithubAnnotations } from '../reports/github.ts'
import { writeReports } from '../reports/index.ts'
import { SluiceError } from '../util/errors.ts'
import { storeOption } from './options.ts'

interface ReportFlags {
  readonly store: string
  readonly out?: string
  readonly github?: boolean
}

export function reportCommand(program: Command): void {
  program
    .command('report')
    .description('write the reports of a run again, from its record')
    .argument('[run]', 'id of the run (default: the last one)')
    .addOption(storeOption())
    .option('--out <dir>', 'folder to write to (default: the folder of the run)')
    .option(
      '--github',
      'print GitHub workflow commands (annotations) for what did not pass, instead of writing reports',
    )
    .action(async (run: string | undefined, flags: ReportFlags) => {
      const record = run === undefined ? lastRun(flags.store) : loadRun(flags.store, run)
      if (record === undefined) {
        throw new SluiceError({
          code: 'RUN_UNKNOWN',
          message: 'this store has no run yet',
          next: 'run a pipeline first: sluice run FILE',
        })
      }
      if (flags.github === true) {
        process.stdout.write(renderGithubAnnotations(record))
        return
      }
      const reports = await writeReports(record, flags.out ?? runDir(flags.store, record.run), flags.store)
      for (const path of Object.values(reports)) process.stdout.write(`${path}\n`)
    })
}
