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
  weigh,
} from './number-parts.ts'
import type { SeedMaker } from './seed.ts'

const DNI = 'TRWAGMYFPDXBNJZSQVHLCKE'

function spanishCheck(body: string): number {
  const sum = [...body].reduce((total, char, at) => {
    const n = Number(char)
    return total + (at % 2 === 0 ? Math.floor((n * 2) / 10) + ((n * 2) % 10) : n)
  }, 0)
  return (10 - (sum % 10)) % 10
}

function fiscalCode(rng: Random): string {
  const { yy, dd } = birth(rng)
  const consonants = 'BCDFGLMNPRSTVZ'
  const name = letters(rng, 3, consonants) + letters(rng, 3, consonants)
  const day = rng.next() < 0.5 ? dd : pad(Number(dd) + 40)
  const body = `${name}${yy}${letters(rng, 1, 'ABCDEHLMPRST')}${day}${letters(rng, 1, 'ABCDEFGHL')}${digits(rng, 3)}`
  // The odd places' table as the decree lists it: values of 0–9 and of A–J are the same.
  const odd = new Map([...'BAKPLCQDREVOSFTGUHMINJWZYX'].map((char, value) => [char, value] as const))
  const sum = [...body].reduce((total, char, at) => {
    const letter = /\d/.test(char) ? UPPER[Number(char)]! : char
    return total + (at % 2 === 0 ? odd.get(letter)! : UPPER.indexOf(letter))
  }, 0)
  return body + UPPER[sum % 26]!
}

function mod11(
  rng: Random,
  length: number,
  weights: readonly number[],
  first: string,
  special: (rest: number) => number | undefined,
): string {
  return until(() => {
    const body = rng.pick([...first]) + digits(rng, length - 2)
    const check = special(weigh(body, weights) % 11)
    return check === undefined || check > 9 ? undefined : `${body}${check}`
  })
}

function pesel(rng: Random): string {
  const { year, yy, mm, dd } = birth(rng)
  const body = `${yy}${year >= 2000 ? pad(Number(mm) + 20) : mm}${dd}${digits(rng, 4)}`
  return `${body}${(10 - (weigh(body, [1, 3, 7, 9, 1, 3, 7, 9, 1, 3]) % 10)) % 10}`
}

function polishCard(rng: Random): string {
  const series = `${rng.pick(['A', 'C', 'D'])}${letters(rng, 2, UPPER)}`
  const number = digits(rng, 5)
  const sum =
    [...series].reduce((total, char, at) => total + Number.parseInt(char, 36) * [7, 3, 1][at]!, 0) +
    weigh(number, [7, 3, 1, 7, 3])
  // The check has weight 9, which is −1 modulo 10.
  return `${series}${sum % 10}${number}`
}

function birthNumber(rng: Random): string {
  return until(() => {
    const { yy, mm, dd } = birth(rng, 1955, 60)
    const month = rng.next() < 0.5 ? mm : pad(Number(mm) + 50)
    const body = `${yy}${month}${dd}${digits(rng, 3)}`
    // Ten digits divide by eleven: with a single check digit that is the remainder of the nine.
    const check = rest(body, 11)
    return check === 10 ? undefined : rng.pick([`${body.slice(0, 6)}/${body.slice(6)}${check}`, `${body}${check}`])
  })
}

function hungarian(rng: Random): string {
  return until(() => {
    const { year, yy, mm, dd } = birth(rng)
    const body = `${rng.pick(year >= 2000 ? ['3', '4'] : ['1', '2'])}${yy}${mm}${dd}${digits(rng, 3)}`
    const check = weigh(body, year >= 1997 ? [10, 9, 8, 7, 6, 5, 4, 3, 2, 1] : [1, 2, 3, 4, 5, 6, 7, 8, 9, 10]) % 11
    return check === 10 ? undefined : grouped(`${body}${check}`, [1, 6, 4], rng.pick(['-', ' ', '']))
  })
}

function cnp(rng: Random): string {
  const { year, yy, mm, dd } = birth(rng)
  const body = `${rng.pick(year >= 2000 ? ['5', '6'] : ['1', '2'])}${yy}${mm}${dd}${between(rng, 1, 46)}${between(rng, 1, 999, 3)}`
  const check = weigh(body, [2, 7, 9, 1, 4, 6, 3, 5, 8, 2, 7, 9]) % 11
  return `${body}${check === 10 ? 1 : check}`
}

function egn(rng: Random): string {
  const { year, yy, mm, dd } = birth(rng)
  const body = `${yy}${year >= 2000 ? pad(Number(mm) + 40) : mm}${dd}${digits(rng, 3)}`
  return `${body}${(weigh(body, [2, 4, 8, 5, 10, 9, 7, 3, 6]) % 11) % 10}`
}

