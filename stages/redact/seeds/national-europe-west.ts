import type { Random } from '../../../util/random.ts'
import type { PiiType } from '../pii-type.ts'
import { digits, letters } from './carriers.ts'
import { seedOf } from './national-seed.ts'
import {
  between,
  birth,
  fill,
  grouped,
  luhnDigit,
  mod1110Digit,
  pad,
  rest,
  UPPER,
  until,
  verhoeffDigit,
  weigh,
} from './number-parts.ts'
import type { SeedMaker } from './seed.ts'

const SERIAL = 'CFGHJKLMNPRTVWXYZ0123456789'

function icaoDigit(body: string): string {
  return String([...body].reduce((sum, char, at) => sum + Number.parseInt(char, 36) * [7, 3, 1][at % 3]!, 0) % 10)
}

const crossSum = (n: number): number => [...String(n)].reduce((sum, digit) => sum + Number(digit), 0)

function deTaxId(rng: Random): string {
  const ten = rng.shuffle([...'0123456789']).slice(0, 9)
  ten.splice(rng.integer(9) + 1, 0, ten[rng.integer(8)]!)
  if (ten[0] === '0') return deTaxId(rng)
  const body = ten.join('')
  if (/(\d)\1\1/.test(body)) return deTaxId(rng)
  return body + mod1110Digit(body)
}

function dePension(rng: Random): string {
  const { yy, mm, dd } = birth(rng)
  const letter = letters(rng, 1, UPPER)
  const head = `${rng.pick(['10', '13', '15', '23', '48', '65', '52'])}${dd}${mm}${yy}`
  const serial = digits(rng, 2)
  const expanded = head + pad(letter.charCodeAt(0) - 64) + serial
  const sum = [...expanded].reduce(
    (total, digit, at) => total + crossSum(Number(digit) * [2, 1, 2, 5, 7, 1, 2, 1, 2, 1, 2, 1][at]!),
    0,
  )
  return rng.pick([
    `${head.slice(0, 2)} ${head.slice(2)} ${letter} ${serial}${sum % 10}`,
    `${head}${letter}${serial}${sum % 10}`,
  ])
}

function deHealth(rng: Random): string {
  const letter = letters(rng, 1, UPPER)
  const body = digits(rng, 8)
  const sum = [...(pad(letter.charCodeAt(0) - 64) + body)].reduce(
    (total, digit, at) => total + crossSum(Number(digit) * (at % 2 === 0 ? 1 : 2)),
    0,
  )
  return `${letter}${body}${sum % 10}`
}

function utr(rng: Random): string {
  const body = digits(rng, 9)
  const sum = weigh(body, [6, 7, 8, 9, 10, 5, 4, 3, 2])
  return ['2', '1', '9', '8', '7', '6', '5', '4', '3', '2', '1'][sum % 11]! + body
}

function nhs(rng: Random): string {
  return until(() => {
    const body = rng.pick(['4', '6', '7']) + digits(rng, 8)
    const check = (11 - (weigh(body, [10, 9, 8, 7, 6, 5, 4, 3, 2]) % 11)) % 11
    return check === 10 ? undefined : body + check
  })
}

function nir(rng: Random): string {
  const { yy, mm } = birth(rng)
  const parts = [rng.pick(['1', '2']), yy, mm, between(rng, 1, 95), between(rng, 1, 990, 3), between(rng, 1, 999, 3)]
  const key = pad(97 - rest(parts.join(''), 97))
  return rng.pick([
    [...parts, key].join(' '),
    [...parts, key].join(''),
    `${parts.join(' ')} / ${key}`.replace(' / ', ' '),
  ])
}

function belgian(rng: Random): string {
  const { year, yy, mm, dd } = birth(rng)
  const order = between(rng, 1, 997, 3)
  const body = yy + mm + dd + order
  const key = pad(97 - rest(year >= 2000 ? `2${body}` : body, 97))
  return rng.pick([`${yy}.${mm}.${dd}-${order}.${key}`, `${yy}.${mm}.${dd}-${order}-${key}`, body + key])
}

function bsn(rng: Random): string {
  return until(() => {
    const body = between(rng, 10_000_000, 99_999_999, 8)
    const check = weigh(body, [9, 8, 7, 6, 5, 4, 3, 2]) % 11
    return check === 10 ? undefined : body + check
  })
}

function luxembourg(rng: Random): string {
  const { year, mm, dd } = birth(rng)
  const body = `${year}${mm}${dd}${between(rng, 1, 999, 3)}`
  return body + luhnDigit(body) + verhoeffDigit(body)
}

function siren(rng: Random): string {
  const body = between(rng, 30_000_000, 89_999_999, 8)
  return body + luhnDigit(body)
}

