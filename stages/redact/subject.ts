import { normalField, typeOfField } from './field-names.ts'
import type { PiiType } from './pii-type.ts'
import { blankTokens } from './placeholder.ts'
import { loadUnits, units } from './text-units.ts'

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
  /** Five colons or hyphens, or two dots, each between two letters or digits: a hardware address has them. */
  PAIR_MARKS: 131_072,
  /** Two dots or more, each between two digits. */
  DECIMALS: 262_144,
  /** A letter beyond ASCII, as far as ranges of code units tell; not typographic signs and emoji. */
  FOREIGN: 524_288,
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
  /** Start and end of each run of ASCII digits, one after the other. */
  readonly digitRuns: readonly number[]
  /** What the field's name says the value is. */
  readonly hint: PiiType | undefined
  /** The name is one that things have too (`name`, `from`): the value must look the part. */
  readonly weakHint: boolean
  readonly #prefix: string
  #lower: string | undefined
  #runs: readonly NumberRun[] | undefined
  #mixed: readonly number[] | undefined

  /** What a pass for other things has found on the way: see `HintIndex.find`. */
  headEnds: readonly number[] | undefined

  /** Recognizers also emit what they rejected, with score 0. */
  readonly tracing: boolean

  /** `field`: the name of the JSON field, column or parameter that holds the text. It counts as words before it. */
  constructor(original: string, field?: string, tracing = false) {
    this.tracing = tracing
    const promise = field === undefined ? undefined : typeOfField(field)
    this.hint = promise?.type
    this.weakHint = promise?.weak ?? false
    this.#prefix = field === undefined ? '' : `${normalField(field)}: `
    let scan = scanText(original)
    this.text = original
    if ((scan.bits & HAS_ODD) !== 0) {
      this.text = original.replace(ODD, toAscii)
      scan = scanText(this.text)
    }
    this.digitRuns = scan.digitRuns
    this.features = scan.bits | (scan.digitRuns.length === 0 ? 0 : numberFeatures(this.text, scan.digitRuns))
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
    this.#mixed ??= mixedRuns(this.text, this.digitRuns)
    return this.#mixed
  }

  get numberRuns(): readonly NumberRun[] {
    this.#runs ??= numberRuns(this.text, this.digitRuns)
    return this.#runs
  }
}

/** Full-width ASCII, no-break and typographic spaces, hyphens, Arabic-Indic and Devanagari digits: from, to. */
const ODD_RANGES = [
  [0x00a0, 0x00a0],
  [0x0660, 0x0669],
  [0x06f0, 0x06f9],
  [0x0966, 0x096f],
  [0x2000, 0x200a],
  [0x2010, 0x2015],
  [0x202f, 0x202f],
  [0x205f, 0x205f],
  [0x2212, 0x2212],
  [0x3000, 0x3000],
  [0xff01, 0xff5e],
] as const
const ODD = new RegExp(`[${ODD_RANGES.map((range) => range.map(escaped).join('-')).join('')}]`, 'g')

function escaped(code: number): string {
  return `\\u${code.toString(16).padStart(4, '0')}`
}

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

/** Of one text, as the single prefilter pass finds it. */
interface TextScan {
  readonly bits: number
  readonly digitRuns: readonly number[]
}

/** What a code unit says by itself, as bits of `Feature`, and what has to be done about it. */
const SAYS = new Int32Array(0x10000)
/** Not a feature: the unit begins a run of digits, is a mark that is counted, or one that is mapped to ASCII. */
const IS_DIGIT = 1 << 29
const IS_MARK = 1 << 28
const HAS_ODD = 1 << 30
const STEPS = IS_DIGIT | IS_MARK
for (let code = 97; code <= 122; code++) SAYS[code] = SAYS[code - 32] = Feature.LETTER
for (let code = 65; code <= 90; code++) SAYS[code]! |= Feature.UPPER
SAYS[95] = Feature.LETTER
for (let code = 48; code <= 57; code++) SAYS[code] = Feature.DIGIT | IS_DIGIT
for (const char of '.:-/') SAYS[char.charCodeAt(0)] = IS_MARK
for (const [char, bit] of [
  ['@', Feature.AT],
  ['=', Feature.EQUALS],
  ['%', Feature.PERCENT],
  ['<', Feature.LESS_THAN],
] as const)
  SAYS[char.charCodeAt(0)] = bit
// Capital letters of other scripts are not told apart.
SAYS.fill(Feature.UPPER | Feature.LETTER, 192)
for (const [from, to] of [
  [0xc0, 0x1fff],
  [0x2e80, 0xd7ff],
  [0xf900, 0xffff],
] as const)
  for (let code = from; code <= to; code++) SAYS[code]! |= Feature.FOREIGN
for (const [from, to] of ODD_RANGES) for (let code = from; code <= to; code++) SAYS[code]! |= HAS_ODD

/** The single prefilter pass: which characters there are, and where digits stand. */
function scanText(text: string): TextScan {
  const { length } = text
  const digitRuns: number[] = []
  let bits = 0
  let [colons, dots] = [0, 0]
  // Marks between two letters or digits, and dots between two digits.
  let [innerColons, innerHyphens, innerDots, decimals] = [0, 0, 0, 0]
  for (let from = 0; from < length; ) {
    const count = loadUnits(text, from)
    for (let i = 0; i < count; i++) {
      const code = units[i]!
      const says = SAYS[code]!
      bits |= says
      if ((says & STEPS) === 0) continue
      if ((says & IS_DIGIT) !== 0) {
        const start = from + i
        do i += 1
        while (i < count && isDigit(units[i]!))
        // The run may go on from the units before.
        if (start === from && digitRuns.at(-1) === start && start > 0) digitRuns[digitRuns.length - 1] = from + i
        else digitRuns.push(start, from + i)
        i -= 1
        continue
      }
      const at = from + i
      const after = text.charCodeAt(at + 1)
      if (code === 45) {
        if (after === 45) bits |= Feature.DASHES
        if (isAlnum(after) && isAlnum(text.charCodeAt(at - 1))) innerHyphens += 1
      } else if (code === 47) {
        if (after === 47) bits |= Feature.SLASHES
      } else {
        const isDot = code === 46
        if (isDot) dots += 1
        else colons += 1
        const before = text.charCodeAt(at - 1)
        if (!isAlnum(after) || !isAlnum(before)) continue
        if (!isDot) innerColons += 1
        else {
          innerDots += 1
          if (isDigit(before) && isDigit(after)) decimals += 1
        }
      }
    }
    from += count
  }
  if (dots > 0) bits |= dots < 3 ? Feature.DOT : Feature.DOT | Feature.DOTS
  if (colons > 0) bits |= colons < 2 ? Feature.COLON : Feature.COLON | Feature.COLONS
  if (innerColons >= 5 || innerHyphens >= 5 || innerDots >= 2) bits |= Feature.PAIR_MARKS
  if (decimals >= 2) bits |= Feature.DECIMALS
  return { bits: bits & ~STEPS, digitRuns }
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
