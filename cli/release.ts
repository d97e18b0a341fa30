import { join } from 'node:path'
import type { Command } from 'commander'
import { openBundleSigner } from '../audit/keys/signer.ts'
import { openKeys } from '../audit/keys.ts'
import { lastRun, loadRun, runDir } from '../pipelines/engine/history.ts'
import { archiveDossier, buildDossier } from '../reports/dossier/build.ts'
import { SluiceError } from '../util/errors.ts'
import { storeOption } from './options.ts'
import { registerReleaseReview } from './release-review.ts'

interface BuildFlags {
  readonly store: string
  readonly out?: string
  readonly tar?: string
  readonly allowBlocked?: boolean
  readonly passphraseFile?: string
  readonly json?: boolean
}

export function releaseCommand(program: Command): void {
  const release = program
    .command('release')
    .description('release dossiers: one folder that a stranger can verify offline')
  release
    .command('build')
    .description(
      'build the dossier of a run: decisions, evidence, model, attestations, reports and proofs, signed and logged',
    )
    .argument('[run]', 'id of the run (default: the last one)')
    .addOption(storeOption())
    .option('--out <dir>', 'folder to make (default: `dossier` in the folder of the run)')
    .option('--tar <file>', 'write it as one archive too; the same dossier always gives the same bytes')
    .option(
      '--allow-blocked',
      'build it also where a gate blocked, to look into it; it then says that it is no release',
    )
    .option('--passphrase-file <file>', 'file whose first line is the passphrase of the keys')
    .option('--json', 'print what was built as JSON')
    .action(build)
  registerReleaseReview(release)
}

async function build(run: string | undefined, flags: BuildFlags): Promise<void> {
  const { store } = flags
  const record = run === undefined ? lastRun(store) : loadRun(store, run)
  if (record === undefined) {
    throw new SluiceError({
      code: 'RUN_UNKNOWN',
      message: 'this store has no run yet',
      next: 'run a pipeline first: sluice run FILE',
    })
  }
  const keyOptions = flags.passphraseFile === undefined ? {} : { passphraseFile: flags.passphraseFile }
  const built = await buildDossier(record, {
    store,
    out: flags.out ?? join(runDir(store, record.run), 'dossier'),
    keys: openKeys(join(store, 'keys'), keyOptions),
    signer: openBundleSigner(join(store, 'keys'), keyOptions),
    now: () => new Date(),
    ...(flags.allowBlocked === true ? { allowBlocked: true } : {}),
  })
  const { id, state, files } = built.release
  const tar = flags.tar === undefined ? undefined : archiveDossier(built.folder, flags.tar, id)
  if (flags.json === true) {
    const { folder, digest, seq, checkpoint } = built
    process.stdout.write(
      `${JSON.stringify({ id, state, folder, digest, seq, checkpoint, ...(tar === undefined ? {} : { tar: { file: flags.tar, ...tar } }) })}\n`,
    )
    return
  }
  const out = (line: string): void => void process.stdout.write(`${line}\n`)
  out(`built    ${id}: ${files.length} files, ${state}${state === 'blocked' ? ' (this is no release)' : ''}`)
  out(`folder   ${built.folder}`)
  if (tar !== undefined) out(`archive  ${flags.tar} sha256 ${tar.sha256}`)
  out(`logged   release.built as entry ${built.seq}; keep this checkpoint where the store is not:`)
  out(built.checkpoint.trimEnd())
  out(
    `  → check it: sluice verify ${built.folder} --replay --key ${join(store, 'keys', 'ledger.pub')} ${join(store, 'keys', 'bundle.pub')}`,
  )
}
