import type { Recognizer } from '../recognizer.ts'
import { Feature, isWord, type Subject } from '../subject.ts'
import { type IdSpec, MISTYPED_SCORE } from './id-spec.ts'

/** Most groups that one number is written in ("AB 12 34 56 C" has five). */
const MAX_GROUPS = 8
/** Letter groups that may open a number, before its first digit. */
const MAX_LEADING = 2
const MAX_LEADING_LETTERS = 6

const OTHER = 0
const DIGIT = 1
const LETTER = 2
const CLASS = new Uint8Array(128)
for (let code = 48; code <= 57; code++) CLASS[code] = DIGIT
for (let code = 65; code <= 90; code++) CLASS[code] = CLASS[code + 32] = LETTER

function classAt(text: string, at: number): number {
  const code = text.charCodeAt(at)
  return code < 128 ? CLASS[code]! : OTHER
}

/** Space, hyphen, dot, slash, plus: what stands between the groups of a number. */
function isSeparator(code: number): boolean {
  return code === 32 || code === 45 || code === 46 || code === 47 || code === 43
}

/**
 * All numbers of authorities in one pass. From each group of letters and digits that has a digit (and up to two short
 * groups of letters before it) the next groups are put together, and each run whose shape some spec has is shown to it.
 * Linear: a group starts at most three runs of at most eight groups, and runs longer than any shape end early.
 */
export function findIds(specs: readonly IdSpec[]): Recognizer {
  const byShape = new Map<string, IdSpec[]>()
  const prefixes = new Set<string>()
  for (const spec of specs) {
    for (const shape of spec.shapes.flatMap(expand)) {
      const list = byShape.get(shape)
      if (list === undefined) byShape.set(shape, [spec])
      else if (!list.includes(spec)) list.push(spec)
      for (let length = 1; length <= shape.length; length++) prefixes.add(shape.slice(0, length))
    }
  }
  return {
    name: 'structured-id',
    types: [...new Set(specs.map(({ type }) => type))],
    needs: Feature.DIGIT,
    priority: 3,
    find(subject, emit) {
      const { text } = subject
      for (let at = 0; at < text.length; at++) {
        if (classAt(text, at) !== DIGIT) continue
        let start = at
        while (start > 0 && classAt(text, start - 1) !== OTHER) start -= 1
        let end = at + 1
        while (end < text.length && classAt(text, end) !== OTHER) end += 1
        at = end
        if (end - start > 24) continue
        for (let leading = 0; leading <= MAX_LEADING; leading++) {
          if (opens(text, start)) fromGroup(subject, start, end, leading)
          const before = letterGroupBefore(text, start)
          if (before < 0) break
          start = before
        }
      }

      function fromGroup(subject: Subject, start: number, firstEnd: number, leading: number): void {
        let compact = ''
        let shape = ''
        let from = start
        for (let group = 0; group < MAX_GROUPS + leading; group++) {
          let to = from
          while (to < text.length && classAt(text, to) !== OTHER) to += 1
          if (to === from || to - from > 24) return
          for (let i = from; i < to; i++) shape += classAt(text, i) === DIGIT ? '9' : 'A'
          if (!prefixes.has(shape)) return
          compact += text.slice(from, to)
          // Hong Kong writes its check digit in brackets: `A123456(3)`.
          if (text[to] === '(' && text[to + 2] === ')' && classAt(text, to + 1) !== OTHER) {
            shape += classAt(text, to + 1) === DIGIT ? '9' : 'A'
            compact += text[to + 1]
            to += 3
          }
          const found = to >= firstEnd ? byShape.get(shape) : undefined
          if (found !== undefined && closes(text, to)) {
            const words = new Surroundings(subject, start, to)
            for (const spec of found) offer(words, spec, compact.toUpperCase())
          }
          if (!isSeparator(text.charCodeAt(to))) return
          from = to + 1
        }
      }

      function offer(words: Surroundings, spec: IdSpec, compact: string): void {
        const { start, end } = words
        if (spec.written !== undefined && !spec.written.test(text.slice(start, end))) return
        const verdict = spec.valid?.(compact) ?? true
        if (verdict === false) {
          if (subject.tracing) emit({ start, end, type: spec.type, score: 0, rule: spec.name, why: 'check digits' })
          return
        }
        const told = words.tell(spec, verdict === 'mistyped')
        const plain = spec.score < SURE && words.tellOtherwise(spec) ? 0 : spec.score
        const score = verdict === 'mistyped' ? (told ? MISTYPED_SCORE : 0) : told ? spec.contextScore : plain
        if (score === 0 && !subject.tracing) return
        const why = `${verdict === 'mistyped' ? 'check digits wrong' : spec.valid === undefined ? 'shape' : 'check passed'}${told ? ', named' : ''}`
        emit({ start, end, type: spec.type, score, rule: spec.name, why })
      }
    },
  }
}

/** From this score on a number counts even where the words beside it call it something else. */
const SURE = 0.8

