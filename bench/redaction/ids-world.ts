import type { Random } from '../../util/random.ts'
import {
  birthDay,
  digits,
  iso7064Mod11x10,
  letters,
  luhnDigit,
  number,
  two,
  until,
  verhoeffDigit,
  weighted,
} from './check-digits.ts'
import type { IdMaker } from './ids.ts'

function mod11Brazil(value: string): string {
  const first = value.length === 9 ? 10 : value.length === 10 ? 11 : undefined
  // CPF counts 10…2 and 11…2; CNPJ repeats 2…9 from the right.
  let sum = 0
  for (let i = 0; i < value.length; i++) {
    const weight = first !== undefined ? first - i : 2 + ((value.length - 1 - i) % 8)
    sum += weight * Number(value[i])
  }
  const rest = sum % 11
  return String(rest < 2 ? 0 : 11 - rest)
}

/** Every state has its own form; these are some of them (AAMVA's list of formats by state). */
function driverLicense(rng: Random): string {
  return rng.pick([
    () => `${letters(rng, 1)}${digits(rng, 7)}`, // California
    () => `${letters(rng, 1)}${digits(rng, 12)}`, // Florida
    () => `${letters(rng, 1)}${digits(rng, 3)}-${digits(rng, 3)}-${digits(rng, 2)}-${digits(rng, 3)}-0`, // Florida, printed
    () => digits(rng, 8), // Texas
    () => digits(rng, 9), // New York
    () => `${letters(rng, 1)}${digits(rng, 3)}-${digits(rng, 4)}-${digits(rng, 4)}`, // Illinois
    () => `${letters(rng, 2)}${digits(rng, 6)}`, // Ohio
    () => `${letters(rng, 1)}${digits(rng, 4)} ${digits(rng, 5)} ${digits(rng, 5)}`, // New Jersey
  ])()
}

