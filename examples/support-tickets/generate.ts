import { createHash } from 'node:crypto'
import { closeSync, mkdirSync, openSync, writeSync } from 'node:fs'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { packageFile } from '../../util/package-root.ts'
import { compose } from './compose.ts'
import { goldLine, ticketLine } from './write.ts'

/** The committed files were written with these. */
export const DEFAULT_SEED = 20250106
export const DEFAULT_COUNT = 3000

/**
 * Writes `tickets.jsonl` and `gold.jsonl` into `out` and gives their SHA-256. The same seed and count give the same
 * bytes.
 */
export function generate(out: string, seed = DEFAULT_SEED, count = DEFAULT_COUNT): { tickets: string; gold: string } {
  mkdirSync(out, { recursive: true })
  const tickets = openOutput(join(out, 'tickets.jsonl'))
  const gold = openOutput(join(out, 'gold.jsonl'))
  for (const conversation of compose(seed, count)) {
    tickets.write(ticketLine(conversation))
    gold.write(goldLine(conversation))
  }
  return { tickets: tickets.finish(), gold: gold.finish() }
}

function openOutput(path: string): { write(line: string): void; finish(): string } {
  const fd = openSync(path, 'w')
  const hash = createHash('sha256')
  return {
    write(line) {
      writeSync(fd, `${line}\n`)
      hash.update(`${line}\n`)
    },
    finish() {
      closeSync(fd)
      return hash.digest('hex')
    },
  }
}

if (process.argv[1]?.endsWith('generate.js')) {
  const { values } = parseArgs({
    options: { out: { type: 'string' }, seed: { type: 'string' }, count: { type: 'string' } },
  })
  const number = (text: string | undefined, otherwise: number): number => {
    const value = text === undefined ? otherwise : Number(text)
    if (!Number.isSafeInteger(value) || value < 0) throw new Error('--seed and --count take whole numbers')
    return value
  }
  const out = values.out ?? packageFile('examples/support-tickets')
  const digests = generate(out, number(values.seed, DEFAULT_SEED), number(values.count, DEFAULT_COUNT))
  process.stdout.write(
    `${digests.tickets}  ${join(out, 'tickets.jsonl')}\n${digests.gold}  ${join(out, 'gold.jsonl')}\n`,
  )
}
