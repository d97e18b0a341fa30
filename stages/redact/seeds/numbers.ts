import type { Random } from '../../../util/random.ts'
import { BARE, carry, carryOrField, digits, letters } from './carriers.ts'
import type { Seed } from './seed.ts'

/** `#` is a digit, `2`–`9` stand for themselves. */
const PHONE_FORMS: readonly string[] = [
  '+1 (415) 555-01##',
  '(212) 555-01##',
  '617-555-01##',
  '646.555.01##',
  '312 555 01##',
  '1-800-555-01##',
  '+1-305-555-01## ext. ##',
  '+14085550###',
  '7035550###',
  '+44 20 7946 0###',
  '020 7946 0###',
  '07700 900###',
  '+44 (0)7700 900 ###',
  '0044 7700 900###',
  '01632 960 ###',
  '+49 30 2312 5###',
  '030/23125 ###',
  '0171 39200##',
  '0049-89-99998-###',
  '+33 6 39 98 ## ##',
  '01 99 00 ## ##',
  '+34 612 ### ###',
  '91 123 ## ##',
  '+39 06 6982 ####',
  '+31 6 1234 ####',
  '+91 98765 #####',
  '098765 #####',
  '+55 (11) 91234-####',
  '+61 4 9157 0###',
  '(02) 5550 ####',
  '+48 512 ### ###',
  '+46 70 174 06 ##',
  '+254711 ### ###',
  '+81-3-1234-####',
  '+971 50 123 ####',
]
const PHONE_CONTEXT: readonly string[] = [
  'call me on {} after six',
  'my number is {}',
  'Tel: {}',
  'tel.{}',
  'reach me at {}.',
  'whatsapp {} pls',
  'Mobil: {}',
  'Sie erreichen mich unter {}.',
  'mon portable: {}',
  'mi teléfono es el {}',
  '\nM: {}\nF: -\n',
  '\n| Phone | {} |\n',
  'text {} when the driver is here',
  'ring {} and ask for me',
  'number on the account: {}',
  'You can get hold of me on {}',
]

