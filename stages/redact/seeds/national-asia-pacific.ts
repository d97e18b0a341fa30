import type { Random } from '../../../util/random.ts'
import type { PiiType } from '../pii-type.ts'
import { digits, letters } from './carriers.ts'
import { seedOf } from './national-seed.ts'
import { between, birth, fill, grouped, luhnDigit, pad, UPPER, until, verhoeffDigit, weigh } from './number-parts.ts'
import type { SeedMaker } from './seed.ts'

function chinese(rng: Random): string {
  const { year, mm, dd } = birth(rng)
  const body = `${rng.pick(['110101', '310104', '440305', '510104'])}${year}${mm}${dd}${digits(rng, 3)}`
  // The weights are powers of two modulo eleven.
  const sum = [...body].reduce((total, digit, at) => total + Number(digit) * (2 ** (17 - at) % 11), 0)
  return body + '10X98765432'[sum % 11]!
}

function hongKong(rng: Random): string {
  const letter = letters(rng, 1, UPPER)
  const body = digits(rng, 6)
  const sum = 324 + (letter.charCodeAt(0) - 55) * 8 + weigh(body, [7, 6, 5, 4, 3, 2])
  const check = (11 - (sum % 11)) % 11
  return `${letter}${body}${rng.pick(['(#)', '#']).replace('#', check === 10 ? 'A' : String(check))}`
}

/** The two digits of each letter, A to Z, as the ministry lists them. */
const TAIWAN = [
  10, 11, 12, 13, 14, 15, 16, 17, 34, 18, 19, 20, 21, 22, 35, 23, 24, 25, 26, 27, 28, 29, 32, 30, 31, 33,
] as const

function taiwanese(rng: Random): string {
  const letter = rng.integer(26)
  const body = `${rng.pick(['1', '2'])}${digits(rng, 7)}`
  const sum = Math.floor(TAIWAN[letter]! / 10) + (TAIWAN[letter]! % 10) * 9 + weigh(body, [8, 7, 6, 5, 4, 3, 2, 1])
  return `${UPPER[letter]}${body}${(10 - (sum % 10)) % 10}`
}

function korean(rng: Random): string {
  const { year, yy, mm, dd } = birth(rng)
  const body = `${yy}${mm}${dd}${rng.pick(year >= 2000 ? ['3', '4'] : ['1', '2'])}${digits(rng, 5)}`
  const check = (11 - (weigh(body, [2, 3, 4, 5, 6, 7, 8, 9, 2, 3, 4, 5]) % 11)) % 10
  return rng.pick([`${body.slice(0, 6)}-${body.slice(6)}${check}`, `${body}${check}`])
}

function businessNumber(rng: Random): string {
  const body = `${between(rng, 101, 899, 3)}${between(rng, 1, 89)}${digits(rng, 4)}`
  const sum = weigh(body, [1, 3, 7, 1, 3, 7, 1, 3, 5]) + Math.floor((Number(body[8]) * 5) / 10)
  return grouped(`${body}${(10 - (sum % 10)) % 10}`, [3, 2, 5], rng.pick(['-', '']))
}

function nric(rng: Random): string {
  const series = rng.pick(['S', 'T', 'F', 'G'])
  const body = digits(rng, 7)
  const sum = weigh(body, [2, 7, 6, 5, 4, 3, 2]) + (series === 'T' || series === 'G' ? 4 : 0)
  const table = series === 'S' || series === 'T' ? 'ABCDEFGHIZJ' : 'KLMNPQRTUWX'
  return `${series}${body}${table[10 - (sum % 11)]}`
}

function uen(rng: Random): string {
  const body = `${between(rng, 1970, 2019, 4)}${digits(rng, 5)}`
  return body + 'ZKCMDNERGWH'[weigh(body, [10, 8, 6, 4, 9, 7, 5, 3, 1]) % 11]!
}

function thai(rng: Random): string {
  const body = between(rng, 1, 8, 1) + digits(rng, 11)
  const check = (11 - (weigh(body, [13, 12, 11, 10, 9, 8, 7, 6, 5, 4, 3, 2]) % 11)) % 10
  return grouped(`${body}${check}`, [1, 4, 5, 2, 1], rng.pick(['-', '', ' ']))
}

function nik(rng: Random): string {
  const { yy, mm, dd } = birth(rng)
  return `${rng.pick(['317101', '327306', '351501', '517102'])}${rng.next() < 0.5 ? dd : pad(Number(dd) + 40)}${mm}${yy}${between(rng, 1, 9999, 4)}`
}

