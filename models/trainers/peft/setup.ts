import { spawn } from 'node:child_process'
import { createWriteStream, existsSync, readFileSync, rmSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { sha256 } from '../../../util/digest.ts'
import { ensureDir, writeFileDurable } from '../../../util/durable.ts'
import { SluiceError } from '../../../util/errors.ts'
import { packageFile } from '../../../util/package-root.ts'
import type { PeftSetup } from './environment.ts'
import { checkPython, interpreterOf, probePython, SETUP_FILE, trainerFolder } from './environment.ts'

/** Exact versions of all packages. */
export const REQUIREMENTS = packageFile('models/trainers/peft/requirements.txt')

/**
 * Makes the environment of the Python trainer: a virtual environment of its own under the store, with the packages of
 * the requirements file. It downloads from the index that pip is configured for; only wheels are taken, so no package
 * runs a script of its own. A set-up that was broken off is made anew.
 *
 * @param python the interpreter to make it with
 * @param say told what is being done
 * @throws SluiceError TRAINER_PYTHON_MISSING, TRAINER_PYTHON_VERSION, TRAINER_SETUP_FAILED, TRAINER_PACKAGE_MISSING
 */
export async function setupPeft(
  store: string,
  python: string,
  say: (line: string) => void,
  requirements = REQUIREMENTS,
): Promise<PeftSetup> {
  await checkPython(python)
  const folder = trainerFolder(store)
  const log = `${folder}.log`
  rmSync(folder, { recursive: true, force: true })
  rmSync(log, { force: true })
  ensureDir(dirname(folder))
  say(`making a virtual environment in ${folder}`)
  await step(python, ['-m', 'venv', folder], log)
  const interpreter = interpreterOf(folder)
  if (!existsSync(interpreter)) throw failed('venv made no interpreter', log)
  say('installing torch, transformers, peft and accelerate: this downloads up to some gigabytes')
  const install = ['-m', 'pip', 'install', '--no-input', '--only-binary', ':all:', '--requirement', requirements]
  await step(interpreter, install, log)
  const facts = await probePython(interpreter, { device: 'auto', processes: 2 })
  const setup: PeftSetup = { requirements_sha256: sha256(readFileSync(requirements)), facts }
  writeFileDurable(join(folder, SETUP_FILE), `${JSON.stringify(setup, null, 2)}\n`)
  return setup
}

function step(command: string, args: readonly string[], log: string): Promise<void> {
  const child = spawn(command, args, {
    stdio: ['ignore', 'pipe', 'pipe'],
    // `-m` would look for modules in the working folder first.
    env: { ...process.env, PYTHONSAFEPATH: '1' },
  })
  const out = createWriteStream(log, { flags: 'a' })
  child.stdout.pipe(out, { end: false })
  child.stderr.pipe(out, { end: false })
  return new Promise((resolve, reject) => {
    child.once('error', reject)
    child.once('close', (code) => {
      out.end()
      if (code === 0) resolve()
      else reject(failed(`${args.slice(0, 2).join(' ')} ended with ${code}`, log))
    })
  })
}

function failed(what: string, log: string): SluiceError {
  return new SluiceError({
    code: 'TRAINER_SETUP_FAILED',
    message: `the environment of the Python trainer could not be made: ${what}`,
    next: `read ${log}; a package index must be reachable, and Debian needs python3-venv`,
    exit: 5,
  })
}
