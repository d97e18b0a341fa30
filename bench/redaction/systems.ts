import { createRedactor, type RedactorOptions } from '../../stages/redact/redactor.ts'
import { VERSION } from '../../util/package-root.ts'
import { arcjet } from './peers/arcjet.ts'
import { compromise } from './peers/compromise.ts'
import { openRedaction } from './peers/openredaction.ts'
import { presidio } from './peers/presidio.ts'
import { redactPii } from './peers/redact-pii.ts'
import { redactPiiNode } from './peers/redactpii-node.ts'
import { sanitizePii } from './peers/sanitize-pii.ts'
import type { SystemEntry } from './system.ts'

function sluice(name: string, title: string, options: RedactorOptions): SystemEntry {
  return {
    name,
    title,
    version: () => VERSION,
    async open() {
      const redactor = await createRedactor(options)
      return {
        find: (texts) => redactor.findAll(texts.map((text) => ({ text }))),
        async scan(texts) {
          await redactor.findAll(texts.map((text) => ({ text })))
        },
        close: () => redactor.close(),
      }
    },
  }
}

/** Sluice as it is by default, with every type, and with rules alone. */
export const OURS: readonly SystemEntry[] = [
  sluice('sluice', 'Sluice, `types: all`', { types: ['all'] }),
  sluice('sluice-default', 'Sluice, default types', {}),
  sluice('sluice-rules', 'Sluice, rules alone (`names: false`)', { names: false }),
]

export const PEERS: readonly SystemEntry[] = [
  presidio,
  compromise,
  redactPii,
  openRedaction,
  redactPiiNode,
  arcjet,
  sanitizePii,
]

export function systemByName(name: string): SystemEntry {
  const entry = [...OURS, ...PEERS].find((candidate) => candidate.name === name)
  if (entry === undefined) throw new RangeError(`no system is called ${name}`)
  return entry
}
