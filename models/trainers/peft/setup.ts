import { spawn } from 'node:child_process'
import { createWriteStream, existsSync, readFileSync, rmSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { sha256, sha256Json } from '../../../util/digest.ts'
import { ensureDir, writeFileDurable } from '../../../util/durable.ts'
import { SluiceError } from '../../../util/errors.ts'
import { packageFile } from '../../../util/package-root.ts'
import type { PeftSetup } from './environment.ts'
import { checkPython, interpreterOf, probePython, readSetup, SETUP_FILE, trainerFolder } from './environment.ts'

/** Exact versions of all packages. */
export const REQUIREMENTS = packageFile('models/trainers/peft/requirements.txt')

/**
 * Makes the environment of the Python trainer: a virtual environment of its own under the store, with the packages of
 * the requirements file. It downloads from the index that pip is configured for; only wheels are taken, so no package
 * runs a script of its own. One that is there and whole stays as it is; one that was broken off, has other packages than
 * were recorded, or cannot be loaded is made anew.
 *
 * @param python the interpreter to make it with
 * @param say told what is being done
 * @throws SluiceError TRAINER_PYTHON_MISSING, TRAINER_PYTHON_VERSION, TRAINER_SETUP_FAILED, TRAINER_PACKAGE_MISSING,
 *   TRAINER_PACKAGE_BROKEN
 */
export async function setupPeft(
  store: string,
  python: string,
  say: (line: string) => void,
  requirements = REQUIREMENTS,
): Promise<PeftSetup> {
  const version = await checkPython(python)
  const folder = trainerFolder(store)
  const log = `${folder}.log`
  const requirementsDigest = sha256(readFileSync(requirements))
  if (existsSync(folder)) {
    const kept = await wholeSetup(store, version, requirementsDigest)
    if (typeof kept === 'object') {
      say(`the environment in ${folder} is whole: nothing was done`)
      return kept
    }
    say(`the environment in ${folder} is made anew: ${kept}`)
  }
  rmSync(folder, { recursive: true, force: true })
  rmSync(log, { force: true })
  ensureDir(dirname(folder))
  say(`making a virtual environment in ${folder}`)
  await step(python, ['-m', 'venv', folder], log)
  const interpreter = interpreterOf(folder)
  if (!existsSync(interpreter)) throw failed('venv made no interpreter', log)
  say(`installing torch, transformers, peft and accelerate: up to some gigabytes; pip's words are in ${log}`)
  const install = ['-m', 'pip', 'install', '--no-input', '--only-binary', ':all:', '--requirement', requirements]
  await step(interpreter, install, log)
  say('loading what was installed')
  const facts = await probePython(interpreter, { device: 'auto', processes: 2, all: true })
  const setup: PeftSetup = { requirements_sha256: requirementsDigest, facts }
  writeFileDurable(join(folder, SETUP_FILE), `${JSON.stringify(setup, null, 2)}\n`)
  return setup
}

/** The set-up that is there, or why it does not count. */
async function wholeSetup(store: string, python: string, requirementsDigest: string): Promise<PeftSetup | string> {
  const setup = readSetup(store)
  if (setup === undefined) return 'it was never finished'
  if (setup.requirements_sha256 !== requirementsDigest) return 'it has the packages of another release of Sluice'
  if (setup.facts.python !== python) return `it has Python ${setup.facts.python}, and ${python} is to be used`
  try {
    const facts = await probePython(interpreterOf(trainerFolder(store)), { device: 'auto', processes: 2, all: true })
    const { gpus: _, ...found } = facts
    const { gpus: __, ...recorded } = setup.facts
    return sha256Json(found) === sha256Json(recorded) ? setup : 'its packages are not those that were recorded'
  } catch (error) {
    if (error instanceof SluiceError) return error.message
    throw error
  }
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
