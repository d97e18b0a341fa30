import type { PiiType } from '../../stages/redact/pii-type.ts'
import type { Random } from '../../util/random.ts'
import { digits, letters, luhnDigit, number } from './check-digits.ts'
import { drawId, makeId } from './ids.ts'
import * as numbers from './numbers.ts'
import { GROUPS, organisation } from './organisations.ts'
import { domainName, drawPerson, emailOf, type Person } from './people.ts'
import * as places from './places.ts'
import { date, time, timestamp } from './times.ts'
import { anyPlate, englishPlate, fillForm, otherLicence, PLATE_COUNTRIES, plateOf, usLicense } from './vehicles.ts'

/** A value for a slot; without a type it is filler that must stay. */
export interface Filled {
  readonly text: string
  readonly type?: PiiType
}

/** What the values of one text share: its persons, the number it speaks of. */
export interface SlotContext {
  readonly rng: Random
  readonly language: string
  /** The n-th person of the text; always the same one. */
  person(n: number): Person
  id(n: number): ReturnType<typeof drawId>
}

export function slotContext(rng: Random, language: string): SlotContext {
  const persons = new Map<number, Person>()
  const ids = new Map<number, ReturnType<typeof drawId>>()
  const memo = <T>(map: Map<number, T>, n: number, make: () => T): T => {
    const known = map.get(n)
    if (known !== undefined) return known
    const made = make()
    map.set(n, made)
    return made
  }
  return {
    rng,
    language,
    person: (n) => memo(persons, n, () => drawPerson(rng, language)),
    id: (n) => memo(ids, n, () => drawId(rng)),
  }
}

type Slot = (context: SlotContext, n: number) => Filled

const filler =
  (make: (rng: Random) => string): Slot =>
  ({ rng }) => ({ text: make(rng) })
const value =
  (type: PiiType, make: (rng: Random) => string): Slot =>
  ({ rng }) => ({ text: make(rng), type })
const own =
  (type: PiiType, make: (person: Person, rng: Random) => string): Slot =>
  (context, n) => ({ text: make(context.person(n), context.rng), type })

/** A middle name or two last names, as some people have them. */
function fullName({ first, last }: Person, rng: Random): string {
  const kind = rng.integer(20)
  if (kind === 0) return `${first} ${letters(rng, 1)}. ${last}`
  if (kind === 1) return `${first[0]}. ${last}`
  return `${first} ${last}`
}

