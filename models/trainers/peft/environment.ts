import { execFile } from 'node:child_process'
import { existsSync, readFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { promisify } from 'node:util'
import { sha256Json } from '../../../util/digest.ts'
import { SluiceError } from '../../../util/errors.ts'

const run = promisify(execFile)

/** Where the environment of the Python trainer lives. */
export function trainerFolder(store: string): string {
  return resolve(store, 'trainers', 'peft')
}

/** The interpreter inside a virtual environment. */
export function interpreterOf(folder: string): string {
  return process.platform === 'win32' ? join(folder, 'Scripts', 'python.exe') : join(folder, 'bin', 'python')
}

/**
 * The interpreter to train with: `SLUICE_PYTHON`, else the environment that `sluice trainers setup peft` made.
 *
 * @throws SluiceError TRAINER_NOT_SET_UP
 */
export function findInterpreter(store: string, environment: NodeJS.ProcessEnv = process.env): string {
  const named = environment['SLUICE_PYTHON']
  if (named !== undefined && named !== '') return named
  const folder = trainerFolder(store)
  if (readSetup(store) !== undefined && existsSync(interpreterOf(folder))) return interpreterOf(folder)
  throw new SluiceError({
    code: 'TRAINER_NOT_SET_UP',
    message: 'the Python trainer has no environment here',
    next: 'run `sluice trainers setup peft` once, or name a Python in SLUICE_PYTHON',
  })
}

/** Written last: a set-up that was broken off has none, and does not count. */
export const SETUP_FILE = 'sluice-setup.json'

/** What `sluice trainers setup peft` has made. */
export interface PeftSetup {
  readonly requirements_sha256: string
  readonly facts: PythonFacts
}

/** The set-up of the Python trainer in this store, where there is a whole one. */
export function readSetup(store: string): PeftSetup | undefined {
  const path = join(trainerFolder(store), SETUP_FILE)
  return existsSync(path) ? (JSON.parse(readFileSync(path, 'utf8')) as PeftSetup) : undefined
}

/**
 * Digest of what is known of the environment without starting it: the packages of the set-up, or the name of the
 * interpreter in `SLUICE_PYTHON`, whose packages may change unseen. What was there is in the run's record either way.
 */
export function environmentPin(store: string, environment: NodeJS.ProcessEnv = process.env): string {
  const named = environment['SLUICE_PYTHON']
  return sha256Json(named !== undefined && named !== '' ? { named } : (readSetup(store) ?? null))
}

/** What an interpreter has. */
export interface PythonFacts {
  readonly python: string
  readonly torch: string
  readonly transformers: string
  readonly peft: string
  /** Missing where it is not installed: only several processes need it. */
  readonly accelerate?: string
  /** GPUs that torch sees. */
  readonly gpus: number
}

const PROBE = `
import json, sys
from importlib.metadata import PackageNotFoundError, version
facts = {'python': '.'.join(map(str, sys.version_info[:3]))}
for name in ('torch', 'transformers', 'peft', 'accelerate'):
    try:
        facts[name] = version(name)
    except PackageNotFoundError:
        pass
if 'torch' in facts and sys.version_info >= (3, 10):
    import torch
    facts['gpus'] = torch.cuda.device_count()
print(json.dumps(facts))
`

/** The oldest that the script runs on: PEFT 0.21 and Transformers 5 need this Python. */
const OLDEST = { python: '3.10', torch: '2.4', transformers: '5.0', peft: '0.17' } as const

/**
 * Asks an interpreter what it has.
 *
 * @throws SluiceError TRAINER_PYTHON_MISSING, TRAINER_PYTHON_VERSION, TRAINER_PACKAGE_MISSING,
 *   TRAINER_PACKAGE_VERSION, TRAINER_CUDA_ABSENT
 */
export async function probePython(
  interpreter: string,
  needs: { readonly device: 'auto' | 'cpu' | 'cuda'; readonly processes: number },
): Promise<PythonFacts> {
  const facts = await askPython(interpreter)
  if (isOlder(facts['python'] as string, OLDEST.python)) {
    throw problem('TRAINER_PYTHON_VERSION', `Python ${facts['python']} is older than ${OLDEST.python}`)
  }
  for (const name of ['torch', 'transformers', 'peft'] as const) {
    const found = facts[name] as string | undefined
    if (found === undefined) throw problem('TRAINER_PACKAGE_MISSING', `the Python trainer needs ${name}`)
    if (isOlder(found, OLDEST[name])) {
      throw problem('TRAINER_PACKAGE_VERSION', `${name} ${found} is older than ${OLDEST[name]}`)
    }
  }
  if (needs.processes > 1 && facts['accelerate'] === undefined) {
    throw problem('TRAINER_PACKAGE_MISSING', 'several processes need accelerate')
  }
  const known = facts as unknown as PythonFacts
  if (needs.device === 'cuda' && known.gpus < needs.processes) {
    throw new SluiceError({
      code: 'TRAINER_CUDA_ABSENT',
      message: `the job asks for ${needs.processes} GPU${needs.processes === 1 ? '' : 's'}, and torch ${known.torch} sees ${known.gpus}`,
      next: 'train with device: cpu, or install a torch with CUDA and its driver',
    })
  }
  return known
}

/** The version of an interpreter. @throws SluiceError TRAINER_PYTHON_MISSING, TRAINER_PYTHON_VERSION */
export async function checkPython(interpreter: string): Promise<void> {
  const version = (await askPython(interpreter))['python'] as string
  if (isOlder(version, OLDEST.python)) {
    throw new SluiceError({
      code: 'TRAINER_PYTHON_VERSION',
      message: `Python ${version} is older than ${OLDEST.python}`,
      next: 'name a newer one with --python',
    })
  }
}

async function askPython(interpreter: string): Promise<Readonly<Record<string, unknown>>> {
  try {
    const { stdout } = await run(interpreter, ['-c', PROBE], {
      timeout: 300_000,
      // `-c` would look for modules in the working folder first: a torch.py of the project must not run.
      env: { ...process.env, PYTHONSAFEPATH: '1' },
    })
    return JSON.parse(stdout.trim().split('\n').at(-1)!) as Readonly<Record<string, unknown>>
  } catch (cause) {
    throw new SluiceError({
      code: 'TRAINER_PYTHON_MISSING',
      message: `${interpreter} is no Python that can be run`,
      next: 'install Python 3.10 or newer and run `sluice trainers setup peft`, or correct SLUICE_PYTHON',
      cause,
    })
  }
}

function problem(code: string, message: string): SluiceError {
  return new SluiceError({
    code,
    message,
    next: 'run `sluice trainers setup peft`, which makes an environment with what is needed',
  })
}

/** True where version `a` comes before `b`, by their leading numbers. */
function isOlder(a: string, b: string): boolean {
  const [left, right] = [a, b].map((version) => version.split(/[.+]/).map((part) => Number.parseInt(part, 10) || 0))
  for (let i = 0; i < right!.length; i++) {
    if ((left![i] ?? 0) !== right![i]) return (left![i] ?? 0) < right![i]!
  }
  return false
}
