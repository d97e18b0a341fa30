import { execFileSync } from 'node:child_process'

/** The Python to ask: SLUICE_PYTHON, else python3. */
const PYTHON = process.env['SLUICE_PYTHON'] ?? 'python3'

/** Whether the modules are there; says so in one line where they are not. */
export function pythonHas(...modules: readonly string[]): boolean {
  try {
    execFileSync(PYTHON, ['-c', `import ${modules.join(', ')}`], { stdio: 'ignore', timeout: 60_000 })
    return true
  } catch {
    console.log(`skipped: python3 with ${modules.join(' and ')} is not here (SLUICE_PYTHON names one)`)
    return false
  }
}

/** Runs a script with JSON on its standard input; its last line is JSON. */
export function askPython<Answer>(script: string, question: unknown): Answer {
  const output = execFileSync(PYTHON, ['-c', script], {
    encoding: 'utf8',
    input: JSON.stringify(question),
    stdio: ['pipe', 'pipe', 'ignore'],
    timeout: 170_000,
    maxBuffer: 1 << 28,
    env: { ...process.env, PYTHONIOENCODING: 'utf-8', TOKENIZERS_PARALLELISM: 'false' },
  })
  return JSON.parse(output.trim().split('\n').at(-1)!) as Answer
}
