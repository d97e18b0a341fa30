import { isRepeated, longModulo, luhn, mod11And10, modulo, valueAt, weightedSum } from './check-digits.ts'
import { named } from './context-words.ts'
import { isDate, isDayFirst, isShortDate, isYearFirst, two } from './dates.ts'
import type { IdSpec } from './id-spec.ts'

/** PESEL (Act on population records, 2010): the month carries the century; weights 1 3 7 9, modulo 10. */
function isPesel(value: string): boolean {
  const century = [1900, 2000, 2100, 2200, 1800][Math.floor(two(value, 2) / 20)]!
  const sum = weightedSum(value, [1, 3, 7, 9, 1, 3, 7, 9, 1, 3, 1])
  return century < 2100 && isDate(century + two(value, 0), two(value, 2) % 20, two(value, 4)) && sum % 10 === 0
}

/** NIP (MF): weights 6 5 7 2 3 4 5 6 7, modulo 11; 10 is not given. */
function isNip(value: string): boolean {
  return !value.startsWith('0') && weightedSum(value, [6, 5, 7, 2, 3, 4, 5, 6, 7]) % 11 === Number(value[9])
}

/** Dowód osobisty: weights 7 3 1 over the letters and 7 3 1 7 3 over the last five; the fourth character checks. */
function isPolishCard(value: string): boolean {
  return weightedSum(value, [7, 3, 1, 9, 7, 3, 1, 7, 3]) % 10 === 0
}

/** Act 133/2000 (CZ), 301/1995 (SK): women add 50 to the month, full days 20; ten digits divide by 11. */
function isBirthNumber(value: string): boolean {
  const month = two(value, 2) % 50
  const plain = month > 20 ? month - 20 : month
  const year = two(value, 0)
  if (value.length === 9)
    return year < 54 && month <= 12 && isShortDate(year, month, two(value, 4)) && !value.endsWith('000')
  if (!isDate(year < 54 ? 2000 + year : 1900 + year, plain, two(value, 4))) return false
  // Until 1985 a remainder of ten was written 0.
  const rest = longModulo(value.slice(0, 9), 11)
  return longModulo(value, 11) === 0 || (rest === 10 && value.endsWith('0') && year >= 54 && year < 86)
}

/** Hungary, Act XX of 1996: weights 1…10 (before 1997) or 10…1 (after), modulo 11. */
function isPersonalId(value: string): boolean {
  if (!/^[1-8]/.test(value) || !isYearFirst(value, 1)) return false
  const check = Number(value[10])
  const up = weightedSum(value, [1, 2, 3, 4, 5, 6, 7, 8, 9, 10]) % 11
  const down = weightedSum(value, [10, 9, 8, 7, 6, 5, 4, 3, 2, 1]) % 11
  return up === check || down === check
}

/** Adóazonosító jel: an 8, days since 1867, weights 1…9, modulo 11. */
function isHungarianTax(value: string): boolean {
  return value.startsWith('8') && weightedSum(value, [1, 2, 3, 4, 5, 6, 7, 8, 9]) % 11 === Number(value[9])
}

/** TAJ: weights 3 and 7, modulo 10. */
function isTaj(value: string): boolean {
  return !isRepeated(value) && weightedSum(value, [3, 7, 3, 7, 3, 7, 3, 7]) % 10 === Number(value[8])
}

/** CNP (Law 105/1996): sex and century, date, county, order; weights 279146358279 modulo 11, 10 is written 1. */
function isCnp(value: string): boolean {
  // Foreigners' numbers begin with 9, and so do those of books: 978, 979 with the check of EAN-13.
  if (/^97[89]/.test(value) && weightedSum(value, [1, 3, 1, 3, 1, 3, 1, 3, 1, 3, 1, 3, 1]) % 10 === 0) return false
  const county = two(value, 7)
  if (!/^[1-9]/.test(value) || !isYearFirst(value, 1)) return false
  if (!((county >= 1 && county <= 52) || county === 70 || (county >= 80 && county <= 83))) return false
  const rest = weightedSum(value, [2, 7, 9, 1, 4, 6, 3, 5, 8, 2, 7, 9]) % 11
  return (rest === 10 ? 1 : rest) === Number(value[12])
}

