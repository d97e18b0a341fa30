import type { Random } from '../../util/random.ts'

/** Generators for the values of the benchmark. Written apart from the recognizers' checks, so that an error in one shows. */

export function digits(rng: Random, count: number): string {
  let out = ''
  for (let i = 0; i < count; i++) out += rng.integer(10)
  return out
}

/** `count` digits of which the first is not zero. */
export function number(rng: Random, count: number): string {
  return `${1 + rng.integer(9)}${digits(rng, count - 1)}`
}

export function letters(rng: Random, count: number, alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ'): string {
  let out = ''
  for (let i = 0; i < count; i++) out += alphabet[rng.integer(alphabet.length)]
  return out
}

/** Σ digit · weight. */
export function weighted(value: string, weights: readonly number[]): number {
  return weights.reduce((sum, weight, i) => sum + weight * Number(value[i]), 0)
}

/** The digit that makes `value` + digit pass Luhn (ISO/IEC 7812-1, annex B). */
export function luhnDigit(value: string): string {
  let sum = 0
  for (let i = 0; i < value.length; i++) {
    const digit = Number(value[value.length - 1 - i])
    sum += i % 2 === 0 ? (digit * 2 > 9 ? digit * 2 - 9 : digit * 2) : digit
  }
  return String((10 - (sum % 10)) % 10)
}

/** ISO 7064 MOD 11,10 check digit. */
export function iso7064Mod11x10(value: string): string {
  let rest = 10
  for (const char of value) {
    rest = (rest + Number(char)) % 10
    rest = ((rest === 0 ? 10 : rest) * 2) % 11
  }
  return String((11 - rest) % 10)
}

/** ISO 7064 MOD 97,10 over letters (A = 10) and digits. */
export function mod97(value: string): number {
  let rest = 0
  for (const char of value) {
    const n = Number.parseInt(char, 36)
    rest = (rest * (n > 9 ? 100 : 10) + n) % 97
  }
  return rest
}

// Multiplication in the dihedral group D5, and the permutation of Verhoeff 1969, table 3.
const D5 = Array.from({ length: 10 }, (_, a) =>
  Array.from({ length: 10 }, (_, b) => {
    if (a < 5) return b < 5 ? (a + b) % 5 : ((a + b - 5) % 5) + 5
    return b < 5 ? ((a - 5 - b + 5) % 5) + 5 : (a - b + 5) % 5
  }),
)
const PERMUTATION = [1, 5, 7, 6, 2, 8, 3, 0, 9, 4]

/** Verhoeff check digit (Verhoeff 1969). */
export function verhoeffDigit(value: string): string {
  for (let check = 0; check < 10; check++) {
    let state = 0
    const all = `${value}${check}`
    for (let i = 0; i < all.length; i++) {
      let digit = Number(all[all.length - 1 - i])
      for (let times = 0; times < i % 8; times++) digit = PERMUTATION[digit]!
      state = D5[state]![digit]!
    }
    if (state === 0) return String(check)
  }
  throw new Error('one of ten digits always fits')
}

/** Two digits. */
export function two(value: number): string {
  return String(value).padStart(2, '0')
}

/** A birth date from 1940 to 2004. */
export function birthDay(rng: Random): { readonly year: number; readonly month: number; readonly day: number } {
  return { year: 1940 + rng.integer(65), month: 1 + rng.integer(12), day: 1 + rng.integer(28) }
}

/** Draws until `make` gives a value: for check digits that do not exist for each number. */
export function until<T>(make: () => T | undefined): T {
  for (;;) {
    const value = make()
    if (value !== undefined) return value
  }
}
