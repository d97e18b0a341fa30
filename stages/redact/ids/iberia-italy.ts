import { isRepeated, luhn, valueAt, weightedSum } from './check-digits.ts'
import { named } from './context-words.ts'
import { isShortDate, two } from './dates.ts'
import type { IdSpec } from './id-spec.ts'

/** Ministerio del Interior, "Cálculo del dígito de control del NIF/NIE": the number modulo 23. */
const DNI_LETTERS = 'TRWAGMYFPDXBNJZSQVHLCKE'

function isNif(value: string): boolean {
  // K, L, M: Spaniards under 14 or abroad, and foreigners without NIE; the letter checks the seven digits.
  const digits = value.replace(/^[KLM]/, '').slice(0, -1)
  return !isRepeated(digits) && DNI_LETTERS[Number(digits) % 23] === value.at(-1)
}

function isNie(value: string): boolean {
  const digits = 'XYZ'.indexOf(value[0]!) + value.slice(1, 8)
  return DNI_LETTERS[Number(digits) % 23] === value[8]
}

/** Orden EHA/451/2008: even places summed, odd ones doubled with cross sums; a digit or a letter by kind of body. */
function isCif(value: string): boolean {
  let sum = 0
  for (let at = 1; at <= 7; at++) {
    const digit = valueAt(value, at)
    sum += at % 2 === 0 ? digit : digit * 2 > 9 ? digit * 2 - 9 : digit * 2
  }
  const check = (10 - (sum % 10)) % 10
  const last = value[8]!
  if (/[PQRSNW]/.test(value[0]!)) return last === 'JABCDEFGHI'[check]
  if (/[ABEH]/.test(value[0]!)) return last === String(check)
  return last === String(check) || last === 'JABCDEFGHI'[check]
}

/** TGSS: province, number, and the two together modulo 97; numbers below ten million lose their leading zero. */
function isSocialSecurity(value: string): boolean {
  const province = two(value, 0)
  const number = Number(value.slice(2, 10))
  if (province < 1 || (province > 53 && province !== 66)) return false
  const whole = number < 10_000_000 ? number + province * 10_000_000 : Number(value.slice(0, 10))
  return whole % 97 === two(value, 10)
}

/** Decreto-Lei 14/2013: weights 9…2 modulo 11; 10 and 11 become 0. */
function isPortugueseNif(value: string): boolean {
  const check = 11 - (weightedSum(value, [9, 8, 7, 6, 5, 4, 3, 2]) % 11)
  return /^(?:[125689]|3|45|7\d)/.test(value) && !isRepeated(value) && (check > 9 ? 0 : check) === Number(value[8])
}

/** Bilhete de identidade: weights 9…2 and 1, modulo 11. */
function isOldCard(value: string): boolean {
  const sum = weightedSum(value, [9, 8, 7, 6, 5, 4, 3, 2])
  // A check of 10 is written 0.
  return (sum + Number(value[8])) % 11 === 0 || (value.endsWith('0') && (sum + 10) % 11 === 0)
}

/** DM 23 December 1976: values of characters in odd places; in even places a letter or digit counts as its rank. */
const ODD = [1, 0, 5, 7, 9, 13, 15, 17, 19, 21, 2, 4, 18, 20, 11, 3, 6, 8, 12, 14, 16, 10, 22, 25, 24, 23] as const
const MONTHS = 'ABCDEHLMPRST'
/** Where two people would have the same code, letters stand for digits. */
const OMOCODIA = 'LMNPQRSTUV'

function isFiscalCode(value: string): boolean {
  const rank = (char: string): number => (char >= 'A' ? char.charCodeAt(0) - 65 : Number(char))
  let sum = 0
  for (let at = 0; at < 15; at++) sum += at % 2 === 0 ? ODD[rank(value[at]!)]! : rank(value[at]!)
  if (String.fromCharCode(65 + (sum % 26)) !== value[15]) return false
  const digit = (at: number): number => (/\d/.test(value[at]!) ? Number(value[at]) : OMOCODIA.indexOf(value[at]!))
  const places = [6, 7, 9, 10, 12, 13, 14].map(digit)
  if (places.includes(-1)) return false
  const day = (places[2]! * 10 + places[3]!) % 40
  return (
    isShortDate(places[0]! * 10 + places[1]!, MONTHS.indexOf(value[8]!) + 1, day) && places[2]! * 10 + places[3]! <= 71
  )
}