export function phoneSeed(rng: Random): Seed {
  const value = rng.pick(PHONE_FORMS).replace(/#/g, () => String(rng.integer(10)))
  const compact = /^\d+$/.test(value)
  // A run of ten digits without a word for it cannot be told from an id by anyone; formatted numbers can.
  return carryOrField(rng, value, compact || rng.next() < 0.6 ? PHONE_CONTEXT : BARE, [
    'phone',
    'phoneNumber',
    'mobile',
    'callback_number',
    'contact_phone',
    'note',
  ])
}

const CARD_PREFIXES: readonly (readonly [string, number])[] = [
  ['4', 16],
  ['4', 16],
  ['4', 13],
  ['51', 16],
  ['5425', 16],
  ['2223', 16],
  ['2710', 16],
  ['34', 15],
  ['37', 15],
  ['6011', 16],
  ['65', 16],
  ['36', 14],
  ['3530', 16],
  ['62', 16],
  ['62', 19],
]

export function cardSeed(rng: Random): Seed {
  const [prefix, length] = rng.pick(CARD_PREFIXES)
  const value = group(withLuhn(prefix + digits(rng, length - prefix.length - 1)), rng)
  return carryOrField(
    rng,
    value,
    rng.next() < 0.6
      ? [
          'my card {} was declined',
          'charge it to {} exp 04/29',
          'Visa {}',
          'Kreditkarte: {}',
          'carte n° {}',
          'tarjeta {}',
          'pay with {} cvv later',
          '\n| card | {} |\n',
          'old one ends soon, new: {}',
        ]
      : BARE,
    ['card_number', 'cardNumber', 'pan', 'payment_reference', 'note'],
  )
}

/** Appends the check digit of Luhn's formula, by trying the ten digits. */
function withLuhn(body: string): string {
  for (let check = 0; check < 10; check++) {
    const sum = [...`${body}${check}`]
      .reverse()
      .map((digit, index) => Number(digit) * (index % 2 === 0 ? 1 : 2))
      .reduce((total, n) => total + (n > 9 ? n - 9 : n), 0)
    if (sum % 10 === 0) return `${body}${check}`
  }
  return body
}

function group(card: string, rng: Random): string {
  const separator = rng.pick(['', '', ' ', ' ', '-', '.', '  '])
  if (separator === '') return card
  const sizes = card.length === 15 ? [4, 6, 5] : card.length === 14 ? [4, 6, 4] : [4, 4, 4, 4, 4]
  const parts: string[] = []
  let at = 0
  for (const size of sizes) {
    if (at < card.length) parts.push(card.slice(at, at + size))
    at += size
  }
  return parts.join(separator)
}

const BANKS: readonly (readonly [string, string])[] = [
  ['DE', '##################'],
  ['FR', '##########@@@@@@@@@@@##'],
  ['GB', 'AAAA##############'],
  ['ES', '####################'],
  ['IT', 'A##########@@@@@@@@@@@@'],
  ['NL', 'AAAA##########'],
  ['CH', '#####@@@@@@@@@@@@'],
  ['AT', '################'],
  ['PL', '########################'],
  ['BE', '############'],
  ['SE', '####################'],
  ['TR', '#####0@@@@@@@@@@@@@@@@'],
  ['NO', '###########'],
  ['MT', 'AAAA#####@@@@@@@@@@@@@@@@@@'],
]

export function ibanSeed(rng: Random): Seed {
  const [country, form] = rng.pick(BANKS)
  const account = form.replace(/[#@A]/g, (kind) =>
    kind === '#'
      ? digits(rng, 1)
      : letters(rng, 1, kind === 'A' ? 'ABCDEFGHKLMNPRSTUVW' : '0123456789ABCDEFGHKLMNPRSTUVW'),
  )
  const plain = `${country}${checkDigits(country, account)}${account}`
  const style = rng.integer(5)
  const value =
    style === 0
      ? plain.toLowerCase()
      : style === 1 || style === 2
        ? plain.replace(/(.{4})(?=.)/g, '$1 ')
        : style === 3
          ? plain.replace(/(.{4})(?=.)/g, '$1-')
          : plain
  return carryOrField(
    rng,
    value,
    rng.next() < 0.5
      ? ['IBAN: {}', 'please refund to {}', 'Konto {}, danke', 'mon RIB {}', 'cuenta {}', 'iban={}']
      : BARE,
    ['iban', 'account', 'refund_to', 'bankAccount'],
  )
}

/** ISO 7064: 98 minus the remainder of the number with `00` as check digits. */
function checkDigits(country: string, account: string): string {
  const number = [...`${account}${country}00`].map((char) => Number.parseInt(char, 36)).join('')
  return String(98n - (BigInt(number) % 97n)).padStart(2, '0')
}

export function ssnSeed(rng: Random): Seed {
  const area = String(rng.pick([rng.integer(665) + 1, rng.integer(232) + 667])).padStart(3, '0')
  const middle = String(rng.integer(99) + 1).padStart(2, '0')
  const serial = String(rng.integer(9999) + 1).padStart(4, '0')
  const separator = rng.pick(['-', '-', '-', ' ', '.', ''])
  const value = [area, middle, serial].join(separator)
  const context = [
    'my ssn is {}',
    'SSN: {}',
    'social security number {}',
    'Social Security # {} on file',
    'last: {} (ssn)',
    'ssn#{}',
    '\n| SSN | {} |\n',
    'for the tax form my social is {}',
  ]
  // Undelimited digits need the word; nobody can tell them otherwise.
  return carryOrField(rng, value, separator === '' || rng.next() < 0.6 ? context : BARE, [
    'ssn',
    'socialSecurityNumber',
    'tax_id',
    'note',
  ])
}

const MONTHS: readonly (readonly string[])[] = [
  ['January', 'Jan', 'Januar', 'janvier', 'enero', 'gennaio'],
  ['February', 'Feb', 'Februar', 'février', 'febrero', 'febbraio'],
  ['March', 'Mar', 'März', 'mars', 'marzo', 'marzo'],
  ['April', 'Apr', 'April', 'avril', 'abril', 'aprile'],
  ['May', 'May', 'Mai', 'mai', 'mayo', 'maggio'],
  ['June', 'Jun', 'Juni', 'juin', 'junio', 'giugno'],
  ['July', 'Jul', 'Juli', 'juillet', 'julio', 'luglio'],
  ['August', 'Aug', 'August', 'août', 'agosto', 'agosto'],
  ['September', 'Sept', 'September', 'septembre', 'septiembre', 'settembre'],
  ['October', 'Oct', 'Oktober', 'octobre', 'octubre', 'ottobre'],
  ['November', 'Nov', 'November', 'novembre', 'noviembre', 'novembre'],
  ['December', 'Dec', 'Dezember', 'décembre', 'diciembre', 'dicembre'],
]

export function dateOfBirthSeed(rng: Random): Seed {
  const year = 1930 + rng.integer(78)
  const month = rng.integer(12)
  const day = rng.integer(28) + 1
  const d2 = String(day).padStart(2, '0')
  const m2 = String(month + 1).padStart(2, '0')
  const [long = '', short = '', german = '', french = '', spanish = '', italian = ''] = MONTHS[month]!
  const ordinal = `${day}${day % 10 === 1 && day !== 11 ? 'st' : day % 10 === 2 && day !== 12 ? 'nd' : day % 10 === 3 && day !== 13 ? 'rd' : 'th'}`
  const english = rng.pick([
    `${d2}/${m2}/${year}`,
    `${month + 1}/${day}/${year}`,
    `${year}-${m2}-${d2}`,
    `${d2}.${m2}.${year}`,
    `${d2}-${m2}-${year}`,
    `${d2}/${m2}/${String(year).slice(2)}`,
    `${day} ${long} ${year}`,
    `${long} ${day}, ${year}`,
    `${short} ${ordinal} ${year}`,
    `${ordinal} of ${long} ${year}`,
    `${d2}-${short}-${year}`,
    `${day}${short.toLowerCase()}${year}`,
    `${year}${m2}${d2}`,
    `${d2} ${m2} ${year}`,
  ])
  const kind = rng.integer(10)
  if (kind === 0) return carry(rng, `${day}. ${german} ${year}`, ['geboren am {}', 'Geburtsdatum: {}', 'geb. {}'])
  if (kind === 1) return carry(rng, `${day} ${french} ${year}`, ['née le {}', 'date de naissance : {}'])
  if (kind === 2) return carry(rng, `${day} de ${spanish} de ${year}`, ['nací el {}', 'fecha de nacimiento: {}'])
  if (kind === 3) return carry(rng, `${day} ${italian} ${year}`, ['nato il {}', 'data di nascita {}'])
  return carryOrField(
    rng,
    english,
    [
      'DOB {}',
      'dob: {}',
      'D.O.B. {}',
      'born {}',
      'I was born on {}',
      'my date of birth is {}',
      'birthday {}',
      'date of birth - {}',
      '\n| Date of birth | {} |\n',
      'My birthday is on {}!',
      '{} is my date of birth',
      'he is my son (born {})',
    ],
    ['date_of_birth', 'dob', 'birthDate', 'birthday'],
  )
}
