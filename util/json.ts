import canonicalize from 'canonicalize'
import { SluiceError } from './errors.ts'

export type Json = null | boolean | number | string | readonly Json[] | { readonly [key: string]: Json }

/**
 * Canonical JSON, RFC 8785 (JCS). Two equal values always give the same bytes, so their digests can be compared.
 * `undefined` members are left out as `JSON.stringify` does; NaN, Infinity and lone surrogates are refused.
 */
export function canonicalJson(value: unknown): string {
  let text: string | undefined
  try {
    text = canonicalize(value)
  } catch (cause) {
    throw new SluiceError({
      code: 'NOT_CANONICAL',
      message: 'a value cannot be written as canonical JSON (NaN, Infinity, a lone surrogate or a cycle)',
      next: 'this is a bug in the code that produced the value',
      exit: 5,
      cause,
    })
  }
  if (text === undefined) {
    throw new SluiceError({ code: 'NOT_CANONICAL', message: 'undefined cannot be written as JSON', exit: 5 })
  }
  return text
}
