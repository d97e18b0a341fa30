import { luhn } from '../recognizers/credit-card.ts'
import type { IdSpec } from './id-spec.ts'
import { LICENSE_PLATES } from './license-plates.ts'
import { ANY_PASSPORT } from './north-america.ts'

/** Shapes of `from` to `to` digits. */
function digits(from: number, to = from): readonly string[] {
  return Array.from({ length: to - from + 1 }, (_, i) => '9'.repeat(from + i))
}

const BANK: readonly IdSpec[] = [
  {
    // Check digit 3-7-1 and the prefixes that the American Bankers Association has given out (ABA routing number policy).
    name: 'aba-routing',
    type: 'ABA_ROUTING',
    shapes: digits(9),
    written: /^(?:\d{9}|\d{4}[- ]\d{4}[- ]\d)$/,
    valid: (value) =>
      /^(?:0\d|1[0-2]|2[1-9]|3[0-2]|6[1-9]|7[0-2]|80)/.test(value) && value !== '000000000'
        ? aba(value) || 'mistyped'
        : false,
    score: 0.1,
    contextScore: 0.95,
    context: /\brouting|\baba\b|\brtn\b|\btransit n|\bach\b|wire transfer|routing_?n/,
  },
  {
    name: 'uk-sort-code',
    type: 'BANK_ACCOUNT',
    shapes: ['999999', '99999999999999'],
    written: /^\d{2}([- ]?)\d{2}\1\d{2}(?:[ /-]{1,3}\d{8})?$/,
    score: 0.1,
    contextScore: 0.9,
    context: /sort ?-?code|\bs\/c\b/,
  },
  {
    // Bank-State-Branch: the third digit is the state, 0–7 and 9 for none.
    name: 'au-bsb',
    type: 'BANK_ACCOUNT',
    shapes: digits(6).concat(digits(11, 16)),
    written: /^\d{3}[- ]?\d{3}(?:[ /-]\d{2,4}[ -]?\d{3,6}|[ /-]\d{5,10})?$/,
    score: 0.1,
    contextScore: 0.9,
    context: /\bbsb\b/,
  },
  {
    name: 'nz-account',
    type: 'BANK_ACCOUNT',
    shapes: digits(15, 16),
    // Bank, branch, account, suffix; banks are 01–38 and 88.
    written: /^(?:0[1-9]|[12]\d|3[0-8]|88)[- ]\d{4}[- ]\d{7}[- ]\d{2,3}$/,
    score: 0.7,
    contextScore: 0.95,
    context: /\baccount|\bacc\b|\ba\/c\b|bank/,
  },
  {
    name: 'ca-transit',
    type: 'BANK_ACCOUNT',
    shapes: digits(8, 9).concat(digits(15, 20)),
    // Transit (five) and institution (three), or 0, institution, transit; the account may follow.
    written: /^(?:\d{5}[- ]\d{3}|0\d{8})(?:[ -]\d{7,12})?$/,
    score: 0.1,
    contextScore: 0.85,
    context: /\btransit\b|institution (?:n|#)/,
  },
  {
    name: 'in-ifsc',
    type: 'BANK_ACCOUNT',
    // Reserve Bank of India: bank, a zero, branch.
    shapes: ['AAAA9??????'],
    written: /^[A-Z]{4}0[A-Z0-9]{6}$/i,
    score: 0.1,
    contextScore: 0.9,
    context: /\bifsc?\b|\bneft\b|\brtgs\b|\bimps\b/,
  },
  {
    name: 'de-account',
    type: 'BANK_ACCOUNT',
    shapes: digits(8),
    // Bankleitzahl: the first digit is the clearing area, 1–8.
    written: /^\d{3} ?\d{3} ?\d{2}$/,
    valid: (value) => /^[1-8]/.test(value),
    score: 0.1,
    contextScore: 0.9,
    context: /\bblz\b|bankleitzahl/,
  },
  {
    name: 'mx-clabe',
    type: 'BANK_ACCOUNT',
    shapes: digits(18),
    written: /^\d{3}[ -]?\d{3}[ -]?\d{11}[ -]?\d$/,
    valid: (value) => clabe(value) || 'mistyped',
    score: 0.3,
    contextScore: 0.95,
    context: /\bclabe\b|interbancaria|cuenta/,
  },
  {
    name: 'es-ccc',
    type: 'BANK_ACCOUNT',
    shapes: digits(20),
    written: /^\d{4}[ -]?\d{4}[ -]?\d{2}[ -]?\d{10}$/,
    valid: (value) => ccc(value) || 'mistyped',
    score: 0.3,
    contextScore: 0.95,
    context: /\bccc\b|cuenta|\bbanco\b/,
  },
  {
    name: 'fr-rib',
    type: 'BANK_ACCOUNT',
    shapes: digits(23),
    written: /^\d{5} ?\d{5} ?\d{11} ?\d{2}$/,
    valid: (value) => rib(value) || 'mistyped',
    score: 0.5,
    contextScore: 0.95,
    context: /\brib\b|compte|banque/,
  },
]

const DEVICES: readonly IdSpec[] = [
  {
    // 3GPP TS 23.003 §6.2: type allocation code, serial number, Luhn. The first two digits name the body that allots.
    name: 'imei',
    type: 'DEVICE_ID',
    shapes: digits(15),
    written: /^\d{2}[- ]?\d{6}[- ]?\d{6}[- ]?\d$|^\d{8}[- ]\d{6}[- ]\d$/,
    valid: (value) =>
      /^(?:0[0-9]|1[0-3]|3[0-9]|4[4-9]|5[0-4]|86|9[1789])/.test(value) && !/^(\d)\1+$/.test(value)
        ? luhn(value) || 'mistyped'
        : false,
    score: 0.3,
    contextScore: 0.97,
    context: /\bimei\d?\b|equipment identity|\*#06#/,
  },
  {
    name: 'imei-sv',
    type: 'DEVICE_ID',
    shapes: digits(16),
    written: /^\d{2}[- ]?\d{6}[- ]?\d{6}[- ]?\d{2}$/,
    score: 0,
    contextScore: 0.9,
    context: /imei-? ?(?:sv|software)/,
  },
  {
    // ITU-T E.118: 89, country, issuer; 19 digits end with Luhn's, 20 may have a filler.
    name: 'iccid',
    type: 'DEVICE_ID',
    shapes: digits(18, 20),
    written: /^\d{4}(?:[ -]?\d{4}){3}[ -]?\d{2,4}$|^\d{18,20}$/,
    valid: (value) => value.startsWith('89') && (luhn(value) || 'mistyped'),
    score: 0.4,
    contextScore: 0.95,
    context: /\biccid\b|\be?-?sim\b|\buicc\b|sim[- ]?(?:card|karte|kaart)|carte sim|tarjeta sim/,
  },
  {
    name: 'meid',
    type: 'DEVICE_ID',
    shapes: digits(18),
    written: /^\d{18}$|^\d{10}[ -]?\d{8}$/,
    score: 0,
    contextScore: 0.9,
    context: /\bmeid\b/,
  },
]

const HEALTH: readonly IdSpec[] = [
  {
    // 21 CFR 1301: registrant type, first letter of the name (or 9), six digits and a check digit.
    name: 'us-dea',
    type: 'MEDICAL_LICENSE',
    shapes: ['AA9999999', 'A99999999'],
    written: /^[A-HJ-NPRSTUX][A-Z9] ?-?\d{7}$/i,
    valid: (value) => dea(value) || 'mistyped',
    score: 0.4,
    contextScore: 0.97,
    context: /\bdea\b|prescriber|controlled substance|registrant/,
  },
  {
    name: 'uk-gmc',
    type: 'MEDICAL_LICENSE',
    shapes: digits(7),
    written: /^\d{7}$/,
    score: 0,
    contextScore: 0.9,
    context: /\bgmc\b|general medical council/,
  },
  {
    // Répertoire partagé des professionnels de santé: eleven digits that end with Luhn's.
    name: 'fr-rpps',
    type: 'MEDICAL_LICENSE',
    shapes: digits(11),
    written: /^\d(?: ?\d{5}){2}$|^\d{11}$/,
    valid: (value) => luhn(value) || 'mistyped',
    score: 0,
    contextScore: 0.9,
    context: /\brpps\b/,
  },
]

/** Numbers of banks, devices, health professionals and vehicles, as data. */
export const GENERAL_IDS: readonly IdSpec[] = [...BANK, ...DEVICES, ...HEALTH, ...LICENSE_PLATES, ANY_PASSPORT]

/** Weights 3, 7, 1 over nine digits; the sum is a multiple of ten (ABA routing number policy). */
export function aba(value: string): boolean {
  return weighted(value, [3, 7, 1]) % 10 === 0
}

/** First, third and fifth digit, and twice the second, fourth and sixth: the last digit of the sum is the seventh (DEA). */
export function dea(value: string): boolean {
  return weighted(value.slice(2, 8), [1, 2]) % 10 === Number(value[8])
}

/** Banco de México: weights 3, 7, 1, each product modulo ten. */
export function clabe(value: string): boolean {
  const sum = [...value.slice(0, 17)].reduce((total, digit, i) => total + ((Number(digit) * [3, 7, 1][i % 3]!) % 10), 0)
  return (10 - (sum % 10)) % 10 === Number(value[17])
}

/** Código Cuenta Cliente: two check digits modulo 11, of bank and branch, and of the account. */
export function ccc(value: string): boolean {
  const check = (part: string): number => {
    const rest = 11 - (weighted(part, [1, 2, 4, 8, 5, 10, 9, 7, 3, 6]) % 11)
    return rest === 11 ? 0 : rest === 10 ? 1 : rest
  }
  return value[8] === String(check(`00${value.slice(0, 8)}`)) && value[9] === String(check(value.slice(10)))
}

/** Relevé d'identité bancaire, digits only: 89 × bank + 15 × branch + 3 × account + key is a multiple of 97. */
export function rib(value: string): boolean {
  const part = (from: number, to: number): number => Number(value.slice(from, to))
  return (89 * part(0, 5) + 15 * part(5, 10) + 3 * part(10, 21) + part(21, 23)) % 97 === 0
}

function weighted(value: string, weights: readonly number[]): number {
  let sum = 0
  for (let i = 0; i < value.length; i++) sum += Number(value[i]) * weights[i % weights.length]!
  return sum
}
