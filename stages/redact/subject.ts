import { Feature } from './feature.ts'
import { normalField, typeOfField } from './field-names.ts'
import { withoutOdd } from './odd-characters.ts'
import type { PiiType } from './pii-type.ts'
import { blankTokens } from './placeholder.ts'
import type { Stretches } from './stretches.ts'
import { type TextScanner, textScanner } from './text-scan.ts'

/** A run of digits and the separators between them, cut into groups of digits. */
export interface NumberRun {
  readonly start: number
  readonly end: number
  readonly digits: number
  readonly groups: readonly DigitGroup[]
}

export interface DigitGroup {
  readonly start: number
  readonly end: number
}

/** One text, prepared for the recognizers. Anything more than one of them needs is computed once, on demand. */
export class Subject {
  /** Same length as the original; full-width forms, odd spaces and dashes are mapped to ASCII one for one. */
  readonly text: string
  readonly features: number
  /** Start and end of each run of ASCII digits, one after the other. */
  readonly digitRuns: readonly number[]
  /** What the field's name says the value is. */
  readonly hint: PiiType | undefined
  /** The name is one that things have too (`name`, `from`): the value must look the part. */
  readonly weakHint: boolean
  /** The words that the field's name puts before the text; empty without a field. */
  readonly prefix: string
  #lower: string | undefined
  #runs: readonly NumberRun[] | undefined
  #mixed: readonly number[] | undefined

  /** The bits of the groups of hints that occur, of those that the scanner looks for. */
  readonly hints: number
  /** Where words begin with the heads that the scanner looks for: see `TextScan.heads`. Undefined: it looks for none. */
  readonly heads: readonly number[] | undefined

  /** Recognizers also emit what they rejected, with score 0. */
  readonly tracing: boolean

  /** Where models have a suspicion; set while rules guess beside models. What they claim elsewhere is dropped. */
  suspected: Stretches | undefined

  /**
   * @param field the name of the JSON field, column or parameter that holds the text. It counts as words before it
   * @param scanner what else is looked for in the pass over the text
   */
  constructor(original: string, field?: string, tracing = false, scanner?: TextScanner) {
    this.tracing = tracing
    const promise = field === undefined ? undefined : typeOfField(field)
    this.hint = promise?.type
    this.weakHint = promise?.weak ?? false
    this.prefix = field === undefined ? '' : `${normalField(field)}: `
    const pass = scanner ?? PLAIN
    let scan = pass.scan(original)
    this.text = original
    if (scan.isOdd) {
      this.text = withoutOdd(original)
      scan = pass.scan(this.text)
    }
    this.digitRuns = scan.digitRuns
    this.hints = scan.hints
    this.heads = scanner === undefined ? undefined : scan.heads
    this.features = scan.features | (scan.digitRuns.length === 0 ? 0 : numberFeatures(this.text, scan.digitRuns))
  }

  get lower(): string {
    this.#lower ??= lowerSameLength(this.text)
    return this.#lower
  }

  /** Lower-cased text before `at`, at most `window` code units. */
  before(at: number, window = 48): string {
    const slice = this.text.slice(Math.max(0, at - window), at)
    // What redaction wrote is no context: `<PHONE>` must not make the next number a phone.
    const words = lowerSameLength(blankTokens(slice))
    return at < window && this.prefix !== '' ? this.prefix + words : words
  }

  /** Lower-cased text from `at`, at most `window` code units. */
  after(at: number, window = 24): string {
    return lowerSameLength(this.text.slice(at, at + window))
  }

  /** True where a letter, digit or underscore touches the span from outside. Works for every script, unlike `\b`. */
  touchesWord(start: number, end: number): boolean {
    return isWord(this.text, start - 1) || isWord(this.text, end)
  }

  /** Runs of ASCII letters and digits with a digit in them: start and end of each, one after the other. */
  get mixedRuns(): readonly number[] {
    this.#mixed ??= mixedRuns(this.text, this.digitRuns)
    return this.#mixed
  }

  get numberRuns(): readonly NumberRun[] {
    this.#runs ??= numberRuns(this.text, this.digitRuns)
    return this.#runs
  }
}

/** `toLowerCase` that never changes the length (İ becomes two units): offsets stay valid. */
export function lowerSameLength(text: string): string {
  const lower = text.toLowerCase()
  if (lower.length === text.length) return lower
  let out = ''
  for (let i = 0; i < text.length; i++) {
    const unit = text[i]!
    const low = unit.toLowerCase()
    out += low.length === 1 ? low : unit
  }
  return out
}

/** Looks for features alone. */
const PLAIN = textScanner([], [])

const WORD = /[\p{L}\p{N}\p{M}_]/u

