import { isWord } from '../subject.ts'
import { type InnerShape, isDummy, type KeyShape } from './key-shape.ts'
import { AI, AI_INNER } from './providers-ai.ts'
import { CLOUD, CLOUD_INNER } from './providers-cloud.ts'
import { CODE } from './providers-code.ts'
import { DATA, DATA_INNER } from './providers-data.ts'
import { MESSAGING, MESSAGING_INNER } from './providers-messaging.ts'
import { NAMED } from './providers-named.ts'
import { PAYMENTS } from './providers-payments.ts'
import { IDENTITY, SAAS, SAAS_INNER } from './providers-saas.ts'
import { bitsPerChar } from './rarity.ts'

const SHAPES: readonly KeyShape[] = [...CLOUD, ...CODE, ...PAYMENTS, ...MESSAGING, ...AI, ...DATA, ...SAAS, ...IDENTITY]
const INNER: readonly InnerShape[] = [...CLOUD_INNER, ...MESSAGING_INNER, ...AI_INNER, ...DATA_INNER, ...SAAS_INNER]

/** Every issuer whose keys are known by a shape, sorted. */
export const ISSUERS: readonly string[] = [
  ...new Set([...SHAPES, ...INNER, ...NAMED].map(({ issuer }) => issuer)),
].sort()

/** What keys of issuers start with. */
export const PREFIXES: readonly string[] = [...new Set(SHAPES.map(({ prefix }) => prefix))]

/** A key of a known issuer. */
export interface FoundKey {
  readonly start: number
  readonly end: number
  /** 0: of the right form, but a place-holder or plain words. */
  readonly score: number
  readonly issuer: string
  readonly why: string
}

// Bits a character below which the body of a `plain` shape is words, not a key (see rarity.ts for the distribution).
const PLAIN_BITS = 6

interface Compiled extends KeyShape {
  readonly pattern: RegExp
}

// Three characters, five bits each, say whether some prefix may start so: one look-up a word.
const MAY_START = new Uint8Array(32_768)
const BY_START = new Map<number, readonly Compiled[]>()

function slot(text: string, at: number): number {
  return ((text.charCodeAt(at) & 31) << 10) | ((text.charCodeAt(at + 1) & 31) << 5) | (text.charCodeAt(at + 2) & 31)
}

function startKey(text: string, at: number): number {
  return text.charCodeAt(at) * 65_536 + text.charCodeAt(at + 1)
}

for (const shape of SHAPES) {
  if (shape.prefix.length === 2)
    for (let third = 0; third < 32; third++) MAY_START[(slot(shape.prefix, 0) & ~31) | third] = 1
  else MAY_START[slot(shape.prefix, 0)] = 1
  const key = startKey(shape.prefix, 0)
  const compiled = { ...shape, pattern: new RegExp(bounded(shape.body), 'y') }
  // The longest prefix first; among equals those that carry a check, then in the order of the tables.
  BY_START.set(
    key,
    [...(BY_START.get(key) ?? []), compiled].sort(
      (a, b) => b.prefix.length - a.prefix.length || Number(b.check !== undefined) - Number(a.check !== undefined),
    ),
  )
}

/** Longest body whose end is looked for: what goes on after it is no key. Bounds the work of a start that comes to nothing. */
function bounded(body: string): string {
  return body.replace(/\{(\d+),\}/g, '{$1,600}').replace(/(\]|\\d)\+/g, '$1{1,600}')
}

const INNER_COMPILED = INNER.map((shape) => ({ ...shape, pattern: new RegExp(shape.whole, 'y') }))

/** Calls `emit` for each key in `[from, to)`, a run without white space. Linear in its length. */
export function keysIn(text: string, from: number, to: number, emit: (key: FoundKey) => void): void {
  let inWord = false
  for (let at = from; at < to - 11; at++) {
    const code = text.charCodeAt(at)
    const word = (code >= 48 && code <= 57) || (code >= 65 && code <= 90) || (code >= 97 && code <= 122)
    if (!word || inWord) {
      inWord = word
      continue
    }
    inWord = true
    const start = afterEscape(text, at)
    if (MAY_START[slot(text, start)] === 0) continue
    const found = keyAt(text, start)
    if (found === undefined) continue
    if (found.score > 0) emit(found)
    // What is inside a key is no key of its own.
    at = found.end - 1
  }
  if (to - from >= 33) innerKeys(text, from, to, emit)
}

/** `\n` before a word in an escaped string, `%3D` in a query: the word starts after them. */
function afterEscape(text: string, at: number): number {
  const before = text.charCodeAt(at - 1)
  if (before === 92 && 'nrtbf'.includes(text[at]!)) return at + 1
  if (before === 37 && /^[0-9a-fA-F]{2}/.test(text.slice(at, at + 2))) return at + 2
  return at
}

