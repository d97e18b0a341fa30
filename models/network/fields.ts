import { SluiceError } from '../../util/errors.ts'

/** Typed look-ups in a `config.json`; null counts as absent, as it does in Transformers. */
export interface Fields {
  has(key: string): boolean
  /** A finite number. @throws SluiceError MODEL_UNSUPPORTED where it is absent and has no fallback, or is something else */
  number(key: string, fallback?: number): number
  /** A whole number from 1. */
  size(key: string, fallback?: number): number
  flag(key: string, fallback: boolean): boolean
  text(key: string, fallback?: string): string
  object(key: string): Fields | undefined
  /** The value of `key`, whatever it is. */
  raw(key: string): unknown
}

/** @param path what stands before a key in messages, such as `rope_scaling.` */
export function fieldsOf(json: Readonly<Record<string, unknown>>, path = ''): Fields {
  const raw = (key: string): unknown => json[key] ?? undefined
  const fail = (key: string, wanted: string): SluiceError =>
    unsupported(`${path}${key} is ${raw(key) === undefined ? 'missing' : `not ${wanted}`}`)
  const fields: Fields = {
    raw,
    has: (key) => raw(key) !== undefined,
    number(key, fallback) {
      const value = raw(key) ?? fallback
      if (typeof value !== 'number' || !Number.isFinite(value)) throw fail(key, 'a number')
      return value
    },
    size(key, fallback) {
      const value = fields.number(key, fallback)
      if (!Number.isInteger(value) || value < 1) throw fail(key, 'a whole number from 1')
      return value
    },
    flag(key, fallback) {
      const value = raw(key) ?? fallback
      if (typeof value !== 'boolean') throw fail(key, 'true or false')
      return value
    },
    text(key, fallback) {
      const value = raw(key) ?? fallback
      if (typeof value !== 'string') throw fail(key, 'a text')
      return value
    },
    object(key) {
      const value = raw(key)
      if (value === undefined) return undefined
      if (typeof value !== 'object' || Array.isArray(value)) throw fail(key, 'an object')
      return fieldsOf(value as Readonly<Record<string, unknown>>, `${path}${key}.`)
    },
  }
  return fields
}

/** Says by name what a model needs and this engine does not have. */
export function unsupported(why: string): SluiceError {
  return new SluiceError({
    code: 'MODEL_UNSUPPORTED',
    message: `config.json describes a model that cannot be run here: ${why}`,
    next: 'use a model of the kinds gpt2, llama, mistral, qwen2 or qwen3 without that feature',
  })
}
