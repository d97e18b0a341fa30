import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { gunzipSync } from 'node:zlib'
import type { Example } from './example.ts'

/** Everyday requests without names, below `SLUICE_DATA/corpora`. */
export function cleanTexts(folder: string): readonly string[] {
  return [...bankingQueries(folder, 'train'), ...coffeeOrders(folder)]
}

/** Bank customers' questions (Banking77). */
export function bankingQueries(folder: string, part: 'train' | 'test'): readonly string[] {
  return readFileSync(join(folder, `banking77/${part}.csv`), 'utf8')
    .split('\n')
    .slice(1)
    .map((line) => line.replace(/,[A-Za-z_?]+\s*$/, '').replace(/^"|"$/g, ''))
    .filter((line) => line !== '')
}

/** Turns of Taskmaster-4, without those that order for someone by name. */
function coffeeOrders(folder: string): readonly string[] {
  return gunzipSync(readFileSync(join(folder, 'taskmaster4.jsonl.gz')))
    .toString('utf8')
    .split('\n')
    .filter((line) => line !== '')
    .flatMap((line) => (JSON.parse(line) as { messages: { content: string }[] }).messages.map((m) => m.content))
    .filter((text) => !/\bfor \p{Lu}/u.test(text))
}

/** The documents of examples, in order. */
export function documentsOf(examples: readonly Example[]): readonly string[] {
  return [...new Set(examples.map(({ document }) => document ?? ''))]
}
