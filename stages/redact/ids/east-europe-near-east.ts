import { isRepeated, luhn, modulo, weightedSum } from './check-digits.ts'
import { named } from './context-words.ts'
import type { IdSpec } from './id-spec.ts'

/** NVİ: (7 × odd places − even places) mod 10, then the sum of the first ten mod 10. */
function isTurkish(value: string): boolean {
  const at = (place: number): number => Number(value[place])
  const odd = at(0) + at(2) + at(4) + at(6) + at(8)
  const even = at(1) + at(3) + at(5) + at(7)
  return !value.startsWith('0') && modulo(odd * 7 - even, 10) === at(9) && (odd + even + at(9)) % 10 === at(10)
}

/** Наказ Мінфіну 822 (2017): days since 1899, order; weights −1 5 7 9 4 6 10 5 7, modulo 11, then 10 is 0. */
function isRnokpp(value: string): boolean {
  const days = Number(value.slice(0, 5))
  const sum = modulo(weightedSum(value, [-1, 5, 7, 9, 4, 6, 10, 5, 7]), 11) % 10
  return days > 0 && days < 55_000 && sum === Number(value[9])
}

/** ЄДРПОУ: weights 1…7 (7 1 2 3 4 5 6 from 30 to 60 million), modulo 11; where it is 10, each weight two more. */
function isEdrpou(value: string): boolean {
  const middle = Number(value) >= 30_000_000 && Number(value) <= 60_000_000
  const weights = middle ? [7, 1, 2, 3, 4, 5, 6] : [1, 2, 3, 4, 5, 6, 7]
  const first = weightedSum(value, weights) % 11
  const check =
    first < 10
      ? first
      : (weightedSum(
          value,
          weights.map((weight) => weight + 2),
        ) %
          11) %
        10
  return !isRepeated(value) && check === Number(value[7])
}

/** ИНН (ФНС, приказ ММВ-7-6/435): weights of ten and twelve digits, modulo 11, then 10 is 0. */
function isInn(value: string): boolean {
  const check = (weights: readonly number[]): number => (weightedSum(value, weights) % 11) % 10
  if (isRepeated(value)) return false
  if (value.length === 10) return check([2, 4, 10, 3, 5, 9, 4, 6, 8]) === Number(value[9])
  return (
    check([7, 2, 4, 10, 3, 5, 9, 4, 6, 8]) === Number(value[10]) &&
    check([3, 7, 2, 4, 10, 3, 5, 9, 4, 6, 8]) === Number(value[11])
  )
}

/** СНИЛС (ПФР 192п): weights 9…1, modulo 101, then 100 is 00. Not checked up to 001-001-998. */
function isSnils(value: string): boolean {
  const sum = (weightedSum(value, [9, 8, 7, 6, 5, 4, 3, 2, 1]) % 101) % 100
  return !/^(\d)\1{8}/.test(value) && Number(value.slice(0, 9)) > 1_001_998 && sum === Number(value.slice(9))
}

const SNILS = named('снилс|snils|страховой номер|пенсионн*')

export const EAST_EUROPE_NEAR_EAST: readonly IdSpec[] = [
  {
    name: 'tr-national-id',
    type: 'TR_NATIONAL_ID',
    shapes: ['99999999999'],
    written: /^\d{11}$|^\d{3} \d{3} \d{3} \d{2}$|^\d{3} \d{2} \d{3} \d{3}$/,
    valid: isTurkish,
    score: 0.35,
    contextScore: 0.96,
    context: named(
      'tckn|tc kimlik|t c kimlik|tc no|t c no|kimlik no|kimlik*|vatandaşlık no|nüfus cüzdan*|turkish id*|turkish identity',
    ),
  },
  {
    name: 'tr-national-id-mistyped',
    type: 'TR_NATIONAL_ID',
    shapes: ['99999999999'],
    written: /^\d{11}$/,
    valid: (value) => (isTurkish(value) ? false : 'mistyped'),
    score: 0,
    contextScore: 0,
    context: named('tckn|tc kimlik*|t c kimlik*|kimlik no'),
  },
  {
    // Luhn over nine digits; shorter ones count with zeros before them.
    name: 'il-id',
    type: 'IL_ID',
    shapes: ['999999999', '99999999'],
    written: /^\d{8,9}$|^\d{8}-\d$|^\d-\d{7}-\d$/,
    valid: (value) => !isRepeated(value) && luhn(value.padStart(9, '0')),
    score: 0.15,
    contextScore: 0.95,
    context: named(
      'תעודת זהות|תעודת הזהות|ת ז|מספר זהות|ת״ז|ת"ז|teudat zehut|teudat*|israeli id*|israel id*|israeli identity|mispar zehut',
    ),
  },
  {
    name: 'ua-tax-id',
    type: 'UA_TAX_ID',
    shapes: ['9999999999'],
    written: /^\d{10}$/,
    valid: isRnokpp,
    score: 0.2,
    contextScore: 0.95,
    context: named('рнокпп|іпн|ідентифікаційн*|код платника|інн|rnokpp|ukrainian tax*|ipn|податков*'),
  },
  {
    name: 'ua-company-code',
    type: 'UA_TAX_ID',
    shapes: ['99999999'],
    written: /^\d{8}$/,
    valid: isEdrpou,
    score: 0.1,
    contextScore: 0.93,
    context: named('єдрпоу|едрпоу|edrpou|yedrpou'),
  },
  {
    name: 'ru-inn',
    type: 'RU_TAX_ID',
    shapes: ['9999999999', '999999999999'],
    written: /^\d{10}$|^\d{12}$/,
    valid: isInn,
    score: 0.2,
    contextScore: 0.95,
    context: named('инн|inn no|inn nr|inn number|inn:|inn #|налогоплательщик*|russian tax*'),
  },
  {
    name: 'ru-snils',
    type: 'RU_TAX_ID',
    shapes: ['99999999999'],
    written: /^\d{3}-\d{3}-\d{3}[ -]\d{2}$/,
    valid: isSnils,
    score: 0.85,
    contextScore: 0.97,
    context: SNILS,
  },
  {
    name: 'ru-snils-plain',
    type: 'RU_TAX_ID',
    shapes: ['99999999999'],
    written: /^\d{11}$|^\d{3} \d{3} \d{3} \d{2}$/,
    valid: isSnils,
    score: 0.35,
    contextScore: 0.96,
    context: SNILS,
  },
]
