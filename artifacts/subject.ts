import { hmac256 } from '../util/digest.ts'
import type { Json } from '../util/json.ts'
import type { Store } from './store.ts'

/** The secret of a store under which data subjects are known: `keys/subject.key`. Destroying it makes all their ids meaningless. */
const SUBJECT_SECRET = 'subject'

/**
 * The keyed id of a data subject: HMAC-SHA-256 over the name of the meta field and its value, 64 hex digits. The field is
 * part of it, so that customer 7 is not everybody whose rating is 7. Values are compared as they are written (NFC), numbers
 * in their decimal form.
 */
export function subjectId(store: Store, field: string, value: string): string {
  return hmac256(store.secret(SUBJECT_SECRET), `subject\n${field}\n${value.normalize('NFC')}`)
}

/** The keyed id of a word of a row that could not be read, whatever field it stood in. */
export function looseId(store: Store, word: string): string {
  return hmac256(store.secret(SUBJECT_SECRET), `word\n${word.normalize('NFC')}`)
}

/** The keyed id of anything else that lineage has to recognize (a record) without naming it. */
export function lineageId(store: Store, name: string): string {
  return hmac256(store.secret(SUBJECT_SECRET), `lineage\n${name}`)
}

/** Tells two subject keys apart and gives neither away. */
export function subjectKeyId(store: Store): string {
  return hmac256(store.secret(SUBJECT_SECRET), 'sluice key id').slice(0, 16)
}

/** The texts and numbers of a value with their dotted path: `customer.id`. Items of a list stand under the list's path. */
export function* leaves(value: Json, path = ''): Generator<readonly [string, string]> {
  if (typeof value === 'string' && value !== '') yield [path, value]
  else if (typeof value === 'number') yield [path, String(value)]
  else if (Array.isArray(value)) for (const item of value as readonly Json[]) yield* leaves(item, path)
  else if (typeof value === 'object' && value !== null) {
    for (const [name, member] of Object.entries(value)) {
      yield* leaves(member as Json, path === '' ? name : `${path}.${name}`)
    }
  }
}

/** Shorter words stand everywhere. */
const WORD_LENGTH = 4

/** The words of a row that could not be parsed, each once. */
export function wordsOf(raw: string): ReadonlySet<string> {
  return new Set(raw.split(/[\s"'`,;:=<>|(){}[\]\\]+/).filter((word) => word.length >= WORD_LENGTH))
}

/** The object in a row that was set aside, where there is one; else undefined, and its words are all that is known. */
export function parsedRow(raw: string): Json | undefined {
  try {
    const value = JSON.parse(raw) as Json
    return typeof value === 'object' && value !== null ? value : undefined
  } catch {
    return undefined
  }
}

/** The text of a row that was set aside: what is not UTF-8 is kept in base64. */
export function rawText(row: { readonly code: string; readonly raw?: string }): string | undefined {
  if (row.raw === undefined) return undefined
  return row.code === 'BAD_ENCODING' ? Buffer.from(row.raw, 'base64').toString('latin1') : row.raw
}
