import type { TextRecord } from '../../../artifacts/record.ts'
import type { Tally } from '../../../artifacts/tally.ts'
import type { SecretRef } from '../../stage.ts'
import type { RedactConfig } from '../config.ts'
import type { Finding } from '../finding.ts'
import { configuredOperators } from '../operators/configured.ts'
import { textType } from './config.ts'
import { createQuasiCounter } from './count.ts'

type Config = Pick<RedactConfig, 'quasi_identifiers' | 'operators' | 'regions' | 'pseudonym_key' | 'reversible_key'>

/** Counts a redacted record, given also what it was and what was found in it; undefined where the config asks for nothing. */
export function openQuasiCounter(
  config: Config,
  secret: (ref: SecretRef) => Uint8Array,
): ((redacted: TextRecord, record: TextRecord, findings: readonly Finding[], tally: Tally) => void) | undefined {
  const quasi = config.quasi_identifiers
  if (quasi === undefined) return undefined
  const count = createQuasiCounter(quasi, secret(config.pseudonym_key as SecretRef))
  const types = new Set([...quasi.fields, ...quasi.sensitive].flatMap((field) => textType(field) ?? []))
  if (types.size === 0) return (redacted, _record, _findings, tally) => count(redacted, new Map(), tally)
  // Operators of its own: asking the stage's for the same value twice would count its fallbacks twice.
  const operators = configuredOperators(config, secret)
  return (redacted, record, findings, tally) => {
    const replace = operators.forRecord(record, findings)
    const texts = new Map<string, string[]>()
    for (const { text, kind, spans } of findings) {
      // Values in meta are reached by their path.
      if (kind === 'meta') continue
      for (const span of spans) {
        if (!types.has(span.type)) continue
        const value = text.slice(span.start, span.end)
        const left = operators.keeps(span.type) ? value : replace(value, span)
        texts.set(span.type, [...(texts.get(span.type) ?? []), left])
      }
    }
    count(redacted, texts, tally)
  }
}
