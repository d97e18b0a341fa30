import { normalField, typeOfField } from './field-names.ts'
import type { PiiType } from './pii-type.ts'
import { blankTokens } from './placeholder.ts'

/** What a text contains, found in one pass; recognizers that cannot match are not run. */
export const Feature = {
  AT: 1,
  DIGIT: 2,
  /** A run of at least seven digits with separators between them. */
  LONG_NUMBER: 4,
  COLON: 8,
  SLASHES: 16,
  UPPER: 32,
  /** A run of at least 16 letters, digits, `_` or `-` with a digit in it. */
  LONG_TOKEN: 64,
  LESS_THAN: 128,
  LETTER: 256,
  EQUALS: 512,
  DOT: 1024,
  DASHES: 2048,
  PERCENT: 4096,
  /** Four digits with at most three separators between any two, or in one run of letters, digits, `_` and `-`. */
  FOUR_DIGITS: 8192,
  /** LONG_NUMBER or LONG_TOKEN. */
  LONG_ANY: 16_384,
  /** Two colons or more. */
  COLONS: 32_768,
  /** Three dots or more. */
  DOTS: 65_536,
  /** Five colons or hyphens, or two dots: a hardware address has them. */
  PAIR_MARKS: 131_072,
} as const

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
  /** What the field's name says the value is. */
  readonly hint: PiiType | undefined
  /** The name is one that things have too (`name`, `from`): the value must look the part. */
  readonly weakHint: boolean
  readonly #prefix: string
  #lower: string | undefined
  #runs: readonly NumberRun[] | undefined
  #mixed: readonly number[] | undefined

  /** Recognizers also emit what they rejected, with score 0. */
  readonly tracing: boolean

  /** `field`: the name of the JSON field, column or parameter that holds the text. It counts as words before it. */
  constructor(original: string, field?: string, tracing = false) {
    this.tracing = tracing
    this.text = ODD.test(original) ? original.replace(ODD_ALL, toAscii) : original
    const promise = field === undefined ? undefined : typeOfField(field)
    this.hint = promise?.type
    this.weakHint = promise?.weak ?? false
    this.#prefix = field === undefined ? '' : `${normalField(field)}: `
    this.features = features(this.text)
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
    return at < window && this.#prefix !== '' ? this.#prefix + words : words
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
    this.#mixed ??= mixedRuns(this.text)
    return this.#mixed
  }

  get numberRuns(): readonly NumberRun[] {
    this.#runs ??= findRuns(this.text)
    return this.#runs
  }
}

// Full-width ASCII, no-break and typographic spaces, hyphens, Arabic-Indic and Devanagari digits.
const ODD =
  /[\uFF01-\uFF5E\u00A0\u2000-\u200A\u202F\u205F\u3000\u2010-\u2015\u2212\u0660-\u0669\u06F0-\u06F9\u0966-\u096F]/
const ODD_ALL = new RegExp(ODD.source, 'g')

