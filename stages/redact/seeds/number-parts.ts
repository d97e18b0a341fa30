import type { Random } from '../../../util/random.ts'
import { digits, letters } from './carriers.ts'

/** Parts of made-up numbers. Nothing here knows the recognizers: check digits are computed forwards, from the rules. */

export const UPPER = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ'

/** Σ weight × digit. */
export function weigh(body: string, weights: readonly number[]): number {
  return weights.reduce((sum, weight, at) => sum + weight * Number(body[at]), 0)
}

/** `#` a digit, `@` a letter, `*` either; the rest stands for itself. */
export function fill(rng: Random, form: string): string {
  return form.replace(/[#@*]/g, (kind) =>
    kind === '#' ? digits(rng, 1) : letters(rng, 1, kind === '@' ? UPPER : `0123456789${UPPER}`),
  )
}

/** Cuts a compact value into groups: `grouped('123456789', [3, 3, 3], '-')`. */
export function grouped(value: string, sizes: readonly number[], separator: string): string {
  const ends = sizes.map((_, index) => sizes.slice(0, index + 1).reduce((sum, size) => sum + size, 0))
  const parts = ends.map((end, index) => value.slice(index === 0 ? 0 : ends[index - 1], end))
  return [...parts, value.slice(ends.at(-1))].filter((part) => part !== '').join(separator)
}

export interface Birth {
  readonly year: number
  /** Two digits each. */
  readonly yy: string
  readonly mm: string
  readonly dd: string
}

export function birth(rng: Random, from = 1935, years = 70): Birth {
  const year = from + rng.integer(years)
  return { year, yy: pad(year % 100), mm: pad(rng.integer(12) + 1), dd: pad(rng.integer(28) + 1) }
}

export function pad(n: number, length = 2): string {
  return String(n).padStart(length, '0')
}

/** A number from `from` to `to`, padded. */
export function between(rng: Random, from: number, to: number, length = 2): string {
  return pad(from + rng.integer(to - from + 1), length)
}

/** The digit that brings Luhn's sum to a multiple of ten. */
export function luhnDigit(body: string): string {
  const sum = [...body].reverse().reduce((total, char, at) => {
    const n = Number.parseInt(char, 36)
    return total + (at % 2 === 1 ? n : n > 4 ? n * 2 - 9 : n * 2)
  }, 0)
  return String((10 - (sum % 10)) % 10)
}

/** ISO 7064 MOD 11-10, by its definition. */
export function mod1110Digit(body: string): string {
  let rest = 10
  for (const digit of body) rest = (((Number(digit) + rest) % 10 || 10) * 2) % 11
  return String((11 - rest) % 10)
}

/** Remainder by big integers, where the recognizers go digit by digit. */
export function rest(body: string, modulus: number): number {
  return Number(BigInt(body) % BigInt(modulus))
}

/** Tries bodies until one has a check digit: some remainders are not given out. */
export function until(make: () => string | undefined): string {
  for (;;) {
    const value = make()
    if (value !== undefined) return value
  }
}

/** The digit by the ISO 7064 / Verhoeff tables built from the group's rule, not written out. */
export function verhoeffDigit(body: string): string {
  // The dihedral group of a pentagon: 0–4 rotations, 5–9 reflections.
  const times = (a: number, b: number): number =>
    a < 5 ? (b < 5 ? (a + b) % 5 : ((a + b) % 5) + 5) : b < 5 ? ((a - b + 5) % 5) + 5 : (a - b + 5) % 5
  const permute = (digit: number, turns: number): number =>
    turns === 0 ? digit : permute([1, 5, 7, 6, 2, 8, 3, 0, 9, 4][digit]!, turns - 1)
  let check = 0
  for (const [at, digit] of [...body].reverse().entries()) check = times(check, permute(Number(digit), (at + 1) % 8))
  for (let digit = 0; digit < 10; digit++) if (times(check, digit) === 0) return String(digit)
  return '0'
}
