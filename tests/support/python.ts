import { execFileSync } from 'node:child_process'

/** The Python that tests ask: SLUICE_PYTHON, else python3. */
export const PYTHON = process.env['SLUICE_PYTHON'] ?? 'python3'

/** Finds modules without loading them, which takes long on a busy machine. */
const FIND = 'import importlib.util as u, sys; sys.exit(any(u.find_spec(name) is None for name in sys.argv[1:]))'

/** Whether Python has the modules; says so in one line where it has not. */
export function pythonHas(...modules: readonly string[]): boolean {
  try {
    const env = { ...process.env, PYTHONSAFEPATH: '1' }
    execFileSync(PYTHON, ['-c', FIND, ...modules], { stdio: 'ignore', timeout: 120_000, env })
    return true
  } catch {
    console.log(`skipped: ${PYTHON} lacks one of ${modules.join(', ')} (SLUICE_PYTHON names another)`)
    return false
  }
}

/** Whether SLUICE_PYTHON, which the trainer takes, is named and has PEFT. */
export function trainerHasPeft(): boolean {
  if (process.env['SLUICE_PYTHON'] !== undefined) return pythonHas('torch', 'transformers', 'peft')
  console.log('skipped: SLUICE_PYTHON names no Python with torch, transformers and peft')
  return false
}