function gstin(rng: Random): string {
  const body = `${rng.pick(['27', '07', '29', '33'])}${letters(rng, 3, UPPER)}${rng.pick(['C', 'P', 'F'])}${letters(rng, 1, UPPER)}${between(rng, 1, 9999, 4)}${letters(rng, 1, UPPER)}1Z`
  const total = [...body].reduce((sum, char, at) => {
    const product = Number.parseInt(char, 36) * (at % 2 === 0 ? 1 : 2)
    return sum + Math.floor(product / 36) + (product % 36)
  }, 0)
  return body + ((36 - (total % 36)) % 36).toString(36).toUpperCase()
}

function tfn(rng: Random): string {
  return until(() => {
    const body = digits(rng, 8).replace(/^0/, '1')
    // The last weight is ten, which is −1 modulo eleven.
    const check = weigh(body, [1, 4, 3, 7, 5, 8, 6, 9]) % 11
    return check === 10 ? undefined : grouped(`${body}${check}`, [3, 3, 3], rng.pick([' ', '']))
  })
}

function abn(rng: Random): string {
  const body = digits(rng, 9)
  // The first two digits, less ten, bring the sum to a multiple of 89.
  const sum = weigh(body, [3, 5, 7, 9, 11, 13, 15, 17, 19])
  return grouped(`${10 + (89 - (sum % 89))}${body}`, [2, 3, 3, 3], rng.pick([' ', '']))
}

function acn(rng: Random): string {
  const body = between(rng, 1_000_000, 67_999_999, 8)
  return grouped(`${body}${(10 - (weigh(body, [8, 7, 6, 5, 4, 3, 2, 1]) % 10)) % 10}`, [3, 3, 3], rng.pick([' ', '']))
}

function medicare(rng: Random): string {
  const body = between(rng, 2, 6, 1) + digits(rng, 7)
  const value = `${body}${weigh(body, [1, 3, 7, 9, 1, 3, 7, 9]) % 10}${between(rng, 1, 9, 1)}`
  return grouped(value, [4, 5, 1], rng.pick([' ', '']))
}

function ird(rng: Random): string {
  return until(() => {
    const body = between(rng, 1_000_000, 14_000_000, 8)
    const check = (11 - (weigh(body, [3, 2, 7, 6, 5, 4, 3, 2]) % 11)) % 11
    return check === 10
      ? undefined
      : grouped(`${body}${check}`.replace(/^0/, ''), body.startsWith('0') ? [2, 3, 3] : [3, 3, 3], rng.pick(['-', '']))
  })
}

function southAfrican(rng: Random): string {
  const { yy, mm, dd } = birth(rng)
  const body = `${yy}${mm}${dd}${digits(rng, 4)}08`
  return body + luhnDigit(body)
}

function myNumber(rng: Random): string {
  const body = between(rng, 10_000_000_000, 99_999_999_999, 11)
  const left = weigh(body, [6, 5, 4, 3, 2, 7, 6, 5, 4, 3, 2]) % 11
  return grouped(`${body}${left <= 1 ? 0 : 11 - left}`, [4, 4, 4], rng.pick([' ', '', '-']))
}

const aadhaar = (rng: Random): string => {
  const body = between(rng, 2, 9, 1) + digits(rng, 10)
  return grouped(body + verhoeffDigit(body), [4, 4, 4], rng.pick([' ', '', '-']))
}

