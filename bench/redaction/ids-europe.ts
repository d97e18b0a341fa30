import type { Random } from '../../util/random.ts'
import {
  birthDay,
  digits,
  iso7064Mod11x10,
  letters,
  luhnDigit,
  mod97,
  number,
  two,
  until,
  weighted,
} from './check-digits.ts'
import type { IdMaker } from './ids.ts'

const range = (from: number, to: number): number[] =>
  Array.from({ length: Math.abs(to - from) + 1 }, (_, i) => from + (to > from ? i : -i))

/** Check digit of machine-readable documents (ICAO 9303-3 §4.9): weights 7 3 1. */
function icao(value: string): string {
  const sum = [...value].reduce((total, char, i) => total + Number.parseInt(char, 36) * [7, 3, 1][i % 3]!, 0)
  return String(sum % 10)
}

const GERMAN_SERIAL = 'CFGHJKLMNPRTVWXYZ0123456789'

function italianCode(rng: Random): string {
  const { year, month, day } = birthDay(rng)
  const consonants = 'BCDFGLMNPRSTVZ'
  const front = `${letters(rng, 6, consonants)}${two(year % 100)}${'ABCDEHLMPRST'[month - 1]}${two(day + (rng.integer(2) === 0 ? 0 : 40))}${letters(rng, 1, 'ABCDEFGHIL')}${number(rng, 3)}`
  // Decreto ministeriale 23/12/1976: values of the odd places.
  const odd = [1, 0, 5, 7, 9, 13, 15, 17, 19, 21, 2, 4, 18, 20, 11, 3, 6, 8, 12, 14, 16, 10, 22, 25, 24, 23]
  let sum = 0
  for (let i = 0; i < 15; i++) {
    const code = front.charCodeAt(i)
    const value = code < 58 ? code - 48 : code - 65
    sum += i % 2 === 0 ? odd[value]! : value
  }
  return front + String.fromCharCode(65 + (sum % 26))
}

const DNI = 'TRWAGMYFPDXBNJZSQVHLCKE'

