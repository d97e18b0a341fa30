import type { Random } from '../../util/random.ts'
import { type Customer, emailOf, person } from './customers.ts'
import { LOCALE_NAMES, LOCALES } from './locales.ts'
import { concat, type Marked, marked, plain } from './marked.ts'
import { apiKey, characters, digits, ipAddress, macAddress, phoneNumber, reference, usSsn } from './numbers.ts'

/** What the values of one conversation depend on. */
export interface ValueContext {
  readonly random: Random
  readonly customer: Customer
  readonly agent: string
}

const MONTHS = 'January February March April May June July August September October November December'.split(' ')
const WEEKDAYS = ['Monday', 'Tuesday', 'Wednesday', 'Thursday', 'Friday', 'Saturday', 'Sunday']

/** Products of the fictional shop. Many are named like people, cities or months: they are not personal data. */
const PRODUCTS = [
  ...['Ruby Lamp', 'Amber Router', 'Jordan Backpack', 'Paris Kettle', 'Austin Desk', 'Victoria Armchair'],
  ...['Logan Speaker', 'Florence Coffee Grinder', 'May Planner', 'Charlotte Sofa', 'Olive Thermostat', 'Sienna Rug'],
  ...['Oxford Bookcase', 'Hazel Doorbell', 'Max Power Strip', 'Iris Camera', 'Bella Hair Dryer', 'Chester Suitcase'],
  ...['April Raincoat', 'Rosemary Herb Kit', 'Will 2 Smart Lock', 'Dakota Hiking Boots', 'Grace Yoga Mat', 'Lark Hub'],
]
const DEVICES = ['Lark Hub', 'Iris Camera', 'Amber Router', 'Olive Thermostat', 'Hazel Doorbell', 'Logan Speaker']
const DEFECTS = ['scratched', 'cracked', 'missing a screw', 'making a strange noise', 'the wrong colour', 'dented']
const ERRORS = ['E-1042', 'E-2207', 'E-3310', 'HTTP 502', 'HTTP 429', 'ERR_TIMEOUT', '0x80070057', 'L-17']
const HOTELS = [
  'Hotel Santa Monica',
  'The King George',
  'Hotel Augusta',
  'Pension Sunday',
  'The Savannah',
  'Casa Blanca',
]

/** How each kind of personal data is made. `{name}`, `{email}` and so on are the customer's own. */
const PERSONAL: Readonly<Record<string, (context: ValueContext) => Marked>> = {
  name: ({ customer }) => marked(`${customer.first} ${customer.last}`, 'PERSON'),
  first: ({ customer }) => marked(customer.first, 'PERSON'),
  last: ({ customer }) => marked(customer.last, 'PERSON'),
  agent: ({ agent }) => marked(agent, 'PERSON'),
  email: ({ customer }) => marked(customer.email, 'EMAIL'),
  phone: ({ customer }) => marked(customer.phone, 'PHONE'),
  city: ({ customer }) => marked(customer.city, 'LOCATION'),
  street: ({ customer }) => marked(customer.street, 'ADDRESS'),
  born: ({ random, customer }) => marked(birthDate(random, customer.born), 'DATE_OF_BIRTH'),
  person: ({ random }) => {
    const { first, last } = person(random, random.pick(LOCALE_NAMES))
    return marked(`${first} ${last}`, 'PERSON')
  },
  deskmail: ({ random }) => marked(`${random.pick(['support', 'care', 'hello'])}@larkfield.example`, 'EMAIL'),
  newlast: ({ random, customer }) => marked(person(random, customer.locale).last, 'PERSON'),
  agent2: ({ random }) => marked(person(random, 'en_GB').first, 'PERSON'),
  friend: ({ random, customer }) => marked(person(random, customer.locale).first, 'PERSON'),
  email2: ({ random, customer }) => {
    const other = person(random, customer.locale)
    return marked(emailOf(random, customer.locale, other.first, other.last), 'EMAIL')
  },
  phone2: ({ random, customer }) => marked(phoneNumber(random, customer.locale), 'PHONE'),
  city2: ({ random }) => marked(fakerOf(random).location.city(), 'LOCATION'),
  street2: ({ random, customer }) => {
    const { faker } = LOCALES[customer.locale]
    faker.seed(random.integer(0x7fff_ffff))
    return marked(faker.location.streetAddress(), 'ADDRESS')
  },
  card: ({ random }) => marked(cardNumber(random), 'CREDIT_CARD'),
  iban: ({ random, customer }) => marked(ibanOf(random, customer), 'IBAN'),
  ssn: ({ random }) => marked(usSsn(random), 'US_SSN'),
  ip: ({ random }) => marked(ipAddress(random), 'IP'),
  mac: ({ random }) => marked(macAddress(random), 'MAC'),
  apikey: ({ random }) => marked(apiKey(random), 'API_KEY'),
  credurl: ({ random, customer }) => marked(credentialUrl(random, customer), 'URL_CREDENTIALS'),
}