/** ЕГН (GRAO): the month carries the century (+20, +40); weights 2 4 8 5 10 9 7 3 6, modulo 11, then 10 is 0. */
function isEgn(value: string): boolean {
  const shift = two(value, 2) > 40 ? 40 : two(value, 2) > 20 ? 20 : 0
  const year = (shift === 40 ? 2000 : shift === 20 ? 1800 : 1900) + two(value, 0)
  const sum = weightedSum(value, [2, 4, 8, 5, 10, 9, 7, 3, 6])
  return isDate(year, two(value, 2) - shift, two(value, 4)) && (sum % 11) % 10 === Number(value[9])
}

/** EMŠO/JMBG (SFRY register act, 1976): DDMMYYY, region, order; weights 7…2 twice, modulo 11. */
function isEmso(value: string): boolean {
  const year = Number(value.slice(4, 7))
  if (!(year >= 880 || year <= 60) || !isDate(year + (year >= 880 ? 1000 : 2000), two(value, 2), two(value, 0)))
    return false
  const rest = weightedSum(value, [7, 6, 5, 4, 3, 2, 7, 6, 5, 4, 3, 2]) % 11
  return modulo(11 - rest, 11) === Number(value[12]) && rest !== 1
}

/** AMKA: DDMMYY, order, Luhn. */
function isAmka(value: string): boolean {
  return isDayFirst(value) && luhn(value)
}

/** ΑΦΜ: powers of two from 256 down, modulo 11, then 10 is 0. */
function isAfm(value: string): boolean {
  const sum = weightedSum(value, [256, 128, 64, 32, 16, 8, 4, 2])
  return !isRepeated(value) && (sum % 11) % 10 === Number(value[8])
}

const NIP = named('nip|numer identyfikacji podatkowej|podatkow*|vat*')
const BIRTH_NUMBER = named('rodné číslo|rodne cislo|rodného čísla|rodným číslem|r č|rč|r c|birth number|rodné č')