function emso(rng: Random): string {
  return until(() => {
    const { year, mm, dd } = birth(rng)
    const body = `${dd}${mm}${pad(year % 1000, 3)}50${digits(rng, 3)}`
    const check = (11 - (weigh(body, [7, 6, 5, 4, 3, 2, 7, 6, 5, 4, 3, 2]) % 11)) % 11
    return check === 10 ? undefined : `${body}${check}`
  })
}

function baltic(rng: Random): string {
  const { year, yy, mm, dd } = birth(rng)
  const body = `${rng.pick(year >= 2000 ? ['5', '6'] : ['3', '4'])}${yy}${mm}${dd}${digits(rng, 3)}`
  const first = weigh(body, [1, 2, 3, 4, 5, 6, 7, 8, 9, 1]) % 11
  return `${body}${first < 10 ? first : (weigh(body, [3, 4, 5, 6, 7, 8, 9, 1, 2, 3]) % 11) % 10}`
}

function latvian(rng: Random): string {
  const { year, yy, mm, dd } = birth(rng)
  const body = `${dd}${mm}${yy}${year >= 2000 ? 2 : 1}${digits(rng, 3)}`
  const check = ((1101 - weigh(body, [1, 6, 3, 7, 9, 10, 5, 8, 4, 2])) % 11) % 10
  return `${body.slice(0, 6)}-${body.slice(6)}${check}`
}

function personnummer(rng: Random): string {
  const { year, yy, mm, dd } = birth(rng)
  const body = `${yy}${mm}${dd}${between(rng, 1, 999, 3)}`
  const tail = body.slice(6) + luhnDigit(body)
  return rng.pick([
    `${body.slice(0, 6)}-${tail}`,
    `${Math.floor(year / 100)}${body.slice(0, 6)}-${tail}`,
    `${Math.floor(year / 100)}${body.slice(0, 6)}${tail}`,
  ])
}

function fodselsnummer(rng: Random): string {
  return until(() => {
    const { yy, mm, dd } = birth(rng)
    const body = `${dd}${mm}${yy}${digits(rng, 3)}`
    const first = (11 - (weigh(body, [3, 7, 6, 1, 8, 9, 4, 5, 2]) % 11)) % 11
    const second = (11 - (weigh(`${body}${first}`, [5, 4, 3, 2, 7, 6, 5, 4, 3, 2]) % 11)) % 11
    return first === 10 || second === 10 ? undefined : grouped(`${body}${first}${second}`, [6, 5], rng.pick(['', ' ']))
  })
}

function kennitala(rng: Random): string {
  return until(() => {
    const { year, yy, mm, dd } = birth(rng)
    const body = `${dd}${mm}${yy}${between(rng, 20, 99)}`
    const check = (11 - (weigh(body, [3, 2, 7, 6, 5, 4, 3, 2]) % 11)) % 11
    return check === 10 ? undefined : `${body.slice(0, 6)}-${body.slice(6)}${check}${year >= 2000 ? 0 : 9}`
  })
}

function hetu(rng: Random): string {
  const { year, yy, mm, dd } = birth(rng)
  const order = between(rng, 2, 899, 3)
  const check = '0123456789ABCDEFHJKLMNPRSTUVWXY'[rest(`${dd}${mm}${yy}${order}`, 31)]!
  return `${dd}${mm}${yy}${year >= 2000 ? 'A' : '-'}${order}${check}`
}

function turkish(rng: Random): string {
  const body = between(rng, 100_000_000, 999_999_999, 9)
  const tenth = (((weigh(body, [7, -1, 7, -1, 7, -1, 7, -1, 7]) % 10) + 10) % 10).toString()
  return `${body}${tenth}${weigh(body + tenth, [1, 1, 1, 1, 1, 1, 1, 1, 1, 1]) % 10}`
}

function inn(rng: Random): string {
  if (rng.next() < 0.5) {
    const body = `77${digits(rng, 7)}`
    return `${body}${(weigh(body, [2, 4, 10, 3, 5, 9, 4, 6, 8]) % 11) % 10}`
  }
  const body = `77${digits(rng, 8)}`
  const next = `${body}${(weigh(body, [7, 2, 4, 10, 3, 5, 9, 4, 6, 8]) % 11) % 10}`
  return `${next}${(weigh(next, [3, 7, 2, 4, 10, 3, 5, 9, 4, 6, 8]) % 11) % 10}`
}

function snils(rng: Random): string {
  const body = between(rng, 100_000_000, 199_999_999, 9)
  return `${grouped(body, [3, 3, 3], '-')} ${pad((weigh(body, [9, 8, 7, 6, 5, 4, 3, 2, 1]) % 101) % 100)}`
}

