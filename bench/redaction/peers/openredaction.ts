import type { SystemEntry } from '../system.ts'
import { peerRequire } from './installed.ts'
import { packagePeer } from './package-peer.ts'

const NAME = '@openredaction/openredaction'

interface Detection {
  readonly type: string
  readonly position: readonly [number, number]
}

/** The names it gives its patterns, where they are one of our types; by beginning, since many have a country at the end. */
const PREFIXES: readonly (readonly [string, string])[] = [
  ['EMAIL', 'EMAIL'],
  ['PHONE', 'PHONE'],
  ['NAME', 'PERSON'],
  ['CREDIT_CARD', 'CREDIT_CARD'],
  ['IBAN', 'IBAN'],
  ['SSN', 'US_SSN'],
  ['ADDRESS', 'ADDRESS'],
  ['POSTCODE', 'POSTAL_CODE'],
  ['ZIP', 'POSTAL_CODE'],
  ['POSTAL', 'POSTAL_CODE'],
  ['DATE_OF_BIRTH', 'DATE_OF_BIRTH'],
  ['DATE', 'DATE'],
  ['AGE', 'AGE'],
  ['URL', 'URL'],
  ['IPV', 'IP_ADDRESS'],
  ['IP_ADDRESS', 'IP_ADDRESS'],
  ['MAC_ADDRESS', 'MAC_ADDRESS'],
  ['USERNAME', 'HANDLE'],
  ['SWIFT', 'SWIFT_BIC'],
  ['PASSPORT', 'PASSPORT'],
]

export const openRedaction: SystemEntry = packagePeer({
  name: NAME,
  open() {
    const { OpenRedaction } = peerRequire(NAME) as {
      OpenRedaction: new () => { detect(text: string): { readonly detections: readonly Detection[] } }
    }
    const redactor = new OpenRedaction()
    return {
      find: (text) =>
        redactor.detect(text).detections.map(({ type, position: [start, end] }) => ({
          start,
          end,
          type: PREFIXES.find(([prefix]) => type.startsWith(prefix))?.[1] ?? type,
        })),
      scan: (text) => redactor.detect(text),
    }
  },
})
