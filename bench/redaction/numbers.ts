import { createHash } from 'node:crypto'
import { createRequire } from 'node:module'
import { type CountryCode, type Examples, getExampleNumber } from 'libphonenumber-js'
import type { Random } from '../../util/random.ts'
import { digits, letters, luhnDigit, mod97, number, two, until, weighted } from './check-digits.ts'
import type { Person } from './people.ts'

type Origin = Person['origin']

const examples = createRequire(import.meta.url)('libphonenumber-js/examples.mobile.json') as Examples

/** A number of the country in one of the forms people write. */
export function phone(rng: Random, { code }: Origin): string {
  if (code === 'US' || code === 'CA') {
    const [area, exchange, line] = [rng.pick(AREAS), `${2 + rng.integer(8)}${digits(rng, 2)}`, digits(rng, 4)]
    return rng.pick([
      `(${area}) ${exchange}-${line}`,
      `${area}-${exchange}-${line}`,
      `${area}.${exchange}.${line}`,
      `+1 ${area} ${exchange} ${line}`,
      `+1-${area}-${exchange}-${line}`,
      `1-${area}-${exchange}-${line}`,
      `${area} ${exchange} ${line}`,
      `${area}-${exchange}-${line} ext. ${10 + rng.integer(900)}`,
      `+1${area}${exchange}${line}`,
    ])
  }
  // A mobile number of the country with its last digits drawn anew, written as the country writes it.
  const example = getExampleNumber(code as CountryCode, examples)
  if (example === undefined) throw new RangeError(`no example number for ${code}`)
  const international = example.formatInternational()
  const national = example.formatNational()
  const tail = digits(rng, 5)
  const change = (written: string): string => {
    let at = tail.length
    return [...written]
      .reverse()
      .map((char) => (at > 0 && /\d/.test(char) ? tail[--at]! : char))
      .reverse()
      .join('')
  }
  return rng.pick([change(international), change(international).replaceAll(' ', ''), change(national)])
}

const AREAS = ['212', '415', '617', '303', '512', '702', '206', '312', '404', '503', '617', '734', '919', '614', '804']

export function creditCard(rng: Random): string {
  const [prefix, length] = rng.pick([
    ['4', 16],
    ['51', 16],
    ['55', 16],
    ['2221', 16],
    ['34', 15],
    ['37', 15],
    ['6011', 16],
    ['3528', 16],
    ['36', 14],
  ] as const)
  const front = `${prefix}${digits(rng, length - prefix.length - 1)}`
  const all = `${front}${luhnDigit(front)}`
  const grouped = length === 16 ? all.replace(/(\d{4})(?=\d)/g, '$1 ') : all.replace(/(\d{4})(\d{6})/, '$1 $2 ')
  return rng.pick([all, grouped, grouped.replaceAll(' ', '-')])
}

/** Length of the national part and its form: `n` digit, `a` letter (registry of SWIFT, ISO 13616). */
const IBAN_FORMS: readonly (readonly [string, string])[] = [
  ['DE', 'nnnnnnnnnnnnnnnnnn'],
  ['GB', 'aaaannnnnnnnnnnnnn'],
  ['FR', 'nnnnnnnnnnnnnnnnnnnnnnn'],
  ['ES', 'nnnnnnnnnnnnnnnnnnnn'],
  ['IT', 'annnnnnnnnnnnnnnnnnnnnn'],
  ['NL', 'aaaannnnnnnnnn'],
  ['PL', 'nnnnnnnnnnnnnnnnnnnnnnnn'],
  ['BE', 'nnnnnnnnnnnn'],
  ['CH', 'nnnnnnnnnnnnnnnnn'],
  ['AT', 'nnnnnnnnnnnnnnnn'],
  ['SE', 'nnnnnnnnnnnnnnnnnnnn'],
  ['IE', 'aaaannnnnnnnnnnnnn'],
]

export function iban(rng: Random, { code }: Origin): string {
  const [country, form] = IBAN_FORMS.find(([name]) => name === code) ?? rng.pick(IBAN_FORMS)
  const national = [...form].map((kind) => (kind === 'a' ? letters(rng, 1) : digits(rng, 1))).join('')
  const all = `${country}${two(98 - mod97(`${national}${country}00`))}${national}`
  return rng.integer(2) === 0 ? all : all.replace(/(.{4})(?=.)/g, '$1 ')
}

export function usSsn(rng: Random): string {
  const area = until(() => {
    const value = 1 + rng.integer(899)
    return value === 666 ? undefined : String(value).padStart(3, '0')
  })
  const [group, serial] = [two(1 + rng.integer(99)), String(1 + rng.integer(9998)).padStart(4, '0')]
  return rng.pick([`${area}-${group}-${serial}`, `${area}-${group}-${serial}`, `${area} ${group} ${serial}`])
}

export function ipAddress(rng: Random): string {
  const octet = (): number => 1 + rng.integer(254)
  if (rng.integer(4) > 0) return `${11 + rng.integer(200)}.${octet()}.${octet()}.${octet()}`
  const group = (): string => rng.integer(65536).toString(16)
  return rng.integer(2) === 0
    ? `2001:db8:${group()}:${group()}:${group()}:${group()}:${group()}:${group()}`
    : `2a02:${group()}:${group()}::${group()}`
}

