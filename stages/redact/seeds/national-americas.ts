import type { Random } from '../../../util/random.ts'
import type { PiiType } from '../pii-type.ts'
import { digits, letters } from './carriers.ts'
import { seedOf } from './national-seed.ts'
import { between, birth, fill, grouped, luhnDigit, until, weigh } from './number-parts.ts'
import type { SeedMaker } from './seed.ts'

const MBI = 'ACDEFGHJKMNPQRTUVWXY'

function mbi(rng: Random): string {
  const either = (): string => letters(rng, 1, `${MBI}0123456789`)
  const value = `${between(rng, 1, 9, 1)}${letters(rng, 1, MBI)}${either()}${digits(rng, 1)}${letters(rng, 1, MBI)}${either()}${digits(rng, 1)}${letters(rng, 2, MBI)}${digits(rng, 2)}`
  return grouped(value, [4, 3, 4], rng.pick(['-', '']))
}

/** Brazil: a check digit is eleven less the remainder, and 0 for 10 and 11. */
const brazil = (sum: number): number => (sum % 11 < 2 ? 0 : 11 - (sum % 11))

function cpf(rng: Random): string {
  const body = digits(rng, 8) + rng.pick(['1', '3', '7'])
  const first = brazil(weigh(body, [10, 9, 8, 7, 6, 5, 4, 3, 2]))
  const second = brazil(weigh(`${body}${first}`, [11, 10, 9, 8, 7, 6, 5, 4, 3, 2]))
  return rng.pick([`${grouped(body, [3, 3, 3], '.')}-${first}${second}`, `${body}${first}${second}`])
}

function cnpj(rng: Random): string {
  const body = `${between(rng, 10_000_000, 59_999_999, 8)}000${between(rng, 1, 9, 1)}`
  const first = brazil(weigh(body, [5, 4, 3, 2, 9, 8, 7, 6, 5, 4, 3, 2]))
  const second = brazil(weigh(`${body}${first}`, [6, 5, 4, 3, 2, 9, 8, 7, 6, 5, 4, 3, 2]))
  return rng.pick([
    `${grouped(body.slice(0, 8), [2, 3, 3], '.')}/${body.slice(8)}-${first}${second}`,
    `${body}${first}${second}`,
  ])
}

function cuit(rng: Random): string {
  return until(() => {
    const body = `${rng.pick(['20', '27', '30'])}${between(rng, 10_000_000, 45_999_999, 8)}`
    const check = (11 - (weigh(body, [5, 4, 3, 2, 7, 6, 5, 4, 3, 2]) % 11)) % 11
    return check === 10 ? undefined : rng.pick([`${body.slice(0, 2)}-${body.slice(2)}-${check}`, `${body}${check}`])
  })
}

function rut(rng: Random): string {
  const body = between(rng, 5_000_000, 25_999_999, 1)
  const sum = [...body].reverse().reduce((total, digit, at) => total + Number(digit) * [2, 3, 4, 5, 6, 7, 2, 3][at]!, 0)
  const check = ['0', '1', '2', '3', '4', '5', '6', '7', '8', '9', 'K', '0'][11 - (sum % 11)]!
  return rng.pick([`${body.replace(/(?=(\d{3})+$)(?!^)/g, '.')}-${check}`, `${body}-${check}`])
}

function nit(rng: Random): string {
  const body = `${rng.pick(['8', '9'])}${digits(rng, 8)}`
  const left = weigh(body, [41, 37, 29, 23, 19, 17, 13, 7, 3]) % 11
  const check = left > 1 ? 11 - left : left
  return rng.pick([`${grouped(body, [3, 3, 3], '.')}-${check}`, `${body}-${check}`])
}

const CONSONANTS = 'BCDFGHJKLMNPQRSTVWXYZ'

function curp(rng: Random): string {
  const { year, yy, mm, dd } = birth(rng)
  const body = `${letters(rng, 1, CONSONANTS)}${letters(rng, 1, 'AEIOU')}${letters(rng, 2, CONSONANTS)}${yy}${mm}${dd}${rng.pick(['H', 'M'])}${rng.pick(['DF', 'JC', 'NL', 'VZ'])}${letters(rng, 3, CONSONANTS)}${year >= 2000 ? letters(rng, 1, 'ABC') : digits(rng, 1)}`
  const ranks = '0123456789ABCDEFGHIJKLMNÑOPQRSTUVWXYZ'
  const sum = [...body].reduce((total, char, at) => total + ranks.indexOf(char) * (18 - at), 0)
  return `${body}${(10 - (sum % 10)) % 10}`
}