function toAscii(char: string): string {
  const code = char.charCodeAt(0)
  if (code >= 0xff01 && code <= 0xff5e) return String.fromCharCode(code - 0xfee0)
  if ((code >= 0x2010 && code <= 0x2015) || code === 0x2212) return '-'
  for (const zero of [0x0660, 0x06f0, 0x0966]) {
    if (code >= zero && code <= zero + 9) return String.fromCharCode(48 + code - zero)
  }
  return ' '
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

const [LOWER, CAPITAL, DIGIT_CLASS, HYPHEN, SEPARATOR, MARK, NOTHING] = [1, 2, 3, 4, 5, 6, 0] as const
const CLASSES = new Uint8Array(128)
for (let code = 97; code <= 122; code++) CLASSES[code] = LOWER
for (let code = 65; code <= 90; code++) CLASSES[code] = CAPITAL
for (let code = 48; code <= 57; code++) CLASSES[code] = DIGIT_CLASS
CLASSES[95] = LOWER
CLASSES[45] = HYPHEN
for (const code of [32, 9, 40, 41, 47]) CLASSES[code] = SEPARATOR
for (const char of '.:@=%<') CLASSES[char.charCodeAt(0)] = MARK

/** The single prefilter pass. */
function features(text: string): number {
  let bits = 0
  // The run of letters, digits, `_` and `-` that goes on, and its digits.
  let token = 0
  let tokenDigits = 0
  // Digits of the number that goes on, and separators since its last digit.
  let digits = 0
  let gap = 0
  let [colons, hyphens, dots] = [0, 0, 0]
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i)
    const cls = code < 128 ? CLASSES[code]! : NOTHING
    if (cls === LOWER || cls === CAPITAL) {
      bits |= cls === LOWER ? Feature.LETTER : UPPER_LETTER
      token += 1
      digits = 0
    } else if (cls === DIGIT_CLASS) {
      token += 1
      tokenDigits += 1
      digits += 1
      gap = 0
      bits |= digits < 7 ? (digits < 4 && tokenDigits < 4 ? Feature.DIGIT : SOME_DIGITS) : MANY_DIGITS
    } else {
      if (cls === HYPHEN) {
        token += 1
        hyphens += 1
        if (text.charCodeAt(i + 1) === 45) bits |= Feature.DASHES
      } else {
        token = 0
        tokenDigits = 0
        if (code > 191) bits |= UPPER_LETTER
        else if (code === 47) {
          if (text.charCodeAt(i + 1) === 47) bits |= Feature.SLASHES
        } else if (cls === MARK) {
          if (code === 46) dots += 1
          else if (code === 58) colons += 1
          else if (code === 64) bits |= Feature.AT
          else if (code === 61) bits |= Feature.EQUALS
          else if (code === 37) bits |= Feature.PERCENT
          else bits |= Feature.LESS_THAN
        }
      }
      // Up to three separators may stand between two digits of one number: `) - `.
      if (gap >= 3 || !(cls === SEPARATOR || cls === HYPHEN || code === 46)) digits = 0
      gap += 1
    }
    if (token >= 16 && tokenDigits > 0) bits |= Feature.LONG_TOKEN | Feature.LONG_ANY
  }
  if (dots > 0) bits |= dots < 3 ? Feature.DOT : Feature.DOT | Feature.DOTS
  if (colons > 0) bits |= colons < 2 ? Feature.COLON : Feature.COLON | Feature.COLONS
  if (colons >= 5 || hyphens >= 5 || dots >= 2) bits |= Feature.PAIR_MARKS
  return bits
}

// Capital letters of other scripts are not told apart: that would cost a table look-up per character.
const UPPER_LETTER = Feature.UPPER | Feature.LETTER
const SOME_DIGITS = Feature.DIGIT | Feature.FOUR_DIGITS
const MANY_DIGITS = SOME_DIGITS | Feature.LONG_NUMBER | Feature.LONG_ANY

/** Left out: one or two digits alone among words (`6 pm`, `12 items`), which are part of no number. */
function mixedRuns(text: string): readonly number[] {
  const runs: number[] = []
  const { length } = text
  for (let at = 0; at < length; at++) {
    const code = text.charCodeAt(at)
    if (code > 57 || code < 48) continue
    let start = at
    while (start > 0 && isAlnum(text.charCodeAt(start - 1))) start -= 1
    let end = at + 1
    while (end < length && isAlnum(text.charCodeAt(end))) end += 1
    at = end
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
  return code < 128 && ALNUM[code] === 1
}

const ALNUM = new Uint8Array(128)
for (let code = 48; code < 128; code++) {
  const cls = CLASSES[code]!
  if (code !== 95 && (cls === LOWER || cls === CAPITAL || cls === DIGIT_CLASS)) ALNUM[code] = 1
}

const RUN = /\d(?:[ \t()./-]{0,3}\d)+/g

function findRuns(text: string): readonly NumberRun[] {
  const runs: NumberRun[] = []
  for (const match of text.matchAll(RUN)) {
    const groups: DigitGroup[] = []
    const end = match.index + match[0].length
    let digits = 0
    let at = match.index
    while (at < end) {
      const start = at
      while (at < end && isDigit(text.charCodeAt(at))) at += 1
      groups.push({ start, end: at })
      digits += at - start
      while (at < end && !isDigit(text.charCodeAt(at))) at += 1
    }
    if (digits >= 7) runs.push({ start: match.index, end, digits, groups })
  }
  return runs
}
