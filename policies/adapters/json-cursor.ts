import type { Place } from '../../util/errors.ts'
import { SluiceError } from '../../util/errors.ts'
import type { Json } from '../../util/json.ts'

/** A value of a JSON text with its path, so that a complaint about it can say where it stands. */
export interface Cursor {
  readonly value: Json
  /** `results.stats.errors`, `metrics[3].value`; `''` for the whole. */
  readonly path: string
  readonly at: Place
}

/**
 * Reads the JSON of another tool.
 *
 * @throws SluiceError `METRICS_EMPTY`, `METRICS_ENCODING`, `METRICS_SYNTAX` (cut off, NaN, a member twice), with line and column.
 */
export function parseJson(bytes: Uint8Array, at: Place): Cursor {
  const text = decode(bytes, at)
  if (text.trim() === '') throw empty(at)
  return parseText(text, at)
}

/** The text of bytes that must be UTF-8. @throws SluiceError `METRICS_ENCODING`. */
export function decode(bytes: Uint8Array, at: Place): string {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes)
  } catch (cause) {
    throw new SluiceError({
      code: 'METRICS_ENCODING',
      message: 'this is not UTF-8 text',
      next: 'give the JSON file that the tool wrote, not compressed',
      at,
      cause,
    })
  }
}

/** @throws SluiceError `METRICS_SYNTAX`. `at.line` is the line on which the text begins. */
export function parseText(text: string, at: Place): Cursor {
  let value: Json
  try {
    value = JSON.parse(text) as Json
  } catch (cause) {
    throw syntax(text, at, cause)
  }
  const twice = repeatedMember(text)
  if (twice !== undefined) {
    throw new SluiceError({
      code: 'METRICS_SYNTAX',
      message: 'an object has the same member twice, so it says two things',
      next: 'write the file anew with the tool that made it',
      at: placeAt(text, twice, at),
    })
  }
  return { value, path: '', at }
}

export function empty(at: Place): SluiceError {
  return new SluiceError({
    code: 'METRICS_EMPTY',
    message: 'the file is empty, so nothing was measured',
    next: 'look at what the tool that should have written it said',
    at,
  })
}

/** A member that must be there. @throws SluiceError `METRICS_INVALID`. */
export function member(cursor: Cursor, name: string): Cursor {
  const found = optional(cursor, name)
  if (found !== undefined) return found
  throw invalid(step(cursor, name), 'is missing')
}

/** A member that may be absent. @throws SluiceError `METRICS_INVALID` where the cursor is no object. */
export function optional(cursor: Cursor, name: string): Cursor | undefined {
  const object = objectOf(cursor)
  return Object.hasOwn(object, name) ? { ...step(cursor, name), value: object[name]! } : undefined
}

/** All members, in their order. @throws SluiceError `METRICS_INVALID`. */
export function members(cursor: Cursor): readonly (readonly [string, Cursor])[] {
  return Object.entries(objectOf(cursor)).map(([name, value]) => [name, { ...step(cursor, name), value }])
}

/** @throws SluiceError `METRICS_INVALID`. */
export function items(cursor: Cursor): readonly Cursor[] {
  if (!Array.isArray(cursor.value)) throw invalid(cursor, 'must be a list')
  return (cursor.value as readonly Json[]).map((value, i) => ({ value, path: `${cursor.path}[${i}]`, at: cursor.at }))
}

/** @throws SluiceError `METRICS_INVALID`. */
export function text(cursor: Cursor): string {
  if (typeof cursor.value !== 'string') throw invalid(cursor, 'must be a text')
  return cursor.value
}

/** @throws SluiceError `METRICS_INVALID`. `1e999` is a number in JSON and Infinity to a program: it is refused. */
export function finite(cursor: Cursor): number {
  if (typeof cursor.value !== 'number' || !Number.isFinite(cursor.value)) throw invalid(cursor, 'must be a number')
  return cursor.value
}

/** A count. @throws SluiceError `METRICS_INVALID`. */
export function whole(cursor: Cursor): number {
  if (!Number.isSafeInteger(cursor.value) || (cursor.value as number) < 0)
    throw invalid(cursor, 'must be a whole number of at least 0')
  return cursor.value as number
}

/** @throws SluiceError `METRICS_INVALID`. */
export function flag(cursor: Cursor): boolean {
  if (typeof cursor.value !== 'boolean') throw invalid(cursor, 'must be true or false')
  return cursor.value
}

