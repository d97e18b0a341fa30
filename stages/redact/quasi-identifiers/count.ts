import type { TextRecord } from '../../../artifacts/record.ts'
import type { Tally } from '../../../artifacts/tally.ts'
import { hmac256 } from '../../../util/digest.ts'
import { canonicalJson, type Json } from '../../../util/json.ts'
import { isPlaceholder } from '../placeholder.ts'
import { type QuasiIdentifiers, textType } from './config.ts'

/** What redaction left of the values that it found in a record's texts, by type. */
export type TextValues = ReadonlyMap<string, readonly string[]>

export const GROUPS = 'quasi_identifiers'

/** Hex digits of a combination's digest: 64 bits, so that among ten million no two are likely to meet. */
const KEY_DIGITS = 16
const VALUE_DIGITS = 12

/**
 * Counts redacted records by their combination of quasi-identifiers. Missing is a value like any other; a list counts
 * as the set of its values. Digests are HMAC-SHA-256 under a key of its own, derived from `key`.
 */
export function createQuasiCounter(
  config: QuasiIdentifiers,
  key: Uint8Array,
): (record: TextRecord, texts: TextValues, tally: Tally) => void {
  const own = hmac256(key, 'sluice quasi-identifiers 1')
  const digest = (field: string, value: Json, digits: number): string =>
    hmac256(own, canonicalJson([field, value])).slice(0, digits)
  return (record, texts, tally) => {
    const combination = config.fields.map((field) => valuesOf(record, texts, field).map(plain))
    const sensitive: Record<string, string> = {}
    for (const field of config.sensitive) {
      // What was taken out follows from nothing.
      const values = valuesOf(record, texts, field).filter((value) => !isPlaceholder(value))
      if (values.length > 0) sensitive[field] = digest(field, values.map(plain), VALUE_DIGITS)
    }
    tally.group(GROUPS, digest('', combination, KEY_DIGITS), sensitive)
  }
}

/** The values of a field, each once, in order; empty where the record has none. */
function valuesOf(record: TextRecord, texts: TextValues, field: string): readonly string[] {
  const type = textType(field)
  const found =
    type === undefined
      ? walk(record.meta, field.split('.').slice(1)).map((value) =>
          typeof value === 'string' ? value : canonicalJson(value),
        )
      : (texts.get(type) ?? [])
  return [...new Set(found.map((value) => value.trim()).filter((value) => value !== ''))].sort()
}

/** Values at the end of a path; `[]` after a name stands for each item of a list. */
function walk(value: Json | undefined, path: readonly string[]): readonly Json[] {
  if (value === undefined || value === null) return []
  const [step, ...rest] = path
  if (step === undefined) return [value]
  if (typeof value !== 'object' || Array.isArray(value)) return []
  const name = step.endsWith('[]') ? step.slice(0, -2) : step
  const members = value as { readonly [key: string]: Json }
  const next = Object.hasOwn(members, name) ? members[name] : undefined
  if (!step.endsWith('[]')) return walk(next, rest)
  return Array.isArray(next) ? next.flatMap((item) => walk(item, rest)) : []
}

/** 34 and "34" are one value, and so are Köln and KÖLN. */
function plain(value: string): string {
  return value.normalize('NFC').toLowerCase()
}
