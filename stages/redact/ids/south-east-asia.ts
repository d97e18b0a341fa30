import { isRepeated, modulo, weightedSum } from './check-digits.ts'
import { named } from './context-words.ts'
import { isShortDate, isYearFirst, two } from './dates.ts'
import type { IdSpec } from './id-spec.ts'

/** ICA: weights 2 7 6 5 4 3 2, modulo 11; T and G (2000 on) add 4, M (2022 on) adds 3; a letter by series. */
function isNric(value: string): boolean {
  const series = value[0]!
  const offset = series === 'T' || series === 'G' ? 4 : series === 'M' ? 3 : 0
  const rest = (weightedSum(value.slice(1), [2, 7, 6, 5, 4, 3, 2]) + offset) % 11
  if (series === 'S' || series === 'T') return 'JZIHGFEDCBA'[rest] === value[8]
  if (series === 'F' || series === 'G') return 'XWUTRQPNMLK'[rest] === value[8]
  return 'XWUTRQPNJLK'[10 - rest] === value[8]
}

/** ACRA, "Unique Entity Number": businesses (8 digits), companies (year and 5 digits); letters by remainder. */
function isUen(value: string): boolean {
  if (value.length === 9) return 'XMKECAWLJDB'[weightedSum(value, [10, 4, 9, 3, 8, 2, 7, 1]) % 11] === value[8]
  const year = Number(value.slice(0, 4))
  return (
    year >= 1850 && year <= 2099 && 'ZKCMDNERGWH'[weightedSum(value, [10, 8, 6, 4, 9, 7, 5, 3, 1]) % 11] === value[9]
  )
}

/** Other entities: T, S or R, year, two letters of the kind, four digits, a letter (not all letters count in its sum). */
const ENTITY_LETTERS = 'ABCDEFGHJKLMNPQRSTUVWX0123456789'

function isOtherUen(value: string): boolean {
  const weights = [4, 3, 5, 3, 10, 2, 2, 5, 7]
  const sum = weights.reduce((total, weight, at) => total + weight * ENTITY_LETTERS.indexOf(value[at]!), 0)
  return ENTITY_LETTERS[modulo(sum - 5, 11)] === value[9]
}

/** JPN (Malaysia): codes of the place of birth that are in use. */
function isMyKad(value: string): boolean {
  const place = two(value, 6)
  const used =
    (place >= 1 && place <= 16) ||
    (place >= 21 && place <= 59) ||
    (place >= 60 && place <= 68) ||
    place === 71 ||
    place === 72 ||
    (place >= 74 && place <= 79) ||
    (place >= 82 && place <= 93) ||
    place >= 98
  return used && isYearFirst(value)
}

/** กรมการปกครอง: weights 13…2, 11 less the remainder, its last digit. */
function isThai(value: string): boolean {
  const rest = weightedSum(value, [13, 12, 11, 10, 9, 8, 7, 6, 5, 4, 3, 2]) % 11
  return /^[1-8]/.test(value) && !isRepeated(value) && (11 - rest) % 10 === Number(value[12])
}

/** Permendagri 72/2022: province, regency, district, DDMMYY (women: day + 40), order. */
function isNik(value: string): boolean {
  const day = two(value, 6) > 40 ? two(value, 6) - 40 : two(value, 6)
  return (
    /^(?:1[1-9]|21|3[1-6]|5[1-3]|6[1-5]|7[1-6]|8[12]|9[1-7])(?!00)\d\d(?!00)/.test(value) &&
    isShortDate(two(value, 10), two(value, 8), day) &&
    !value.endsWith('0000')
  )
}

const PHILIPPINE = 'sss|sss no|umid|crn|philsys|philid|pcn|psn|phil id|gsis|philippine*'
const UEN = named('uen|acra|entity number|gst reg*|company registration*|business registration*')

