import type { SystemEntry } from '../system.ts'
import { peerRequire } from './installed.ts'
import { packagePeer, replacingPeer } from './package-peer.ts'

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

export const redactPii: SystemEntry = packagePeer({
  name: NAME,
  note: 'Gives text back, not places: those are found by comparing both.',
  types: TYPES,
  open() {
    const { SyncRedactor } = peerRequire(NAME) as { SyncRedactor: new () => { redact(text: string): string } }
    const redactor = new SyncRedactor()
    return replacingPeer((text) => redactor.redact(text), PLACEHOLDER)
  },
})
