import { Feature } from '../feature.ts'
import type { Recognizer } from '../recognizer.ts'
import { isWord, type Subject } from '../subject.ts'
import { type ContextIndex, contextIndex } from './context-index.ts'
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
  const shapes = shapeTree(specs)
  const contexts = contextIndex(specs.map(({ context }) => context))
  return {
    name: 'structured-id',
    types: [...new Set(specs.map(({ type }) => type))],
    needs: Feature.DIGIT,
    priority: 3,
    find(subject, emit) {
      const { text } = subject
      const words = new Words(subject, contexts)
      const runs = subject.mixedRuns
      for (let run = 0; run < runs.length; run += 2) {
        let start = runs[run]!
        const end = runs[run + 1]!
        if (end - start > LONGEST) continue
        for (let leading = 0; leading <= MAX_LEADING; leading++) {
          if (opens(text, start)) fromGroup(words, shapes, start, end, MAX_GROUPS + leading, emit)
          const before = letterGroupBefore(text, start)
          if (before < 0) break
          start = before
        }
      }
    },
  }
}

type Emit = Parameters<Recognizer['find']>[1]

/** Longest compact value. */
const LONGEST = 24

/** Every shape as a path of digits and letters, so that a value is walked once and a wrong start ends at once. */
interface ShapeTree {
  /** Two entries a node: the node after a digit and after a letter; 0 where no shape goes on so. */
  readonly next: Int32Array
  /** Indices of the specs whose shape ends at a node. */
  readonly ends: readonly (readonly number[] | undefined)[]
  readonly specs: readonly IdSpec[]
  /** 1 for each spec whose numbers count only where words name them. */
  readonly named: Uint8Array
}

function shapeTree(specs: readonly IdSpec[]): ShapeTree {
  const next: number[] = [0, 0, 0, 0]
  const ends: number[][] = []
  for (const [index, spec] of specs.entries()) {
    for (const shape of spec.shapes.flatMap(expand)) {
      let node = 1
      for (const char of shape) {
        const edge = node * 2 + (char === '9' ? 0 : 1)
        if (next[edge] === 0) {
          next[edge] = next.length / 2
          next.push(0, 0)
        }
        node = next[edge]!
      }
      ends[node] ??= []
      if (!ends[node]!.includes(index)) ends[node]!.push(index)
    }
  }
  return {
    next: Int32Array.from(next),
    ends,
    specs,
    named: Uint8Array.from(specs, ({ score }) => Number(score < LEAST)),
  }
}

function fromGroup(
  words: Words,
  { next, ends, specs, named }: ShapeTree,
  start: number,
  firstEnd: number,
  maxGroups: number,
  emit: Emit,
): void {
  const { text } = words.subject
  let node = 1
  let at = start
  for (let group = 0; group < maxGroups; group++) {
    for (let cls = classAt(text, at); cls !== OTHER; cls = classAt(text, ++at)) {
      node = next[node * 2 + cls - 1]!
      if (node === 0) return
    }
    // Hong Kong writes its check digit in brackets: `A123456(3)`.
    if (text.charCodeAt(at) === 40 && text.charCodeAt(at + 2) === 41 && classAt(text, at + 1) !== OTHER) {
      node = next[node * 2 + classAt(text, at + 1) - 1]!
      if (node === 0) return
      at += 3
    }
    const found = at >= firstEnd ? ends[node] : undefined
    if (found !== undefined && closes(text, at)) {
      let value: Surroundings | undefined
      const { asksFirst } = words
      for (let i = 0; i < found.length; i++) {
        const index = found[i]!
        // Most values could be many things and are none of them: one look at the words rules most of them out.
        if (named[index] === 1 && asksFirst && !words.mayName(index, start, at)) continue
        value ??= new Surroundings(words, start, at)
        offer(value, index, specs[index]!, emit)
      }
    }
    if (!isSeparator(text.charCodeAt(at))) return
    at += 1
    if (classAt(text, at) === OTHER) return
  }
}

const SEPARATORS = /[ \-./+()]/g