/** Every slot of the templates. A digit after the name (`{first2}`) means another person. */
export const SLOTS: Readonly<Record<string, Slot>> = {
  name: own('PERSON', fullName),
  first: own('PERSON', ({ first }) => first),
  last: own('PERSON', ({ last }) => last),
  last_first: own('PERSON', ({ first, last }) => `${last}, ${first}`),
  caps_name: own('PERSON', ({ first, last }) => `${first} ${last}`.toUpperCase()),
  initial_last: own('PERSON', ({ first, last }) => `${first[0]}. ${last}`),
  title: own('TITLE', ({ title }) => title),
  dr: () => ({ text: 'Dr.', type: 'TITLE' }),
  email: own('EMAIL', (person, rng) => emailOf(rng, person)),
  handle: own(
    'HANDLE',
    ({ first, last }, rng) =>
      `@${
        rng
          .pick([first, last, `${first}_${last}`, `${first}${digits(rng, 2)}`])
          .normalize('NFD')
          .replaceAll(/[^A-Za-z0-9_]/g, '') || 'user1'
      }`,
  ),
  phone: own('PHONE', ({ origin }, rng) => numbers.phone(rng, origin)),
  org: own('ORGANIZATION', ({ origin }, rng) => organisation(rng, origin)),
  street: own('ADDRESS', ({ origin }, rng) => places.street(rng, origin)),
  address: own('ADDRESS', ({ origin }, rng) => places.fullAddress(rng, origin, false)),
  address_lines: own('ADDRESS', ({ origin }, rng) => places.fullAddress(rng, origin, true)),
  city: own('LOCATION', ({ origin }, rng) => places.city(rng, origin)),
  country: value('LOCATION', places.country),
  state: value('LOCATION', places.state),
  zip: own('POSTAL_CODE', ({ origin }, rng) => places.postalCode(rng, origin)),
  coords: value('COORDINATES', places.coordinates),
  url: own(
    'URL',
    ({ origin }, rng) =>
      `${rng.pick(['https://', 'https://www.', 'http://', 'www.'])}${domainName(rng, origin)}${rng.pick(['', '/', `/u/${number(rng, 5)}`, '/profile?tab=orders', '/docs/start'])}`,
  ),
  domain: own('URL', ({ origin }, rng) => domainName(rng, origin)),
  nrp: value('NRP', (rng) => rng.pick(GROUPS)),
  age: value('AGE', (rng) => String(18 + rng.integer(75))),
  card: value('CREDIT_CARD', numbers.creditCard),
  iban: own('IBAN', ({ origin }, rng) => numbers.iban(rng, origin)),
  swift: value('SWIFT_BIC', numbers.swift),
  routing: value('ABA_ROUTING', numbers.routingNumber),
  account: value('BANK_ACCOUNT', (rng) => number(rng, 8 + rng.integer(5))),
  ssn: value('US_SSN', numbers.usSsn),
  license: value('US_DRIVER_LICENSE', (rng) => makeId(rng, 'US_DRIVER_LICENSE')),
  passport: value('PASSPORT', (rng) => makeId(rng, 'US_PASSPORT')),
  ip: value('IP_ADDRESS', numbers.ipAddress),
  mac: value('MAC_ADDRESS', numbers.macAddress),
  imei: value('DEVICE_ID', numbers.imei),
  dob: ({ rng, language }) => ({ text: date(rng, language, 1940, 2006), type: 'DATE_OF_BIRTH' }),
  date: ({ rng, language }) => ({ text: date(rng, language, 2015, 2026), type: 'DATE' }),
  time: value('DATE', time),
  timestamp: value('DATE', timestamp),
  mrn: value('MEDICAL_RECORD', (rng) =>
    rng.pick([number(rng, 7), number(rng, 8), `${letters(rng, 2)}${number(rng, 6)}`]),
  ),
  plan: value('HEALTH_PLAN', (rng) => `${letters(rng, 3)}${number(rng, 9)}`),
  dea: value('MEDICAL_LICENSE', numbers.deaNumber),
  customer_no: value('ACCOUNT_NUMBER', (rng) =>
    rng.pick([`C-${number(rng, 6)}`, number(rng, 9), `${letters(rng, 2)}-${number(rng, 7)}`]),
  ),
  vin: value('VEHICLE_ID', numbers.vehicleId),
  plate: own('LICENSE_PLATE', ({ origin }, rng) => numbers.plate(rng, origin)),
  plate_any: value('LICENSE_PLATE', anyPlate),
  plate_en: value('LICENSE_PLATE', englishPlate),
  // In a query string.
  plate_flat: value('LICENSE_PLATE', (rng) => plateOf(rng, 'US').replaceAll(/[ -]/g, '')),
  ...Object.fromEntries(
    PLATE_COUNTRIES.map((country) => [
      `plate_${country.toLowerCase()}`,
      value('LICENSE_PLATE', (rng) => plateOf(rng, country)),
    ]),
  ),
  us_dl: value('US_DRIVER_LICENSE', usLicense),
  any_dl: value('DRIVER_LICENSE', (rng) => (rng.integer(3) === 0 ? usLicense(rng) : otherLicence(rng))),
  de_dl: value('DE_DRIVER_LICENSE', (rng) =>
    fillForm(rng, '\\B072\\R\\R\\E2\\I55|A99hhhhhh9h'.split('|')[rng.integer(2)]!),
  ),
  fr_dl: value('DRIVER_LICENSE', (rng) => fillForm(rng, rng.pick(['999999999999', '99AA99999']))),
  passport_any: value('PASSPORT', (rng) =>
    fillForm(
      rng,
      rng.pick(['999999999', 'A99999999', 'AA9999999', 'A9999999', 'AA999999', '99AA99999', 'AAA999999', '9999999']),
    ),
  ),
  national_any: value('NATIONAL_ID', (rng) =>
    fillForm(
      rng,
      rng.pick([
        '1999999999',
        'AA999999',
        'A99999999',
        '1999 9999 9999',
        '99999999A',
        'AAA999999',
        '999999-99-9999',
        '19-999-9999',
      ]),
    ),
  ),
  wallet: value('CRYPTO', numbers.wallet),
  key: value('SECRET', numbers.apiKey),
  password: value('SECRET', numbers.password),
  conn: own(
    'URL_CREDENTIALS',
    ({ first, origin }, rng) =>
      `${rng.pick(['postgres', 'mysql', 'redis', 'amqp'])}://${
        first
          .normalize('NFD')
          .replaceAll(/[^A-Za-z]/g, '')
          .toLowerCase() || 'app'
      }:${numbers.password(rng).replaceAll(/[#%]/g, '-')}@db.${domainName(rng, origin)}:5432/main`,
  ),
  id: (context, n) => ({ text: context.id(n).value, type: context.id(n).type }),
  // Filler: looks like data, says nothing of anyone.
  id_name: (context, n) => ({ text: context.id(n).name }),
  order: filler((rng) => rng.pick([`#${number(rng, 6)}`, `ORD-${number(rng, 7)}`, `A${number(rng, 5)}`])),
  ticket: filler((rng) =>
    rng.pick([`INC${number(rng, 6)}`, `TCK-${number(rng, 5)}`, `${letters(rng, 3)}-${number(rng, 4)}`]),
  ),
  amount: filler((rng) => rng.pick(['$', '€', '£']) + (5 + rng.integer(900)) + rng.pick(['', '.00', '.50', '.99'])),
  n: filler((rng) => String(2 + rng.integer(9))),
  version: filler((rng) => `${1 + rng.integer(9)}.${rng.integer(20)}.${rng.integer(20)}`),
  product: filler((rng) =>
    rng.pick(['kettle', 'router', 'desk lamp', 'headphones', 'bike rack', 'air fryer', 'keyboard']),
  ),
  uuid: filler(
    (rng) =>
      `${letters(rng, 8, HEX)}-${letters(rng, 4, HEX)}-4${letters(rng, 3, HEX)}-a${letters(rng, 3, HEX)}-${letters(rng, 12, HEX)}`,
  ),
  sha: filler((rng) => letters(rng, 40, HEX)),
  ms: filler((rng) => String(1 + rng.integer(4000))),
  tracking: filler((rng) => `1Z${letters(rng, 6)}${number(rng, 10)}`),
  serial: filler((rng) => `SN-${letters(rng, 2)}${number(rng, 6)}${luhnDigit(number(rng, 4))}`),
}

const HEX = '0123456789abcdef'