/** DPR 633/1972, art. 35: number, office (001–100, 120, 121, 888, 999), Luhn. */
function isItalianVat(value: string): boolean {
  const office = Number(value.slice(7, 10))
  return luhn(value) && !/^0{7}/.test(value) && ((office >= 1 && office <= 121) || office === 888 || office === 999)
}

const DNI = named('dni|nif|n i f|d n i|documento nacional|documento de identidad|identidad|español*|spanish')
const CIF = named('cif|c i f|nif|n i f|vat|razón social')
const PASSPORT_ES = named('pasaporte|passaport|spanish passport')
const CC = named('cartão de cidadão|cartao de cidadao|cartão cidadão|cartao cidadao|citizen card|cc nº|cc n')
const CI = named(
  'carta d identità|carta d identita|carta identità|carta identita|c i|cie|documento d identità|documento|identity card|id card',
)

export const IBERIA_ITALY: readonly IdSpec[] = [
  {
    name: 'es-nif',
    type: 'ES_NIF',
    shapes: ['99999999A'],
    written: /^(?:\d{8}[ -]?[A-Z]|\d{2}\.\d{3}\.\d{3}[ -]?[A-Z])$/i,
    valid: isNif,
    score: 0.55,
    contextScore: 0.96,
    context: DNI,
  },
  {
    name: 'es-nif-short',
    type: 'ES_NIF',
    shapes: ['9999999A', 'A9999999A'],
    written: /^(?:\d{7}[ -]?[A-Z]|\d\.\d{3}\.\d{3}[ -]?[A-Z]|[KLM][ -]?\d{7}[ -]?[A-Z])$/i,
    valid: isNif,
    score: 0.2,
    contextScore: 0.95,
    context: DNI,
  },
  {
    name: 'es-nif-mistyped',
    type: 'ES_NIF',
    shapes: ['99999999A'],
    written: /^\d{8}[ -]?[A-Z]$|^\d{2}\.\d{3}\.\d{3}[ -]?[A-Z]$/i,
    valid: (value) => (isNif(value) ? false : 'mistyped'),
    score: 0,
    contextScore: 0,
    context: named('dni|nif'),
  },
  {
    name: 'es-nie',
    type: 'ES_NIE',
    shapes: ['A9999999A'],
    written: /^[XYZ][ -]?(?:\d{7}|\d\.\d{3}\.\d{3})[ -]?[A-Z]$/i,
    valid: (value) => isNie(value) || 'mistyped',
    score: 0.75,
    contextScore: 0.96,
    context: named('nie|n i e|extranjero*|tarjeta de residencia|foreigner*'),
  },
  {
    name: 'es-passport',
    type: 'ES_PASSPORT',
    shapes: ['AAA999999', 'AA999999'],
    written: /^[A-Z]{2,3} ?\d{6}$/i,
    score: 0.1,
    contextScore: 0.88,
    context: PASSPORT_ES,
  },
  {
    name: 'es-cif',
    type: 'ES_CIF',
    shapes: ['A99999999', 'A9999999A'],
    written: /^[ABCDEFGHJNPQRSUVW][ -]?\d{7}[ -]?[A-J\d]$|^[A-HJNP-SUVW]-?\d{2}\.\d{3}\.\d{3}$/i,
    valid: isCif,
    score: 0.4,
    contextScore: 0.95,
    context: CIF,
  },
  {
    name: 'es-social-security',
    type: 'ES_SOCIAL_SECURITY',
    shapes: ['999999999999'],
    written: /^\d{2}([/ -])\d{8}\1\d{2}$|^\d{2}\/\d{10}$/,
    valid: isSocialSecurity,
    score: 0.75,
    contextScore: 0.96,
    context: named('seguridad social|nss|naf|nuss|afiliación|afiliacion|social security'),
  },
  {
    name: 'es-social-security-plain',
    type: 'ES_SOCIAL_SECURITY',
    shapes: ['999999999999'],
    written: /^\d{12}$|^\d{2} \d{10}$/,
    valid: isSocialSecurity,
    score: 0.35,
    contextScore: 0.96,
    context: named('seguridad social|nss|naf|nuss|afiliación|afiliacion|social security'),
  },
  {
    name: 'pt-nif',
    type: 'PT_NIF',
    shapes: ['999999999'],
    written: /^\d{3}([ .]?)\d{3}\1\d{3}$/,
    valid: isPortugueseNif,
    score: 0.2,
    contextScore: 0.95,
    context: named(
      'nif|contribuinte*|número fiscal|numero fiscal|identificação fiscal|nipc|n contribuinte|portuguese tax',
    ),
  },
  {
    name: 'pt-citizen-card',
    type: 'PT_CITIZEN_CARD',
    shapes: ['999999999AA9', '999999999A99', '9999999999A9'],
    written: /^\d{8}[ -]?\d[ -]?[A-Z\d]{2}\d$/i,
    // AMA, "Validação de Número de Documento do Cartão de Cidadão": Luhn over letters and digits.
    valid: luhn,
    score: 0.6,
    contextScore: 0.96,
    context: CC,
  },
  {
    name: 'pt-identity-card',
    type: 'PT_CITIZEN_CARD',
    shapes: ['999999999', '99999999'],
    written: /^\d{8}(?:[ -]?\d)?$/,
    valid: (value) => value.length === 8 || isOldCard(value),
    score: 0.05,
    contextScore: 0.88,
    context: named('bilhete de identidade|cartão de cidadão|cartao de cidadao|cartão cidadão|n bi|bi n|bi:'),
  },
  {
    name: 'it-fiscal-code',
    type: 'IT_FISCAL_CODE',
    shapes: ['AAAAAA??A??A???A'],
    written:
      /^[A-Z]{6}[A-Z\d]{2}[A-Z][A-Z\d]{2}[A-Z][A-Z\d]{3}[A-Z]$|^[A-Z]{3} [A-Z]{3} [A-Z\d]{5} [A-Z\d]{5}$|^[A-Z]{6}([ -])[A-Z\d]{5}\1[A-Z\d]{5}$/i,
    valid: isFiscalCode,
    score: 0.92,
    contextScore: 0.97,
    context: named('codice fiscale|cod fisc|c f|cf|fiscal code|codicefiscale|fiscale'),
  },
  {
    name: 'it-fiscal-code-mistyped',
    type: 'IT_FISCAL_CODE',
    shapes: ['AAAAAA99A99A999A'],
    valid: (value) => (/^.{8}[A-EHLMPRST]/.test(value) && !isFiscalCode(value) ? 'mistyped' : false),
    score: 0,
    contextScore: 0,
    context: named('codice fiscale|cod fisc|c f|cf|fiscal code|codicefiscale'),
  },
  {
    // DM 30 June 2021: province (or U1), seven, and a letter.
    name: 'it-driver-license',
    type: 'IT_DRIVER_LICENSE',
    shapes: ['AA9999999A', 'A9???????A'],
    written: /^(?:[A-Z]{2} ?\d{7} ?[A-Z]|U1[A-Z\d]{7}[A-Z])$/i,
    score: 0.2,
    contextScore: 0.93,
    context: named('patente*|driving licen*|driver licen*|drivers licen*|guida'),
  },
  {
    name: 'it-vat-prefixed',
    type: 'IT_VAT',
    shapes: ['AA99999999999'],
    written: /^IT[ -]?\d{11}$/i,
    valid: (value) => isItalianVat(value.slice(2)),
    score: 0.9,
    contextScore: 0.96,
    context: named('partita iva|p iva|piva|vat*|iva'),
  },
  {
    name: 'it-vat',
    type: 'IT_VAT',
    shapes: ['99999999999'],
    written: /^\d{11}$|^\d{5} \d{3} \d{3}$/,
    valid: isItalianVat,
    score: 0.3,
    contextScore: 0.95,
    context: named('partita iva|p iva|piva|vat*|iva|p i'),
  },
  {
    name: 'it-passport',
    type: 'IT_PASSPORT',
    shapes: ['AA9999999'],
    written: /^[A-Z]{2} ?\d{7}$/i,
    score: 0.15,
    contextScore: 0.9,
    context: named('passaporto|passaporti|italian passport'),
  },
  {
    // Electronic card CA00000AA; paper cards AA0000000 and 0000000AA.
    name: 'it-id-card',
    type: 'IT_ID_CARD',
    shapes: ['AA99999AA', 'AA9999999', '9999999AA'],
    written: /^(?:C[A-Z]\d{5}[A-Z]{2}|[A-Z]{2} ?\d{7}|\d{7}[A-Z]{2})$/i,
    score: 0.1,
    contextScore: 0.9,
    context: CI,
  },
]
