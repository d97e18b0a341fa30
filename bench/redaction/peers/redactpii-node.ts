import type { SystemEntry } from '../system.ts'
import { peerRequire } from './installed.ts'
import { packagePeer, replacingPeer } from './package-peer.ts'

const NAME = '@redactpii/node'

const TYPES: Readonly<Record<string, string>> = {
  PERSON_NAME: 'PERSON',
  CREDIT_CARD_NUMBER: 'CREDIT_CARD',
  EMAIL_ADDRESS: 'EMAIL',
  PHONE_NUMBER: 'PHONE',
  US_SOCIAL_SECURITY_NUMBER: 'US_SSN',
}
const PLACEHOLDER = new RegExp(`(${Object.keys(TYPES).join('|')})`, 'g')

export const redactPiiNode: SystemEntry = packagePeer({
  name: NAME,
  note: 'Without an API key, so that nothing is sent anywhere. Places are found by comparing its output with the input.',
  types: TYPES,
  open() {
    const { Redactor } = peerRequire(NAME) as { Redactor: new () => { redact(text: string): string } }
    const redactor = new Redactor()
    return replacingPeer((text) => redactor.redact(text), PLACEHOLDER)
  },
})
