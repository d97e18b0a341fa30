import { Kind } from '../lexicon/lexicon.ts'
import { Casing, isPlainWord, Known, type WordType, type WordTypes } from './features.ts'
import { TokenClass, type Tokens, tokenize } from './tokens.ts'

/** Flags of a token where it stands; the columns of the model's `flags` input. */
export const Flag = {
  /** Touches the token before, or the one after. */
  GLUED_LEFT: 0,
  GLUED_RIGHT: 1,
  /** Opens a sentence, a line or a quotation. */
  OPENS: 2,
  /** How its line is written: no capitals; all capitals; most words capitalised; one or two words. */
  LINE_LOWER: 3,
  LINE_UPPER: 4,
  LINE_TITLE: 5,
  LINE_SHORT: 6,
} as const
export const FLAGS = 7

/** A text as the network sees it. */
export interface Encoded {
  readonly tokens: Tokens
  readonly types: readonly WordType[]
  /** Bits of `Flag`, one number a token. */
  readonly flags: readonly number[]
}

/** Tokens of a line that are looked at together for how it is written. */
const STRETCH = 48

/** A text as the network sees it: its tokens, what each word is, and how each stands in its line. */
export function encode(text: string, words: WordTypes): Encoded {
  const tokens = tokenize(text)
  const { count, start, end, kind } = tokens
  const types = new Array<WordType>(count)
  const flags = new Array<number>(count)
  let opens = true
  for (let i = 0; i < count; i++) {
    const type = words.of(text, start[i]!, end[i]!, kind[i]!)
    types[i] = type
    let bits = opens ? 1 << Flag.OPENS : 0
    if (i > 0 && end[i - 1] === start[i] && kind[i - 1] !== TokenClass.LINE && kind[i - 1] !== TokenClass.PARAGRAPH)
      bits |= 1 << Flag.GLUED_LEFT
    if (
      i + 1 < count &&
      end[i] === start[i + 1] &&
      kind[i + 1] !== TokenClass.LINE &&
      kind[i + 1] !== TokenClass.PARAGRAPH
    )
      bits |= 1 << Flag.GLUED_RIGHT
    flags[i] = bits
    opens = (type.known & Known.ENDS) !== 0
  }
  for (let from = 0; from < count; ) {
    let to = from
    while (to < count && to < from + STRETCH && kind[to] !== TokenClass.LINE && kind[to] !== TokenClass.PARAGRAPH)
      to += 1
    const bits = lineFlags(types, from, to)
    if (bits !== 0) for (let i = from; i < to; i++) flags[i]! |= bits
    from = to < count && to < from + STRETCH ? to + 1 : to
  }
  return { tokens, types, flags }
}

function lineFlags(types: readonly WordType[], from: number, to: number): number {
  let words = 0
  let upper = 0
  let capital = 0
  for (let i = from; i < to; i++) {
    const { casing, known } = types[i]!
    if ((known & Known.LETTERS) === 0 || casing === Casing.NONE) continue
    words += 1
    if (casing === Casing.UPPER) upper += 1
    if (casing >= Casing.CAPITAL) capital += 1
  }
  let bits = 0
  if (words <= 2) bits |= 1 << Flag.LINE_SHORT
  if (capital === 0) bits |= 1 << Flag.LINE_LOWER
  else if (words >= 3 && upper * 5 >= words * 3) bits |= 1 << Flag.LINE_UPPER
  else if (words >= 4 && capital * 5 >= words * 3) bits |= 1 << Flag.LINE_TITLE
  return bits
}

const NAMES = Kind.GIVEN | Kind.SURNAME | Kind.PLACE | Kind.COUNTRY

/**
 * Whether a token could be part of a name: the network answers for these and their neighbours alone. Capitalised words,
 * but for plain ones that open a sentence; words of no dictionary; names of the lexicon in lower case.
 */
export function isCandidate({ types, flags }: Encoded, i: number): boolean {
  const type = types[i]!
  if ((type.known & Known.LETTERS) === 0) return false
  if (type.casing >= Casing.CAPITAL) {
    if (!isPlainWord(type)) return true
    if ((flags[i]! & (1 << Flag.OPENS)) === 0)
      return type.casing !== Casing.INITIAL || (type.known & Kind.FUNCTION) === 0
    const next = types[i + 1]
    return next !== undefined && next.casing >= Casing.CAPITAL
  }
  if (type.casing !== Casing.LOWER) return (type.known & Known.UNKNOWN) !== 0
  if ((type.known & Kind.COMMON) !== 0) return false
  return (type.known & (NAMES | Known.UNKNOWN)) !== 0
}
