import { isRepeated, luhn, modulo, weightedSum } from './check-digits.ts'
import { named } from './context-words.ts'
import { isDate, isDayFirst, isShortDate, two } from './dates.ts'
import type { IdSpec } from './id-spec.ts'

/** Estonia (EVS 585) and Lithuania: weights 1…9,1; where the remainder is 10, weights 3…9,1,2,3; then 0. */
function isBalticCode(value: string): boolean {
  const century = 1800 + Math.floor((Number(value[0]) - 1) / 2) * 100
  if (!/^[1-6]/.test(value) || !isDate(century + two(value, 1), two(value, 3), two(value, 5))) return false
  const first = weightedSum(value, [1, 2, 3, 4, 5, 6, 7, 8, 9, 1]) % 11
  const check = first < 10 ? first : (weightedSum(value, [3, 4, 5, 6, 7, 8, 9, 1, 2, 3]) % 11) % 10
  return check === Number(value[10])
}

/** Latvia, until 2017: DDMMYY, century, order; 1101 less weights 1 6 3 7 9 10 5 8 4 2, modulo 11. */
function isLatvian(value: string): boolean {
  if (!isDayFirst(value) || !/^.{6}[012]/.test(value)) return false
  return modulo(1101 - weightedSum(value, [1, 6, 3, 7, 9, 10, 5, 8, 4, 2]), 11) % 10 === Number(value[10])
}

/** Folkbokföringslagen § 18; SKV 704: YYMMDD-NNN, Luhn over ten digits; coordination numbers add 60 to the day. */
function isPersonnummer(value: string): boolean {
  const ten = value.slice(-10)
  const day = two(ten, 4) > 60 ? two(ten, 4) - 60 : two(ten, 4)
  const dated =
    value.length === 12
      ? /^(?:18|19|20)/.test(value) && isDate(Number(value.slice(0, 4)), two(ten, 2), day)
      : isShortDate(two(ten, 0), two(ten, 2), day)
  return dated && luhn(ten) && !/^.{6}000/.test(ten)
}

/** SKV 709: kind 1–3, 5–9; the third digit is at least 2, so that it is no date; Luhn. */
function isSwedishOrganisation(value: string): boolean {
  return /^[1-35-9].[2-9]/.test(value) && !isRepeated(value) && luhn(value)
}

/** Folkeregisterforskriften: weights 3 7 6 1 8 9 4 5 2, then 5 4 3 2 7 6 5 4 3 2, modulo 11. D-numbers: day + 40. */
function isFodselsnummer(value: string): boolean {
  const day = two(value, 0) > 40 ? two(value, 0) - 40 : two(value, 0)
  const month = two(value, 2) > 40 ? two(value, 2) - 40 : two(value, 2)
  if (!isShortDate(two(value, 4), month, day)) return false
  return (
    weightedSum(value, [3, 7, 6, 1, 8, 9, 4, 5, 2, 1]) % 11 === 0 &&
    weightedSum(value, [5, 4, 3, 2, 7, 6, 5, 4, 3, 2, 1]) % 11 === 0
  )
}

/** CPR-kontoret: weights 4 3 2 7 6 5 4 3 2 1, modulo 11; since 2007 numbers that do not fit are given too. */
function fitsCpr(value: string): boolean {
  return isCprDate(value) && weightedSum(value, [4, 3, 2, 7, 6, 5, 4, 3, 2, 1]) % 11 === 0
}

function isCprDate(value: string): boolean {
  return isDayFirst(value) && !/^.{6}0000/.test(value)
}

/** DVV: DDMMYY, sign of the century, number 002–899 (900–999 temporary), the nine digits modulo 31 as a character. */
function isHetu(value: string): boolean {
  const digits = value.slice(0, 6) + value.slice(-4, -1)
  return isDayFirst(value) && '0123456789ABCDEFHJKLMNPRSTUVWXY'[Number(digits) % 31] === value.at(-1)
}

/** Þjóðskrá: DDMMYY (firms: day + 40), two digits, check by weights 3 2 7 6 5 4 3 2 modulo 11, century 9, 0 or 8. */
function isKennitala(value: string): boolean {
  const day = two(value, 0) > 40 ? two(value, 0) - 40 : two(value, 0)
  if (!isShortDate(two(value, 4), two(value, 2), day) || !/[890]$/.test(value)) return false
  return weightedSum(value, [3, 2, 7, 6, 5, 4, 3, 2, 1]) % 11 === 0
}

const PNR = named('personnummer*|personnr|person nr|pers nr|samordningsnummer*|swedish personal*|födelsenummer')
const CPR = named('cpr|cpr nr|personnummer*|cpr nummer|central person register|danish personal*')
const HETU = named(
  'hetu|henkilötunnu*|henkilotunnu*|sotu|personbeteckning|sosiaaliturvatunnus*|finnish personal*|personal identity code',
)

