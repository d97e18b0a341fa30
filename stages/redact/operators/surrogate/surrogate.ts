import { type PiiType, typeInfo } from '../../pii-type.ts'
import { reshape } from './characters.ts'
import type { SurrogateContext, SurrogateMaker } from './context.ts'
import { emailSurrogate, handleSurrogate } from './email.ts'
import { bicSurrogate, cardSurrogate, ibanSurrogate } from './financial.ts'
import { identifierSurrogate } from './identifier.ts'
import { ipSurrogate, macSurrogate, secretSurrogate, urlSurrogate } from './network.ts'
import { personSurrogate } from './person.ts'
import { phoneSurrogate } from './phone.ts'
import { addressSurrogate, coordinatesSurrogate, locationSurrogate, postalSurrogate } from './place.ts'
import { ssnSurrogate } from './us-ssn.ts'
import { ageSurrogate, dateSurrogate, groupSurrogate, organizationSurrogate, titleSurrogate } from './various.ts'

const plain: SurrogateMaker = (value, context, type) => reshape(value, type, context)

const MAKERS: Readonly<Partial<Record<PiiType, SurrogateMaker>>> = {
  EMAIL: emailSurrogate,
  PHONE: phoneSurrogate,
  HANDLE: handleSurrogate,
  URL: urlSurrogate,
  PERSON: personSurrogate,
  TITLE: titleSurrogate,
  AGE: ageSurrogate,
  NRP: groupSurrogate,
  ORGANIZATION: organizationSurrogate,
  LOCATION: locationSurrogate,
  ADDRESS: addressSurrogate,
  POSTAL_CODE: postalSurrogate,
  COORDINATES: coordinatesSurrogate,
  DATE_OF_BIRTH: dateSurrogate,
  DATE: dateSurrogate,
  CREDIT_CARD: cardSurrogate,
  IBAN: ibanSurrogate,
  SWIFT_BIC: bicSurrogate,
  IP_ADDRESS: ipSurrogate,
  MAC_ADDRESS: macSurrogate,
  URL_CREDENTIALS: urlSurrogate,
  SECRET: secretSurrogate,
  CRYPTO: plain,
  US_SSN: ssnSurrogate,
}

/**
 * A value of the same type and shape that looks real: the same for the same value under the same key, never the value itself.
 * `undefined` where none can be made (a date that no calendar has, a religion that is on no list): then a token is written.
 */
export function surrogateOf(type: PiiType, value: string, context: SurrogateContext): string | undefined {
  const { group } = typeInfo(type)
  const maker = MAKERS[type] ?? (group === 'secret' ? secretSurrogate : identifierSurrogate)
  const made = maker(value, context, type)
  return made === undefined || made === '' || made === value ? undefined : made
}