export const WORLD: readonly IdMaker[] = [
  {
    type: 'US_DRIVER_LICENSE',
    names: ["driver's license", 'DL number', 'driver license no.'],
    make: driverLicense,
    weight: 6,
  },
  {
    type: 'US_PASSPORT',
    names: ['US passport', 'passport number'],
    make: (rng) => (rng.integer(2) === 0 ? number(rng, 9) : `${letters(rng, 1, 'ACY')}${digits(rng, 8)}`),
    weight: 3,
  },
  {
    type: 'US_ITIN',
    names: ['ITIN', 'individual taxpayer number'],
    make: (rng) => `9${digits(rng, 2)}-${50 + rng.integer(16)}-${digits(rng, 4)}`,
    weight: 2,
  },
  {
    type: 'US_EIN',
    names: ['EIN', 'employer identification number'],
    make: (rng) => `${rng.pick(['12', '20', '36', '47', '58', '82', '94'])}-${digits(rng, 7)}`,
  },
  {
    type: 'US_MBI',
    names: ['Medicare number', 'MBI'],
    make: (rng) => {
      // CMS, "Understanding the MBI": C A AN N A AN N A A N N, without S L O I B Z.
      const alpha = 'ACDEFGHJKMNPQRTUVWXY'
      const either = (): string => letters(rng, 1, `${alpha}0123456789`)
      const a = (): string => letters(rng, 1, alpha)
      const all = `${1 + rng.integer(9)}${a()}${either()}${digits(rng, 1)}${a()}${either()}${digits(rng, 1)}${a()}${a()}${digits(rng, 2)}`
      return rng.integer(2) === 0 ? all : `${all.slice(0, 4)}-${all.slice(4, 7)}-${all.slice(7)}`
    },
    weight: 2,
  },
  {
    type: 'US_NPI',
    names: ['NPI', 'provider NPI'],
    make: (rng) => {
      const front = `${1 + rng.integer(2)}${digits(rng, 8)}`
      return `${front}${luhnDigit(`80840${front}`)}`
    },
  },
  {
    type: 'CA_SIN',
    names: ['SIN', 'social insurance number'],
    make: (rng) => {
      const front = `${1 + rng.integer(7)}${digits(rng, 7)}`
      const all = `${front}${luhnDigit(front)}`
      return all.replace(/(\d{3})(\d{3})(\d{3})/, rng.pick(['$1 $2 $3', '$1-$2-$3']))
    },
    weight: 2,
  },
  { type: 'CA_PASSPORT', names: ['passport', 'passport no.'], make: (rng) => `${letters(rng, 2)}${digits(rng, 6)}` },
  {
    type: 'IN_AADHAAR',
    names: ['Aadhaar', 'Aadhaar number'],
    make: (rng) => {
      const front = `${2 + rng.integer(8)}${digits(rng, 10)}`
      const all = `${front}${verhoeffDigit(front)}`
      return rng.integer(3) === 0 ? all : all.replace(/(\d{4})(\d{4})(\d{4})/, '$1 $2 $3')
    },
    weight: 2,
  },
  {
    type: 'IN_PAN',
    names: ['PAN', 'PAN card'],
    make: (rng) => `${letters(rng, 3)}P${letters(rng, 1)}${digits(rng, 3)}${1 + rng.integer(9)}${letters(rng, 1)}`,
  },
  { type: 'IN_VOTER', names: ['voter ID', 'EPIC number'], make: (rng) => `${letters(rng, 3)}${digits(rng, 7)}` },
  {
    type: 'CN_RESIDENT_ID',
    names: ['身份证号', 'resident ID number'],
    make: (rng) => {
      const { year, month, day } = birthDay(rng)
      const front = `${rng.pick(['110101', '310104', '440305', '510107'])}${year}${two(month)}${two(day)}${digits(rng, 3)}`
      return `${front}${'10X98765432'[weighted(front, [7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2]) % 11]}`
    },
  },
  {
    type: 'HK_ID',
    names: ['HKID', 'HK identity card'],
    make: (rng) => {
      const letter = letters(rng, 1)
      const value = digits(rng, 6)
      const rest = (9 * 36 + 8 * (letter.charCodeAt(0) - 55) + weighted(value, [7, 6, 5, 4, 3, 2])) % 11
      const check = (11 - rest) % 11
      return `${letter}${value}(${check === 10 ? 'A' : check})`
    },
  },
  {
    type: 'TW_NATIONAL_ID',
    names: ['身分證字號'],
    make: (rng) => {
      const letter = letters(rng, 1)
      const code = 'ABCDEFGHJKLMNPQRSTUVXYWZIO'.indexOf(letter) + 10
      const front = `${1 + rng.integer(2)}${digits(rng, 7)}`
      const sum = Math.floor(code / 10) + 9 * (code % 10) + weighted(front, [8, 7, 6, 5, 4, 3, 2, 1])
      return `${letter}${front}${(10 - (sum % 10)) % 10}`
    },
  },
  {
    type: 'JP_MY_NUMBER',
    names: ['マイナンバー', 'My Number'],
    make: (rng) => {
      const front = number(rng, 11)
      const rest = weighted(front, [6, 5, 4, 3, 2, 7, 6, 5, 4, 3, 2]) % 11
      return `${front}${rest < 2 ? 0 : 11 - rest}`.replace(/(\d{4})(\d{4})(\d{4})/, '$1 $2 $3')
    },
  },
  {
    type: 'KR_RRN',
    names: ['주민등록번호', 'resident registration number'],
    make: (rng) => {
      const { year, month, day } = birthDay(rng)
      const front = `${two(year % 100)}${two(month)}${two(day)}${(year >= 2000 ? 3 : 1) + rng.integer(2)}${digits(rng, 5)}`
      const check = (11 - (weighted(front, [2, 3, 4, 5, 6, 7, 8, 9, 2, 3, 4, 5]) % 11)) % 10
      return `${front.slice(0, 6)}-${front.slice(6)}${check}`
    },
  },
  {
    type: 'SG_NRIC',
    names: ['NRIC', 'NRIC number'],
    make: (rng) => {
      const series = rng.pick(['S', 'T', 'F', 'G'])
      const value = digits(rng, 7)
      const sum = weighted(value, [2, 7, 6, 5, 4, 3, 2]) + (series === 'T' || series === 'G' ? 4 : 0)
      return `${series}${value}${(series === 'S' || series === 'T' ? 'JZIHGFEDCBA' : 'XWUTRQPNMLK')[sum % 11]}`
    },
  },
  {
    type: 'MY_NRIC',
    names: ['MyKad', 'IC number'],
    make: (rng) => {
      const { year, month, day } = birthDay(rng)
      return `${two(year % 100)}${two(month)}${two(day)}-${two(1 + rng.integer(16))}-${digits(rng, 4)}`
    },
  },
  {
    type: 'TH_NATIONAL_ID',
    names: ['เลขประจำตัวประชาชน'],
    make: (rng) => {
      const front = `${1 + rng.integer(8)}${digits(rng, 11)}`
      const check = (11 - (weighted(front, [13, 12, 11, 10, 9, 8, 7, 6, 5, 4, 3, 2]) % 11)) % 10
      return `${front}${check}`.replace(/(\d)(\d{4})(\d{5})(\d\d)(\d)/, '$1-$2-$3-$4-$5')
    },
  },
  {
    type: 'ID_NIK',
    names: ['NIK', 'nomor KTP'],
    make: (rng) => {
      const { year, month, day } = birthDay(rng)
      return `${rng.pick(['3171', '3273', '3578', '5171'])}${two(1 + rng.integer(20))}${two(day + (rng.integer(2) === 0 ? 0 : 40))}${two(month)}${two(year % 100)}${String(1 + rng.integer(900)).padStart(4, '0')}`
    },
  },
  {
    type: 'PK_CNIC',
    names: ['CNIC', 'CNIC number'],
    make: (rng) => `${1 + rng.integer(7)}${digits(rng, 4)}-${digits(rng, 7)}-${digits(rng, 1)}`,
  },
  {
    type: 'AU_TFN',
    names: ['TFN', 'tax file number'],
    make: (rng) =>
      until(() => {
        const value = number(rng, 9)
        return weighted(value, [1, 4, 3, 7, 5, 8, 6, 9, 10]) % 11 === 0
          ? value.replace(/(\d{3})(\d{3})(\d{3})/, '$1 $2 $3')
          : undefined
      }),
  },
  {
    type: 'AU_MEDICARE',
    names: ['Medicare card number', 'Medicare no.'],
    make: (rng) => {
      const front = `${2 + rng.integer(5)}${digits(rng, 7)}`
      return `${front}${weighted(front, [1, 3, 7, 9, 1, 3, 7, 9]) % 10}${1 + rng.integer(9)}`.replace(
        /(\d{4})(\d{5})(\d)/,
        '$1 $2 $3',
      )
    },
  },
  {
    type: 'AU_ABN',
    names: ['ABN'],
    make: (rng) =>
      until(() => {
        const value = number(rng, 11)
        const sum = weighted(value, [10, 1, 3, 5, 7, 9, 11, 13, 15, 17, 19]) - 10
        return sum % 89 === 0 ? value.replace(/(\d\d)(\d{3})(\d{3})(\d{3})/, '$1 $2 $3 $4') : undefined
      }),
  },
  {
    type: 'NZ_IRD',
    names: ['IRD number'],
    make: (rng) =>
      until(() => {
        const front = `${1 + rng.integer(9)}${digits(rng, 7)}`
        if (Number(front) < 10_000_000) return undefined
        const rest = weighted(front, [3, 2, 7, 6, 5, 4, 3, 2]) % 11
        const check = rest === 0 ? 0 : 11 - rest
        return check === 10 ? undefined : `${front}${check}`.replace(/(\d{3})(\d{3})(\d{3})/, '$1-$2-$3')
      }),
  },
  {
    type: 'ZA_ID',
    names: ['RSA ID number', 'SA identity number'],
    make: (rng) => {
      const { year, month, day } = birthDay(rng)
      const front = `${two(year % 100)}${two(month)}${two(day)}${digits(rng, 4)}${rng.integer(2)}8`
      return `${front}${luhnDigit(front)}`
    },
  },
  {
    type: 'BR_CPF',
    names: ['CPF', 'número de CPF'],
    make: (rng) => {
      const front = number(rng, 9)
      const first = mod11Brazil(front)
      return `${front}${first}${mod11Brazil(`${front}${first}`)}`.replace(/(\d{3})(\d{3})(\d{3})(\d\d)/, '$1.$2.$3-$4')
    },
    weight: 2,
  },
  {
    type: 'BR_CNPJ',
    names: ['CNPJ'],
    make: (rng) => {
      const front = `${number(rng, 8)}0001`
      const first = mod11Brazil(front)
      return `${front}${first}${mod11Brazil(`${front}${first}`)}`.replace(
        /(\d\d)(\d{3})(\d{3})(\d{4})(\d\d)/,
        '$1.$2.$3/$4-$5',
      )
    },
  },
  {
    type: 'AR_CUIT',
    names: ['CUIT', 'CUIL'],
    make: (rng) =>
      until(() => {
        const front = `${rng.pick(['20', '27', '30'])}${number(rng, 8)}`
        const rest = (11 - (weighted(front, [5, 4, 3, 2, 7, 6, 5, 4, 3, 2]) % 11)) % 11
        return rest === 10 ? undefined : `${front.slice(0, 2)}-${front.slice(2)}-${rest}`
      }),
  },
  {
    type: 'CL_RUT',
    names: ['RUT', 'RUN'],
    make: (rng) => {
      const value = number(rng, 8)
      const rest = 11 - (weighted(value, [3, 2, 7, 6, 5, 4, 3, 2]) % 11)
      const check = rest === 11 ? '0' : rest === 10 ? 'K' : String(rest)
      return `${value.replace(/(\d\d)(\d{3})(\d{3})/, '$1.$2.$3')}-${check}`
    },
  },
  {
    type: 'CO_NIT',
    names: ['NIT'],
    make: (rng) => {
      const value = number(rng, 9)
      const rest = weighted(value, [41, 37, 29, 23, 19, 17, 13, 7, 3]) % 11
      return `${value.replace(/(\d{3})(\d{3})(\d{3})/, '$1.$2.$3')}-${rest < 2 ? rest : 11 - rest}`
    },
  },
  {
    type: 'MX_CURP',
    names: ['CURP'],
    make: (rng) => {
      const { year, month, day } = birthDay(rng)
      const front = `${letters(rng, 1)}${letters(rng, 1, 'AEIOU')}${letters(rng, 2)}${two(year % 100)}${two(month)}${two(day)}${rng.pick(['H', 'M'])}${rng.pick(['DF', 'JC', 'NL', 'PL', 'OC'])}${letters(rng, 3, 'BCDFGHJKLMNPQRSTVWXYZ')}${year >= 2000 ? 'A' : '0'}`
      const order = '0123456789ABCDEFGHIJKLMNÑOPQRSTUVWXYZ'
      const sum = [...front].reduce((total, char, i) => total + order.indexOf(char) * (18 - i), 0)
      return `${front}${(10 - (sum % 10)) % 10}`
    },
  },
  { type: 'PE_DNI', names: ['DNI', 'número de DNI'], make: (rng) => number(rng, 8) },
  { type: 'NG_NIN', names: ['NIN', 'national identification number'], make: (rng) => number(rng, 11) },
  {
    type: 'IL_ID',
    names: ['Teudat Zehut'],
    make: (rng) => {
      const front = number(rng, 8)
      return `${front}${luhnDigit(front)}`
    },
  },
  {
    type: 'RU_TAX_ID',
    names: ['ИНН', 'INN'],
    make: (rng) => {
      const front = number(rng, 10)
      const first = (weighted(front, [7, 2, 4, 10, 3, 5, 9, 4, 6, 8]) % 11) % 10
      return `${front}${first}${(weighted(`${front}${first}`, [3, 7, 2, 4, 10, 3, 5, 9, 4, 6, 8]) % 11) % 10}`
    },
  },
  {
    type: 'DE_COMPANY_ID',
    names: ['USt-IdNr.', 'Umsatzsteuer-ID'],
    make: (rng) => {
      const front = number(rng, 8)
      return `DE${front}${iso7064Mod11x10(front)}`
    },
  },
]
