import type { Json } from './json.ts'

/**
 * Reads JSON (RFC 8259) that two readers must not understand in two ways: a text with a member named twice in one
 * object (after escapes are resolved), a lone surrogate or a byte order mark gives `undefined`, as does what is not JSON.
 * The values are those of `JSON.parse`.
 */
export function parseStrictJson(text: string): Json | undefined {
  if (LONE_SURROGATE.test(text)) return undefined
  let value: Json
  try {
    value = JSON.parse(text) as Json
  } catch {
    return undefined
  }
  return hasTwins(text) ? undefined : value
}

/** The same of bytes, which must be UTF-8. */
export function parseStrictJsonBytes(bytes: Uint8Array): Json | undefined {
  try {
    return parseStrictJson(new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes))
  } catch {
    return undefined
  }
}

const LONE_SURROGATE = /\p{Surrogate}/u

/** A string with the colon that makes it a member's name, or a bracket. Unrolled, so that a long string is one step. */
const TOKEN = /("[^"\\]*(?:\\.[^"\\]*)*")([ \t\n\r]*:)?|[{}[\]]/g

/** Goes once through a text that is known to be JSON. `open` holds the member names of each open object. */
function hasTwins(text: string): boolean {
  const open: Set<string>[] = []
  for (const { 0: token, 1: string, 2: colon } of text.matchAll(TOKEN)) {
    if (token === '{' || token === '[') open.push(new Set())
    else if (token === '}' || token === ']') open.pop()
    else {
      const value = JSON.parse(string!) as string
      if (LONE_SURROGATE.test(value)) return true
      if (colon === undefined) continue
      const names = open.at(-1)!
      if (names.has(value)) return true
      names.add(value)
    }
  }
  return false
}
