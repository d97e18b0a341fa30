import type { RegExpMatcher } from 'obscenity'

/** A profane span. UTF-16 offsets, end exclusive. */
export interface ProfaneSpan {
  readonly start: number
  readonly end: number
  /** Written so as to slip past a word list: leet, look-alikes, marks inside, stretched. */
  readonly evasive: boolean
}

export type ProfanityFinder = (text: string) => readonly ProfaneSpan[]

/** Opens a finder on the matcher and English word list of `obscenity`, with a check of what stands around a match. */
export async function openProfanityFinder(): Promise<ProfanityFinder> {
  const { englishDataset, englishRecommendedTransformers, RegExpMatcher } = await import('obscenity')
  const matcher = new RegExpMatcher({ ...englishDataset.build(), ...englishRecommendedTransformers })
  const suspects = new SuspectWords(matcher)
  return (text) => (suspects.anyIn(text) ? findProfanity(text, matcher) : [])
}

/**
 * Whether a text can hold a match at all. No pattern of the list spans white space, so a text matches only if one of its
 * pieces does, and pieces repeat: remembering them makes clean text ten times as fast. Bounded; never changes a result.
 */
class SuspectWords {
  readonly #matcher: RegExpMatcher
  readonly #known = new Map<string, boolean>()

  constructor(matcher: RegExpMatcher) {
    this.#matcher = matcher
  }

  anyIn(text: string): boolean {
    for (const [piece] of text.matchAll(/\S+/gu)) if (!NUMBER.test(piece) && this.#isSuspect(piece)) return true
    return false
  }

  #isSuspect(piece: string): boolean {
    const known = this.#known.get(piece)
    if (known !== undefined) return known
    const suspect = this.#matcher.hasMatch(piece)
    if (piece.length > LONGEST_KEPT) return suspect
    if (this.#known.size >= MOST_KEPT) this.#known.clear()
    this.#known.set(piece, suspect)
    return suspect
  }
}

/** Digits are leet for letters, but a number by itself is a number: "455" is no word. */
const NUMBER = /^[\p{Sc}#(]*\d[\d.,:/-]*[\p{Po}\p{Sc})%]*$/u
const LONGEST_KEPT = 64
const MOST_KEPT = 50_000

function findProfanity(text: string, matcher: RegExpMatcher): readonly ProfaneSpan[] {
  const spans: ProfaneSpan[] = []
  for (const { startIndex, endIndex } of matcher.getAllMatches(text, true)) {
    const [start, end] = [startIndex, endIndex + 1]
    if (isNumber(text.slice(start, end)) || insideOrdinaryWord(text, start, end)) continue
    const last = spans.at(-1)
    if (last !== undefined && start < last.end) {
      if (end > last.end) spans[spans.length - 1] = span(text, last.start, end)
      continue
    }
    spans.push(span(text, start, end))
  }
  return spans
}

function span(text: string, start: number, end: number): ProfaneSpan {
  const written = text.slice(start, end)
  return { start, end, evasive: !/^[a-z]+$/i.test(written) || /(.)\1\1/.test(written) }
}

// What may be joined to a profane word without making another word of it. Ours.
const PREFIXES =
  /^(?:mother|bull|horse|ape|bat|dip|dog|chicken|jack|dumb|fat|smart|bad|hard|half|lard|wise|cluster|mind|un|god|dick|fag|circle)$/
const SUFFIXES =
  /^(?:s|es|ed|er|ers|in|ing|ings|y|ty|tty|ies|ier|iest|head|heads|face|faces|hole|holes|bag|bags|wit|wits|load|loads|ish|up|ups|off|let|ton|tard|tards|show|post|posting|storm|able|boy|ass|wad|stick|ery|d|r|t|ted|ting|ter|z)$/

/**
 * True where the match is a piece of a longer word that is not a derivation: "Shital", "Nishit", "cockpit". Such words
 * are mostly names, and a name must not count as profane.
 */
function insideOrdinaryWord(text: string, start: number, end: number): boolean {
  let from = start
  while (from > 0 && isLetter(text[from - 1]!)) from -= 1
  let to = end
  while (to < text.length && isLetter(text[to]!)) to += 1
  const before = text.slice(from, start).toLowerCase()
  const after = text.slice(end, to).toLowerCase()
  if (before !== '' && !PREFIXES.test(before)) return true
  if (after !== '' && !SUFFIXES.test(after)) return true
  // First names that are also slang stand with a capital; at the start of a shouted text they are not spared.
  return /^(?:Dick|Randy|Fanny|Willy)$/.test(text.slice(from, to))
}

function isLetter(char: string): boolean {
  return /\p{L}/u.test(char)
}

function isNumber(text: string): boolean {
  return !/\p{L}/u.test(text) && /\d/.test(text)
}
