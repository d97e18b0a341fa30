import type { PiiType } from '../pii-type.ts'
import { DOCUMENT_SEEDS } from './documents.ts'
import { EVERYDAY_SEEDS } from './everyday.ts'
import { GENERAL_SEEDS } from './general.ts'
import { emailSeed, handleSeed, ipSeed, macSeed, secretSeed, urlCredentialsSeed } from './machines.ts'
import { NATIONAL_SEEDS } from './national.ts'
import { cardSeed, dateOfBirthSeed, ibanSeed, phoneSeed, ssnSeed } from './numbers.ts'
import { addressSeed, locationSeed, personSeed } from './people.ts'
import type { SeedMaker } from './seed.ts'

/**
 * One generator per type. They are written from what people and systems write, not from the recognizers: spaces, dots,
 * brackets, other countries' forms, lower-case names, no context at all, glued punctuation, JSON, tables, line ends.
 */
export const SEEDS: Readonly<Partial<Record<PiiType, SeedMaker>>> = {
  EMAIL: emailSeed,
  PHONE: phoneSeed,
  CREDIT_CARD: cardSeed,
  IBAN: ibanSeed,
  US_SSN: ssnSeed,
  IP_ADDRESS: ipSeed,
  MAC_ADDRESS: macSeed,
  URL_CREDENTIALS: urlCredentialsSeed,
  DATE_OF_BIRTH: dateOfBirthSeed,
  SECRET: secretSeed,
  PERSON: personSeed,
  LOCATION: locationSeed,
  ADDRESS: addressSeed,
  HANDLE: handleSeed,
  ...DOCUMENT_SEEDS,
  ...NATIONAL_SEEDS,
  ...GENERAL_SEEDS,
  ...EVERYDAY_SEEDS,
}
