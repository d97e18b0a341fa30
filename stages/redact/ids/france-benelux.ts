import { isRepeated, longModulo, luhn, verhoeff, weightedSum } from './check-digits.ts'
import { named } from './context-words.ts'
import { isDate, isLongDate, two } from './dates.ts'
import type { IdSpec } from './id-spec.ts'

/** INSEE, NIR: sex, year, month (or a substitute), department, commune, order; key 97 − remainder, 2A as 19, 2B as 18. */
function isNir(value: string): boolean {
  const month = two(value, 3)
  if (!/^[1-478]/.test(value)) return false
  if (!((month >= 1 && month <= 12) || month === 20 || (month >= 30 && month <= 42) || month >= 50)) return false
  // A letter stands for Corsica's departments only: 2A, 2B.
  if (/^.{5}00|^.{10}000|^.{5}[^2][A-Z]|^.{6}[C-Z]/.test(value)) return false
  if (value.length === 13) return true
  const digits = value.replace('2A', '19').replace('2B', '18')
  return 97 - longModulo(digits.slice(0, 13), 97) === two(digits, 13)
}

/** DGFiP, numéro SPI: the last three digits are the first ten modulo 511. */
function isSpi(value: string): boolean {
  return /^[0-3]/.test(value) && !isRepeated(value) && longModulo(value.slice(0, 10), 511) === Number(value.slice(10))
}

/** INSEE: Luhn; the branches of La Poste (356 000 000) have a sum of digits that five divides. */
function isSiret(value: string): boolean {
  if (isRepeated(value)) return false
  if (luhn(value) && luhn(value.slice(0, 9))) return true
  return value.startsWith('356000000') && [...value].reduce((sum, digit) => sum + Number(digit), 0) % 5 === 0
}

/** Code général des impôts, annex IV: key (12 + 3 × SIREN mod 97) mod 97. */
function isFrenchVat(value: string): boolean {
  const siren = value.slice(4)
  return luhn(siren) && (12 + 3 * (Number(siren) % 97)) % 97 === two(value, 2)
}

/** Arrêté royal 3 April 1984: 97 − remainder of the first nine digits, with a 2 before them from 2000 on. */
export function isBelgian(value: string): boolean {
  // Numbers for people without residence (BIS) add 20 or 40 to the month; an unknown birthday has month or day 00.
  const month = two(value, 2) % 20
  const day = two(value, 4)
  const check = two(value, 9)
  const head = value.slice(0, 9)
  if (two(value, 2) > 52 || day > 31 || value.slice(6, 9) === '000') return false
  // Nobody has a birthday in 2046 yet.
  for (const century of two(value, 0) > 45 ? [1900] : [1900, 2000]) {
    const dated = month === 0 || day === 0 ? month <= 12 : isDate(century + two(value, 0), month, day)
    if (dated && 97 - longModulo(century === 2000 ? `2${head}` : head, 97) === check) return true
  }
  return false
}

/** Elfproef (Dutch Logisch ontwerp BSN): weights 9…2 and −1; eight digits count with a zero before them. */
function isBsn(value: string): boolean {
  const digits = value.padStart(9, '0')
  return !isRepeated(value) && weightedSum(digits, [9, 8, 7, 6, 5, 4, 3, 2, -1]) % 11 === 0
}

/** Luxembourg (law of 19 June 2013): eleven digits, their Luhn digit, their Verhoeff digit. */
function isLuxembourg(value: string): boolean {
  const head = value.slice(0, 11)
  return isLongDate(value) && luhn(value.slice(0, 12)) && verhoeff(head + value[12]!)
}

const NIR = named(
  'sécurité sociale|securite sociale|sécu|secu|nir|insee|carte vitale|n ss|numéro ss|social security|assuré*',
)
const FISCAL = named('fiscal*|spi|identifiant fiscal|référence fiscale|impôt*|impot*|tax id*|tin')
const FR_CARD = named(
  'cni|cnie|carte d identité|carte d identite|carte nationale|identity card|id card|pièce d identité',
)
const COMPANY = named('siren|siret|rcs|insee|tva')
const BE = named(
  'rijksregister*|registre national|numéro national|numero national|nationaal nummer|insz|niss|rrn|rn nr|nissz|national register*|nationalregister*',
)