function keyAt(text: string, at: number): FoundKey | undefined {
  const shapes = BY_START.get(startKey(text, at))
  if (shapes === undefined) return undefined
  if (at > 0 && text.charCodeAt(at - 1) > 127 && isWord(text, at - 1)) return undefined
  let other: FoundKey | undefined
  for (const { issuer, prefix, pattern, plain, check } of shapes) {
    if (!text.startsWith(prefix, at)) continue
    const body = at + prefix.length
    pattern.lastIndex = body
    if (!pattern.test(text)) continue
    let end = pattern.lastIndex
    // The dot or dash that ends a sentence is not part of the key.
    while (end > body && isTrailing(text.charCodeAt(end - 1))) end -= 1
    if (isWord(text, end)) continue
    const value = text.slice(body, end)
    if (isDummy(value) || !looksMade(value) || (plain === true && bitsPerChar(value.slice(0, 80)) < PLAIN_BITS)) {
      // Another shape may have the same start; what this one took is looked at once.
      other ??= { start: at, end, issuer, score: 0, why: 'place-holder or words' }
      continue
    }
    const passed = check === undefined ? undefined : check(text.slice(at, end))
    const found: FoundKey = {
      // The address of a web hook goes with its scheme.
      start: text.startsWith('https://', at - 8) && at >= 8 ? at - 8 : at,
      end,
      issuer,
      score: passed === undefined ? (plain === true ? 0.9 : 0.98) : passed ? 0.99 : 0.9,
      why: passed === undefined ? 'shape' : passed ? 'checksum' : 'shape, checksum wrong',
    }
    // `live_…-…`: another issuer with the same prefix has dashes in its keys.
    if (text.charCodeAt(end) !== 45 || !isWord(text, end + 1)) return found
    if (other === undefined || other.score === 0) other = found
  }
  return other
}

function isTrailing(code: number): boolean {
  return code === 45 || code === 46 || code === 44
}

/** Digits, both cases, or rare letters: what comes out of a generator, unlike `sk-` and a sentence in kebab-case. */
function looksMade(value: string): boolean {
  return /\d/.test(value) || (/[a-z]/.test(value) && /[A-Z]/.test(value)) || bitsPerChar(value.slice(0, 80)) >= 7
}

function innerKeys(text: string, from: number, to: number, emit: (key: FoundKey) => void): void {
  const token = text.slice(from, to)
  for (const { issuer, mark, reach, base64, pattern } of INNER_COMPILED) {
    for (let at = token.indexOf(mark, reach[0]); at >= 0; at = token.indexOf(mark, at + 1)) {
      const start = innerStart(token, at, reach, base64 === true)
      if (start < 0) continue
      pattern.lastIndex = start
      if (!pattern.test(token)) continue
      const end = pattern.lastIndex
      if (end <= at || isWord(token, end) || isDummy(token.slice(start, end))) continue
      emit({ start: from + start, end: from + end, issuer, score: 0.95, why: 'shape' })
      at = end
    }
  }
}

/** Where the run of word characters before the mark begins, if that is within reach of it; −1 where it is not. */
function innerStart(token: string, mark: number, [least, most]: readonly [number, number], base64: boolean): number {
  let start = mark - least
  while (start > 0 && mark - start < most && isBody(token.charCodeAt(start - 1), base64)) start -= 1
  return start > 0 && isWord(token, start - 1) ? -1 : start
}

function isBody(code: number, base64: boolean): boolean {
  return (
    (code >= 48 && code <= 57) ||
    (code >= 65 && code <= 90) ||
    (code >= 97 && code <= 122) ||
    code === 45 ||
    (base64 && (code === 43 || code === 47))
  )
}

const ISSUER_WORDS = new RegExp(
  [...new Set(NAMED.flatMap(({ words }) => words))]
    .map((word) => word.replace(/\./g, '\\.').replace(/[ _-]/g, '[ _-]'))
    .join('|'),
)

/** Whether lower-cased text names an issuer whose keys have no mark. */
export function namesIssuer(around: string): boolean {
  return ISSUER_WORDS.test(around)
}

/** The issuer whose form a string has and whose name stands in the lower-cased words around it. */
export function issuerOf(value: string, around: string): string | undefined {
  const plain = around.replace(/[_-]/g, ' ')
  return NAMED.find(
    ({ words, form }) => form.test(value) && words.some((word) => plain.includes(word.replace(/[_-]/g, ' '))),
  )?.issuer
}
