import type { SystemEntry } from '../system.ts'
import { peerRequire } from './installed.ts'
import { packagePeer, replacingPeer } from './package-peer.ts'

const NAME = '@cdssnc/sanitize-pii'

/** Canadian numbers of provinces have no type of ours; they keep its names. */
const TYPES: Readonly<Record<string, string>> = {
  phone_number: 'PHONE',
  credit_card: 'CREDIT_CARD',
  ip_address: 'IP_ADDRESS',
  address_en: 'ADDRESS',
  address_fr: 'ADDRESS',
  po_box: 'ADDRESS',
  postal_code: 'POSTAL_CODE',
  phone_number_international: 'PHONE',
  passport_canada: 'CA_PASSPORT',
  sin: 'CA_SIN',
  bank_account_canada: 'BANK_ACCOUNT',
  api_key_gc_notify: 'SECRET',
}

export const sanitizePii: SystemEntry = packagePeer({
  name: NAME,
  note: 'Made for Canada. Places are found by comparing its output with the input.',
  types: TYPES,
  open() {
    const { sanitizePii: sanitize } = peerRequire(NAME) as { sanitizePii(text: string): string }
    return replacingPeer(sanitize, /\[Redacted: ([a-z_0-9]+)\]/g)
  },
})
