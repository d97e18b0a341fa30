import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import type { SystemEntry } from '../system.ts'
import { alignPlaceholders } from './align.ts'
import { PEERS_FOLDER } from './installed.ts'
import { packagePeer } from './package-peer.ts'

const NAME = '@arcjet/redact'

const TYPES: Readonly<Record<string, string>> = {
  email: 'EMAIL',
  'phone-number': 'PHONE',
  'ip-address': 'IP_ADDRESS',
  'credit-card-number': 'CREDIT_CARD',
}

type Redact = (
  text: string,
  options?: { readonly replace?: (entity: string, value: string) => string | undefined },
) => Promise<[string, unknown]>

export const arcjet: SystemEntry = packagePeer({
  name: NAME,
  note: 'E-mail, phone, IP and card only, by design.',
  types: TYPES,
  async open() {
    const url = pathToFileURL(join(PEERS_FOLDER, 'node_modules', NAME, 'dist/index.js')).href
    const { redact } = (await import(url)) as { redact: Redact }
    return {
      async find(text) {
        // Marks that no text has, so that the places can be told from the output.
        const [out] = await redact(text, { replace: (entity) => `\u{E000}${entity}\u{E001}` })
        return alignPlaceholders(text, out, /\u{E000}([a-z-]+)\u{E001}/gu)
      },
      scan: (text) => redact(text),
    }
  },
})
