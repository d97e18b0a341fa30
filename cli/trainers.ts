import type { Command } from 'commander'
import { readSetup } from '../models/trainers/peft/environment.ts'
import { scriptDigest } from '../models/trainers/peft/script.ts'
import { setupPeft } from '../models/trainers/peft/setup.ts'
import { SluiceError } from '../util/errors.ts'
import { storeOption } from './options.ts'

/** The ways to train, and what each needs on this machine. */
export function trainersCommand(program: Command): void {
  const trainers = program.command('trainers').description("list the trainers beside Sluice's own, and set one up")

  trainers
    .command('list')
    .description('list the trainers and whether they can be used here')
    .addOption(storeOption())
    .option('--json', 'print as JSON lines')
    .action((flags: { readonly store: string; readonly json?: boolean }) => {
      const setup = readSetup(flags.store)
      const lines = [
        { trainer: 'sluice', ready: true, detail: "Sluice's own engine, in Node" },
        {
          trainer: 'peft',
          ready: setup !== undefined,
          detail:
            setup === undefined
              ? 'not set up: sluice trainers setup peft'
              : `torch ${setup.facts.torch}, transformers ${setup.facts.transformers}, peft ${setup.facts.peft}, ${setup.facts.gpus} GPU`,
          script_sha256: scriptDigest(),
        },
        { trainer: 'openai-compatible', ready: true, detail: 'needs a base_url and a key in the pipeline file' },
      ]
      for (const line of lines) {
        const text = `${line.trainer.padEnd(20)}${line.ready ? 'ready  ' : '–      '}${line.detail}`
        process.stdout.write(`${flags.json === true ? JSON.stringify(line) : text}\n`)
      }
    })

  trainers
    .command('setup')
    .description('make the environment of a trainer: downloads packages from the index that pip is configured for')
    .argument('<trainer>', 'peft')
    .addOption(storeOption())
    .option('--python <path>', 'the Python (3.10 or newer) to make it with', 'python3')
    .action(async (trainer: string, flags: { readonly store: string; readonly python: string }) => {
      if (trainer !== 'peft') {
        throw new SluiceError({
          code: 'TRAINER_UNKNOWN',
          message: `there is nothing to set up for ${trainer}`,
          next: 'only peft has an environment: sluice trainers setup peft',
        })
      }
      const { facts } = await setupPeft(flags.store, flags.python, (line) => process.stderr.write(`${line}\n`))
      process.stdout.write(
        `peft is ready: Python ${facts.python}, torch ${facts.torch}, transformers ${facts.transformers}, peft ${facts.peft}, ${facts.gpus} GPU\n`,
      )
    })
}
