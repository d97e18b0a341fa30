import { isRepeated, luhn, weightedSum } from './check-digits.ts'
import { named } from './context-words.ts'
import { isYearFirst } from './dates.ts'
import type { IdSpec } from './id-spec.ts'

/** ATO: weights 1 4 3 7 5 8 6 9 10 (nine digits), 10 7 8 4 6 3 5 1 (eight), modulo 11. */
function isTfn(value: string): boolean {
  const weights = value.length === 9 ? [1, 4, 3, 7, 5, 8, 6, 9, 10] : [10, 7, 8, 4, 6, 3, 5, 1]
  return !isRepeated(value) && weightedSum(value, weights) % 11 === 0
}

/** Services Australia: first digit 2–6, weights 1 3 7 9 1 3 7 9, modulo 10; then issue (1–9) and person (1–9). */
function isMedicare(value: string): boolean {
  return /^[2-6]\d{8}[1-9]/.test(value) && weightedSum(value, [1, 3, 7, 9, 1, 3, 7, 9]) % 10 === Number(value[8])
}

/** ABR, "Format of the ABN": one from the first digit, weights 10 1 3 5 … 19, modulo 89. */
function isAbn(value: string): boolean {
  const first = Number(value[0]) - 1
  return first >= 0 && (first * 10 + weightedSum(value.slice(1), [1, 3, 5, 7, 9, 11, 13, 15, 17, 19])) % 89 === 0
}

/** ASIC, "Australian Company Number digit check": weights 8…1, ten less the remainder. */
function isAcn(value: string): boolean {
  return !isRepeated(value) && (10 - (weightedSum(value, [8, 7, 6, 5, 4, 3, 2, 1]) % 10)) % 10 === Number(value[8])
}

/** Inland Revenue, "IRD number validation": 10–150 million, weights 3 2 7 6 5 4 3 2, where that gives 10: 7 4 3 2 5 2 7 6. */
function isIrd(value: string): boolean {
  const number = Number(value)
  if (number < 10_000_000 || number > 150_000_000) return false
  const digits = value.padStart(9, '0')
  const check = (weights: readonly number[]): number => (11 - (weightedSum(digits, weights) % 11)) % 11
  const first = check([3, 2, 7, 6, 5, 4, 3, 2])
  const last = first < 10 ? first : check([7, 4, 3, 2, 5, 2, 7, 6])
  return last === Number(digits[8])
}

/** Identification Act 68 of 1997: YYMMDD, order, citizenship 0–2, 8 or 9, Luhn. */
function isSouthAfrican(value: string): boolean {
  return isYearFirst(value) && /^.{10}[012][89]/.test(value) && luhn(value)
}

const ZA = named(
  'south african id*|sa id*|rsa id*|sa identity*|id nommer|identiteitsnommer|rsa identity*|smart id card',
)

export const OCEANIA_AFRICA: readonly IdSpec[] = [
  {
    name: 'au-tfn',
    type: 'AU_TFN',
    shapes: ['999999999', '99999999'],
    written: /^\d{3}([ -]?)\d{3}\1\d{2,3}$/,
    valid: isTfn,
    score: 0.2,
    contextScore: 0.95,
    context: named('tfn|tax file*|tfn no'),
  },
  {
    name: 'au-tfn-mistyped',
    type: 'AU_TFN',
    shapes: ['999999999'],
    written: /^\d{3}([ -]?)\d{3}\1\d{3}$/,
    valid: (value) => (isTfn(value) ? false : 'mistyped'),
    score: 0,
    contextScore: 0,
    context: named('tfn|tax file number'),
  },
  {
    name: 'au-medicare',
    type: 'AU_MEDICARE',
    shapes: ['9999999999', '99999999999'],
    written: /^\d{4}([ -]?)\d{5}\1\d(?:[ /-]?[1-9])?$/,
    valid: isMedicare,
    score: 0.35,
    contextScore: 0.95,
    context: named('medicare*|irn'),
  },
  {
    name: 'au-abn',
    type: 'AU_ABN',
    shapes: ['99999999999'],
    written: /^\d{2}([ -])\d{3}\1\d{3}\1\d{3}$/,
    valid: isAbn,
    score: 0.65,
    contextScore: 0.96,
    context: named('abn|australian business*|a b n'),
  },
  {
    name: 'au-abn-plain',
    type: 'AU_ABN',
    shapes: ['99999999999'],
    written: /^\d{11}$/,
    valid: isAbn,
    score: 0.35,
    contextScore: 0.96,
    context: named('abn|australian business*|a b n'),
  },
  {
    name: 'au-acn',
    type: 'AU_ACN',
    shapes: ['999999999'],
    written: /^\d{3}([ -]?)\d{3}\1\d{3}$/,
    valid: isAcn,
    score: 0.15,
    contextScore: 0.95,
    context: named('acn|australian company*|a c n|arbn'),
  },
  {
    name: 'nz-ird',
    type: 'NZ_IRD',
    shapes: ['999999999', '99999999'],
    written: /^\d{2,3}([ -]?)\d{3}\1\d{3}$/,
    valid: isIrd,
    score: 0.25,
    contextScore: 0.95,
    context: named('ird|inland revenue*|ird no|gst no|gst number'),
  },
  {
    name: 'za-id',
    type: 'ZA_ID',
    shapes: ['9999999999999'],
    written: /^\d{13}$|^\d{6} \d{4} \d{3}$|^\d{6}([ -])\d{4}\1\d\1\d\1\d$|^\d{6} \d{4} \d{2} \d$/,
    valid: isSouthAfrican,
    score: 0.65,
    contextScore: 0.97,
    context: ZA,
  },
  {
    // NIMC and CBN publish no check digit. A BVN begins with 22.
    name: 'ng-nin',
    type: 'NG_NIN',
    shapes: ['99999999999'],
    written: /^\d{11}$|^\d{4}[ -]\d{3}[ -]\d{4}$|^\d{3}[ -]\d{4}[ -]\d{4}$/,
    valid: (value) => /^[1-9]/.test(value) && !isRepeated(value),
    score: 0.05,
    contextScore: 0.9,
    context: named('nin|nimc|bvn|bank verification*|national identification number|nin slip'),
  },
  {
    // KRA: A for people, P for others, nine digits, a letter.
    name: 'ke-kra-pin',
    type: 'KE_ID',
    shapes: ['A999999999A'],
    written: /^[AP]\d{9}[A-Z]$/i,
    score: 0.65,
    contextScore: 0.95,
    context: named('kra|kra pin|itax|pin certificate'),
  },
  {
    name: 'ke-id',
    type: 'KE_ID',
    shapes: ['99999999', '9999999'],
    written: /^\d{7,8}$/,
    valid: (value) => /^[1-9]/.test(value) && !isRepeated(value),
    score: 0.02,
    contextScore: 0.85,
    context: named('kenyan id*|kenya id*|national id*|huduma*|kitambulisho*|maisha*'),
  },
]