function offer(words: Surroundings, index: number, spec: IdSpec, emit: Emit): void {
  const { start, end } = words
  const { tracing } = words.subject
  if (spec.written !== undefined && !spec.written.test(words.written)) return
  // What only words can make count is asked for the words first; a new look at them costs more than the expression.
  if (spec.score < LEAST && !tracing && !words.mayTell(index, spec)) return
  const verdict = spec.valid?.(words.compact) ?? true
  if (verdict === false) {
    if (tracing) emit({ start, end, type: spec.type, score: 0, rule: spec.name, why: 'check digits' })
    return
  }
  const told = words.tell(index, spec, verdict === 'mistyped')
  const plain = spec.score < SURE && !told && words.tellOtherwise(spec) ? 0 : spec.score
  const score = verdict === 'mistyped' ? (told ? MISTYPED_SCORE : 0) : told ? spec.contextScore : plain
  if (score === 0 && !tracing) return
  const why = `${verdict === 'mistyped' ? 'check digits wrong' : spec.valid === undefined ? 'shape' : 'check passed'}${told ? ', named' : ''}`
  emit({ start, end, type: spec.type, score, rule: spec.name, why })
}

/** Nobody asks for candidates below it but a trace; a value of such a score counts only where words name it. */
const LEAST = 0.3

/** From this score on a number counts even where the words beside it call it something else. */
const SURE = 0.8

/** Directly before a number: what it is, if it is no number of an authority (`order no. `, `"invoice_id": "`). */
const OTHERWISE =
  /(?<!\p{L})(?:orders?|invoices?|tracking|tickets?|parcels?|packages?|shipments?|shipping|bookings?|cases?|articles?|items?|products?|parts?|sku|isbn|ean|upc|gtin|asin|serial|batch|lot|models?|version|build|timestamp|ts|session|request|transaction|txn|trace|commit|bestell|bestellung|auftrag|auftrags|rechnung|rechnungs|sendung|sendungs|paket|artikel|kunden|commande|facture|colis|suivi|pedido|factura|seguimiento|encomenda|ordine|fattura|spedizione|zamówienie|zamówienia|faktura|bestelling|factuur|beställning|заказ|заказа)(?:[ _.-]?(?:no|nr|num|nummer|number|numero|id|ref|reference|code|key))?[\s_.:=#"'`°(-]{0,4}(?:(?:is|was|ist|est|es)[\s:"']{1,2})?$/u

/** Units before and after a number in which words may name it. */
const BEFORE = 64
const AFTER = 24
/** What is looked at beyond that, so that one look serves the numbers that follow. */
const MORE_BEFORE = 16
const MORE_AFTER = 64

/** Which specs the words of a text may name. */
class Words {
  readonly subject: Subject
  readonly #contexts: ContextIndex
  #stamp = 0
  // The part of the text that the last look covers.
  #from = 0
  #to = -1

  constructor(subject: Subject, contexts: ContextIndex) {
    this.subject = subject
    this.#contexts = contexts
  }

  /** Whether a spec that only words can make count need not be tried without them: not in a trace, nor where the field speaks. */
  get asksFirst(): boolean {
    return !this.subject.tracing && this.subject.hint === undefined
  }

  /** Whether the last look saw all words near [start, end). */
  #covers(start: number, end: number): boolean {
    return Math.max(0, start - BEFORE) >= this.#from && Math.min(this.subject.text.length, end + AFTER) <= this.#to
  }

  /** False only where no words near the number at [start, end) can name it. */
  mayName(index: number, start: number, end: number): boolean {
    const { text } = this.subject
    if (!this.#covers(start, end)) {
      this.#from = Math.max(0, start - BEFORE - MORE_BEFORE)
      this.#to = Math.min(text.length, end + MORE_AFTER)
      // From the first units of a text on, the name of its field stands before.
      this.#stamp = this.#contexts.begin()
      this.#contexts.look(text, this.#from, this.#to)
      if (start < BEFORE) this.#contexts.look(this.subject.prefix, 0, this.subject.prefix.length)
    }
    return this.#contexts.isPossible(index, this.#stamp)
  }
}

/** One number and the words around it, looked up when a spec first asks. */
class Surroundings {
  readonly start: number
  readonly end: number
  readonly #words: Words
  #written: string | undefined
  #compact: string | undefined
  #before: string | undefined
  #after: string | undefined
  #near: string | undefined
  #label: string | undefined

  constructor(words: Words, start: number, end: number) {
    this.#words = words
    this.start = start
    this.end = end
  }

  get subject(): Subject {
    return this.#words.subject
  }

  /** As it stands. */
  get written(): string {
    this.#written ??= this.subject.text.slice(this.start, this.end)
    return this.#written
  }

  /** Without separators, in capitals. */
  get compact(): string {
    this.#compact ??= this.written.replace(SEPARATORS, '').toUpperCase()
    return this.#compact
  }

  get before(): string {
    this.#before ??= this.subject.before(this.start, BEFORE)
    return this.#before
  }

