import type { Command } from 'commander'
import { SluiceError } from '../util/errors.ts'
import { storeOption } from './options.ts'

export function verifyCommand(program: Command): void {
  program
    .command('verify')
    .description('recompute the log, the signed records and every object of a store from their bytes')
    .addOption(storeOption())
    .option('--repair', 'set corrupt objects aside, so that the next run makes them anew')
    .option('--json', 'print the findings as JSON')
    .action(async (flags: { readonly store: string; readonly repair?: boolean; readonly json?: boolean }) => {
      throw new SluiceError({ code: 'INTERNAL', message: `not there yet ${flags.store}` })
    })
}
