import { canonicalJson, type Json } from '../../util/json.ts'
import { parseStrictJsonBytes } from '../../util/strict-json.ts'

/** Deeper than any document here; a reader that recurses is safe with it. */
const MAX_DEPTH = 100

/**
 * A JSON document out of hostile hands: `undefined` where it is not JSON, names a member twice, begins with a byte order
 * mark, holds a NUL or a broken character, or is nested deeper than 100.
 */
export function parseDocument(bytes: Uint8Array): Json | undefined {
  if (bytes.includes(0) || isTooDeep(bytes)) return undefined
  return parseStrictJsonBytes(bytes)
}

/** The same where the bytes must be the one spelling of RFC 8785, with `end` after it. */
export function parseCanonical(bytes: Buffer, end = ''): Json | undefined {
  const value = parseDocument(bytes)
  if (value === undefined) return undefined
  try {
    return `${canonicalJson(value)}${end}` === bytes.toString('utf8') ? value : undefined
  } catch {
    return undefined
  }
}

function isTooDeep(bytes: Uint8Array): boolean {
  let depth = 0
  let quoted = false
  for (let i = 0; i < bytes.length; i++) {
    const byte = bytes[i]!
    if (quoted) {
      if (byte === 0x5c) i += 1
      else if (byte === 0x22) quoted = false
    } else if (byte === 0x22) quoted = true
    else if (byte === 0x5b || byte === 0x7b) {
      depth += 1
      if (depth > MAX_DEPTH) return true
    } else if (byte === 0x5d || byte === 0x7d) depth -= 1
  }
  return false
}

export type JsonObject = { readonly [name: string]: Json }

/** An object, or an empty one: for looking into documents whose form is not known to hold. */
export function objectOf(value: Json | undefined): JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as JsonObject) : {}
}

export function listOf(value: Json | undefined): readonly Json[] {
  return Array.isArray(value) ? value : []
}

export function textOf(value: Json | undefined): string {
  return typeof value === 'string' ? value : ''
}