function siret(rng: Random): string {
  const body = siren(rng) + pad(rng.integer(90), 4)
  return body + luhnDigit(body)
}

function drivingLicence(rng: Random): string {
  const { yy, mm, dd } = birth(rng)
  const month = rng.next() < 0.5 ? mm : pad(Number(mm) + 50)
  const name = rng.pick(['MORGA', 'SMITH', 'JONES', 'KHAN9', 'LEE99', 'PATEL', 'OBRIE'])
  return `${name}${yy[0]}${month}${dd}${yy[1]}${letters(rng, 1, UPPER)}${rng.pick(['9', 'J', 'M'])}9${letters(rng, 2, UPPER)}`
}

function austrian(rng: Random): string {
  return until(() => {
    const { yy, mm, dd } = birth(rng)
    const serial = between(rng, 100, 999, 3)
    const check = weigh(serial + dd + mm + yy, [3, 7, 9, 5, 8, 4, 2, 1, 6]) % 11
    return check === 10
      ? undefined
      : rng.pick([`${serial}${check} ${dd}${mm}${yy}`, `${serial}${check}${dd}${mm}${yy}`])
  })
}

function ahv(rng: Random): string {
  const body = `756${digits(rng, 9)}`
  const sum = weigh(body, [1, 3, 1, 3, 1, 3, 1, 3, 1, 3, 1, 3])
  return grouped(`${body}${(10 - (sum % 10)) % 10}`, [3, 4, 4, 2], rng.pick(['.', '.', '', ' ']))
}

