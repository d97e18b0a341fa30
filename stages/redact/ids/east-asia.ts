import { isRepeated, mod11And2, modulo, valueAt, weightedSum } from './check-digits.ts'
import { named } from './context-words.ts'
import { isDate, isLongDate, isYearFirst, two } from './dates.ts'
import type { IdSpec } from './id-spec.ts'

/** GB/T 2260: provinces, and those of residents of Hong Kong, Macau, Taiwan (81–83) and foreigners (91). */
const PROVINCE = /^(?:1[1-5]|2[1-3]|3[1-7]|4[1-6]|5[0-4]|6[1-5]|71|8[1-3]|91)/

/** GB 11643-1999: six digits of the place, date, order, ISO 7064 MOD 11-2. */
function isResidentId(value: string): boolean {
  return PROVINCE.test(value) && isLongDate(value, 6) && mod11And2(value)
}

/** Hong Kong: letters as 10…35, a missing first one as 36; weights 9…2 and 1, modulo 11; a check of 10 is A. */
function isHongKong(value: string): boolean {
  const check = value.endsWith('A') ? 10 : valueAt(value, value.length - 1)
  const letters = value.length === 9 ? 9 * valueAt(value, 0) + 8 * valueAt(value, 1) : 9 * 36 + 8 * valueAt(value, 0)
  return (letters + weightedSum(value.slice(-7, -1), [7, 6, 5, 4, 3, 2]) + check) % 11 === 0
}

/** Ministry of the Interior (Taiwan): numbers of the letters, in the order in which they were given. */
const TAIWAN_LETTERS = 'ABCDEFGHJKLMNPQRSTUVXYWZIO'

/** Weights 1 9 over the letter's two digits, 8…1 over the rest, 1 over the check, modulo 10. */
function isTaiwanese(value: string): boolean {
  const letter = TAIWAN_LETTERS.indexOf(value[0]!) + 10
  // Old permits of residence have a letter A–D in second place, which counts by its last digit.
  const second = /\d/.test(value[1]!) ? Number(value[1]) : (TAIWAN_LETTERS.indexOf(value[1]!) + 10) % 10
  const rest = weightedSum(value.slice(2), [7, 6, 5, 4, 3, 2, 1, 1])
  return (Math.floor(letter / 10) + (letter % 10) * 9 + second * 8 + rest) % 10 === 0
}

/** 総務省令 85 (2014), art. 5: weights 6…2, 7…2 over eleven digits, 11 less the remainder; a remainder of 0 or 1 gives 0. */
function isMyNumber(value: string): boolean {
  const rest = weightedSum(value, [6, 5, 4, 3, 2, 7, 6, 5, 4, 3, 2]) % 11
  return !isRepeated(value) && (rest <= 1 ? 0 : 11 - rest) === Number(value[11])
}

/** 주민등록법 시행규칙: YYMMDD and the sex with the century: 1–4 Koreans, 5–8 foreigners, 9 and 0 before 1900. */
function isRrnDate(value: string): boolean {
  const century = { 9: 1800, 0: 1800, 1: 1900, 2: 1900, 5: 1900, 6: 1900 }[value[6]!] ?? 2000
  return isDate(century + two(value, 0), two(value, 2), two(value, 4))
}

/** Until October 2020: weights 2…9 2…5, 11 less the remainder, modulo 10; foreigners add 2. */
function fitsRrn(value: string): boolean {
  const sum = weightedSum(value, [2, 3, 4, 5, 6, 7, 8, 9, 2, 3, 4, 5])
  const check = modulo(11 - (sum % 11), 10)
  const foreign = modulo(13 - (sum % 11), 10)
  return isRrnDate(value) && Number(value[12]) === (/[5-8]/.test(value[6]!) ? foreign : check)
}

/** 국세청: weights 1 3 7 1 3 7 1 3 5; and the tens of five times the ninth digit; modulo 10. */
function isBusinessNumber(value: string): boolean {
  const sum = weightedSum(value, [1, 3, 7, 1, 3, 7, 1, 3, 5]) + Math.floor((valueAt(value, 8) * 5) / 10)
  return !isRepeated(value) && two(value, 0) >= 10 && (10 - (sum % 10)) % 10 === Number(value[9])
}

const CHINESE = named('身份证|身份證|公民身份|居民身份|证件号|resident id*|chinese id*|citizen id*|shenfenzheng|prc id')
const HK = named('hkid|hkic|香港身份證|香港身份证|身份證|身份证|hong kong id*|hong kong identity*|hk id*')
const TW = named(
  '身分證|身份證|身分证|統一編號|統一證號|居留證|taiwan id*|taiwanese id*|taiwan national id*|national id*|roc id|arc no',
)
const RRN = named(
  '주민등록번호|주민번호|주민등록|외국인등록번호|외국인등록|rrn|resident registration*|korean id*|alien registration*|arc',
)

