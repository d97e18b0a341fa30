import { execFile, execFileSync } from 'node:child_process'
import { existsSync, readFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { promisify } from 'node:util'
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

/** The set-up of the Python trainer in this store, where there is a whole one: a broken record counts as none. */
export function readSetup(store: string): PeftSetup | undefined {
  const path = join(trainerFolder(store), SETUP_FILE)
  if (!existsSync(path)) return undefined
  try {
    const setup = JSON.parse(readFileSync(path, 'utf8')) as PeftSetup | null
    return typeof setup?.facts === 'object' && typeof setup.requirements_sha256 === 'string' ? setup : undefined
  } catch {
    return undefined
  }
}

/**
 * The versions that decide what the Python trainer gives, for a stage's key: an upgraded package is another run. The
 * interpreter is asked for them without loading a package, some tenths of a second.
 *
 * @throws SluiceError TRAINER_NOT_SET_UP, TRAINER_PYTHON_MISSING, TRAINER_PYTHON_VERSION, TRAINER_PACKAGE_MISSING,
 *   TRAINER_PACKAGE_VERSION
 */
export function environmentPins(
  store: string,
  environment: NodeJS.ProcessEnv = process.env,
): Readonly<Record<string, string>> {
  const interpreter = findInterpreter(store, environment)
  let answer: string
  try {
    answer = execFileSync(interpreter, ['-c', VERSIONS + ANSWER], {
      encoding: 'utf8',
      timeout: 60_000,
      stdio: ['ignore', 'pipe', 'ignore'],
      env: askedWith(),
    })
  } catch (cause) {
    throw noPython(interpreter, cause)
  }
  const facts = parseAnswer(interpreter, answer)
  checkVersions(facts)
  return Object.fromEntries(
    ['python', ...PACKAGES].map((name) => [`trainer_${name}`, String(facts[name] ?? 'not installed')]),
  )
}

/** What an interpreter has. */
export interface PythonFacts {
  readonly python: string
  readonly torch: string
  readonly transformers: string
  readonly peft: string
  /** Missing where it is not installed: only several processes need it. */
  readonly accelerate?: string
  readonly safetensors?: string
  /** GPUs that torch sees. */
  readonly gpus: number
}

/** Packages that take part in training. */
const PACKAGES = ['torch', 'transformers', 'peft', 'accelerate', 'safetensors'] as const

/** The packages' metadata alone: loading torch takes seconds. */
const VERSIONS = `
import json, sys
from importlib.metadata import PackageNotFoundError, version
facts = {'python': '.'.join(map(str, sys.version_info[:3]))}
for name in ${JSON.stringify(PACKAGES)}:
    try:
        facts[name] = version(name)
    except PackageNotFoundError:
        pass
`
const ANSWER = 'print(json.dumps(facts))\n'

/** Loads the packages named on the command line, so that one which is there in part only is found. */
const PROBE = `${VERSIONS}
import importlib
for name in sys.argv[1:]:
    if name in facts and sys.version_info >= (3, 10):
        try:
            # A folder without its __init__.py can be imported too, and has nothing in it.
            importlib.import_module(name).__version__
        except Exception as error:
            facts['broken'] = [name, type(error).__name__]
            break
if 'torch' in sys.modules and 'broken' not in facts:
    facts['gpus'] = sys.modules['torch'].cuda.device_count()
${ANSWER}`

/** The oldest that the script runs on: PEFT 0.21 and Transformers 5 need this Python. */
const OLDEST = { python: '3.10', torch: '2.4', transformers: '5.0', peft: '0.17' } as const

export interface PythonNeeds {
  readonly device: 'auto' | 'cpu' | 'cuda'
  readonly processes: number
  /** Load all packages, not torch alone: some ten seconds. */
  readonly all?: boolean
}

/**
 * Asks an interpreter what it has.
 *
 * @throws SluiceError TRAINER_PYTHON_MISSING, TRAINER_PYTHON_VERSION, TRAINER_PACKAGE_MISSING,
 *   TRAINER_PACKAGE_VERSION, TRAINER_PACKAGE_BROKEN, TRAINER_CUDA_ABSENT
 */
export async function probePython(interpreter: string, needs: PythonNeeds): Promise<PythonFacts> {
  const facts = await askPython(interpreter, needs.all === true ? PACKAGES : ['torch'])
  checkVersions(facts)
  if (Array.isArray(facts['broken'])) {
    const [name, kind] = facts['broken'] as readonly string[]
    throw problem('TRAINER_PACKAGE_BROKEN', `${name} is installed and cannot be loaded (${kind})`)
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

/**
 * The version of an interpreter that is to make an environment.
 *
 * @throws SluiceError TRAINER_PYTHON_MISSING, TRAINER_PYTHON_VERSION
 */
export async function checkPython(interpreter: string): Promise<string> {
  const version = String((await askPython(interpreter, []))['python'])
  if (isOlder(version, OLDEST.python)) {
    throw new SluiceError({
      code: 'TRAINER_PYTHON_VERSION',
      message: `Python ${version} is older than ${OLDEST.python}`,
      next: 'name a newer one with --python',
    })
  }
  return version
}

function checkVersions(facts: Readonly<Record<string, unknown>>): void {
  if (isOlder(String(facts['python']), OLDEST.python)) {
    throw problem('TRAINER_PYTHON_VERSION', `Python ${facts['python']} is older than ${OLDEST.python}`)
  }
  for (const name of ['torch', 'transformers', 'peft'] as const) {
    const found = facts[name]
    if (found === undefined) throw problem('TRAINER_PACKAGE_MISSING', `the Python trainer needs ${name}`)
    if (isOlder(String(found), OLDEST[name])) {
      throw problem('TRAINER_PACKAGE_VERSION', `${name} ${found} is older than ${OLDEST[name]}`)
    }
  }
}

async function askPython(interpreter: string, load: readonly string[]): Promise<Readonly<Record<string, unknown>>> {
  let answer: string
  try {
    answer = (await run(interpreter, ['-c', PROBE, ...load], { timeout: 300_000, env: askedWith() })).stdout
  } catch (cause) {
    throw noPython(interpreter, cause)
  }
  return parseAnswer(interpreter, answer)
}

/** `-c` would look for modules in the working folder first: a torch.py of the project must not run. */
function askedWith(): NodeJS.ProcessEnv {
  return { ...process.env, PYTHONSAFEPATH: '1' }
}

function parseAnswer(interpreter: string, answer: string): Readonly<Record<string, unknown>> {
  try {
    const facts: unknown = JSON.parse(answer.trim().split('\n').at(-1)!)
    if (typeof (facts as { python?: unknown } | null)?.python !== 'string') throw new Error('no version was told')
    return facts as Readonly<Record<string, unknown>>
  } catch (cause) {
    throw noPython(interpreter, cause)
  }
}

function noPython(interpreter: string, cause: unknown): SluiceError {
  return new SluiceError({
    code: 'TRAINER_PYTHON_MISSING',
    message: `${interpreter} is no Python that can be run`,
    next: 'install Python 3.10 or newer and run `sluice trainers setup peft`, or correct SLUICE_PYTHON',
    cause,
  })
}

function problem(code: string, message: string): SluiceError {
  return new SluiceError({
    code,
    message,
    next: 'run `sluice trainers setup peft`, which makes an environment with what is needed, and unset SLUICE_PYTHON where it names another',
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
