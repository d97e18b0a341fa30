import { isRepeated, modulo, valueAt, weightedSum } from './check-digits.ts'
import { named } from './context-words.ts'
import { isShortDate, isYearFirst, two } from './dates.ts'
import type { IdSpec } from './id-spec.ts'

/** Receita Federal: 11 less the remainder, 10 and 11 become 0. */
function mod11Check(value: string, weights: readonly number[]): number {
  const rest = weightedSum(value, weights) % 11
  return rest < 2 ? 0 : 11 - rest
}

function isCpf(value: string): boolean {
  return (
    !isRepeated(value) &&
    mod11Check(value, [10, 9, 8, 7, 6, 5, 4, 3, 2]) === Number(value[9]) &&
    mod11Check(value, [11, 10, 9, 8, 7, 6, 5, 4, 3, 2]) === Number(value[10])
  )
}

const CNPJ = [6, 5, 4, 3, 2, 9, 8, 7, 6, 5, 4, 3, 2] as const

/** IN RFB 2.229/2024: from July 2026 letters stand too; a character counts by its ASCII code less 48 (A is 17). */
function isCnpj(value: string): boolean {
  const check = (length: number): number => {
    const weights = CNPJ.slice(13 - length)
    const sum = weights.reduce((total, weight, at) => total + weight * (value.charCodeAt(at) - 48), 0)
    return sum % 11 < 2 ? 0 : 11 - (sum % 11)
  }
  return !isRepeated(value) && check(12) === Number(value[12]) && check(13) === Number(value[13])
}

/** AFIP (Argentina), SUNAT (Peru): weights 5 4 3 2 7 6 5 4 3 2, 11 less the remainder. */
function sum5432(value: string): number {
  return weightedSum(value, [5, 4, 3, 2, 7, 6, 5, 4, 3, 2]) % 11
}

function isCuit(value: string): boolean {
  // A check of 10 is written 9, or avoided by another prefix.
  return /^(?:2[034567]|3[034])/.test(value) && Math.min(modulo(11 - sum5432(value), 11), 9) === Number(value[10])
}

/** SUNAT: 10 becomes 0, 11 becomes 1. */
function isRuc(value: string): boolean {
  return /^(?:1[0567]|20)/.test(value) && (11 - sum5432(value)) % 10 === Number(value[10])
}

/** Registro Civil: weights 2…7 from the right, modulo 11; 10 is K. */
function isRut(value: string): boolean {
  const body = value.slice(0, -1)
  let sum = 0
  for (let at = body.length - 1, weight = 2; at >= 0; at--, weight = weight === 7 ? 2 : weight + 1)
    sum += weight * valueAt(body, at)
  return !isRepeated(body) && Number(body) >= 50_000 && '0123456789K0'[11 - (sum % 11)] === value.at(-1)
}

/** DIAN (Orden Administrativa 4 of 1989): weights 3 7 13 17 19 23 29 37 41 from the right, modulo 11. */
function isNit(value: string): boolean {
  const weights = [41, 37, 29, 23, 19, 17, 13, 7, 3]
  const rest = weightedSum(value, weights.slice(10 - value.length)) % 11
  return !isRepeated(value) && (rest < 2 ? rest : 11 - rest) === Number(value.at(-1))
}

const CURP =
  /^[A-Z][AEIOUX][A-Z]{2}\d{6}[HMX](?:AS|B[CS]|C[CHLMS]|D[FG]|G[RT]|HG|JC|M[CNS]|N[ETL]|OC|PL|Q[TR]|S[LPR]|T[CSL]|VZ|YN|ZS)[B-DF-HJ-NP-TV-Z]{3}[A-Z\d]\d$/
/** Ñ stands between N and O. */
const CURP_RANK = '0123456789ABCDEFGHIJKLMN_OPQRSTUVWXYZ'

/** RENAPO, "Instructivo normativo" (2018): weights 18…2, ten less the remainder. */
function isCurp(value: string): boolean {
  if (!CURP.test(value) || !isYearFirst(value, 4)) return false
  let sum = 0
  for (let at = 0; at < 17; at++) sum += CURP_RANK.indexOf(value[at]!) * (18 - at)
  return (10 - (sum % 10)) % 10 === Number(value[17])
}

/** SAT, annex to resolution of 1988: ranks with a blank before companies' twelve; weights 13…2, modulo 11, 10 is A. */
const RFC_RANK = '0123456789ABCDEFGHIJKLMN&OPQRSTUVWXYZ _'