export const FRANCE_BENELUX: readonly IdSpec[] = [
  {
    name: 'fr-nir',
    type: 'FR_NIR',
    shapes: ['999999999999999', '999999A99999999'],
    written:
      /^\d([. -])\d{2}\1\d{2}\1(?:\d{2}|2[AB])\1\d{3}\1\d{3}[. /-]\d{2}$|^\d( ?)\d{2}\2\d{2}\2(?:\d{2}|2[AB])\2\d{3}\2\d{3}[ /-]\d{2}$/i,
    valid: isNir,
    score: 0.85,
    contextScore: 0.97,
    context: NIR,
  },
  {
    name: 'fr-nir-plain',
    type: 'FR_NIR',
    shapes: ['999999999999999', '999999A99999999'],
    written: /^\d{5}(?:\d{2}|2[AB])\d{8}$/i,
    valid: isNir,
    score: 0.6,
    contextScore: 0.97,
    context: NIR,
  },
  {
    name: 'fr-nir-without-key',
    type: 'FR_NIR',
    shapes: ['9999999999999', '999999A999999'],
    written: /^\d( ?)\d{2}\1\d{2}\1(?:\d{2}|2[AB])\1\d{3}\1\d{3}$/i,
    valid: isNir,
    score: 0.1,
    contextScore: 0.9,
    context: NIR,
  },
  {
    name: 'fr-tax-id',
    type: 'FR_TAX_ID',
    shapes: ['9999999999999'],
    written: /^\d{2} \d{2} \d{3} \d{3} \d{3}$/,
    valid: isSpi,
    score: 0.75,
    contextScore: 0.96,
    context: FISCAL,
  },
  {
    name: 'fr-tax-id-plain',
    type: 'FR_TAX_ID',
    shapes: ['9999999999999'],
    written: /^\d{13}$/,
    valid: isSpi,
    score: 0.4,
    contextScore: 0.96,
    context: FISCAL,
  },
  {
    // Card until 2021: year and month, department, order; new card: nine letters or digits (ANTS).
    name: 'fr-id-card-old',
    type: 'FR_ID_CARD',
    shapes: ['999999999999'],
    written: /^\d{12}$/,
    valid: (value) => two(value, 2) >= 1 && two(value, 2) <= 12,
    score: 0.05,
    contextScore: 0.88,
    context: FR_CARD,
  },
  {
    name: 'fr-id-card',
    type: 'FR_ID_CARD',
    shapes: ['A???????9', 'A???????A', '9A???????'],
    written: /^(?=.*\d.*\d)(?=.*[A-Z])[A-Z\d]{9}$/i,
    score: 0.02,
    contextScore: 0.85,
    context: FR_CARD,
  },
  {
    name: 'fr-passport',
    type: 'FR_ID_CARD',
    shapes: ['99AA99999'],
    written: /^\d{2} ?[A-Z]{2} ?\d{5}$/i,
    score: 0.15,
    contextScore: 0.93,
    context: named('passeport|passport'),
  },
  {
    name: 'fr-siren',
    type: 'FR_COMPANY_ID',
    shapes: ['999999999'],
    written: /^\d{3}([ .]?)\d{3}\1\d{3}$/,
    valid: (value) => !isRepeated(value) && luhn(value),
    score: 0.15,
    contextScore: 0.93,
    context: COMPANY,
  },
  {
    name: 'fr-siret',
    type: 'FR_COMPANY_ID',
    shapes: ['99999999999999'],
    written: /^\d{3}([ .]?)\d{3}\1\d{3}[ .]?\d{5}$/,
    valid: isSiret,
    score: 0.4,
    contextScore: 0.95,
    context: COMPANY,
  },
  {
    name: 'fr-vat',
    type: 'FR_COMPANY_ID',
    shapes: ['AA99999999999'],
    written: /^FR ?\d{2} ?\d{3} ?\d{3} ?\d{3}$/i,
    valid: isFrenchVat,
    score: 0.9,
    contextScore: 0.96,
    context: named('tva*|vat*|intracommunautaire'),
  },
  {
    name: 'be-national-number',
    type: 'BE_NATIONAL_NUMBER',
    shapes: ['99999999999'],
    written: /^\d{2}\.\d{2}\.\d{2}[- ]\d{3}[. -]\d{2}$/,
    valid: isBelgian,
    score: 0.9,
    contextScore: 0.97,
    context: BE,
  },
  {
    name: 'be-national-number-plain',
    type: 'BE_NATIONAL_NUMBER',
    shapes: ['99999999999'],
    written: /^\d{11}$|^\d{6}[ -]\d{3}[. -]\d{2}$|^\d{2}([ -])\d{2}\1\d{2}[ -]\d{3}[. -]\d{2}$/,
    valid: isBelgian,
    score: 0.55,
    contextScore: 0.97,
    context: BE,
  },
  {
    name: 'nl-bsn',
    type: 'NL_BSN',
    shapes: ['999999999', '99999999'],
    written: /^\d{8,9}$|^\d{4}([. -])\d{2}\1\d{3}$|^\d{3}([. -])\d{3}\2\d{3}$|^\d{2}([. -])\d{2}\3\d{2}\3\d{3}$/,
    valid: isBsn,
    score: 0.2,
    contextScore: 0.95,
    context: named('bsn|burgerservice*|sofi|sofinummer|sofi nr|citizen service'),
  },
  {
    name: 'nl-bsn-mistyped',
    type: 'NL_BSN',
    shapes: ['999999999'],
    written: /^\d{9}$/,
    valid: (value) => (isBsn(value) ? false : 'mistyped'),
    score: 0,
    contextScore: 0,
    context: named('bsn|burgerservicenummer|sofinummer'),
  },
  {
    name: 'lu-national-id',
    type: 'LU_NATIONAL_ID',
    shapes: ['9999999999999'],
    written: /^\d{4}([ -]?)\d{4}\1\d{3}\1\d{2}$|^\d{8} \d{5}$|^\d{4} \d{2} \d{2} \d{3} \d{2}$/,
    valid: isLuxembourg,
    score: 0.8,
    contextScore: 0.96,
    context: named('matricule*|luxemb*|cns|ccss|sozialversicherung*|numéro d identification'),
  },
]