export const SOUTH_EAST_ASIA: readonly IdSpec[] = [
  {
    name: 'sg-nric',
    type: 'SG_NRIC',
    shapes: ['A9999999A'],
    written: /^[STFGM]\d{7}[A-Z]$/i,
    valid: (value) => isNric(value) || 'mistyped',
    score: 0.75,
    contextScore: 0.97,
    context: named('nric|fin|fin no|nric fin|singapore id*|ic no|identity card'),
  },
  {
    name: 'sg-uen',
    type: 'SG_UEN',
    shapes: ['99999999A', '999999999A'],
    written: /^\d{8,9}[A-Z]$/i,
    valid: isUen,
    score: 0.3,
    contextScore: 0.95,
    context: UEN,
  },
  {
    name: 'sg-uen-other',
    type: 'SG_UEN',
    shapes: ['A99AA9999A'],
    written: /^[RST]\d{2}[A-Z]{2}\d{4}[A-Z]$/i,
    valid: isOtherUen,
    score: 0.6,
    contextScore: 0.95,
    context: UEN,
  },
  {
    name: 'my-nric',
    type: 'MY_NRIC',
    shapes: ['999999999999'],
    written: /^\d{6}-\d{2}-\d{4}$/,
    valid: isMyKad,
    score: 0.75,
    contextScore: 0.96,
    context: named('mykad|nric|kad pengenalan|ic no|ic nr|ic number|ic:|no ic|malaysian id*|no kp|k p'),
  },
  {
    name: 'my-nric-plain',
    type: 'MY_NRIC',
    shapes: ['999999999999'],
    written: /^\d{12}$|^\d{6} \d{2} \d{4}$/,
    valid: isMyKad,
    score: 0.2,
    contextScore: 0.94,
    context: named('mykad|nric|kad pengenalan|ic no|ic nr|ic number|ic:|no ic|malaysian id*|no kp'),
  },
  {
    name: 'th-national-id',
    type: 'TH_NATIONAL_ID',
    shapes: ['9999999999999'],
    written: /^\d([ -])\d{4}\1\d{5}\1\d{2}\1\d$/,
    valid: isThai,
    score: 0.85,
    contextScore: 0.97,
    context: named('เลขประจำตัวประชาชน|บัตรประชาชน|ประจำตัวประชาชน|thai id*|thai national*|thai citizen*|national id*'),
  },
  {
    name: 'th-national-id-plain',
    type: 'TH_NATIONAL_ID',
    shapes: ['9999999999999'],
    written: /^\d{13}$/,
    valid: isThai,
    score: 0.3,
    contextScore: 0.96,
    context: named('เลขประจำตัวประชาชน|บัตรประชาชน|ประจำตัวประชาชน|thai id*|thai national*|thai citizen*|national id*'),
  },
  {
    // SSS 2-7-1, UMID's CRN 4-7-1, PhilHealth 2-9-1: none has a published check digit.
    name: 'ph-sss',
    type: 'PH_ID',
    shapes: ['9999999999', '999999999999'],
    written: /^\d{2}-\d{7}-\d$|^\d{4}-\d{7}-\d$|^\d{2}-\d{9}-\d$|^\d{10}$|^\d{12}$/,
    valid: (value) => !isRepeated(value),
    score: 0.2,
    contextScore: 0.93,
    context: named(`${PHILIPPINE}|philhealth|phic|pag ibig`),
  },
  {
    // BIR: 3-3-3, with a branch of three or five digits.
    name: 'ph-tin',
    type: 'PH_ID',
    shapes: ['999999999', '999999999999', '99999999999999'],
    written: /^\d{3}-\d{3}-\d{3}(?:-\d{3}|-\d{5})?$/,
    valid: (value) => !isRepeated(value),
    score: 0.2,
    contextScore: 0.93,
    context: named('tin|tin no|bir|tax identification*|philippine*'),
  },
  {
    // PhilSys: card number 4-4-4-4, system number 4-4-4.
    name: 'ph-philsys',
    type: 'PH_ID',
    shapes: ['9999999999999999', '999999999999'],
    written: /^\d{4}([ -]?)\d{4}\1\d{4}(?:\1\d{4})?$/,
    valid: (value) => !isRepeated(value),
    score: 0.05,
    contextScore: 0.93,
    context: named('philsys*|philid*|pcn|psn|phil id|philippine national*'),
  },
  {
    name: 'id-nik',
    type: 'ID_NIK',
    shapes: ['9999999999999999'],
    written: /^\d{16}$|^\d{4} \d{4} \d{4} \d{4}$|^\d{2}([.-])\d{2}\1\d{2}\1\d{6}\1\d{4}$|^\d{6} \d{6} \d{4}$/,
    valid: isNik,
    score: 0.4,
    contextScore: 0.96,
    context: named('nik|ktp|e ktp|nomor induk kependudukan|induk kependudukan|kartu tanda penduduk|indonesian id*'),
  },
]
