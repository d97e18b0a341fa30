import { join } from 'node:path'
import type { Command } from 'commander'
import { openKeys } from '../audit/keys.ts'
import { openLedger } from '../audit/ledger.ts'
import { exportLedger } from '../audit/ledger-export.ts'
import { type Pruned, type PrunePolicy, pruneLedger } from '../audit/ledger-prune.ts'
import { integer } from '../reports/format.ts'
import { SluiceError } from '../util/errors.ts'
import { type PlaceFlags, placeOf, print, withPlace } from './ledger-place.ts'
import { positiveInteger, storeOption } from './options.ts'

interface PruneFlags {
  readonly store: string
  readonly before?: number
  readonly keepDays?: number
  readonly dryRun?: boolean
  readonly json?: boolean
}

/** `sluice ledger export|prune`. */
export function registerLedgerKeep(ledger: Command): void {
  withPlace(
    ledger
      .command('export')
      .description('copy the log as static files (C2SP tlog-tiles) that stock readers take')
      .argument('<dir>', 'folder that is empty or not there yet'),
  )
    .option('--json', 'print what was copied as JSON')
    .action((target: string, flags: PlaceFlags & { readonly json?: boolean }) => {
      const { dir, key } = placeOf(flags)
      const copied = exportLedger(dir, key, target)
      if (flags.json === true) return print(JSON.stringify({ ...copied, key: key.noteVerifier }))
      print(
        `${integer(copied.size)} entries in ${integer(copied.files)} files, ${integer(copied.bytes)} bytes: ${target}`,
      )
      print(`its verifier key: ${key.noteVerifier}`)
    })
  ledger
    .command('prune')
    .description('remove the oldest entries by a policy; their hashes stay, and the log says what went')
    .addOption(storeOption())
    .option('--before <seq>', 'remove entries before this one', positiveInteger)
    .option('--keep-days <n>', 'remove entries older than so many days', positiveInteger)
    .option('--dry-run', 'only tell what would go')
    .option('--json', 'print what was done as JSON')
    .action(prune)
}

function prune(flags: PruneFlags): void {
  const policy = policyOf(flags)
  const { dir, key } = placeOf(flags)
  const open = () => openLedger(dir, openKeys(join(flags.store, 'keys')))
  const done = pruneLedger(dir, key, open, policy, { now: new Date(), dryRun: flags.dryRun === true })
  if (flags.json === true) print(JSON.stringify({ ...done, dryRun: flags.dryRun === true }))
  else print(describe(done, flags.dryRun === true))
}

function describe({ entries, before, seq }: Pruned, dryRun: boolean): string {
  if (entries === 0) return 'nothing to prune: entries go in whole bundles of 256'
  const what = `${integer(entries)} entries before ${integer(before)}`
  if (dryRun) return `would remove ${what}`
  return `removed ${what}${seq === null ? '' : `; the log says so in entry ${seq}`}`
}

function policyOf(flags: PruneFlags): PrunePolicy {
  if (flags.before !== undefined && flags.keepDays === undefined) return { before: flags.before }
  if (flags.keepDays !== undefined && flags.before === undefined) return { keepDays: flags.keepDays }
  throw new SluiceError({
    code: 'USAGE',
    message: 'give --before or --keep-days, one of them: there is no pruning without a policy',
    next: 'for example: sluice ledger prune --keep-days 730 --dry-run',
  })
}
