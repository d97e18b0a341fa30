import { valueAt, verhoeff } from './check-digits.ts'
import { named } from './context-words.ts'
import type { IdSpec } from './id-spec.ts'

/** UIDAI: the first digit is 2–9, Verhoeff, and no number reads the same backwards. */
function isAadhaar(value: string): boolean {
  return /^[2-9]/.test(value) && verhoeff(value) && [...value].reverse().join('') !== value
}

const STATE = /^(?:0[1-9]|[12]\d|3[0-8]|97|99)/

/** GSTN: Luhn's way with base 36: products cast out by dividing by 36. */
function isGstin(value: string): boolean {
  let sum = 0
  for (let at = 0; at < 14; at++) {
    const product = valueAt(value, at) * (1 + (at % 2))
    sum += Math.floor(product / 36) + (product % 36)
  }
  return STATE.test(value) && (36 - (sum % 36)) % 36 === valueAt(value, 14)
}

const AADHAAR = named('aadhaar*|aadhar*|adhaar*|adhar|uidai|uid|आधार*|vid')

export const INDIA_PAKISTAN: readonly IdSpec[] = [
  {
    name: 'in-aadhaar',
    type: 'IN_AADHAAR',
    shapes: ['999999999999'],
    written: /^\d{4}([ -]?)\d{4}\1\d{4}$/,
    valid: isAadhaar,
    score: 0.4,
    contextScore: 0.96,
    context: AADHAAR,
  },
  {
    name: 'in-aadhaar-mistyped',
    type: 'IN_AADHAAR',
    shapes: ['999999999999'],
    written: /^\d{4}([ -]?)\d{4}\1\d{4}$/,
    valid: (value) => (isAadhaar(value) ? false : 'mistyped'),
    score: 0,
    contextScore: 0,
    context: named('aadhaar*|aadhar*|adhaar*|आधार*'),
  },
  {
    // Income-tax rule 114: the fourth letter is the kind of holder, the fifth the first of the name.
    name: 'in-pan',
    type: 'IN_PAN',
    shapes: ['AAAAA9999A'],
    written: /^[A-Z]{3}[ABCFGHJLPT][A-Z](?!0000)\d{4}[A-Z]$/i,
    score: 0.6,
    contextScore: 0.95,
    context: named('pan|pan card|permanent account*|income tax*|पैन'),
  },
  {
    name: 'in-passport',
    type: 'IN_PASSPORT',
    shapes: ['A9999999'],
    written: /^[A-PR-WY] ?[1-9]\d ?\d{4}[1-9]$/i,
    score: 0.1,
    contextScore: 0.9,
    // A passport of no country that is told may be of many: `labelled-document.ts`.
    context: named('indian passport|india passport|republic of india|पासपोर्ट'),
  },
  {
    // Election Commission: three letters of the constituency, seven digits.
    name: 'in-voter',
    type: 'IN_VOTER',
    shapes: ['AAA9999999'],
    written: /^[A-Z]{3}[/ ]?\d{7}$/i,
    score: 0.2,
    contextScore: 0.92,
    context: named('voter*|epic|election card|electors photo*|मतदाता*'),
  },
  {
    name: 'in-gstin',
    type: 'IN_GSTIN',
    shapes: ['99AAAAA9999A?A?'],
    written: /^\d{2}[A-Z]{5}\d{4}[A-Z][1-9A-Z]Z[\dA-Z]$/i,
    valid: isGstin,
    score: 0.9,
    contextScore: 0.97,
    context: named('gst*|gstin|gst no'),
  },
  {
    // NADRA: five digits of the place (the first 1–8 a province), seven of the family, one that is odd for men.
    name: 'pk-cnic',
    type: 'PK_CNIC',
    shapes: ['9999999999999'],
    written: /^[1-8]\d{4}-\d{7}-[1-9]$/,
    score: 0.75,
    contextScore: 0.95,
    context: named('cnic|nicop|nadra|nic|شناختی کارڈ|pakistani id*|poc'),
  },
  {
    name: 'pk-cnic-plain',
    type: 'PK_CNIC',
    shapes: ['9999999999999'],
    written: /^[1-8]\d{4} ?\d{7} ?[1-9]$/,
    score: 0.1,
    contextScore: 0.9,
    context: named('cnic|nicop|nadra|شناختی کارڈ|pakistani id*'),
  },
]
