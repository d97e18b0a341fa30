import { type CountryCode, isSupportedCountry, parsePhoneNumberFromString } from 'libphonenumber-js/max'
import { type PiiType, typeInfo } from '../pii-type.ts'
import { canonicalName } from './entities.ts'
import { parseName } from './name-parts.ts'

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
      return plain.replace(/\D/g, '')
    case 'IBAN':
    case 'MAC_ADDRESS':
      return plain.replace(/[^a-z0-9]/g, '')
    case 'PERSON':
      return canonicalName(parseName(value).parts) || plain
    case 'SECRET':
    case 'URL_CREDENTIALS':
      // Case matters in a password.
      return value
    default:
      return typeInfo(type).group === 'national' ? plain.replace(/[^\p{L}\p{N}]/gu, '') : plain
  }
}