export function macAddress(rng: Random): string {
  const bytes = Array.from({ length: 6 }, () => rng.integer(256).toString(16).padStart(2, '0'))
  return rng.pick([bytes.join(':'), bytes.join(':').toUpperCase(), bytes.join('-').toUpperCase()])
}

/** ISO 9362: bank, country, place, and in half of them a branch. */
export function swift(rng: Random): string {
  const country = rng.pick(['DE', 'GB', 'FR', 'US', 'NL', 'ES', 'IT', 'CH'])
  return `${letters(rng, 4)}${country}${letters(rng, 1)}${rng.pick(['2', 'X', 'M', '3'])}${rng.integer(2) === 0 ? '' : rng.pick(['XXX', digits(rng, 3)])}`
}

/** ABA: 3·(d1+d4+d7) + 7·(d2+d5+d8) + (d3+d6+d9) ≡ 0 (mod 10), from a bank district that exists. */
export function routingNumber(rng: Random): string {
  const front = `${two(1 + rng.integer(12))}${digits(rng, 6)}`
  return `${front}${(10 - (weighted(front, [3, 7, 1, 3, 7, 1, 3, 7]) % 10)) % 10}`
}

/** ISO 3779 with the check digit of 49 CFR 565.15. */
export function vehicleId(rng: Random): string {
  const alphabet = 'ABCDEFGHJKLMNPRSTUVWXYZ0123456789'
  const value = (char: string): number =>
    /\d/.test(char) ? Number(char) : Number('12345678 12345 7 923456789'[char.charCodeAt(0) - 65])
  const front = `${rng.pick(['1HG', '1FT', '5YJ', 'WBA', 'JTD', '3VW'])}${letters(rng, 5, alphabet)}`
  const back = `${letters(rng, 1, 'ABCDEFGHJKLMNPRSTVWXY')}${letters(rng, 1, alphabet)}${digits(rng, 6)}`
  const sum = weightedBy(`${front}0${back}`, [8, 7, 6, 5, 4, 3, 2, 10, 0, 9, 8, 7, 6, 5, 4, 3, 2], value)
  return `${front}${sum % 11 === 10 ? 'X' : sum % 11}${back}`
}

function weightedBy(text: string, weights: readonly number[], value: (char: string) => number): number {
  return weights.reduce((sum, weight, i) => sum + weight * value(text[i]!), 0)
}

export function imei(rng: Random): string {
  const front = `35${digits(rng, 12)}`
  return `${front}${luhnDigit(front)}`
}

/** DEA: (d1+d3+d5) + 2·(d2+d4+d6) ends in d7. */
export function deaNumber(rng: Random): string {
  const front = digits(rng, 6)
  return `${rng.pick(['A', 'B', 'F', 'M'])}${letters(rng, 1)}${front}${weighted(front, [1, 2, 1, 2, 1, 2]) % 10}`
}

const BASE58 = '123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz'

export function wallet(rng: Random): string {
  const bytes = Array.from({ length: 20 }, () => rng.integer(256))
  if (rng.integer(2) === 0) return `0x${Buffer.from(bytes).toString('hex')}`
  // Base58Check of a P2PKH hash.
  const payload = Buffer.from([0, ...bytes])
  const sha = (data: Buffer): Buffer => createHash('sha256').update(data).digest()
  const all = Buffer.concat([payload, sha(sha(payload)).subarray(0, 4)])
  let rest = BigInt(`0x${all.toString('hex')}`)
  let out = ''
  while (rest > 0n) {
    out = BASE58[Number(rest % 58n)]! + out
    rest /= 58n
  }
  return `1${out}`
}

const ALNUM = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789'

/** Keys in the shapes that issuers document, random otherwise. */
export function apiKey(rng: Random): string {
  return rng.pick([
    () => `AKIA${letters(rng, 16, 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567')}`,
    () => `ghp_${letters(rng, 36, ALNUM)}`,
    () => `xoxb-${number(rng, 11)}-${number(rng, 12)}-${letters(rng, 24, ALNUM)}`,
    () => `sk_live_${letters(rng, 24, ALNUM)}`,
    () => `glpat-${letters(rng, 20, `${ALNUM}-_`)}`,
    () => `AIza${letters(rng, 35, `${ALNUM}-_`)}`,
    () => `npm_${letters(rng, 36, ALNUM)}`,
  ])()
}

export function password(rng: Random): string {
  return `${letters(rng, 3, 'abcdefghkmnpqrstuvwxyz')}${letters(rng, 2)}${rng.pick(['!', '#', '_', '%'])}${digits(rng, 3)}${letters(rng, 3, ALNUM)}`
}

export function plate(rng: Random, { code }: Origin): string {
  switch (code) {
    case 'GB':
      return `${letters(rng, 2, 'ABCDEFGHJKLMNOPRSTUVWXY')}${two(2 + rng.integer(22))} ${letters(rng, 3, 'ABCDEFGHJKLMNOPRSTUVWXYZ')}`
    case 'DE':
      return `${rng.pick(['B', 'M', 'HH', 'KI', 'GÖ'])}-${letters(rng, 2)} ${number(rng, 3 + rng.integer(2))}`
    case 'FR':
    case 'IT':
      return `${letters(rng, 2)}-${digits(rng, 3)}-${letters(rng, 2)}`
    default:
      return rng.pick([`${letters(rng, 3)}-${digits(rng, 4)}`, `${number(rng, 1)}${letters(rng, 3)}${digits(rng, 3)}`])
  }
}
