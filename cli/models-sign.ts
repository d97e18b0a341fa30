import { existsSync, readFileSync } from 'node:fs'
import { isAbsolute, join, relative, sep } from 'node:path'
import type { Command } from 'commander'
import { openBundleSigner } from '../audit/keys/signer.ts'
import { signModel, verifyModel } from '../audit/model-signing.ts'
import { writeFileDurable } from '../util/durable.ts'
import { toSluiceError } from '../util/errors.ts'
import { storeOption } from './options.ts'

/** `sluice models sign` and `sluice models verify-signature`: OpenSSF model signatures over any folder. */
export function addModelsSign(models: Command): void {
  models
    .command('sign')
    .description('sign every file of a folder (OpenSSF model signing) with the key of the attestations')
    .argument('<dir>', 'folder of the model')
    .addOption(storeOption())
    .option('--signature <file>', 'where to write the signature; model.sig in the folder where left out')
    .option('--passphrase-file <file>', 'file whose first line opens the key file; or set SLUICE_KEY_PASSPHRASE')
    .action(
      async (
        dir: string,
        flags: { readonly store: string; readonly signature?: string; readonly passphraseFile?: string },
      ) => {
        const signer = openBundleSigner(join(flags.store, 'keys'), flags)
        const file = flags.signature ?? join(dir, 'model.sig')
        // The signature is no part of what it signs, wherever in the folder it lies.
        const inside = relative(dir, file).split(sep).join('/')
        const ignorePaths = inside.startsWith('../') || isAbsolute(inside) ? ['model.sig'] : [inside]
        writeFileDurable(file, await signModel(dir, signer, { ignorePaths }))
        process.stdout.write(`${file}\nkey ${signer.keyId}\n`)
      },
    )

  models
    .command('verify-signature')
    .description('compare a folder with its signature; exit code 4 where anything differs')
    .argument('<dir>', 'folder of the model')
    .requiredOption('--key <file>', 'public key of the signer (PEM), which you got from the signer')
    .option('--signature <file>', 'the signature; model.sig in the folder where left out')
    .option(
      '--ignore <paths...>',
      'paths in the folder that are no part of the model, besides those the signer left out',
    )
    .option('--json', 'print the findings as JSON')
    .action((dir: string, flags: VerifyFlags) => {
      const signature = read(flags.signature ?? join(dir, 'model.sig'))
      const options = flags.ignore === undefined ? {} : { ignorePaths: flags.ignore }
      const report = verifyModel(dir, signature, read(flags.key), options)
      if (!report.ok) process.exitCode = 4
      if (flags.json === true) {
        process.stdout.write(`${JSON.stringify(report)}\n`)
        return
      }
      for (const { code, message, file } of report.problems)
        process.stdout.write(`PROBLEM  ${code}: ${message} (${file})\n`)
      // Nobody signed what the signer left out: a reader must know which of it is here.
      const unsigned = report.ignored.filter((path) => path !== 'model.sig' && existsSync(join(dir, path)))
      for (const path of unsigned) process.stdout.write(`unsigned ${path}\n`)
      process.stdout.write(
        report.ok
          ? `intact   ${report.files} files, sha256 ${report.digest}, signed by the key given\n`
          : `NOT INTACT: ${report.problems.length} problems\n`,
      )
    })
}

interface VerifyFlags {
  readonly key: string
  readonly signature?: string
  readonly ignore?: readonly string[]
  readonly json?: boolean
}

function read(file: string): string {
  try {
    return readFileSync(file, 'utf8')
  } catch (error) {
    throw toSluiceError(error, `reading ${file}`)
  }
}