/** Whether the character at `at` belongs to a word of any script. Outside the text: no. */
export function isWord(text: string, at: number): boolean {
  if (at < 0 || at >= text.length) return false
  const code = text.charCodeAt(at)
  if (code < 128) {
    return (code >= 48 && code <= 57) || (code >= 65 && code <= 90) || (code >= 97 && code <= 122) || code === 95
  }
  // Half of a surrogate pair: look at the whole character.
  if (code >= 0xdc00 && code <= 0xdfff && at > 0) return WORD.test(text.slice(at - 1, at + 1))
  if (code >= 0xd800 && code <= 0xdbff) return WORD.test(text.slice(at, at + 2))
  return WORD.test(text[at]!)
}

export function isDigit(code: number): boolean {
  return code >= 48 && code <= 57
}

/** What the digits are part of: numbers in groups, and runs of letters, digits, `_` and `-`. */
function numberFeatures(text: string, digitRuns: readonly number[]): number {
  let bits = 0
  let digits = 0
  let tokenEnd = 0
  let tokenDigits = 0
  for (let run = 0; run < digitRuns.length; run += 2) {
    const start = digitRuns[run]!
    const end = digitRuns[run + 1]!
    digits = run > 0 && goesOn(text, digitRuns[run - 1]!, start) ? digits + end - start : end - start
    if (start >= tokenEnd) {
      let tokenStart = start
      while (tokenStart > 0 && isTokenUnit(text.charCodeAt(tokenStart - 1))) tokenStart -= 1
      tokenEnd = end
      while (tokenEnd < text.length && isTokenUnit(text.charCodeAt(tokenEnd))) tokenEnd += 1
      tokenDigits = 0
      if (tokenEnd - tokenStart >= 16) bits |= Feature.LONG_TOKEN | Feature.LONG_ANY
    }
    tokenDigits += end - start
    if (digits >= 7) bits |= Feature.FOUR_DIGITS | Feature.LONG_NUMBER | Feature.LONG_ANY
    else if (digits >= 4 || tokenDigits >= 4) bits |= Feature.FOUR_DIGITS
  }
  return bits
}

/** One to three separators between two digits of one number: `) - `. */
function goesOn(text: string, from: number, to: number): boolean {
  if (to - from > 3) return false
  for (let at = from; at < to; at++) if (!isGap(text.charCodeAt(at))) return false
  return true
}

/** Blank, tab, `(`, `)`, `-`, `.`, `/`. */
function isGap(code: number): boolean {
  return code === 32 || code === 9 || code === 40 || code === 41 || (code >= 45 && code <= 47)
}

function isTokenUnit(code: number): boolean {
  return isAlnum(code) || code === 95 || code === 45
}

/** Left out: one or two digits alone among words (`6 pm`, `12 items`), which are part of no number. */
function mixedRuns(text: string, digitRuns: readonly number[]): readonly number[] {
  const runs: number[] = []
  let end = 0
  for (let run = 0; run < digitRuns.length; run += 2) {
    let start = digitRuns[run]!
    if (start < end) continue
    while (start > 0 && isAlnum(text.charCodeAt(start - 1))) start -= 1
    end = digitRuns[run + 1]!
    while (end < text.length && isAlnum(text.charCodeAt(end))) end += 1
    if (end - start > 2 || !isAmongWords(text, start, end)) runs.push(start, end)
  }
  return runs
}

/** Blanks or the ends of the text at both sides, and behind them no digit, no capital and no sign. */
function isAmongWords(text: string, start: number, end: number): boolean {
  return isWordSide(text, start - 1, -1) && isWordSide(text, end, 1)
}

function isWordSide(text: string, at: number, step: number): boolean {
  if (at < 0 || at >= text.length) return true
  const mark = text.charCodeAt(at)
  // A sentence may end behind it.
  if (step > 0 && (mark === 46 || mark === 44 || mark === 63 || mark === 33)) return isBlankOrEnd(text, at + 1)
  if (mark !== 32) return false
  const code = text.charCodeAt(at + step)
  return code >= 97 && code <= 122
}

function isBlankOrEnd(text: string, at: number): boolean {
  return at >= text.length || text.charCodeAt(at) === 32 || text.charCodeAt(at) === 10
}

function isAlnum(code: number): boolean {
  return (code >= 97 && code <= 122) || (code >= 48 && code <= 57) || (code >= 65 && code <= 90)
}

/** Numbers of at least seven digits, with one to three separators between two of their groups. */
function numberRuns(text: string, digitRuns: readonly number[]): readonly NumberRun[] {
  const runs: NumberRun[] = []
  for (let run = 0; run < digitRuns.length; ) {
    const first = run
    let digits = 0
    do {
      digits += digitRuns[run + 1]! - digitRuns[run]!
      run += 2
    } while (run < digitRuns.length && goesOn(text, digitRuns[run - 1]!, digitRuns[run]!))
    if (digits < 7) continue
    const groups: DigitGroup[] = []
    for (let i = first; i < run; i += 2) groups.push({ start: digitRuns[i]!, end: digitRuns[i + 1]! })
    runs.push({ start: digitRuns[first]!, end: digitRuns[run - 1]!, digits, groups })
  }
  return runs
}
