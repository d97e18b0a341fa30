import type { Json } from '../util/json.ts'

/** Namespace of our own properties: OSCAL has no word for them. */
const NS = 'https://sluice.local/ns/oscal'

/** A property of ours. */
export function prop(name: string, value: string): Json {
  return { name, ns: NS, value: line(value) }
}

/** One line that is not empty and has no blanks around it, as OSCAL's strings must be. */
export function line(text: string): string {
  const flat = text.replace(/\s+/gu, ' ').trim()
  return flat === '' ? 'none' : flat
}

/** An XML name without colon, which ids must be: other characters become `_`. */
export function token(id: string): string {
  const safe = id.replace(/[^\p{L}\p{N}._-]/gu, '_')
  return /^[\p{L}_]/u.test(safe) ? safe : `_${safe}`
}