function rfc(rng: Random): string {
  const { yy, mm, dd } = birth(rng)
  const body = `${letters(rng, 1, CONSONANTS)}${letters(rng, 1, 'AEIOU')}${letters(rng, 2, CONSONANTS)}${yy}${mm}${dd}${letters(rng, 2, '123456789ABCDEFGHJK')}`
  const ranks = '0123456789ABCDEFGHIJKLMN&OPQRSTUVWXYZ Ñ'
  const left = [...body].reduce((total, char, at) => total + ranks.indexOf(char) * (13 - at), 0) % 11
  return body + (left === 0 ? '0' : left === 1 ? 'A' : String(11 - left))
}

export const AMERICAS = {
  US_ITIN: seedOf(
    (rng) =>
      grouped(
        `9${digits(rng, 2)}${rng.pick(['70', '78', '88', '50', '65', '94', '99'])}${between(rng, 1, 9999, 4)}`,
        [3, 2, 4],
        rng.pick(['-', '-', '']),
      ),
    ['ITIN {}', 'my ITIN is {}', 'individual taxpayer number {}'],
    ['itin'],
  ),
  US_PASSPORT: seedOf(
    (rng) => rng.pick([between(rng, 400_000_000, 699_999_999, 9), `A${digits(rng, 8)}`]),
    ['US passport {}', 'passport number {}', 'my passport no. is {}'],
    ['passport_number', 'passport'],
  ),
  US_DRIVER_LICENSE: seedOf(
    (rng) =>
      rng.pick([fill(rng, '@#######'), fill(rng, '########'), fill(rng, '@############'), fill(rng, '@@######')]),
    ["driver's license {}", 'my drivers license number is {}', 'DL: {}'],
    ['driver_license', 'drivers_license_number'],
  ),
  US_MBI: seedOf(mbi, ['Medicare number {}', 'MBI {}', 'my Medicare ID is {}'], ['mbi', 'medicare_id']),
  US_NPI: seedOf(
    (rng) => {
      const body = `1${digits(rng, 8)}`
      return body + luhnDigit(`80840${body}`)
    },
    ['NPI {}', 'NPI: {}', 'provider NPI number {}'],
    ['npi'],
  ),
  US_EIN: seedOf(
    (rng) => `${rng.pick(['12', '20', '36', '46', '83', '95'])}-${digits(rng, 7)}`,
    ['EIN {}', 'our EIN is {}', 'federal tax ID {}'],
    ['employer_identification_number', 'ein'],
  ),
  CA_SIN: seedOf(
    (rng) => {
      const body = `${between(rng, 1, 7, 1)}${digits(rng, 7)}`
      return grouped(body + luhnDigit(body), [3, 3, 3], rng.pick([' ', '-', '']))
    },
    ['social insurance number {}', 'my SIN is {}', 'SIN: {}'],
    ['sin', 'social_insurance_number'],
  ),
  CA_PASSPORT: seedOf(
    (rng) => fill(rng, '@@######'),
    ['Canadian passport {}', 'passport {}', 'passport no. {}'],
    ['passport_number'],
  ),
  BR_CPF: seedOf(cpf, ['CPF {}', 'meu CPF é {}', 'CPF: {}'], ['cpf']),
  BR_CNPJ: seedOf(cnpj, ['CNPJ {}', 'CNPJ da empresa: {}', 'CNPJ nº {}'], ['cnpj']),
  AR_CUIT: seedOf(cuit, ['CUIT {}', 'mi CUIL es {}', 'CUIT: {}'], ['cuit', 'cuil']),
  CL_RUT: seedOf(rut, ['RUT {}', 'mi RUT es {}', 'RUT: {}'], ['rut']),
  CO_NIT: seedOf(nit, ['NIT {}', 'NIT: {}', 'DIAN, NIT {}'], ['nit']),
  MX_CURP: seedOf(curp, ['CURP {}', 'mi CURP es {}', 'CURP: {}', '{}'], ['curp']),
  MX_RFC: seedOf(rfc, ['RFC {}', 'mi RFC es {}', 'RFC: {}'], ['rfc']),
  PE_DNI: seedOf(
    (rng) => {
      const body = `10${digits(rng, 8)}`
      return rng.pick([
        digits(rng, 8).replace(/^0/, '4'),
        `${body}${(11 - (weigh(body, [5, 4, 3, 2, 7, 6, 5, 4, 3, 2]) % 11)) % 10}`,
      ])
    },
    ['DNI o RUC {}', 'mi DNI / RUC es {}', 'RUC/DNI: {}'],
    ['ruc'],
  ),
} as const satisfies Partial<Record<PiiType, SeedMaker>>
