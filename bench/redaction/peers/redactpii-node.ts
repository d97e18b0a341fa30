import { mapped, type SystemEntry } from '../system.ts'
import { alignPlaceholders } from './align.ts'
import { missingPackage, packageVersion, peerRequire } from './installed.ts'

const NAME = '@redactpii/node'

const TYPES: Readonly<Record<string, string>> = {
  PERSON_NAME: 'PERSON',
  CREDIT_CARD_NUMBER: 'CREDIT_CARD',
  EMAIL_ADDRESS: 'EMAIL',
  PHONE_NUMBER: 'PHONE',
  US_SOCIAL_SECURITY_NUMBER: 'US_SSN',
}
const PLACEHOLDER = new RegExp(`(${Object.keys(TYPES).join('|')})`, 'g')

export const redactPiiNode: SystemEntry = {
  name: NAME,
  title: '@redactpii/node',
  note: 'Without an API key, so that nothing is sent anywhere. Places are found by comparing its output with the input.',
  missing: () => missingPackage(NAME),
  version: () => packageVersion(NAME),
  async open() {
    const { Redactor } = peerRequire(NAME) as { Redactor: new () => { redact(text: string): string } }
    const redactor = new Redactor()
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