export const CENTRAL_EUROPE: readonly IdSpec[] = [
  {
    name: 'pl-pesel',
    type: 'PL_PESEL',
    shapes: ['99999999999'],
    written: /^\d{11}$|^\d{6} \d{5}$/,
    valid: isPesel,
    score: 0.35,
    contextScore: 0.96,
    context: named('pesel*'),
  },
  {
    name: 'pl-pesel-mistyped',
    type: 'PL_PESEL',
    shapes: ['99999999999'],
    written: /^\d{11}$/,
    valid: (value) => (isPesel(value) ? false : 'mistyped'),
    score: 0,
    contextScore: 0,
    context: named('pesel*'),
  },
  {
    name: 'pl-nip',
    type: 'PL_NIP',
    shapes: ['9999999999'],
    written: /^\d{10}$|^\d{3}([ -])\d{3}\1\d{2}\1\d{2}$|^\d{3}([ -])\d{2}\2\d{2}\2\d{3}$/,
    valid: isNip,
    score: 0.3,
    contextScore: 0.95,
    context: NIP,
  },
  {
    name: 'pl-nip-prefixed',
    type: 'PL_NIP',
    shapes: ['AA9999999999'],
    written: /^PL ?\d{3}-?\d{2,3}-?\d{2}-?\d{2,3}$/i,
    valid: (value) => isNip(value.slice(2)),
    score: 0.85,
    contextScore: 0.96,
    context: NIP,
  },
  {
    name: 'pl-id-card',
    type: 'PL_ID_CARD',
    shapes: ['AAA999999'],
    written: /^[A-Z]{3}[ -]?\d{6}$|^[A-Z]{3} \d{3} \d{3}$/i,
    valid: isPolishCard,
    score: 0.3,
    contextScore: 0.95,
    context: named('dowód*|dowod*|dowodu|seria i numer|id card|identity card|osobist*'),
  },
  {
    name: 'cz-birth-number',
    type: 'CZ_BIRTH_NUMBER',
    shapes: ['9999999999'],
    written: /^\d{6}\/\d{4}$/,
    valid: isBirthNumber,
    score: 0.8,
    contextScore: 0.96,
    context: BIRTH_NUMBER,
  },
  {
    name: 'cz-birth-number-plain',
    type: 'CZ_BIRTH_NUMBER',
    shapes: ['9999999999', '999999999'],
    written: /^\d{6}[ /-]?\d{3,4}$/,
    valid: isBirthNumber,
    score: 0.25,
    contextScore: 0.95,
    context: BIRTH_NUMBER,
  },
  {
    name: 'hu-personal-id',
    type: 'HU_PERSONAL_ID',
    shapes: ['99999999999'],
    written: /^\d[ -]\d{6}[ -]\d{4}$|^\d{11}$|^\d-\d{6}\d{4}$/,
    valid: isPersonalId,
    score: 0.4,
    contextScore: 0.95,
    context: named('személyi*|szemelyi*|személyazonosító*|szig|hungarian id*'),
  },
  {
    name: 'hu-tax-id',
    type: 'HU_PERSONAL_ID',
    shapes: ['9999999999'],
    written: /^\d{10}$|^\d{4} \d{3} \d{3}$|^\d{3} \d{3} \d{4}$/,
    valid: isHungarianTax,
    score: 0.2,
    contextScore: 0.95,
    context: named('adóazonosító*|adoazonosito*|adószám*|adoszam*|hungarian tax*'),
  },
  {
    name: 'hu-taj',
    type: 'HU_PERSONAL_ID',
    shapes: ['999999999'],
    written: /^\d{3}([ -]?)\d{3}\1\d{3}$/,
    valid: isTaj,
    score: 0.15,
    contextScore: 0.95,
    context: named('taj|taj szám|taj szam|tajszám|társadalombiztosítási*'),
  },
  {
    name: 'ro-cnp',
    type: 'RO_CNP',
    shapes: ['9999999999999'],
    written: /^\d{13}$|^\d \d{6} \d{6}$|^\d \d{2} \d{2} \d{2} \d{2} \d{3} \d$/,
    valid: isCnp,
    score: 0.55,
    contextScore: 0.97,
    context: named('cnp|cod numeric personal|codul numeric personal|romanian*'),
  },
  {
    name: 'bg-egn',
    type: 'BG_EGN',
    shapes: ['9999999999'],
    written: /^\d{10}$|^\d{6}[ -]\d{4}$/,
    valid: isEgn,
    score: 0.3,
    contextScore: 0.95,
    context: named('егн|е г н|egn|единен граждански*|граждански номер|bulgarian*'),
  },
  {
    name: 'hr-oib',
    type: 'HR_OIB',
    shapes: ['99999999999'],
    written: /^\d{11}$/,
    valid: (value) => !isRepeated(value) && mod11And10(value),
    score: 0.3,
    contextScore: 0.96,
    context: named('oib|oib a|osobni identifikacijski*|osobni broj|pdv*'),
  },
  {
    name: 'si-emso',
    type: 'SI_EMSO',
    shapes: ['9999999999999'],
    written: /^\d{13}$|^\d{7} \d{2} \d{3} \d$|^\d{7} \d{6}$/,
    valid: isEmso,
    score: 0.6,
    contextScore: 0.97,
    context: named('emšo|emso|jmbg|matični broj|maticni broj|matična številka|jmb|мбг|јмбг'),
  },
  {
    name: 'gr-amka',
    type: 'GR_AMKA',
    shapes: ['99999999999'],
    written: /^\d{11}$|^\d{6}[ -]\d{5}$/,
    valid: isAmka,
    score: 0.4,
    contextScore: 0.96,
    context: named('αμκα|α μ κ α|amka|κοινωνικής ασφάλισης|μητρώου κοινωνικής'),
  },
  {
    name: 'gr-afm',
    type: 'GR_AFM',
    shapes: ['999999999'],
    written: /^\d{9}$|^\d{3} \d{3} \d{3}$/,
    valid: isAfm,
    score: 0.15,
    contextScore: 0.95,
    context: named('αφμ|α φ μ|afm|a f m|φορολογικού μητρώου|φορολογικό μητρώο|greek tax*|vat el'),
  },
  {
    name: 'gr-afm-prefixed',
    type: 'GR_AFM',
    shapes: ['AA999999999'],
    written: /^(?:EL|GR) ?\d{9}$/i,
    valid: (value) => isAfm(value.slice(2)) && valueAt(value, 2) <= 9,
    score: 0.85,
    contextScore: 0.96,
    context: named('αφμ|afm|φπα|vat*'),
  },
]
