import { execFileSync } from 'node:child_process'
import { PYTHON } from '../../support/python.ts'

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
