import parsePhoneNumber from 'libphonenumber-js'
import type { Random } from '../../util/random.ts'
import { LOCALES, type LocaleName } from './locales.ts'

/**
 * A dialable-looking number in one of the forms people type. US, GB, DE and FR numbers come from ranges that their
 * regulators keep free for fiction (NANP 555-01xx; Ofcom 020 7946 0xxx; Bundesnetzagentur (0)30 23125 xxx;
 * Arcep 06 39 98 xx xx). The others are random numbers that pass libphonenumber's check.
 */
export function phoneNumber(random: Random, locale: LocaleName): string {
  const { country } = LOCALES[locale]
  for (;;) {
    const number = parsePhoneNumber(nationalDigits(random, locale), country)
    if (number === undefined || !number.isValid()) continue
    const form = random.integer(10)
    if (country === 'US' && form < 6) return usForm(random, number.nationalNumber)
    if (form < 6) return number.formatInternational()
    if (form < 8) return number.format('E.164')
    return form === 8 ? number.formatInternational().replaceAll(' ', '-') : number.formatNational()
  }
}

function nationalDigits(random: Random, locale: LocaleName): string {
  const some = (n: number): string => digits(random, n)
  switch (locale) {
    case 'en_US':
      return `${random.pick(['212', '415', '312', '503', '617', '702', '404', '206'])}55501${some(2)}`
    case 'en_GB':
      return `020794 60${some(3)}`
    case 'de':
      return `03023125${some(3)}`
    case 'fr':
      return `063998${some(4)}`
    case 'es':
      return `6${some(8)}`
    case 'it':
      return `34${some(8)}`
    case 'pl':
      return `51${some(7)}`
    case 'pt_BR':
      return `1198${some(7)}`
    case 'nl':
      return `06${some(8)}`
    case 'sv':
      return `07017${some(5)}`
    case 'tr':
      return `0532${some(7)}`
    case 'en_IN':
      return `98${some(8)}`
  }
}

function usForm(random: Random, national: string): string {
  const [area, exchange, line] = [national.slice(0, 3), national.slice(3, 6), national.slice(6)]
  return random.pick([`(${area}) ${exchange}-${line}`, `${area}-${exchange}-${line}`, `${area}.${exchange}.${line}`])
}

export function digits(random: Random, n: number): string {
  let out = ''
  for (let i = 0; i < n; i++) out += random.integer(10)
  return out
}

const UPPER = 'ABCDEFGHJKLMNPQRSTUVWXYZ'
const ALNUM = `${UPPER}abcdefghijkmnopqrstuvwxyz0123456789`
const HEX = '0123456789abcdef'

export function characters(random: Random, alphabet: string, n: number): string {
  let out = ''
  for (let i = 0; i < n; i++) out += alphabet[random.integer(alphabet.length)]!
  return out
}

/** Keys in the shapes of well-known providers. The content is random: none opens anything. */
export function apiKey(random: Random): string {
  const some = (n: number): string => characters(random, ALNUM, n)
  return random.pick<() => string>([
    () => `sk-proj-${some(48)}`,
    () => `sk-ant-api03-${some(86)}AA`,
    () => `sk_live_${some(24)}`,
    () => `AKIA${characters(random, 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567', 16)}`,
    () => `ghp_${some(36)}`,
    () => `glpat-${some(20)}`,
    () => `xoxb-${digits(random, 12)}-${digits(random, 12)}-${some(24)}`,
    () => `AIza${some(35)}`,
    () => `SG.${some(22)}.${some(43)}`,
    () => `hf_${some(34)}`,
    () => `npm_${some(36)}`,
  ])()
}

/** An SSN whose three parts were all in use: no 000, 666 or 9xx area, no zero group or serial. */
export function usSsn(random: Random): string {
  const area = 1 + random.integer(898)
  const parts = [
    String(area === 666 ? 667 : area).padStart(3, '0'),
    String(1 + random.integer(99)).padStart(2, '0'),
    String(1 + random.integer(9999)).padStart(4, '0'),
  ]
  return parts.join(random.pick(['-', '-', '-', ' ']))
}

export function ipAddress(random: Random): string {
  if (random.integer(5) === 0) {
    // 2001:db8::/32 is the documentation prefix (RFC 3849).
    return `2001:db8:${characters(random, HEX, 4)}::${characters(random, '123456789abcdef', 3)}`
  }
  const first = random.pick([23, 31, 46, 62, 77, 81, 86, 92, 109, 151, 178, 188, 203, 212])
  return [first, random.integer(256), random.integer(256), 1 + random.integer(254)].join('.')
}

export function macAddress(random: Random): string {
  const parts = Array.from({ length: 6 }, () => characters(random, HEX, 2))
  return random.pick([parts.join(':'), parts.join(':').toUpperCase(), parts.join('-').toUpperCase()])
}

/** Tracking ids, serials, SKUs and the like: numbers that are not about a person. */
export function reference(
  random: Random,
  kind: 'order' | 'tracking' | 'serial' | 'sku' | 'booking' | 'ticket',
): string {
  switch (kind) {
    case 'order':
      return `LF-${digits(random, 6)}`
    case 'tracking':
      return random.pick<() => string>([
        () => `LFX${digits(random, 10)}`,
        () => `1Z${characters(random, `${UPPER}0123456789`, 8)}${digits(random, 8)}`,
        () => `00${digits(random, 18)}`,
        () => `${characters(random, UPPER, 2)}${digits(random, 9)}GB`,
      ])()
    case 'serial':
      return `${characters(random, UPPER, 2)}${digits(random, 2)}-${digits(random, 4)}-${characters(random, HEX, 4).toUpperCase()}`
    case 'sku':
      return `${characters(random, UPPER, 3)}-${digits(random, 4)}-${random.pick(['BLK', 'WHT', 'SND', 'NVY'])}`
    case 'booking':
      return characters(random, `${UPPER}23456789`, 6)
    case 'ticket':
      return `#${digits(random, 7)}`
  }
}
