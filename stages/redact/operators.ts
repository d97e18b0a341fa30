import { type CountryCode, isSupportedCountry, parsePhoneNumberFromString } from 'libphonenumber-js/max'
import { hmac256 } from '../../util/digest.ts'
import type { Span } from './detector.ts'
import type { PiiType } from './pii-type.ts'
import { MASK, MAX_KEPT } from './placeholder.ts'

/** What is written where a value stood. */
export type Operator =
  | { readonly operator: 'replace' | 'redact' | 'keep' | 'pseudonym' }
  | { readonly operator: 'mask'; readonly keep_last?: number }

export interface ApplyOptions {
  readonly operatorOf: (type: PiiType) => Operator
  /** Key of the pseudonyms. Required where an operator is `pseudonym`. */
  readonly key?: Uint8Array
  /** Regions in which a phone number is read before it is turned into a pseudonym. */
  readonly regions: readonly string[]
}

/** Replaces the spans (sorted, disjoint) and leaves every other character as it is. */
export function applySpans(text: string, spans: readonly Span[], options: ApplyOptions): string {
  let out = ''
  let at = 0
  for (const span of spans) {
    out += text.slice(at, span.start) + replacement(text.slice(span.start, span.end), span.type, options)
    at = span.end
  }
  return out + text.slice(at)
}

export function placeholder(type: PiiType): string {
  return `<${type}>`
}

function replacement(value: string, type: PiiType, options: ApplyOptions): string {
  const operator = options.operatorOf(type)
  switch (operator.operator) {
    case 'replace':
      return placeholder(type)
    case 'redact':
      return ''
    case 'keep':
      return value
    case 'mask':
      return mask(value, operator.keep_last ?? 0)
    case 'pseudonym': {
      if (options.key === undefined) throw new TypeError('the pseudonym operator needs a key')
      // 32 bits: below 10,000 different values of a type, two share a pseudonym with a chance of about 1 %.
      return `<${type}_${hmac256(options.key, `${type}:${canonicalValue(type, value, options.regions)}`).slice(0, 8)}>`
    }
  }
}

/** Letters and digits become dots, separators stay; the last `keepLast` of them stay too, but never more than a third. */
function mask(value: string, keepLast: number): string {
  const units = [...value]
  const solid = units.filter((unit) => SOLID.test(unit)).length
  let hide = solid - Math.min(keepLast, MAX_KEPT, Math.floor(solid / 3))
  return units.map((unit) => (SOLID.test(unit) && hide-- > 0 ? MASK : unit)).join('')
}

const SOLID = /[\p{L}\p{N}\p{M}]/u

/**
 * The same person writes a value in several ways; a pseudonym must not. Case, white space and marks over letters do
 * not count, nor titles, nor the order of "Chen, Lily"; numbers count by their digits, phones as E.164 where they parse.
 */
export function canonicalValue(type: PiiType, value: string, regions: readonly string[]): string {
  const plain = value.normalize('NFKD').replace(/\p{M}/gu, '').toLowerCase().replace(/\s+/g, ' ').trim()
  switch (type) {
    case 'PHONE': {
      for (const region of regions) {
        if (!isSupportedCountry(region)) continue
        const parsed = parsePhoneNumberFromString(value, region as CountryCode)
        if (parsed?.isValid() === true) return parsed.number
      }
      return plain.replace(/\D/g, '')
    }
    case 'CREDIT_CARD':
    case 'US_SSN':
      return plain.replace(/\D/g, '')
    case 'IBAN':
    case 'MAC_ADDRESS':
      return plain.replace(/[^a-z0-9]/g, '')
    case 'PERSON': {
      const comma = /^([^,]+), ?([^,]+)$/.exec(plain)
      const name = comma === null ? plain : `${comma[2]} ${comma[1]}`
      return name.replace(/[.'’]/g, '').replace(/^(?:mr|mrs|ms|miss|dr|prof|herr|frau|sir|madam) /, '')
    }
    case 'SECRET':
    case 'URL_CREDENTIALS':
      // Case matters in a password.
      return value
    default:
      return plain
  }
}