export const NORDICS_BALTICS: readonly IdSpec[] = [
  {
    name: 'ee-personal-code',
    type: 'EE_PERSONAL_CODE',
    shapes: ['99999999999'],
    written: /^\d{11}$/,
    valid: isBalticCode,
    score: 0.4,
    contextScore: 0.96,
    context: named('isikukood*|asmens kod*|estonian*|lithuanian*|personal code'),
  },
  {
    name: 'lv-personal-code',
    type: 'LV_PERSONAL_CODE',
    shapes: ['99999999999'],
    written: /^\d{6}-\d{5}$/,
    valid: isLatvian,
    score: 0.7,
    contextScore: 0.96,
    context: named('personas kod*|pers kods|latvian*'),
  },
  {
    name: 'lv-personal-code-plain',
    type: 'LV_PERSONAL_CODE',
    shapes: ['99999999999'],
    written: /^\d{6} ?\d{5}$|^32\d{4}-\d{5}$/,
    // Since 2017 codes begin with 32 to 39 and tell no date; they have no published check digit.
    valid: (value) => isLatvian(value) || /^3[2-9]/.test(value),
    score: 0.1,
    contextScore: 0.93,
    context: named('personas kod*|pers kods|latvian*'),
  },
  {
    name: 'se-personnummer',
    type: 'SE_PERSONNUMMER',
    shapes: ['9999999999', '999999999999'],
    written: /^(?:\d{2})?\d{6}[-+]\d{4}$|^\d{12}$/,
    valid: isPersonnummer,
    score: 0.75,
    contextScore: 0.97,
    context: PNR,
  },
  {
    name: 'se-personnummer-plain',
    type: 'SE_PERSONNUMMER',
    shapes: ['9999999999', '999999999999'],
    written: /^\d{10}$|^(?:\d{2})?\d{6} \d{4}$/,
    valid: isPersonnummer,
    score: 0.4,
    contextScore: 0.96,
    context: PNR,
  },
  {
    name: 'se-organisation-number',
    type: 'SE_ORGANISATION_NUMBER',
    shapes: ['9999999999', '999999999999'],
    written: /^(?:16)?\d{6}-?\d{4}$/,
    valid: (value) => isSwedishOrganisation(value.slice(-10)),
    score: 0.35,
    contextScore: 0.95,
    context: named('organisationsnummer|organisationsnr|orgnr|org nr|org nummer|org no|organisation number'),
  },
  {
    name: 'se-vat',
    type: 'SE_ORGANISATION_NUMBER',
    shapes: ['AA999999999999'],
    written: /^SE ?\d{6}-?\d{4} ?01$/i,
    valid: (value) => isSwedishOrganisation(value.slice(2, 12)),
    score: 0.9,
    contextScore: 0.96,
    context: named('moms*|vat*'),
  },
  {
    name: 'no-fodselsnummer',
    type: 'NO_FODSELSNUMMER',
    shapes: ['99999999999'],
    written: /^\d{6}[ -]?\d{5}$/,
    valid: isFodselsnummer,
    score: 0.65,
    contextScore: 0.97,
    context: named('fødselsnummer*|fodselsnummer*|fødselsnr|personnummer*|fnr|d nummer*|dnr|norwegian*'),
  },
  {
    name: 'dk-cpr',
    type: 'DK_CPR',
    shapes: ['9999999999'],
    written: /^\d{6}-\d{4}$/,
    valid: fitsCpr,
    score: 0.75,
    contextScore: 0.97,
    context: CPR,
  },
  {
    name: 'dk-cpr-plain',
    type: 'DK_CPR',
    shapes: ['9999999999'],
    written: /^\d{6}[ -]?\d{4}$/,
    valid: isCprDate,
    score: 0.3,
    contextScore: 0.95,
    context: CPR,
  },
  {
    name: 'fi-hetu',
    type: 'FI_HETU',
    shapes: ['999999A999A', '999999A9999', '999999999A'],
    written: /^\d{6}[-+A-FU-Y]\d{3}[0-9A-FHJ-NPR-Y]$/i,
    valid: isHetu,
    score: 0.85,
    contextScore: 0.97,
    context: HETU,
  },
  {
    name: 'fi-hetu-digits',
    type: 'FI_HETU',
    shapes: ['9999999999'],
    written: /^\d{6}[-+]\d{4}$/,
    valid: isHetu,
    score: 0.6,
    contextScore: 0.96,
    context: HETU,
  },
  {
    name: 'is-kennitala',
    type: 'IS_KENNITALA',
    shapes: ['9999999999'],
    written: /^\d{6}-\d{4}$/,
    valid: isKennitala,
    score: 0.7,
    contextScore: 0.96,
    context: named('kennital*|kt|icelandic*'),
  },
  {
    name: 'is-kennitala-plain',
    type: 'IS_KENNITALA',
    shapes: ['9999999999'],
    written: /^\d{6} ?\d{4}$/,
    valid: isKennitala,
    score: 0.4,
    contextScore: 0.96,
    context: named('kennital*|kt|icelandic*'),
  },
]