/** Directly before a number: what it is, if it is no number of an authority (`order no. `, `"invoice_id": "`). */
const OTHERWISE =
  /(?<!\p{L})(?:orders?|invoices?|tracking|tickets?|parcels?|packages?|shipments?|shipping|bookings?|cases?|articles?|items?|products?|parts?|sku|isbn|ean|upc|gtin|asin|serial|batch|lot|models?|version|build|timestamp|ts|session|request|transaction|txn|trace|commit|bestell|bestellung|auftrag|auftrags|rechnung|rechnungs|sendung|sendungs|paket|artikel|kunden|commande|facture|colis|suivi|pedido|factura|seguimiento|encomenda|ordine|fattura|spedizione|zamówienie|zamówienia|faktura|bestelling|factuur|beställning|заказ|заказа)(?:[ _.-]?(?:no|nr|num|nummer|number|numero|id|ref|reference|code|key))?[\s_.:=#"'`°(-]{0,4}(?:(?:is|was|ist|est|es)[\s:"']{1,2})?$/u

/** The words around one number, looked up when a spec first asks. */
class Surroundings {
  readonly #subject: Subject
  readonly start: number
  readonly end: number
  #before: string | undefined
  #after: string | undefined
  #near: string | undefined
  #label: string | undefined

  constructor(subject: Subject, start: number, end: number) {
    this.#subject = subject
    this.start = start
    this.end = end
  }

  /** The words name the number. `near`: with no other number in between, and before it. */
  tell({ type, context }: IdSpec, near: boolean): boolean {
    if (this.#subject.hint === type) return true
    if (context === undefined || this.#isOtherwise(context)) return false
    if (near) return context.test(this.#nearest())
    this.#before ??= this.#subject.before(this.start, 64)
    if (context.test(this.#before)) return true
    this.#after ??= this.#subject.after(this.end, 24)
    return context.test(this.#after)
  }

  /** The words, or the field, say that the number is something else. */
  tellOtherwise({ type, context }: IdSpec): boolean {
    const { hint, weakHint } = this.#subject
    return (hint !== undefined && hint !== type && !weakHint) || this.#isOtherwise(context)
  }

  /** A label stands directly before, and is none of the words that name the number. */
  #isOtherwise(context: RegExp | undefined): boolean {
    this.#before ??= this.#subject.before(this.start, 64)
    this.#label ??= OTHERWISE.exec(this.#before)?.[0] ?? ''
    return this.#label !== '' && context?.test(this.#label) !== true
  }

  #nearest(): string {
    if (this.#near !== undefined) return this.#near
    const before = this.#before ?? this.#subject.before(this.start, 64)
    let from = before.length
    while (from > 0 && classAt(before, from - 1) !== DIGIT) from -= 1
    this.#near = before.slice(from)
    return this.#near
  }
}

const CURRENCY = '$€£¥₹'

/** A number does not start inside a longer one or a phone or price: no word before it, no `12.`, `a-`, `/`, `+`, `$`. */
function opens(text: string, start: number): boolean {
  if (isWord(text, start - 1)) return false
  const code = text.charCodeAt(start - 1)
  if (code === 47 || code === 64 || code === 92 || code === 43 || CURRENCY.includes(text[start - 1] ?? ' '))
    return false
  if (code === 44) return !(classAt(text, start - 2) === DIGIT && digitsFrom(text, start) === 3)
  return !(code === 45 || code === 46) || !isWord(text, start - 2)
}

function closes(text: string, end: number): boolean {
  if (isWord(text, end)) return false
  const code = text.charCodeAt(end)
  if (code === 64 || code === 92) return false
  if (code === 44) return !(digitsFrom(text, end + 1) >= 1 && digitsFrom(text, end + 1) <= 3)
  return !(code === 45 || code === 46 || code === 47) || !isWord(text, end + 1)
}

/** How many digits stand from `at` on, at most four: a comma before three is a thousands mark, before two a decimal. */
function digitsFrom(text: string, at: number): number {
  let n = 0
  while (n < 4 && classAt(text, at + n) === DIGIT) n += 1
  return n
}

/** Start of a short group of letters that stands one separator before `start`; −1 where there is none. */
function letterGroupBefore(text: string, start: number): number {
  if (start < 2 || !isSeparator(text.charCodeAt(start - 1))) return -1
  let at = start - 1
  while (at > 0 && classAt(text, at - 1) === LETTER && start - at <= MAX_LEADING_LETTERS + 1) at -= 1
  const length = start - 1 - at
  return length === 0 || length > MAX_LEADING_LETTERS || isWord(text, at - 1) ? -1 : at
}

/** `A?9` → `A99`, `AA9`. */
function expand(shape: string): readonly string[] {
  const at = shape.indexOf('?')
  if (at < 0) return [shape]
  return ['9', 'A'].flatMap((char) => expand(shape.slice(0, at) + char + shape.slice(at + 1)))
}
