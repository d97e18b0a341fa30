/** Check digits of numbers that authorities give out. Every function is pure and linear; values are compact, upper-case. */

const ALPHANUMERIC = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ'

/** Digit at `at`; a letter counts as 10…35 (A…Z), as in ISO 7064 and ICAO 9303. */
export function valueAt(value: string, at: number): number {
  return ALPHANUMERIC.indexOf(value[at] ?? '')
}

/** Σ weight × digit over as many characters as there are weights, from the left. Letters count as 10…35. */
export function weightedSum(value: string, weights: readonly number[]): number {
  let sum = 0
  for (const [at, weight] of weights.entries()) sum += weight * valueAt(value, at)
  return sum
}

/** Remainder that is never negative. */
export function modulo(value: number, modulus: number): number {
  return ((value % modulus) + modulus) % modulus
}

/** Remainder of a number too long for a double, read digit by digit. */
export function longModulo(digits: string, modulus: number): number {
  let rest = 0
  for (let at = 0; at < digits.length; at++) rest = (rest * 10 + digits.charCodeAt(at) - 48) % modulus
  return rest
}

/** Luhn (ISO/IEC 7812-1, annex B). Letters count as 10…35 and are doubled and cast out like digits (ICAO, Portugal). */
export function luhn(value: string): boolean {
  let sum = 0
  for (let at = value.length - 1, even = false; at >= 0; at--, even = !even) {
    const digit = valueAt(value, at)
    sum += even ? (digit * 2 > 9 ? digit * 2 - 9 : digit * 2) : digit
  }
  return sum % 10 === 0
}

/** Sum of the digits of a number below 1000. */
export function crossSum(value: number): number {
  return Math.floor(value / 100) + (Math.floor(value / 10) % 10) + (value % 10)
}

/** ISO/IEC 7064 MOD 11-10 (hybrid): the last digit checks the others. Germany's tax id, Croatia's OIB. */
export function mod11And10(digits: string): boolean {
  let product = 10
  for (let at = 0; at < digits.length - 1; at++) {
    const sum = (valueAt(digits, at) + product) % 10 || 10
    product = (sum * 2) % 11
  }
  return (product + valueAt(digits, digits.length - 1)) % 10 === 1
}

/** ISO/IEC 7064 MOD 11-2 (pure): the last character, a digit or X, checks the others. GB 11643 (China). */
export function mod11And2(value: string): boolean {
  let rest = 0
  for (let at = 0; at < value.length - 1; at++) rest = ((rest + valueAt(value, at)) * 2) % 11
  const check = value.endsWith('X') ? 10 : valueAt(value, value.length - 1)
  return (rest + check) % 11 === 1
}

// Verhoeff 1969: the dihedral group D5 and a permutation of its elements.
const D5 = [
  [0, 1, 2, 3, 4, 5, 6, 7, 8, 9],
  [1, 2, 3, 4, 0, 6, 7, 8, 9, 5],
  [2, 3, 4, 0, 1, 7, 8, 9, 5, 6],
  [3, 4, 0, 1, 2, 8, 9, 5, 6, 7],
  [4, 0, 1, 2, 3, 9, 5, 6, 7, 8],
  [5, 9, 8, 7, 6, 0, 4, 3, 2, 1],
  [6, 5, 9, 8, 7, 1, 0, 4, 3, 2],
  [7, 6, 5, 9, 8, 2, 1, 0, 4, 3],
  [8, 7, 6, 5, 9, 3, 2, 1, 0, 4],
  [9, 8, 7, 6, 5, 4, 3, 2, 1, 0],
] as const
const PERMUTATION = [1, 5, 7, 6, 2, 8, 3, 0, 9, 4] as const

/** Verhoeff's scheme (Aadhaar, Luxembourg): the last digit checks the others. */
export function verhoeff(digits: string): boolean {
  let check = 0
  for (let at = digits.length - 1, place = 0; at >= 0; at--, place++) {
    let digit = valueAt(digits, at)
    for (let turn = place % 8; turn > 0; turn--) digit = PERMUTATION[digit]!
    check = D5[check]![digit]!
  }
  return check === 0
}

/** ICAO Doc 9303 part 3, 4.9: weights 7, 3, 1 over digits and letters, modulo 10; the last digit checks the others. */
export function icao731(value: string): boolean {
  let sum = 0
  for (let at = 0; at < value.length - 1; at++) sum += valueAt(value, at) * [7, 3, 1][at % 3]!
  return sum % 10 === valueAt(value, value.length - 1)
}

/** The same digit all through: no authority issues it, and many sums let it pass. */
export function isRepeated(digits: string): boolean {
  return digits.length > 1 && [...digits].every((digit) => digit === digits[0])
}