/** What looks like data about a person and is not. */
const NEUTRAL: Readonly<Record<string, (context: ValueContext) => string>> = {
  order: ({ random }) => reference(random, 'order'),
  tracking: ({ random }) => reference(random, 'tracking'),
  serial: ({ random }) => reference(random, 'serial'),
  sku: ({ random }) => reference(random, 'sku'),
  booking: ({ random }) => reference(random, 'booking'),
  ticket: ({ random }) => reference(random, 'ticket'),
  product: ({ random }) => random.pick(PRODUCTS),
  product2: ({ random }) => random.pick(PRODUCTS),
  device: ({ random }) => random.pick(DEVICES),
  defect: ({ random }) => random.pick(DEFECTS),
  errcode: ({ random }) => random.pick(ERRORS),
  hotel: ({ random }) => random.pick(HOTELS),
  customerid: ({ customer }) => customer.id,
  plan: ({ customer }) => customer.tier,
  plan2: ({ random, customer }) => random.pick(['Basic', 'Plus', 'Family'].filter((tier) => tier !== customer.tier)),
  amount: ({ random }) => money(random, 9, 280),
  amount2: ({ random }) => money(random, 4, 60),
  price: ({ customer }) => ({ Basic: '€4.99', Plus: '€9.99', Family: '€14.99' })[customer.tier],
  date: ({ random }) => shortDate(random),
  date2: ({ random }) => shortDate(random),
  month: ({ random }) => random.pick(MONTHS),
  weekday: ({ random }) => random.pick(WEEKDAYS),
  days: ({ random }) => String(3 + random.integer(15)),
  years: ({ random }) => String(2 + random.integer(9)),
  count: ({ random }) => String(2 + random.integer(4)),
  last4: ({ random }) => digits(random, 4),
  version: ({ random }) => `${1 + random.integer(5)}.${random.integer(12)}.${random.integer(30)}`,
  requestid: ({ random }) => `req_${characters(random, '0123456789abcdef', 16)}`,
  coupon: ({ random }) => `${random.pick(['SPRING', 'LARK', 'HELLO', 'AUTUMN'])}${random.pick(['10', '15', '20'])}`,
  flight: ({ random }) => `LK ${1000 + random.integer(8999)}`,
  eta: ({ random }) => random.pick(['tomorrow', 'in two days', 'by Friday', 'by Tuesday', 'within three working days']),
}

/** The value of a slot, or undefined where there is no such slot. */
export function makeValue(name: string, context: ValueContext): Marked | undefined {
  const personal = PERSONAL[name]
  if (personal !== undefined) return personal(context)
  const neutral = NEUTRAL[name]
  return neutral === undefined ? undefined : plain(neutral(context))
}

/** The customer's name in one of the forms people use. */
export function nameVariant(random: Random, customer: Customer): Marked {
  const { first, last } = customer
  const whole = (text: string): Marked => marked(text, 'PERSON')
  switch (random.integer(10)) {
    case 0:
      return whole(`${first.charAt(0)}. ${last}`)
    case 1:
      return whole(`${last}, ${first}`)
    case 2:
      return whole(`${first} ${last}`.toLowerCase())
    case 3:
      return whole(`${first} ${last}`.toUpperCase())
    case 4:
      return whole(first)
    case 5:
      return concat([random.pick(['Mr ', 'Ms ', 'Mrs ', 'Dr ']), whole(last)])
    default:
      return whole(`${first} ${last}`)
  }
}

function fakerOf(random: Random) {
  const { faker } = LOCALES[random.pick(LOCALE_NAMES)]
  faker.seed(random.integer(0x7fff_ffff))
  return faker
}

function cardNumber(random: Random): string {
  const { faker } = LOCALES.en_US
  faker.seed(random.integer(0x7fff_ffff))
  const issuer = random.pick(['visa', 'visa', 'mastercard', 'american_express', 'discover'])
  const number = faker.finance.creditCardNumber({ issuer }).replaceAll(/\D/g, '')
  const groups = issuer === 'american_express' ? /^(\d{4})(\d{6})(\d{5})$/ : /^(\d{4})(\d{4})(\d{4})(\d{4})$/
  const parts = groups.exec(number)?.slice(1) ?? [number]
  return parts.join(random.pick(['', ' ', ' ', '-']))
}

function ibanOf(random: Random, customer: Customer): string {
  const country = LOCALES[customer.locale].iban ?? random.pick(['DE', 'GB', 'ES', 'NL'])
  const { faker } = LOCALES[customer.locale]
  faker.seed(random.integer(0x7fff_ffff))
  return faker.finance.iban({ countryCode: country, formatted: random.integer(2) === 0 })
}

function credentialUrl(random: Random, customer: Customer): string {
  const user =
    customer.first
      .normalize('NFKD')
      .replaceAll(/[^A-Za-z]/g, '')
      .toLowerCase() || 'admin'
  const secret = characters(random, 'abcdefghjkmnpqrstuvwxyzABCDEFGHJKMNPQRSTUVWXYZ23456789', 10)
  return random.pick([
    `https://${user}:${secret}@files.example.com/export`,
    `ftp://${user}:${secret}@ftp.example.org/upload`,
    `postgres://${user}:${secret}@db.example.net:5432/shop`,
    `https://${user}:${secret}@git.example.com/team/site.git`,
  ])
}

function birthDate(random: Random, iso: string): string {
  const [year, month, day] = iso.split('-') as [string, string, string]
  const name = MONTHS[Number(month) - 1]!
  return random.pick([
    iso,
    `${day}/${month}/${year}`,
    `${month}/${day}/${year}`,
    `${day}.${month}.${year}`,
    `${Number(day)} ${name} ${year}`,
    `${name} ${Number(day)}, ${year}`,
  ])
}

function shortDate(random: Random): string {
  const day = 1 + random.integer(28)
  const month = random.integer(12)
  const pad = (n: number): string => String(n).padStart(2, '0')
  return random.pick([
    `${day} ${MONTHS[month]!}`,
    `${MONTHS[month]!} ${day}`,
    `${pad(day)}/${pad(month + 1)}/2025`,
    `2025-${pad(month + 1)}-${pad(day)}`,
  ])
}

function money(random: Random, from: number, to: number): string {
  const amount = (from + random.integer(to - from) + random.pick([0, 0.5, 0.9, 0.95, 0.99])).toFixed(2)
  return random.pick([`€${amount}`, `€${amount}`, `$${amount}`, `£${amount}`])
}