export const ASIA_PACIFIC = {
  IN_AADHAAR: seedOf(aadhaar, ['Aadhaar {}', 'my Aadhaar number is {}', 'आधार {}'], ['aadhaar', 'aadhaar_number']),
  IN_PAN: seedOf(
    (rng) =>
      `${letters(rng, 3, UPPER)}${rng.pick(['P', 'C', 'F', 'H'])}${letters(rng, 1, UPPER)}${between(rng, 1, 9999, 4)}${letters(rng, 1, UPPER)}`,
    ['PAN {}', 'PAN card {}', 'my PAN is {}'],
    ['pan_number', 'pan_card'],
  ),
  IN_PASSPORT: seedOf(
    (rng) => `${rng.pick(['J', 'K', 'M', 'P'])}${between(rng, 1, 9, 1)}${digits(rng, 5)}${between(rng, 1, 9, 1)}`,
    ['Indian passport {}', 'passport {}', 'passport no. {}'],
    ['passport_number'],
  ),
  IN_VOTER: seedOf((rng) => fill(rng, '@@@#######'), ['voter id {}', 'EPIC {}', 'Voter ID card: {}'], ['voter_id']),
  IN_GSTIN: seedOf(gstin, ['GSTIN {}', 'GST number {}', 'GSTIN: {}'], ['gstin']),
  PK_CNIC: seedOf(
    (rng) => `${between(rng, 1, 7, 1)}${digits(rng, 4)}-${digits(rng, 7)}-${between(rng, 1, 9, 1)}`,
    ['CNIC {}', 'my CNIC is {}', 'CNIC: {}'],
    ['cnic'],
  ),
  CN_RESIDENT_ID: seedOf(chinese, ['身份证号 {}', '我的身份证号码是{}', 'resident ID {}'], ['身份证号', 'resident_id']),
  HK_ID: seedOf(hongKong, ['HKID {}', 'HKID: {}', '香港身份證 {}'], ['hkid']),
  TW_NATIONAL_ID: seedOf(taiwanese, ['身分證字號 {}', '身分證：{}', 'Taiwan ID {}'], ['身分證字號']),
  JP_MY_NUMBER: seedOf(
    myNumber,
    ['マイナンバー {}', 'マイナンバーは{}です', '個人番号：{}'],
    ['マイナンバー', 'individual_number'],
  ),
  KR_RRN: seedOf(korean, ['주민등록번호 {}', '주민번호: {}', 'RRN {}'], ['rrn', '주민등록번호']),
  KR_BRN: seedOf(
    businessNumber,
    ['사업자등록번호 {}', '사업자번호: {}', 'business registration number {}'],
    ['사업자등록번호', 'business_registration_number'],
  ),
  KR_PASSPORT: seedOf(
    (rng) => rng.pick([fill(rng, 'M########'), fill(rng, 'M###@####')]),
    ['여권번호 {}', '여권: {}', 'Korean passport {}'],
    ['여권번호'],
  ),
  KR_DRIVER_LICENSE: seedOf(
    (rng) => `${between(rng, 11, 26)}-${digits(rng, 2)}-${digits(rng, 6)}-${digits(rng, 2)}`,
    ['운전면허 {}', '면허번호: {}', '운전면허번호는 {}'],
    ['운전면허번호'],
  ),
  SG_NRIC: seedOf(nric, ['NRIC {}', 'my NRIC is {}', 'FIN: {}'], ['nric']),
  SG_UEN: seedOf(uen, ['UEN {}', 'UEN: {}', 'ACRA {}'], ['uen']),
  MY_NRIC: seedOf(
    (rng) => {
      const { yy, mm, dd } = birth(rng)
      return grouped(`${yy}${mm}${dd}${between(rng, 1, 16)}${digits(rng, 4)}`, [6, 2, 4], rng.pick(['-', '-', '']))
    },
    ['MyKad {}', 'IC number {}', 'no. kad pengenalan {}'],
    ['mykad', 'ic_number'],
  ),
  TH_NATIONAL_ID: seedOf(thai, ['เลขประจำตัวประชาชน {}', 'บัตรประชาชน {}', 'Thai ID {}'], ['thai_id']),
  PH_ID: seedOf(
    (rng) => rng.pick([fill(rng, '34-#######-#'), fill(rng, '0111-#######-#')]),
    ['SSS number {}', 'UMID CRN {}', 'my SSS no. is {}'],
    ['sss_number', 'umid'],
  ),
  ID_NIK: seedOf(nik, ['NIK {}', 'KTP: {}', 'nomor induk kependudukan {}'], ['nik', 'no_ktp']),
  AU_TFN: seedOf(tfn, ['TFN {}', 'my tax file number is {}', 'TFN: {}'], ['tfn', 'tax_file_number']),
  AU_MEDICARE: seedOf(
    medicare,
    ['Medicare {}', 'Medicare card number {}', 'my Medicare no is {}'],
    ['medicare_number'],
  ),
  AU_ABN: seedOf(abn, ['ABN {}', 'ABN: {}', 'our ABN is {}'], ['abn']),
  AU_ACN: seedOf(acn, ['ACN {}', 'ACN: {}', 'company ACN {}'], ['acn']),
  NZ_IRD: seedOf(ird, ['IRD {}', 'my IRD number is {}', 'IRD: {}'], ['ird_number']),
  ZA_ID: seedOf(southAfrican, ['SA ID {}', 'my South African ID is {}', 'RSA ID number {}'], ['sa_id_number']),
  NG_NIN: seedOf(
    (rng) => rng.pick([between(rng, 10_000_000_000, 99_999_999_999, 11), `22${digits(rng, 9)}`]),
    ['NIN {}', 'my BVN is {}', 'NIN: {}'],
    ['nin_number', 'bvn'],
  ),
  KE_ID: seedOf(
    (rng) => rng.pick([`A${digits(rng, 9)}${letters(rng, 1, UPPER)}`, between(rng, 10_000_000, 39_999_999, 8)]),
    ['KRA PIN or national ID {}', 'my national ID is {}', 'KRA PIN, national ID: {}'],
    ['kenyan_id', 'kra_pin'],
  ),
} as const satisfies Partial<Record<PiiType, SeedMaker>>
