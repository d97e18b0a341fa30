import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import type { TypedSpan } from '../labelled-text.ts'
import { mapped, type SystemEntry } from '../system.ts'
import { alignPlaceholders } from './align.ts'
import { missingPackage, PEERS_FOLDER, packageVersion } from './installed.ts'

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

export const arcjet: SystemEntry = {
  name: NAME,
  title: '@arcjet/redact',
  note: 'E-mail, phone, IP and card only, by design.',
  missing: () => missingPackage(NAME),
  version: () => packageVersion(NAME),
  async open() {
    const url = pathToFileURL(join(PEERS_FOLDER, 'node_modules', NAME, 'dist/index.js')).href
    const { redact } = (await import(url)) as { redact: Redact }
    const find = async (text: string): Promise<readonly TypedSpan[]> => {
      // Marks that no text has, so that the places can be told from the output.
      const [out] = await redact(text, { replace: (entity) => `\u{E000}${entity}\u{E001}` })
      return mapped(alignPlaceholders(text, out, /\u{E000}([a-z-]+)\u{E001}/gu), TYPES)
    }
    return {
      find: (texts) => Promise.all(texts.map(find)),
      async scan(texts) {
        for (const text of texts) await redact(text)
      },
      async close() {},
    }
  },
}
