import { isRepeated, modulo, weightedSum } from './check-digits.ts'
import { named } from './context-words.ts'
import { isShortDate } from './dates.ts'
import type { IdSpec } from './id-spec.ts'

/** NHS Data Dictionary, "NHS NUMBER": weights 10…2, 11 less the remainder; 10 is not given. */
function isNhs(value: string): boolean {
  const check = 11 - (weightedSum(value, [10, 9, 8, 7, 6, 5, 4, 3, 2]) % 11)
  return !isRepeated(value) && (check === 11 ? 0 : check) === Number(value[9])
}

/** Prefixes that HMRC does not give (National Insurance Manual NIM39110). */
const NO_NINO = /^(?:[DFIQUV]|.[DFIOQUV]|BG|GB|KN|NK|NT|TN|ZZ)/
const NINO = /^[A-Z]{2} ?\d{2} ?\d{2} ?\d{2} ?[A-D]$|^[A-Z]{2}(?:-\d{2}){3}-[A-D]$/i
const NINO_WORDS = named('national insurance|nino|ni number|ni no|ni nr|ni #|ni:|ni|nat ins|n i number')

/** DVLA: five of the surname, decade, month (+50 for women), day, year, two initials, a digit, two letters. */
function isDrivingLicence(value: string): boolean {
  if (!/^[A-Z]{1,5}9*$/.test(value.slice(0, 5)) || !/^[A-Z][A-Z9]/.test(value.slice(11, 13))) return false
  const month = Number(value.slice(6, 8))
  return isShortDate(Number(value[5]! + value[10]!), month > 50 ? month - 50 : month, Number(value.slice(8, 10)))
}

/** HMRC: weights 6…10, 5…2 over digits two to ten; the first digit checks them. */
function isUtr(value: string): boolean {
  const rest = weightedSum(value.slice(1), [6, 7, 8, 9, 10, 5, 4, 3, 2]) % 11
  return !isRepeated(value) && '21987654321'[rest] === value[0]
}

/** Revenue, "PPS number": weights 8…2, and 9 for the second letter (A = 1, W = 0); modulo 23 to a letter, W is 0. */
function isPps(value: string): boolean {
  const second = value[8] === undefined || value[8] === 'W' ? 0 : value.charCodeAt(8) - 64
  const rest = modulo(weightedSum(value, [8, 7, 6, 5, 4, 3, 2]) + second * 9, 23)
  return value[7] === 'WABCDEFGHIJKLMNOPQRSTUV'[rest]
}

export const UK_IRELAND: readonly IdSpec[] = [
  {
    name: 'uk-nhs',
    type: 'UK_NHS',
    shapes: ['9999999999'],
    written: /^\d{3}([ -]?)\d{3}\1\d{4}$/,
    valid: isNhs,
    score: 0.35,
    contextScore: 0.95,
    context: named('nhs|national health|chi number|patient number'),
  },
  {
    name: 'uk-nhs-mistyped',
    type: 'UK_NHS',
    shapes: ['9999999999'],
    written: /^\d{3}([ -]?)\d{3}\1\d{4}$/,
    valid: (value) => (isNhs(value) ? false : 'mistyped'),
    score: 0,
    contextScore: 0,
    context: named('nhs number|nhs no|nhs nr|nhs #|nhs:|nhs id|nhs num'),
  },
  {
    name: 'uk-nino',
    type: 'UK_NINO',
    shapes: ['AA999999A'],
    written: NINO,
    // The sample in every form is `QQ 12 34 56 C`, which is never given.
    valid: (value) => (NO_NINO.test(value) ? 'mistyped' : true),
    score: 0.6,
    contextScore: 0.95,
    context: NINO_WORDS,
  },
  {
    // Without the last letter, as on old letters.
    name: 'uk-nino-short',
    type: 'UK_NINO',
    shapes: ['AA999999'],
    written: /^[A-Z]{2} ?\d{2} ?\d{2} ?\d{2}$/i,
    valid: (value) => !NO_NINO.test(value),
    score: 0.05,
    contextScore: 0.85,
    context: named('national insurance|nino|ni number|ni no'),
  },
  {
    name: 'uk-driving-licence',
    type: 'UK_DRIVING_LICENCE',
    shapes: ['A????999999A?9AA', 'A????999999A?AAA', 'A????999999A?9AA99'],
    written: /^[A-Z9]{5} ?\d{6} ?[A-Z9]{2}[A-Z\d][A-Z]{2}(?: ?\d{2})?$/i,
    valid: isDrivingLicence,
    score: 0.85,
    contextScore: 0.95,
    context: named('driving licen*|driver licen*|drivers licen*|dvla|licence number|license number'),
  },
  {
    name: 'uk-passport',
    type: 'UK_PASSPORT',
    shapes: ['999999999'],
    written: /^\d{9}$/,
    valid: (value) => !isRepeated(value),
    score: 0.05,
    contextScore: 0.93,
    context: named('uk passport|british passport|gb passport|gbr passport|hm passport|hmpo|passport uk|passport gbr'),
  },
  {
    name: 'uk-utr',
    type: 'UK_UTR',
    shapes: ['9999999999', '9999999999A'],
    written: /^\d{5} ?\d{5} ?K?$|^\d{3} \d{3} \d{4}$|^\d{4} \d{3} \d{3}$/i,
    valid: (value) => isUtr(value.slice(0, 10)),
    score: 0.2,
    contextScore: 0.95,
    context: named('utr|unique taxpayer*|tax reference|self assessment|hmrc'),
  },
  {
    name: 'ie-ppsn',
    type: 'IE_PPSN',
    shapes: ['9999999A', '9999999AA'],
    written: /^\d{7} ?[A-W][A-IW]?$/i,
    valid: isPps,
    score: 0.4,
    contextScore: 0.95,
    context: named('pps|ppsn|personal public service|uimhir psp|psp|rsi number|pps nr'),
  },
]