export const EAST_ASIA: readonly IdSpec[] = [
  {
    name: 'cn-resident-id',
    type: 'CN_RESIDENT_ID',
    shapes: ['999999999999999999', '99999999999999999A'],
    written: /^\d{17}[\dX]$|^\d{6}([ -])\d{8}\1\d{3}[\dX]$|^\d{6} \d{4} \d{4} \d{3}[\dX]$/i,
    valid: isResidentId,
    score: 0.9,
    contextScore: 0.97,
    context: CHINESE,
  },
  {
    name: 'cn-resident-id-mistyped',
    type: 'CN_RESIDENT_ID',
    shapes: ['999999999999999999', '99999999999999999A'],
    written: /^\d{17}[\dX]$/i,
    valid: (value) => (PROVINCE.test(value) && isLongDate(value, 6) && !mod11And2(value) ? 'mistyped' : false),
    score: 0,
    contextScore: 0,
    context: CHINESE,
  },
  {
    // Until 1999: two digits of the year, no check.
    name: 'cn-resident-id-old',
    type: 'CN_RESIDENT_ID',
    shapes: ['999999999999999'],
    written: /^\d{15}$/,
    valid: (value) => PROVINCE.test(value) && isYearFirst(value, 6),
    score: 0.2,
    contextScore: 0.9,
    context: CHINESE,
  },
  {
    name: 'hk-id',
    type: 'HK_ID',
    shapes: ['A9999999', 'A999999A', 'AA9999999', 'AA999999A'],
    written: /^[A-Z]{1,2} ?\d{6} ?\([\dA]\)$/i,
    valid: isHongKong,
    score: 0.85,
    contextScore: 0.97,
    context: HK,
  },
  {
    name: 'hk-id-plain',
    type: 'HK_ID',
    shapes: ['A9999999', 'A999999A', 'AA9999999', 'AA999999A'],
    written: /^[A-Z]{1,2} ?\d{6}[- ]?[\dA]$/i,
    valid: isHongKong,
    score: 0.3,
    contextScore: 0.96,
    context: HK,
  },
  {
    name: 'tw-national-id',
    type: 'TW_NATIONAL_ID',
    shapes: ['A999999999', 'AA99999999'],
    written: /^[A-Z][1289A-D]\d{8}$/i,
    valid: isTaiwanese,
    score: 0.4,
    contextScore: 0.96,
    context: TW,
  },
  {
    name: 'jp-my-number',
    type: 'JP_MY_NUMBER',
    shapes: ['999999999999'],
    written: /^\d{4}([ -]?)\d{4}\1\d{4}$/,
    valid: isMyNumber,
    score: 0.3,
    contextScore: 0.96,
    // "my number" is what any customer says of any number.
    context: named(
      'マイナンバー|個人番号|my number card|mynumber card|individual number|japanese my number|my number (japan)',
    ),
  },
  {
    name: 'kr-rrn',
    type: 'KR_RRN',
    shapes: ['9999999999999'],
    written: /^\d{6}-\d{7}$/,
    valid: fitsRrn,
    score: 0.85,
    contextScore: 0.97,
    context: RRN,
  },
  {
    name: 'kr-rrn-plain',
    type: 'KR_RRN',
    shapes: ['9999999999999'],
    written: /^\d{6}[ -]?\d{7}$/,
    // Numbers given since October 2020 have no check digit.
    valid: isRrnDate,
    score: 0.35,
    contextScore: 0.95,
    context: RRN,
  },
  {
    name: 'kr-brn',
    type: 'KR_BRN',
    shapes: ['9999999999'],
    written: /^\d{3}-\d{2}-\d{5}$/,
    valid: isBusinessNumber,
    score: 0.5,
    contextScore: 0.96,
    context: named('사업자등록번호|사업자번호|사업자|business registration*|brn'),
  },
  {
    name: 'kr-brn-plain',
    type: 'KR_BRN',
    shapes: ['9999999999'],
    written: /^\d{10}$|^\d{3} \d{2} \d{5}$/,
    valid: isBusinessNumber,
    score: 0.15,
    contextScore: 0.95,
    context: named('사업자등록번호|사업자번호|사업자|business registration*|brn'),
  },
  {
    // Ordinary, official, residence …: a letter and eight digits; since 2021 the fifth character is a letter.
    name: 'kr-passport',
    type: 'KR_PASSPORT',
    shapes: ['A99999999', 'A999A9999'],
    written: /^[MSRODG](?:\d{8}|\d{3}[A-Z]\d{4})$/i,
    score: 0.1,
    contextScore: 0.92,
    context: named('여권|여권번호|passport'),
  },
  {
    // Region 11–28 (police agencies), year of issue, number, check.
    name: 'kr-driver-license',
    type: 'KR_DRIVER_LICENSE',
    shapes: ['999999999999'],
    written: /^(?:1[1-9]|2[0-8])-\d{2}-\d{6}-\d{2}$/,
    score: 0.65,
    contextScore: 0.95,
    context: named('운전면허|면허번호|면허|driver licen*|drivers licen*|driving licen*'),
  },
  {
    name: 'kr-driver-license-plain',
    type: 'KR_DRIVER_LICENSE',
    shapes: ['999999999999'],
    written: /^(?:1[1-9]|2[0-8])\d{10}$/,
    score: 0.05,
    contextScore: 0.9,
    context: named('운전면허|면허번호'),
  },
]
