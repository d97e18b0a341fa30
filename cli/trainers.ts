import type { Command } from 'commander'
import { findInterpreter, type PythonFacts, probePython } from '../models/trainers/peft/environment.ts'
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
    .action(async (flags: { readonly store: string; readonly json?: boolean }) => {
      const lines = [
        { trainer: 'sluice', ready: true, detail: "Sluice's own engine, in Node" },
        { trainer: 'peft', ...(await peftHere(flags.store)), script_sha256: scriptDigest() },
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
      process.stdout.write(`peft is ready: ${describeFacts(facts)}\n`)
      const named = process.env['SLUICE_PYTHON'] ?? ''
      if (named !== '') process.stdout.write(`runs take ${named} all the same, since SLUICE_PYTHON names it\n`)
    })
}

/** What a run would find: it is asked in the same way. */
async function peftHere(store: string): Promise<{ readonly ready: boolean; readonly detail: string }> {
  try {
    const interpreter = findInterpreter(store)
    const facts = await probePython(interpreter, { device: 'auto', processes: 1 })
    const named = interpreter === process.env['SLUICE_PYTHON'] ? ` (SLUICE_PYTHON: ${interpreter})` : ''
    return { ready: true, detail: `${describeFacts(facts)}${named}` }
  } catch (error) {
    if (!(error instanceof SluiceError)) throw error
    return { ready: false, detail: `${error.message}: ${error.next ?? ''}` }
  }
}

function describeFacts({ python, torch, transformers, peft, gpus }: PythonFacts): string {
  return `Python ${python}, torch ${torch}, transformers ${transformers}, peft ${peft}, ${gpus} GPU`
}