export const EUROPE: readonly IdMaker[] = [
  {
    type: 'UK_NHS',
    names: ['NHS number', 'NHS no.'],
    make: (rng) =>
      until(() => {
        const front = number(rng, 9)
        const check = (11 - (weighted(front, range(10, 2)) % 11)) % 11
        if (check === 10) return undefined
        const all = `${front}${check}`
        return rng.integer(3) === 0 ? all : `${all.slice(0, 3)} ${all.slice(3, 6)} ${all.slice(6)}`
      }),
  },
  {
    type: 'UK_NINO',
    names: ['National Insurance number', 'NI number', 'NINO'],
    make: (rng) => {
      const [a, b, c] = [digits(rng, 2), digits(rng, 2), digits(rng, 2)]
      const prefix = `${letters(rng, 1, 'ABCEHJKLMPRSTWXY')}${letters(rng, 1, 'ABCEHJKLMPRSWXYZ')}`
      const suffix = letters(rng, 1, 'ABCD')
      return rng.integer(2) === 0 ? `${prefix}${a}${b}${c}${suffix}` : `${prefix} ${a} ${b} ${c} ${suffix}`
    },
  },
  {
    type: 'UK_UTR',
    names: ['UTR', 'unique taxpayer reference'],
    make: (rng) => {
      const rest = number(rng, 9)
      return `${'21987654321'[weighted(rest, [6, 7, 8, 9, 10, 5, 4, 3, 2]) % 11]}${rest}`
    },
  },
  { type: 'UK_PASSPORT', names: ['UK passport number', 'passport no.'], make: (rng) => number(rng, 9) },
  {
    type: 'UK_DRIVING_LICENCE',
    names: ['driving licence number', 'UK driving licence'],
    make: (rng) => {
      const { year, month, day } = birthDay(rng)
      const name = letters(rng, 4 + rng.integer(2), 'ABCDEGHKLMNOPRSTW').padEnd(5, '9')
      return `${name}${Math.floor((year % 100) / 10)}${two(month + (rng.integer(2) === 0 ? 0 : 50))}${two(day)}${year % 10}${letters(rng, 1)}${rng.integer(2) === 0 ? '9' : letters(rng, 1)}${digits(rng, 1)}${letters(rng, 2)}`
    },
  },
  {
    type: 'IE_PPSN',
    names: ['PPS number', 'PPSN'],
    make: (rng) => {
      const front = number(rng, 7)
      return `${front}${'WABCDEFGHIJKLMNOPQRSTUV'[weighted(front, range(8, 2)) % 23]}`
    },
  },
  {
    type: 'DE_TAX_ID',
    names: ['Steuer-ID', 'Steueridentifikationsnummer'],
    make: (rng) => {
      // Ten digits of which exactly one occurs twice (§ 139b AO, IdNr. since 2016 also three times).
      const ten = rng.shuffle([...'0123456789'])
      ten[9] = ten[1 + rng.integer(8)]!
      const order = rng.shuffle(ten)
      const first = order.findIndex((digit) => digit !== '0')
      const front = [order[first]!, ...order.filter((_, i) => i !== first)].join('')
      const all = `${front}${iso7064Mod11x10(front)}`
      return rng.integer(2) === 0 ? all : all.replace(/(\d\d)(\d{3})(\d{3})(\d{3})/, '$1 $2 $3 $4')
    },
  },
  {
    type: 'DE_ID_CARD',
    names: ['Personalausweisnummer', 'Ausweisnummer'],
    make: (rng) => {
      const front = `${letters(rng, 1, 'LMNPRTVWXY')}${letters(rng, 8, GERMAN_SERIAL)}`
      return `${front}${icao(front)}`
    },
  },
  {
    type: 'DE_SOCIAL_SECURITY',
    names: ['Sozialversicherungsnummer', 'Rentenversicherungsnummer'],
    make: (rng) => {
      const { year, month, day } = birthDay(rng)
      const area = rng.pick(['10', '12', '13', '15', '17', '20', '24', '50', '65'])
      const letter = letters(rng, 1)
      const serial = two(rng.integer(100))
      const all = `${area}${two(day)}${two(month)}${two(year % 100)}${two(letter.charCodeAt(0) - 64)}${serial}`
      const weights = [2, 1, 2, 5, 7, 1, 2, 1, 2, 1, 2, 1]
      const sum = weights.reduce((total, weight, i) => {
        const product = weight * Number(all[i])
        return total + Math.floor(product / 10) + (product % 10)
      }, 0)
      const parts = [area, `${two(day)}${two(month)}${two(year % 100)}`, letter, `${serial}${sum % 10}`]
      return parts.join(rng.integer(2) === 0 ? ' ' : '')
    },
  },
  {
    type: 'DE_HEALTH_INSURANCE',
    names: ['Krankenversichertennummer', 'Versichertennummer'],
    make: (rng) => {
      const letter = letters(rng, 1)
      const serial = digits(rng, 8)
      const all = `${two(letter.charCodeAt(0) - 64)}${serial}`
      const sum = [...all].reduce((total, char, i) => {
        const product = Number(char) * (i % 2 === 0 ? 1 : 2)
        return total + (product > 9 ? product - 9 : product)
      }, 0)
      return `${letter}${serial}${sum % 10}`
    },
  },
  {
    type: 'AT_SVNR',
    names: ['Sozialversicherungsnummer', 'SVNR'],
    make: (rng) =>
      until(() => {
        const { year, month, day } = birthDay(rng)
        const serial = number(rng, 3)
        const date = `${two(day)}${two(month)}${two(year % 100)}`
        const check = weighted(`${serial}${date}`, [3, 7, 9, 5, 8, 4, 2, 1, 6]) % 11
        return check === 10 ? undefined : `${serial}${check} ${date}`
      }),
  },
  {
    type: 'CH_AHV',
    names: ['AHV-Nummer', 'AHV number'],
    make: (rng) => {
      const front = `756${digits(rng, 9)}`
      const check = (10 - (weighted(front, [1, 3, 1, 3, 1, 3, 1, 3, 1, 3, 1, 3]) % 10)) % 10
      return `${front}${check}`.replace(/(\d{3})(\d{4})(\d{4})(\d\d)/, '$1.$2.$3.$4')
    },
  },
  {
    type: 'FR_NIR',
    names: ['numéro de sécurité sociale', 'NIR'],
    make: (rng) => {
      const { year, month } = birthDay(rng)
      const front = `${1 + rng.integer(2)}${two(year % 100)}${two(month)}${two(1 + rng.integer(19))}${number(rng, 3)}${digits(rng, 3)}`
      const key = two(97 - (Number(front) % 97))
      return rng.integer(2) === 0
        ? `${front}${key}`
        : `${front.replace(/(\d)(\d\d)(\d\d)(\d\d)(\d{3})(\d{3})/, '$1 $2 $3 $4 $5 $6')} ${key}`
    },
  },
  {
    type: 'BE_NATIONAL_NUMBER',
    names: ['rijksregisternummer', 'numéro national'],
    make: (rng) => {
      const { year, month, day } = birthDay(rng)
      const front = `${two(year % 100)}${two(month)}${two(day)}${String(1 + rng.integer(997)).padStart(3, '0')}`
      const check = two(97 - (Number(year >= 2000 ? `2${front}` : front) % 97))
      return `${front.replace(/(\d\d)(\d\d)(\d\d)(\d{3})/, '$1.$2.$3-$4')}.${check}`
    },
  },
  {
    type: 'NL_BSN',
    names: ['BSN', 'burgerservicenummer'],
    make: (rng) =>
      until(() => {
        const front = number(rng, 8)
        const check = weighted(front, range(9, 2)) % 11
        return check === 10 ? undefined : `${front}${check}`
      }),
  },
  {
    type: 'ES_NIF',
    names: ['DNI', 'NIF'],
    make: (rng) => {
      const value = number(rng, 8)
      return `${value}${rng.integer(4) === 0 ? '-' : ''}${DNI[Number(value) % 23]}`
    },
  },
  {
    type: 'ES_NIE',
    names: ['NIE', 'número de extranjero'],
    make: (rng) => {
      const first = rng.integer(3)
      const value = digits(rng, 7)
      return `${'XYZ'[first]}${value}${DNI[Number(`${first}${value}`) % 23]}`
    },
  },
  {
    type: 'PT_NIF',
    names: ['NIF', 'contribuinte'],
    make: (rng) => {
      const front = `${rng.pick(['1', '2', '3'])}${digits(rng, 7)}`
      const rest = weighted(front, range(9, 2)) % 11
      return `${front}${rest < 2 ? 0 : 11 - rest}`
    },
  },
  { type: 'IT_FISCAL_CODE', names: ['codice fiscale'], make: italianCode },
  {
    type: 'PL_PESEL',
    names: ['PESEL', 'numer PESEL'],
    make: (rng) => {
      const { year, month, day } = birthDay(rng)
      const front = `${two(year % 100)}${two(year >= 2000 ? month + 20 : month)}${two(day)}${digits(rng, 4)}`
      return `${front}${(10 - (weighted(front, [1, 3, 7, 9, 1, 3, 7, 9, 1, 3]) % 10)) % 10}`
    },
  },
  {
    type: 'PL_NIP',
    names: ['NIP', 'numer NIP'],
    make: (rng) =>
      until(() => {
        const front = number(rng, 9)
        const check = weighted(front, [6, 5, 7, 2, 3, 4, 5, 6, 7]) % 11
        return check === 10 ? undefined : `${front}${check}`.replace(/(\d{3})(\d{3})(\d\d)(\d\d)/, '$1-$2-$3-$4')
      }),
  },
  {
    type: 'CZ_BIRTH_NUMBER',
    names: ['rodné číslo'],
    make: (rng) =>
      until(() => {
        const { year, month, day } = birthDay(rng)
        if (year < 1954) return undefined
        const front = `${two(year % 100)}${two(month + (rng.integer(2) === 0 ? 0 : 50))}${two(day)}${digits(rng, 3)}`
        const check = Number(front) % 11
        return check === 10 ? undefined : `${front.slice(0, 6)}/${front.slice(6)}${check}`
      }),
  },
  {
    type: 'RO_CNP',
    names: ['CNP', 'cod numeric personal'],
    make: (rng) => {
      const { year, month, day } = birthDay(rng)
      const front = `${(year >= 2000 ? 5 : 1) + rng.integer(2)}${two(year % 100)}${two(month)}${two(day)}${two(1 + rng.integer(46))}${number(rng, 3)}`
      const check = weighted(front, [2, 7, 9, 1, 4, 6, 3, 5, 8, 2, 7, 9]) % 11
      return `${front}${check === 10 ? 1 : check}`
    },
  },
  {
    type: 'BG_EGN',
    names: ['ЕГН', 'EGN'],
    make: (rng) => {
      const { year, month, day } = birthDay(rng)
      const front = `${two(year % 100)}${two(year >= 2000 ? month + 40 : month)}${two(day)}${digits(rng, 3)}`
      return `${front}${(weighted(front, [2, 4, 8, 5, 10, 9, 7, 3, 6]) % 11) % 10}`
    },
  },
  {
    type: 'HR_OIB',
    names: ['OIB'],
    make: (rng) => {
      const front = number(rng, 10)
      return `${front}${iso7064Mod11x10(front)}`
    },
  },
  {
    type: 'GR_AFM',
    names: ['ΑΦΜ', 'AFM'],
    make: (rng) => {
      const front = number(rng, 8)
      return `${front}${(weighted(front, [256, 128, 64, 32, 16, 8, 4, 2]) % 11) % 10}`
    },
  },
  {
    type: 'EE_PERSONAL_CODE',
    names: ['isikukood'],
    make: (rng) => {
      const { year, month, day } = birthDay(rng)
      const front = `${(year >= 2000 ? 5 : 3) + rng.integer(2)}${two(year % 100)}${two(month)}${two(day)}${digits(rng, 3)}`
      const first = weighted(front, [1, 2, 3, 4, 5, 6, 7, 8, 9, 1]) % 11
      const second = weighted(front, [3, 4, 5, 6, 7, 8, 9, 1, 2, 3]) % 11
      return `${front}${first < 10 ? first : second % 10}`
    },
  },
  {
    type: 'SE_PERSONNUMMER',
    names: ['personnummer'],
    make: (rng) => {
      const { year, month, day } = birthDay(rng)
      const date = `${two(year % 100)}${two(month)}${two(day)}`
      const serial = digits(rng, 3)
      return `${rng.integer(2) === 0 ? Math.floor(year / 100) : ''}${date}-${serial}${luhnDigit(`${date}${serial}`)}`
    },
  },
  {
    type: 'NO_FODSELSNUMMER',
    names: ['fødselsnummer'],
    make: (rng) =>
      until(() => {
        const { year, month, day } = birthDay(rng)
        const serial = String(year >= 2000 ? 500 + rng.integer(500) : rng.integer(500)).padStart(3, '0')
        const front = `${two(day)}${two(month)}${two(year % 100)}${serial}`
        const first = (11 - (weighted(front, [3, 7, 6, 1, 8, 9, 4, 5, 2]) % 11)) % 11
        const second = (11 - (weighted(`${front}${first}`, [5, 4, 3, 2, 7, 6, 5, 4, 3, 2]) % 11)) % 11
        return first === 10 || second === 10 ? undefined : `${front.slice(0, 6)} ${serial}${first}${second}`
      }),
  },
  {
    type: 'DK_CPR',
    names: ['CPR-nummer', 'CPR number'],
    make: (rng) => {
      const { year, month, day } = birthDay(rng)
      return `${two(day)}${two(month)}${two(year % 100)}-${year >= 2000 ? 4 + rng.integer(4) : rng.integer(4)}${digits(rng, 3)}`
    },
  },
  {
    type: 'FI_HETU',
    names: ['henkilötunnus'],
    make: (rng) => {
      const { year, month, day } = birthDay(rng)
      const date = `${two(day)}${two(month)}${two(year % 100)}`
      const serial = String(2 + rng.integer(898)).padStart(3, '0')
      const check = '0123456789ABCDEFHJKLMNPRSTUVWXY'[Number(`${date}${serial}`) % 31]
      return `${date}${year >= 2000 ? 'A' : '-'}${serial}${check}`
    },
  },
  {
    type: 'TR_NATIONAL_ID',
    names: ['TC kimlik no', 'TCKN'],
    make: (rng) => {
      const n = [...number(rng, 9)].map(Number)
      const odd = n[0]! + n[2]! + n[4]! + n[6]! + n[8]!
      const even = n[1]! + n[3]! + n[5]! + n[7]!
      const tenth = (((odd * 7 - even) % 10) + 10) % 10
      return `${n.join('')}${tenth}${(odd + even + tenth) % 10}`
    },
  },
  {
    type: 'UA_TAX_ID',
    names: ['РНОКПП'],
    make: (rng) => {
      // The first five digits are the day of birth, counted from 31 December 1899.
      const front = `${14_611 + rng.integer(23_000)}${digits(rng, 4)}`
      const sum = weighted(front, [-1, 5, 7, 9, 4, 6, 10, 5, 7])
      return `${front}${(((sum % 11) + 11) % 11) % 10}`
    },
  },
  {
    type: 'FR_COMPANY_ID',
    names: ['SIREN', 'numéro SIREN'],
    make: (rng) => {
      const front = number(rng, 8)
      return `${front}${luhnDigit(front)}`.replace(/(\d{3})(\d{3})(\d{3})/, '$1 $2 $3')
    },
  },
  {
    type: 'ES_SOCIAL_SECURITY',
    names: ['número de la Seguridad Social', 'NUSS'],
    make: (rng) => {
      const province = two(1 + rng.integer(52))
      const serial = number(rng, 8)
      return `${province} ${serial} ${two(mod97(`${province}${serial}`))}`
    },
  },
]
