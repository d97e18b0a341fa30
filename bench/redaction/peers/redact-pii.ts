import { mapped, type SystemEntry } from '../system.ts'
import { alignPlaceholders } from './align.ts'
import { missingPackage, packageVersion, peerRequire } from './installed.ts'

const NAME = 'redact-pii'

/** Its placeholders, by what they stand for. */
const TYPES: Readonly<Record<string, string>> = {
  PERSON_NAME: 'PERSON',
  CREDIT_CARD_NUMBER: 'CREDIT_CARD',
  STREET_ADDRESS: 'ADDRESS',
  EMAIL_ADDRESS: 'EMAIL',
  PHONE_NUMBER: 'PHONE',
  IP_ADDRESS: 'IP_ADDRESS',
  US_SOCIAL_SECURITY_NUMBER: 'US_SSN',
  ZIPCODE: 'POSTAL_CODE',
  URL: 'URL',
  DIGITS: 'DIGITS',
  USERNAME: 'HANDLE',
  PASSWORD: 'SECRET',
  CREDENTIALS: 'SECRET',
}
const PLACEHOLDER = new RegExp(`(${Object.keys(TYPES).join('|')})`, 'g')

export const redactPii: SystemEntry = {
  name: NAME,
  title: 'redact-pii',
  note: 'Gives text back, not places: those are found by comparing both.',
  missing: () => missingPackage(NAME),
  version: () => packageVersion(NAME),
  async open() {
    const { SyncRedactor } = peerRequire(NAME) as { SyncRedactor: new () => { redact(text: string): string } }
    const redactor = new SyncRedactor()
    return {
      find: async (texts) =>
        texts.map((text) => mapped(alignPlaceholders(text, redactor.redact(text), PLACEHOLDER), TYPES)),
      async scan(texts) {
        for (const text of texts) redactor.redact(text)
      },
      async close() {},
    }
  },
}