/** What is wrong with a value, never the value itself: it may be a prompt or an answer. */
export function invalid(cursor: Pick<Cursor, 'path' | 'at' | 'value'>, what: string, next?: string): SluiceError {
  const is = what.startsWith('must be') ? `, and is ${kindOf(cursor.value)}` : ''
  return new SluiceError({
    code: 'METRICS_INVALID',
    message: `${cursor.path === '' ? 'the file' : `\`${cursor.path}\``} ${what}${is}`,
    next: next ?? 'check that this is the file of the tool named by --format; docs/ci.md lists what is read of it',
    at: cursor.at,
  })
}

/** Two things of a file that cannot both be so. */
export function contradiction(cursor: Cursor, what: string): SluiceError {
  return new SluiceError({
    code: 'METRICS_INCONSISTENT',
    message: `${cursor.path === '' ? '' : `\`${cursor.path}\`: `}${what}`,
    next: 'the file was changed, cut or put together from several: write it anew with the tool',
    at: cursor.at,
  })
}

function step({ path, at }: Cursor, name: string): Cursor {
  const plain = /^[A-Za-z_][\w-]*$/.test(name)
  const next = plain ? (path === '' ? name : `${path}.${name}`) : `${path}[${JSON.stringify(name.slice(0, 80))}]`
  return { value: null, path: next, at }
}

function objectOf(cursor: Cursor): { readonly [name: string]: Json } {
  const { value } = cursor
  if (value === null || typeof value !== 'object' || Array.isArray(value)) throw invalid(cursor, 'must be an object')
  return value as { readonly [name: string]: Json }
}

function kindOf(value: Json): string {
  if (value === null) return 'null'
  if (Array.isArray(value)) return 'a list'
  if (typeof value === 'number' && !Number.isFinite(value)) return 'too large for one'
  return typeof value === 'object' ? 'an object' : typeof value === 'string' ? 'a text' : `a ${typeof value}`
}

function syntax(text: string, at: Place, cause: unknown): SluiceError {
  const offset = jsonEnd(text)
  const rest = text.slice(offset, offset + 16)
  const [message, next] =
    text.charCodeAt(0) === 0xfeff
      ? ['it begins with a byte order mark', 'save it as UTF-8 without one']
      : /^(?:NaN|-?Infinity)/.test(rest)
        ? [
            'a number here is NaN or Infinity, which JSON does not have',
            'see in the tool why it could not measure this',
          ]
        : rest === '' || /^"[^"]*$/.test(text.slice(offset))
          ? ['it is cut off', 'the tool was stopped, or the file was not copied whole: run the tool again']
          : ['this is not JSON', 'give the JSON file that the tool wrote']
  return new SluiceError({ code: 'METRICS_SYNTAX', message, next, at: placeAt(text, offset, at), cause })
}

function placeAt(text: string, offset: number, at: Place): Place {
  const before = text.slice(0, offset)
  const start = before.lastIndexOf('\n') + 1
  let line = at.line ?? 1
  for (let i = before.indexOf('\n'); i >= 0; i = before.indexOf('\n', i + 1)) line += 1
  return { file: at.file, line, column: offset - start + 1 }
}

/** One token of JSON (RFC 8259), strings unrolled so that a long one is one step. */
const TOKEN =
  /[ \t\n\r]*(?:([{}[\],:])|("[ !#-[\]-\uffff]*(?:\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4})[ !#-[\]-\uffff]*)*")|(?:-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?|true|false|null)(?![\w.+-]))/y

/** Where a text stops being JSON: V8 tells that only sometimes, and then quotes what stands there. */
function jsonEnd(text: string): number {
  const open: ('{' | '[')[] = []
  let want: 'value' | 'value or ]' | 'name' | 'name or }' | 'colon' | 'comma' = 'value'
  let offset = 0
  for (;;) {
    TOKEN.lastIndex = offset
    const match = TOKEN.exec(text)
    const start = offset + /^[ \t\n\r]*/.exec(text.slice(offset))![0].length
    const sign = match?.[1]
    const isValue = match !== null && (sign === undefined || sign === '{' || sign === '[')
    const good =
      match !== null &&
      (want === 'colon'
        ? sign === ':'
        : want === 'comma'
          ? (sign === ',' && open.length > 0) ||
            (sign === '}' && open.at(-1) === '{') ||
            (sign === ']' && open.at(-1) === '[')
          : want === 'name' || want === 'name or }'
            ? match[2] !== undefined || (want === 'name or }' && sign === '}')
            : isValue || (want === 'value or ]' && sign === ']'))
    if (!good) return start
    offset = TOKEN.lastIndex
    if (sign === '{' || sign === '[') {
      open.push(sign)
      want = sign === '{' ? 'name or }' : 'value or ]'
    } else if (sign === '}' || sign === ']') {
      open.pop()
      want = 'comma'
    } else if (sign === ':') want = 'value'
    else if (sign === ',') want = open.at(-1) === '{' ? 'name' : 'value'
    else want = ['name', 'name or }'].includes(want) ? 'colon' : 'comma'
  }
}

/** A string, with the colon that makes it a member's name, or a bracket. */
const NAMES = /("[^"\\]*(?:\\.[^"\\]*)*")([ \t\n\r]*:)?|[{}[\]]/g

/** Where a text that is JSON names a member of one object again: `JSON.parse` would silently take the last one. */
function repeatedMember(text: string): number | undefined {
  const open: Set<string>[] = []
  for (const { 0: token, 1: string, 2: colon, index } of text.matchAll(NAMES)) {
    if (token === '{' || token === '[') open.push(new Set())
    else if (token === '}' || token === ']') open.pop()
    else if (colon !== undefined) {
      const names = open.at(-1)!
      const name = JSON.parse(string!) as string
      if (names.has(name)) return index
      names.add(name)
    }
  }
  return undefined
}