function isRfc(value: string): boolean {
  const padded = value.padStart(13, ' ')
  let sum = 0
  for (let at = 0; at < 12; at++) sum += RFC_RANK.indexOf(padded[at]!) * (13 - at)
  const check = 11 - (sum % 11)
  return isRfcDate(value) && (check === 11 ? '0' : check === 10 ? 'A' : String(check)) === value.at(-1)
}

function isRfcDate(value: string): boolean {
  // XAXX010101000 and XEXX010101000 stand for "the public" and "a foreigner".
  return (
    !/^X[AE]XX010101000$/.test(value) &&
    isShortDate(two(value, value.length - 9), two(value, value.length - 7), two(value, value.length - 5))
  )
}

const CPF = named('cpf|c p f|cadastro de pessoa*|cpf mf')
const CNPJ_WORDS = named('cnpj|c n p j|cadastro nacional*|cgc')
const CUIT = named('cuit|cuil|c u i t|c u i l|cdi|afip|clave única*')
const RUT = named('rut|r u t|run|r u n|cédula de identidad|cedula de identidad|rol único*')
const CEDULA = named('cédula*|cedula*|c c n|cc n|ciudadanía|ciudadania|tarjeta de identidad')
const RFC = named('rfc|r f c|registro federal*')

export const LATIN_AMERICA: readonly IdSpec[] = [
  {
    name: 'br-cpf',
    type: 'BR_CPF',
    shapes: ['99999999999'],
    written: /^\d{3}\.\d{3}\.\d{3}[-.]\d{2}$/,
    valid: isCpf,
    score: 0.92,
    contextScore: 0.97,
    context: CPF,
  },
  {
    name: 'br-cpf-plain',
    type: 'BR_CPF',
    shapes: ['99999999999'],
    written: /^\d{11}$|^\d{9}-\d{2}$|^\d{3}([ -])\d{3}\1\d{3}[ -]\d{2}$/,
    valid: isCpf,
    score: 0.4,
    contextScore: 0.97,
    context: CPF,
  },
  {
    name: 'br-cpf-mistyped',
    type: 'BR_CPF',
    shapes: ['99999999999'],
    written: /^\d{11}$|^\d{3}\.\d{3}\.\d{3}-\d{2}$/,
    valid: (value) => (isCpf(value) ? false : 'mistyped'),
    score: 0,
    contextScore: 0,
    context: CPF,
  },
  {
    name: 'br-cnpj',
    type: 'BR_CNPJ',
    shapes: ['99999999999999', '9???????999999', 'A???????999999', '99AAA99999AA99'],
    written: /^[A-Z\d]{2}\.[A-Z\d]{3}\.[A-Z\d]{3}\/[A-Z\d]{4}-\d{2}$/i,
    valid: isCnpj,
    score: 0.95,
    contextScore: 0.98,
    context: CNPJ_WORDS,
  },
  {
    name: 'br-cnpj-plain',
    type: 'BR_CNPJ',
    shapes: ['99999999999999', '9???????999999', 'A???????999999', '99AAA99999AA99'],
    written: /^[A-Z\d]{12}-?\d{2}$/i,
    valid: isCnpj,
    score: 0.4,
    contextScore: 0.97,
    context: CNPJ_WORDS,
  },
  {
    // The first branch is 0001: with two check digits chance hardly hits that.
    name: 'br-cnpj-head-office',
    type: 'BR_CNPJ',
    shapes: ['99999999999999'],
    written: /^\d{8}0001\d{2}$/,
    valid: isCnpj,
    score: 0.8,
    contextScore: 0.97,
    context: CNPJ_WORDS,
  },
  {
    name: 'ar-cuit',
    type: 'AR_CUIT',
    shapes: ['99999999999'],
    written: /^\d{2}-\d{8}-\d$|^\d{2}-\d{2}\.\d{3}\.\d{3}-\d$/,
    valid: isCuit,
    score: 0.85,
    contextScore: 0.97,
    context: CUIT,
  },
  {
    name: 'ar-cuit-plain',
    type: 'AR_CUIT',
    shapes: ['99999999999'],
    written: /^\d{11}$|^\d{2}([ /.])\d{8}\1\d$/,
    valid: isCuit,
    score: 0.35,
    contextScore: 0.96,
    context: CUIT,
  },
  {
    name: 'ar-dni',
    type: 'AR_CUIT',
    shapes: ['99999999', '9999999'],
    written: /^\d{1,2}\.\d{3}\.\d{3}$/,
    valid: (value) => Number(value) >= 1_000_000 && !isRepeated(value),
    score: 0.05,
    contextScore: 0.9,
    context: named('dni|d n i|documento nacional*|libreta cívica|libreta de enrolamiento'),
  },
  {
    name: 'cl-rut',
    type: 'CL_RUT',
    shapes: ['999999999', '99999999A', '99999999', '9999999A'],
    written: /^\d{1,2}\.\d{3}\.\d{3}-[\dK]$/i,
    valid: isRut,
    score: 0.88,
    contextScore: 0.97,
    context: RUT,
  },
  {
    name: 'cl-rut-plain',
    type: 'CL_RUT',
    shapes: ['999999999', '99999999A', '99999999', '9999999A'],
    written: /^\d{7,8}-?[\dK]$/i,
    valid: isRut,
    score: 0.3,
    contextScore: 0.95,
    context: RUT,
  },
  {
    name: 'co-nit',
    type: 'CO_NIT',
    shapes: ['9999999999', '999999999'],
    written: /^\d{1,3}\.\d{3}\.\d{3}-\d$/,
    valid: isNit,
    score: 0.7,
    contextScore: 0.96,
    context: named('nit|n i t|rut|dian|número de identificación tributaria'),
  },
  {
    name: 'co-nit-plain',
    type: 'CO_NIT',
    shapes: ['9999999999', '999999999'],
    written: /^\d{8,9}-?\d$/,
    valid: isNit,
    score: 0.2,
    contextScore: 0.95,
    context: named('nit|n i t|dian|número de identificación tributaria'),
  },
  {
    // Six to eight digits for older ones, ten that begin with 1 since 2003.
    name: 'co-cedula',
    type: 'CO_NIT',
    shapes: ['999999', '9999999', '99999999', '9999999999'],
    written: /^\d{6,8}$|^1\d{9}$|^\d{1,2}\.\d{3}\.\d{3}$|^1\.\d{3}\.\d{3}\.\d{3}$/,
    valid: (value) => /^[1-9]/.test(value) && !isRepeated(value),
    score: 0.02,
    contextScore: 0.88,
    context: CEDULA,
  },
  {
    name: 'mx-curp',
    type: 'MX_CURP',
    shapes: ['AAAA999999AAAAAA?9'],
    written: /^[A-Z]{4}-?\d{6}-?[A-Z]{6}-?[A-Z\d]\d$|^[A-Z]{4} \d{6} [A-Z]{6}[A-Z\d]\d$/i,
    valid: (value) => isCurp(value) || (CURP.test(value) ? 'mistyped' : false),
    score: 0.95,
    contextScore: 0.98,
    context: named('curp|clave única*|clave unica*|registro de población'),
  },
  {
    name: 'mx-rfc',
    type: 'MX_RFC',
    shapes: ['AAAA999999???', 'AAA999999???'],
    written: /^[A-Z]{3,4}([ -]?)\d{6}\1[A-Z\d]{2}[\dA]$/i,
    valid: isRfc,
    score: 0.75,
    contextScore: 0.97,
    context: RFC,
  },
  {
    // SAT itself has given numbers whose last character does not fit.
    name: 'mx-rfc-unchecked',
    type: 'MX_RFC',
    shapes: ['AAAA999999???', 'AAA999999???', 'AAAA999999'],
    written: /^[A-Z]{3,4}([ -]?)\d{6}(?:\1[A-Z\d]{2}[\dA])?$/i,
    valid: (value) => isRfcDate(value.length === 10 ? `${value}000` : value),
    score: 0.3,
    contextScore: 0.93,
    context: RFC,
  },
  {
    name: 'pe-ruc',
    type: 'PE_DNI',
    shapes: ['99999999999'],
    written: /^\d{11}$/,
    valid: isRuc,
    score: 0.35,
    contextScore: 0.96,
    context: named('ruc|r u c|sunat|registro único*'),
  },
  {
    name: 'pe-dni',
    type: 'PE_DNI',
    shapes: ['99999999', '999999999', '99999999A'],
    written: /^\d{8}(?:-[\dA-K])?$/i,
    valid: (value) => !isRepeated(value.slice(0, 8)),
    score: 0.02,
    contextScore: 0.88,
    context: named('dni|d n i|documento nacional*|reniec|peruvian id*'),
  },
]
