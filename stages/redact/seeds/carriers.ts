import type { Random } from '../../../util/random.ts'
import type { Seed } from './seed.ts'

/** Text before and after a value, `{}` marking its place. */
export function carry(rng: Random, value: string, carriers: readonly string[]): Seed {
  const [before = '', after = ''] = rng.pick(carriers).split('{}')
  return { before, value, after }
}

/** Either in a tool call under one of the fields, or in one of the carriers. */
export function carryOrField(
  rng: Random,
  value: string,
  carriers: readonly string[],
  fields: readonly string[],
  share = 0.15,
): Seed {
  if (rng.next() < share) return { before: '', value, after: '', field: rng.pick(fields) }
  return carry(rng, value, carriers)
}

/** Places without any word that helps. */
export const BARE: readonly string[] = [
  '{}',
  '{}.',
  '({})',
  '{},',
  '\n{}\n',
  '\n> {}\n',
  '\n- {}\n',
  '\n| 7 | {} | open |\n',
  '"{}"',
  '{} ok?',
  '→ {}',
  '`{}`',
  '{}!!',
  '{}; thx',
]

export function digits(rng: Random, n: number): string {
  let out = ''
  for (let i = 0; i < n; i++) out += rng.integer(10)
  return out
}

export function letters(rng: Random, n: number, alphabet: string): string {
  let out = ''
  for (let i = 0; i < n; i++) out += alphabet[rng.integer(alphabet.length)]
  return out
}

export const HEX = '0123456789abcdef'
export const ALNUM = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789'
