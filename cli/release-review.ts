import { existsSync, readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import type { Command } from 'commander'
import { openBundleSigner } from '../audit/keys/signer.ts'
import { openKeys } from '../audit/keys.ts'
import { runDir } from '../pipelines/engine/history.ts'
import { openDesk, readDesk } from '../pipelines/review/desk.ts'
import { findRelease, loggedReleases, revoke } from '../pipelines/review/releases.ts'
import { findReview, loggedReviews } from '../pipelines/review/review-log.ts'
import { promote } from '../reports/dossier/promote.ts'
import { sha256 } from '../util/digest.ts'
import { storeOption } from './options.ts'

interface Flags {
  readonly store: string
  readonly out?: string
  readonly json?: boolean
  readonly reason?: string
}

const print = (text: string): void => void process.stdout.write(`${text}\n`)

/** `release promote`, `list` and `revoke`: what comes after a review. */
export function registerReleaseReview(release: Command): void {
  release
    .command('promote')
    .description('release what reviewers approved: checks all of it again, writes the dossier, uses the approvals up')
    .argument('[review]', 'id of the request or of its run (default: the newest)')
    .option('--out <dir>', 'folder of the dossier to make (default: `release` in the folder of the run)')
    .option('--json', 'print as JSON')
    .addOption(storeOption())
    .action(promoteCommand)
  release
    .command('list')
    .description('list the releases that the log knows: built, promoted, revoked')
    .option('--json', 'print as JSON')
    .addOption(storeOption())
    .action((flags: Flags) => {
      const releases = loggedReleases(readDesk(flags.store, () => new Date()).ledger)
      if (flags.json === true) print(JSON.stringify(releases, null, 2))
      else if (releases.length === 0) print('no release was built from this store')
      for (const { digest, run, state, reason } of flags.json === true ? [] : releases) {
        print(`${digest.slice(0, 16)}  ${state.padEnd(10)} ${run}${reason === undefined ? '' : `  because ${reason}`}`)
      }
    })
  release
    .command('revoke')
    .description('take a release back: an entry that every later state of the log has')
    .argument('<release>', 'beginning of its digest, id of its run, or its folder')
    .requiredOption('--reason <word>', 'why, as a short word; it goes into the log')
    .addOption(storeOption())
    .action((named: string, flags: Flags) => {
      const desk = openDesk(flags.store, openKeys(join(flags.store, 'keys')), () => new Date())
      const found = findRelease(loggedReleases(desk.ledger), digestOf(named))
      const checkpoint = revoke(desk, found, flags.reason!)
      print(`revoked ${found.digest.slice(0, 16)} of run ${found.run}, because ${flags.reason}`)
      print('keep this checkpoint where the store is not, and tell whoever has the dossier:')
      print(checkpoint.trimEnd())
    })
}

async function promoteCommand(named: string | undefined, flags: Flags): Promise<void> {
  const { store } = flags
  const keys = openKeys(join(store, 'keys'))
  const desk = openDesk(store, keys, () => new Date())
  const { request } = findReview(loggedReviews(desk.ledger, desk.store), named)
  const promoted = await promote({
    desk,
    named: request.id,
    out: flags.out ?? join(runDir(store, request.run), 'release'),
    signer: openBundleSigner(join(store, 'keys')),
  })
  const { folder, digest, id, checkpoint } = promoted
  if (flags.json === true) {
    print(JSON.stringify({ id, folder, digest, request: promoted.review.digest, checkpoint }))
    return
  }
  print(`promoted ${id}: approved and released`)
  print(`folder   ${folder}`)
  print(`digest   ${digest}`)
  print('logged   release.promoted; keep this checkpoint where the store is not:')
  print(checkpoint.trimEnd())
  print(
    `  → check it: sluice verify ${folder} --replay --key ${join(store, 'keys', 'ledger.pub')} ${join(store, 'keys', 'bundle.pub')}`,
  )
}

/** A folder of a dossier stands for the digest of its `release.json`. */
function digestOf(named: string): string {
  const file = join(named, 'release.json')
  return existsSync(named) && statSync(named).isDirectory() && existsSync(file) ? sha256(readFileSync(file)) : named
}
