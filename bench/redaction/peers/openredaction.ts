import { mapped, type SystemEntry } from '../system.ts'
import { missingPackage, packageVersion, peerRequire } from './installed.ts'

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

export const openRedaction: SystemEntry = {
  name: NAME,
  title: '@openredaction/openredaction',
  missing: () => missingPackage(NAME),
  version: () => packageVersion(NAME),
  async open() {
    const { OpenRedaction } = peerRequire(NAME) as {
      OpenRedaction: new () => { detect(text: string): { readonly detections: readonly Detection[] } }
    }
    const redactor = new OpenRedaction()
    return {
      find: async (texts) =>
        texts.map((text) =>
          mapped(
            redactor.detect(text).detections.map(({ type, position: [start, end] }) => ({
              start,
              end,
              type: PREFIXES.find(([prefix]) => type.startsWith(prefix))?.[1] ?? type,
            })),
            {},
          ),
        ),
      async scan(texts) {
        for (const text of texts) redactor.detect(text)
      },
      async close() {},
    }
  },
}