export const WEST = {
  UK_NHS: seedOf(
    (rng) => grouped(nhs(rng), [3, 3, 4], rng.pick([' ', '', '-'])),
    ['NHS number {}', 'my NHS no. is {}', 'patient, NHS: {}'],
    ['nhs_number', 'nhsNumber'],
  ),
  UK_NINO: seedOf(
    (rng) =>
      grouped(
        `${rng.pick(['AB', 'CE', 'JR', 'PW', 'SK', 'WM', 'YZ'])}${digits(rng, 6)}${letters(rng, 1, 'ABCD')}`,
        [2, 2, 2, 2, 1],
        rng.pick([' ', '']),
      ),
    ['NI number {}', 'my national insurance number is {}', 'NINO: {}'],
    ['nino', 'national_insurance_number'],
  ),
  UK_PASSPORT: seedOf(
    (rng) => between(rng, 100_000_000, 599_999_999, 9),
    ['UK passport {}', 'British passport no. {}', 'passport number {}'],
    ['passport_number', 'uk_passport'],
  ),
  UK_DRIVING_LICENCE: seedOf(
    drivingLicence,
    ['driving licence {}', 'DVLA number {}', 'licence number is {}'],
    ['driving_licence', 'driving_licence_number'],
  ),
  UK_UTR: seedOf(
    (rng) => grouped(utr(rng), [5, 5], rng.pick(['', ' '])),
    ['UTR {}', 'my unique taxpayer reference is {}', 'HMRC self assessment {}'],
    ['utr'],
  ),
  IE_PPSN: seedOf(
    (rng) => {
      const body = digits(rng, 7)
      const second = rng.pick(['', 'A', 'B', 'H'])
      const sum = weigh(body, [8, 7, 6, 5, 4, 3, 2]) + (second === '' ? 0 : (second.charCodeAt(0) - 64) * 9)
      return `${body}${'WABCDEFGHIJKLMNOPQRSTUV'[sum % 23]}${second}`
    },
    ['PPS number {}', 'PPSN: {}', 'my PPS no is {}'],
    ['ppsn', 'pps_number'],
  ),
  DE_TAX_ID: seedOf(
    (rng) => grouped(deTaxId(rng), [2, 3, 3, 3], rng.pick(['', ' '])),
    ['Steuer-ID {}', 'meine Steueridentifikationsnummer lautet {}', 'IdNr.: {}'],
    ['steuer_id', 'steuerId'],
  ),
  DE_TAX_NUMBER: seedOf(
    (rng) => fill(rng, rng.pick(['1##/8##/0####', '#####/0####', '2#/8##/0####', '3##/5###/####'])),
    ['Steuernummer {}', 'St.-Nr. {}', 'Finanzamt, Steuernr: {}'],
    ['steuernummer'],
  ),
  DE_ID_CARD: seedOf(
    (rng) => {
      const body = letters(rng, 1, 'LMNPRTVWXY') + letters(rng, 7, SERIAL) + digits(rng, 1)
      return rng.pick([body, body + icaoDigit(body)])
    },
    ['Personalausweis {}', 'Ausweisnummer: {}', 'my German ID card is {}'],
    ['personalausweis', 'ausweisnummer'],
  ),
  DE_PASSPORT: seedOf(
    (rng) => letters(rng, 1, 'CFGHJK') + letters(rng, 7, SERIAL) + digits(rng, 1),
    ['Reisepass {}', 'Reisepassnummer: {}', 'Reisepass-Nr. {}'],
    ['reisepass', 'reisepassnummer'],
  ),
  DE_SOCIAL_SECURITY: seedOf(
    dePension,
    ['Rentenversicherungsnummer {}', 'Sozialversicherungsnummer: {}', 'SV-Nr. {}'],
    ['sozialversicherungsnummer', 'rvnr'],
  ),
  DE_HEALTH_INSURANCE: seedOf(
    deHealth,
    ['Versichertennummer {}', 'Krankenkasse, KVNR {}', 'Krankenversichertennummer: {}'],
    ['kvnr', 'versichertennummer'],
  ),
  DE_DRIVER_LICENSE: seedOf(
    (rng) => `${letters(rng, 1, 'BFHJN')}${digits(rng, 3)}${letters(rng, 4, SERIAL)}${digits(rng, 2)}${digits(rng, 1)}`,
    ['Führerschein {}', 'Führerscheinnummer: {}', 'Fahrerlaubnis Nr. {}'],
    ['führerschein', 'fuehrerscheinnummer'],
  ),
  DE_DOCTOR_NUMBER: seedOf(
    (rng) => {
      const body = digits(rng, 6)
      return `${body}${(10 - (weigh(body, [4, 9, 4, 9, 4, 9]) % 10)) % 10}${between(rng, 1, 99)}`
    },
    ['LANR {}', 'Arztnummer: {}', 'Arzt-Nr. {}'],
    ['lanr', 'arztnummer'],
  ),
  DE_COMPANY_ID: seedOf(
    (rng) => {
      const body = between(rng, 10_000_000, 99_999_999, 8)
      return rng.pick([`DE${body}${mod1110Digit(body)}`, `HRB ${digits(rng, 5).replace(/^0/, '1')}`])
    },
    ['USt-IdNr. {}', 'Amtsgericht München, {}', 'Rechnung an {}'],
    ['ust_id', 'ustIdNr'],
  ),
  AT_SVNR: seedOf(austrian, ['SVNR {}', 'Sozialversicherungsnummer {}', 'e-card: {}'], ['svnr', 'sv_nummer']),
  CH_AHV: seedOf(ahv, ['AHV-Nummer {}', 'AVS {}', 'AHV-Nr.: {}'], ['ahv_nummer', 'ahvNr']),
  FR_NIR: seedOf(
    nir,
    ['numéro de sécurité sociale {}', 'NIR : {}', 'ma carte vitale {}'],
    ['nir', 'numero_securite_sociale'],
  ),
  FR_TAX_ID: seedOf(
    (rng) => {
      const body = rng.pick(['0', '1', '2', '3']) + digits(rng, 9)
      return grouped(body + pad(rest(body, 511), 3), [2, 2, 3, 3, 3], rng.pick([' ', '']))
    },
    ['numéro fiscal {}', 'identifiant fiscal : {}', 'impôts, SPI {}'],
    ['identifiant_fiscal', 'spi'],
  ),
  FR_ID_CARD: seedOf(
    (rng) =>
      rng.pick([
        fill(rng, `${between(rng, 10, 21)}${between(rng, 1, 12)}75######`).slice(0, 12),
        `X${fill(rng, '#@#@#@##')}`,
      ]),
    ["carte d'identité {}", 'CNI n° {}', "carte nationale d'identité : {}"],
    ['cni'],
  ),
  FR_COMPANY_ID: seedOf(
    (rng) => {
      const body = siren(rng)
      return rng.pick([
        grouped(body, [3, 3, 3], rng.pick([' ', ''])),
        siret(rng),
        `FR${pad((12 + 3 * (Number(body) % 97)) % 97)}${body}`,
      ])
    },
    ['SIREN {}', 'SIRET : {}', 'RCS Paris {}', 'TVA {}'],
    ['siret', 'siren'],
  ),
  BE_NATIONAL_NUMBER: seedOf(
    belgian,
    ['rijksregisternummer {}', 'numéro national {}', 'registre national : {}'],
    ['rijksregisternummer', 'niss'],
  ),
  NL_BSN: seedOf(bsn, ['BSN {}', 'mijn burgerservicenummer is {}', 'bsn: {}'], ['bsn', 'burgerservicenummer']),
  LU_NATIONAL_ID: seedOf(luxembourg, ['matricule {}', 'CNS {}', 'mon matricule luxembourgeois : {}'], ['matricule']),
} as const satisfies Partial<Record<PiiType, SeedMaker>>