  get after(): string {
    this.#after ??= this.subject.after(this.end, AFTER)
    return this.#after
  }

  /** False only where no words can name the number. Cheap: one look-up a word, for all specs together. */
  mayTell(index: number, { type }: IdSpec): boolean {
    return this.subject.hint === type || this.#words.mayName(index, this.start, this.end)
  }

  /** The words name the number. `near`: with no other number in between, and before it. */
  tell(index: number, spec: IdSpec, near: boolean): boolean {
    const { type, context } = spec
    if (this.subject.hint === type) return true
    if (context === undefined || !this.mayTell(index, spec)) return false
    const named = near ? context.test(this.#nearest()) : context.test(this.before) || context.test(this.after)
    return named && !this.#isOtherwise(context)
  }

  /** The words, or the field, say that the number is something else. */
  tellOtherwise({ type, context }: IdSpec): boolean {
    const { hint, weakHint } = this.subject
    return (hint !== undefined && hint !== type && !weakHint) || this.#isOtherwise(context)
  }

  /** A label stands directly before, and is none of the words that name the number. */
  #isOtherwise(context: RegExp | undefined): boolean {
    this.#label ??= OTHERWISE.exec(this.before)?.[0] ?? ''
    return this.#label !== '' && context?.test(this.#label) !== true
  }

  #nearest(): string {
    if (this.#near !== undefined) return this.#near
    const { before } = this
    let from = before.length
    while (from > 0 && classAt(before, from - 1) !== DIGIT) from -= 1
    this.#near = before.slice(from)
    return this.#near
  }
}

const CURRENCY = '$€£¥₹'

/** A number does not start inside a longer one or a phone or price: no word before it, no `12.`, `a-`, `/`, `+`, `$`. */
function opens(text: string, start: number): boolean {
  if (touches(text, start - 1)) return false
  const code = text.charCodeAt(start - 1)
  if (code === 47 || code === 64 || code === 92 || code === 43 || CURRENCY.includes(text[start - 1] ?? ' '))
    return false
  if (code === 44) return !(classAt(text, start - 2) === DIGIT && digitsFrom(text, start) === 3)
  return !(code === 45 || code === 46) || !isWord(text, start - 2)
}

function closes(text: string, end: number): boolean {
  if (touches(text, end)) return false
  const code = text.charCodeAt(end)
  if (code === 64 || code === 92) return false
  if (code === 44) return !(digitsFrom(text, end + 1) >= 1 && digitsFrom(text, end + 1) <= 3)
  return !(code === 45 || code === 46 || code === 47) || !isWord(text, end + 1)
}

/** A character of a word, but of scripts without blanks (Thai, kana, Han, Hangul): there words touch numbers. */
function touches(text: string, at: number): boolean {
  if (!isWord(text, at)) return false
  const code = text.charCodeAt(at)
  return !(
    (code >= 0x0e00 && code <= 0x0e7f) ||
    (code >= 0x3040 && code <= 0x9fff) ||
    (code >= 0xac00 && code <= 0xd7af)
  )
}

/** How many digits stand from `at` on, at most four: a comma before three is a thousands mark, before two a decimal. */
function digitsFrom(text: string, at: number): number {
  let n = 0
  while (n < 4 && classAt(text, at + n) === DIGIT) n += 1
  return n
}

const SMALL_WORDS = new Set('is at on of in to my by or it no be do up we me us an as so if he go a i'.split(' '))

/** Start of a short group of letters that stands one separator before `start`; −1 where there is none. */
function letterGroupBefore(text: string, start: number): number {
  if (start < 2 || !isSeparator(text.charCodeAt(start - 1))) return -1
  let at = start - 1
  while (at > 0 && classAt(text, at - 1) === LETTER && start - at <= MAX_LEADING_LETTERS + 1) at -= 1
  const length = start - 1 - at
  if (length === 0 || length > MAX_LEADING_LETTERS || isWord(text, at - 1)) return -1
  // `call 212 …`, `is 12 …`: a word in small letters opens no number, unless it is one of two letters that is no word.
  const small = text.charCodeAt(at) >= 97
  return small && (length > 2 || SMALL_WORDS.has(text.slice(at, start - 1))) ? -1 : at
}

/** `A?9` → `A99`, `AA9`. */
function expand(shape: string): readonly string[] {
  const at = shape.indexOf('?')
  if (at < 0) return [shape]
  return ['9', 'A'].flatMap((char) => expand(shape.slice(0, at) + char + shape.slice(at + 1)))
}