export const SOUTH_AND_EAST = {
  ES_NIF: seedOf(
    (rng) => {
      const n = digits(rng, 8)
      return `${n}${rng.pick(['', '-'])}${DNI[Number(n) % 23]}`
    },
    ['DNI {}', 'mi NIF es {}', 'con DNI {}'],
    ['dni', 'nif'],
  ),
  ES_NIE: seedOf(
    (rng) => {
      const first = rng.integer(3)
      const n = digits(rng, 7)
      return `${'XYZ'[first]}${n}${DNI[Number(`${first}${n}`) % 23]}`
    },
    ['NIE {}', 'mi NIE es {}', 'NIE: {}'],
    ['nie'],
  ),
  ES_PASSPORT: seedOf(
    (rng) => fill(rng, '@@@######'),
    ['pasaporte {}', 'número de pasaporte {}', 'pasaporte nº {}'],
    ['pasaporte', 'numero_pasaporte'],
  ),
  ES_CIF: seedOf(
    (rng) => {
      const n = digits(rng, 7)
      return `${rng.pick(['A', 'B', 'E'])}${n}${spanishCheck(n)}`
    },
    ['CIF {}', 'NIF de la empresa {}', 'CIF: {}'],
    ['cif'],
  ),
  ES_SOCIAL_SECURITY: seedOf(
    (rng) => {
      const body = `28${between(rng, 10_000_000, 99_999_999, 8)}`
      return grouped(body + pad(rest(body, 97)), [2, 8, 2], rng.pick(['/', '', ' ']))
    },
    ['número de la seguridad social {}', 'NSS {}', 'afiliación: {}'],
    ['seguridad_social', 'nuss'],
  ),
  PT_NIF: seedOf(
    (rng) => mod11(rng, 9, [9, 8, 7, 6, 5, 4, 3, 2], '12', (left) => (left < 2 ? 0 : 11 - left)),
    ['NIF {}', 'número de contribuinte {}', 'contribuinte n.º {}'],
    ['nif', 'contribuinte'],
  ),
  PT_CITIZEN_CARD: seedOf(
    (rng) => {
      const body = `${digits(rng, 8)}${digits(rng, 1)}${letters(rng, 2, UPPER)}`
      const value = body + luhnDigit(body)
      return rng.pick([value, `${value.slice(0, 8)} ${value[8]} ${value.slice(9)}`])
    },
    ['cartão de cidadão {}', 'cartão de cidadão n.º {}', 'o meu cartão de cidadão é {}'],
    ['cartao_cidadao'],
  ),
  IT_FISCAL_CODE: seedOf(
    fiscalCode,
    ['codice fiscale {}', 'C.F. {}', 'il mio codice fiscale è {}', '{}'],
    ['codice_fiscale', 'codiceFiscale'],
  ),
  IT_DRIVER_LICENSE: seedOf(
    (rng) => rng.pick([fill(rng, '@@#######@'), `U1${fill(rng, '@#@##@#@')}`]),
    ['patente {}', 'patente di guida n. {}', 'patente: {}'],
    ['patente_di_guida', 'numero_patente'],
  ),
  IT_VAT: seedOf(
    (rng) => {
      const body = `${between(rng, 1, 9_999_999, 7)}${between(rng, 1, 100, 3)}`
      return body + luhnDigit(body)
    },
    ['partita IVA {}', 'P.IVA {}', 'P. IVA: {}'],
    ['partita_iva', 'piva'],
  ),
  IT_PASSPORT: seedOf(
    (rng) => fill(rng, 'Y@#######'),
    ['passaporto {}', 'passaporto n. {}', 'numero passaporto: {}'],
    ['passaporto'],
  ),
  IT_ID_CARD: seedOf(
    (rng) => rng.pick([fill(rng, 'CA#####@@'), fill(rng, 'A@#######')]),
    ["carta d'identità {}", "carta d'identità n. {}", 'C.I. {}'],
    ['carta_identita'],
  ),
  PL_PESEL: seedOf(pesel, ['PESEL {}', 'mój PESEL to {}', 'PESEL: {}'], ['pesel']),
  PL_NIP: seedOf(
    (rng) =>
      grouped(
        mod11(rng, 10, [6, 5, 7, 2, 3, 4, 5, 6, 7], '56789', (left) => left),
        [3, 3, 2, 2],
        rng.pick(['-', '']),
      ),
    ['NIP {}', 'NIP: {}', 'faktura na NIP {}'],
    ['nip'],
  ),
  PL_ID_CARD: seedOf(
    polishCard,
    ['dowód osobisty {}', 'nr dowodu {}', 'dowód: {}'],
    ['numer_dowodu', 'dowod_osobisty'],
  ),
  CZ_BIRTH_NUMBER: seedOf(birthNumber, ['rodné číslo {}', 'r.č. {}', 'rodné číslo: {}'], ['rodne_cislo']),
  HU_PERSONAL_ID: seedOf(
    hungarian,
    ['személyi szám {}', 'személyi szám: {}', 'személyi azonosítóm {}'],
    ['szemelyi_szam'],
  ),
  RO_CNP: seedOf(cnp, ['CNP {}', 'cod numeric personal {}', 'CNP: {}'], ['cnp']),
  BG_EGN: seedOf(egn, ['ЕГН {}', 'ЕГН: {}', 'EGN {}'], ['egn']),
  HR_OIB: seedOf(
    (rng) => {
      const body = between(rng, 1_000_000_000, 9_999_999_999, 10)
      return body + mod1110Digit(body)
    },
    ['OIB {}', 'OIB: {}', 'moj OIB je {}'],
    ['oib'],
  ),
  SI_EMSO: seedOf(emso, ['EMŠO {}', 'EMŠO: {}', 'JMBG {}'], ['emso']),
  GR_AMKA: seedOf(
    (rng) => {
      const { yy, mm, dd } = birth(rng)
      const body = `${dd}${mm}${yy}${digits(rng, 4)}`
      return body + luhnDigit(body)
    },
    ['ΑΜΚΑ {}', 'ΑΜΚΑ: {}', 'AMKA {}'],
    ['amka'],
  ),
  GR_AFM: seedOf(
    (rng) => {
      const body = rng.pick(['0', '1']) + digits(rng, 7)
      return `${body}${(weigh(body, [256, 128, 64, 32, 16, 8, 4, 2]) % 11) % 10}`
    },
    ['ΑΦΜ {}', 'ΑΦΜ: {}', 'AFM {}'],
    ['afm'],
  ),
  EE_PERSONAL_CODE: seedOf(baltic, ['isikukood {}', 'asmens kodas {}', 'isikukood: {}'], ['isikukood']),
  LV_PERSONAL_CODE: seedOf(
    latvian,
    ['personas kods {}', 'personas kods: {}', 'mans personas kods ir {}'],
    ['personas_kods'],
  ),
  SE_PERSONNUMMER: seedOf(
    personnummer,
    ['personnummer {}', 'mitt personnummer är {}', 'personnr: {}'],
    ['personnummer'],
  ),
  SE_ORGANISATION_NUMBER: seedOf(
    (rng) => {
      const body = `55${between(rng, 6000000, 9999999, 7)}`
      return `${body.slice(0, 6)}-${body.slice(6)}${luhnDigit(body)}`
    },
    ['organisationsnummer {}', 'org.nr {}', 'orgnr: {}'],
    ['organisationsnummer', 'orgnr'],
  ),
  NO_FODSELSNUMMER: seedOf(fodselsnummer, ['fødselsnummer {}', 'personnummer {}', 'fnr: {}'], ['fodselsnummer']),
  DK_CPR: seedOf(
    (rng) => {
      const { yy, mm, dd } = birth(rng)
      return `${dd}${mm}${yy}-${between(rng, 1, 9999, 4)}`
    },
    ['CPR {}', 'mit CPR-nummer er {}', 'CPR-nr.: {}'],
    ['cpr', 'cpr_nr'],
  ),
  FI_HETU: seedOf(hetu, ['hetu {}', 'henkilötunnus {}', 'henkilötunnukseni on {}'], ['hetu', 'henkilotunnus']),
  IS_KENNITALA: seedOf(kennitala, ['kennitala {}', 'kt. {}', 'kennitalan mín er {}'], ['kennitala']),
  TR_NATIONAL_ID: seedOf(turkish, ['TC kimlik no {}', 'T.C. kimlik numaram {}', 'TCKN: {}'], ['tckn', 'tc_kimlik_no']),
  IL_ID: seedOf(
    (rng) => {
      const body = between(rng, 10_000_000, 39_999_999, 8)
      return body + luhnDigit(body)
    },
    ['תעודת זהות {}', 'ת.ז. {}', 'teudat zehut {}'],
    ['teudat_zehut', 'israeli_id'],
  ),
  UA_TAX_ID: seedOf(
    (rng) => {
      const body = `${between(rng, 20_000, 39_999, 5)}${digits(rng, 4)}`
      const sum = ((weigh(body, [-1, 5, 7, 9, 4, 6, 10, 5, 7]) % 11) + 11) % 11
      return `${body}${sum % 10}`
    },
    ['РНОКПП {}', 'ІПН: {}', 'ідентифікаційний код {}'],
    ['rnokpp'],
  ),
  RU_TAX_ID: seedOf(
    (rng) => (rng.next() < 0.5 ? inn(rng) : snils(rng)),
    ['ИНН/СНИЛС: {}', 'ИНН, СНИЛС {}', 'мой ИНН или СНИЛС {}'],
    ['снилс', 'snils'],
  ),
} as const satisfies Partial<Record<PiiType, SeedMaker>>
