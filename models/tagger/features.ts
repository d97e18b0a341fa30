import { ownedText } from '../../util/owned-text.ts'
import { Kind, type Lexicon, lexicon } from '../lexicon/lexicon.ts'
import { englishTags, topicTags } from '../lexicon/word-tags.ts'
import { TokenClass } from './tokens.ts'

/** Rows of the hashed feature table, a power of two. Row 0 is padding and always zero. */
export const ROWS = 1 << 16

/** Most features of one word: the width of the model's `rows` input. */
export const MOST_FEATURES = 28

/** What is known of a distinct token, wherever it stands. */
export interface WordType {
  /** Rows of the feature table; the first `own` name the word itself: training leaves them out at times. */
  readonly rows: Int32Array
  readonly own: number
  /** `Casing` of the word. */
  readonly casing: number
  /** Bits of the lexicon's `Kind` and of `Known`. */
  readonly known: number
}

export const Casing = { NONE: 0, LOWER: 1, CAPITAL: 2, UPPER: 3, INITIAL: 4, MIXED: 5 } as const

/** Beside the lexicon's kinds: the word stands in no dictionary; it ends a sentence or opens one after it. */
export const Known = { UNKNOWN: 1 << 10, ENDS: 1 << 11, LETTERS: 1 << 12 } as const

/** Distinct words remembered: bounded for any input, and a language's frequent words fit. */
const CACHE_SIZE = 60_000

/** Looks up and hashes words. The bounded cache never changes a result. */
export class WordTypes {
  readonly #lexicon: Lexicon = lexicon()
  readonly #english = englishTags()
  readonly #topics = topicTags()
  readonly #cache = new Map<string, WordType>()
  readonly #fixed = new Map<number, WordType>()

  /** The type of the token `[start, end)` of a text. */
  of(text: string, start: number, end: number, kind: number): WordType {
    if (kind >= TokenClass.LINE) {
      const known = this.#fixed.get(kind)
      if (known !== undefined) return known
      const type = this.#special(kind)
      this.#fixed.set(kind, type)
      return type
    }
    const raw = text.slice(start, end)
    const word = kind === TokenClass.NUMBER ? raw.replace(/\p{N}/gu, '0') : raw
    const known = this.#cache.get(word)
    if (known !== undefined) return known
    const type = kind === TokenClass.WORD ? this.#word(word) : this.#other(word, kind)
    if (this.#cache.size >= CACHE_SIZE) this.#cache.clear()
    this.#cache.set(ownedText(word), type)
    return type
  }

  #special(kind: number): WordType {
    const ends = kind === TokenClass.LINE || kind === TokenClass.PARAGRAPH
    return {
      rows: Int32Array.of(row(`class:${kind}`)),
      own: 0,
      casing: Casing.NONE,
      known: ends ? Known.ENDS : 0,
    }
  }

  #other(text: string, kind: number): WordType {
    const rows = [`is:${text.slice(0, 12)}`, `class:${kind}`, `mark:${text[0]!}`, `length:${Math.min(text.length, 8)}`]
    if (kind === TokenClass.NUMBER) rows.push(`number:${shapeOf(text)}`, `end:${text.slice(-2).toLowerCase()}`)
    return {
      rows: Int32Array.from(new Set(rows.map(row))),
      own: 0,
      casing: casingOf(text),
      known: kind === TokenClass.MARK && /^[.!?:;•*|>"“([\-–—=_]/.test(text) ? Known.ENDS : 0,
    }
  }

  #word(word: string): WordType {
    const lower = word.toLowerCase().replace(/’/g, "'")
    const casing = casingOf(word)
    const kinds = this.#lexicon.kindOf(lower)
    const exact = tagOf(this.#english, word)
    const plain = tagOf(this.#english, lower)
    const topic = tagOf(this.#topics, lower)
    const likeness = Math.max(-4, Math.min(5, Math.round(this.#lexicon.likeness(lower) * 4)))
    const own = [`word:${lower}`]
    // "Bush" and "bush" are two words; for others the casing says it.
    own.push(`${casing}:${lower}`)
    const rest = [
      `kinds:${kinds}`,
      `kinds:${kinds}:${casing}`,
      `casing:${casing}`,
      `exact:${exact}`,
      `plain:${plain}`,
      `tags:${exact}:${plain}`,
      `topic:${topic}`,
      `topic:${topic}:${casing}`,
      `likeness:${likeness}:${casing}`,
      `length:${Math.min(word.length, 10)}:${casing}`,
      `shape:${shapeOf(word)}`,
    ]
    const length = lower.length
    const padded = `^${lower}$`
    for (let n = 1; n <= 4; n++) if (length > n) rest.push(`end:${lower.slice(-n)}`)
    for (let n = 2; n <= 4; n++) if (length > n) rest.push(`start:${lower.slice(0, n)}`)
    for (let i = 0; i + 3 <= padded.length && own.length + rest.length < MOST_FEATURES; i++)
      rest.push(`part:${padded.slice(i, i + 3)}`)
    const rows = new Set<number>(own.map(row))
    const ownRows = rows.size
    for (const feature of rest) rows.add(row(feature))
    const unknown = kinds === 0 && exact === '' && plain === '' && topic === ''
    return {
      rows: Int32Array.from(rows).slice(0, MOST_FEATURES),
      own: ownRows,
      casing,
      known: kinds | (unknown ? Known.UNKNOWN : 0) | Known.LETTERS,
    }
  }
}

/** Whether a word can only be a plain word of the language, by the lexicon. */
export function isPlainWord(type: WordType): boolean {
  return (type.known & (Kind.COMMON | Kind.GIVEN | Kind.SURNAME | Kind.PLACE | Kind.COUNTRY)) === Kind.COMMON
}

function tagOf(tags: Readonly<Record<string, string | readonly string[]>>, word: string): string {
  if (!Object.hasOwn(tags, word)) return ''
  const tag = tags[word]!
  return typeof tag === 'string' ? tag : tag.slice(0, 2).join('+')
}

function casingOf(word: string): number {
  const first = word[0]!
  if (first.toLowerCase() === first.toUpperCase()) return Casing.NONE
  const lower = word.toLowerCase()
  if (word === lower) return Casing.LOWER
  if (word.length === 1 || (word.length === 2 && word[1] === '.')) return Casing.INITIAL
  if (word === word.toUpperCase()) return Casing.UPPER
  return word.slice(1) === lower.slice(1) && first !== lower[0] ? Casing.CAPITAL : Casing.MIXED
}

/** `O'Neill` → `X'Xx`, `B2B` → `X0X`: runs as one sign each, at most eight. */
function shapeOf(word: string): string {
  let shape = ''
  for (const char of word) {
    const sign = /\p{Lu}/u.test(char) ? 'X' : /[\p{L}\p{M}]/u.test(char) ? 'x' : /\p{N}/u.test(char) ? '0' : char
    if (shape.at(-1) !== sign) shape += sign
    if (shape.length >= 8) break
  }
  return shape
}

/** FNV-1a over UTF-16 units, then the finaliser of MurmurHash3; 1 … ROWS − 1. */
function row(feature: string): number {
  let h = 0x811c9dc5
  for (let i = 0; i < feature.length; i++) h = Math.imul(h ^ feature.charCodeAt(i), 0x01000193)
  h = Math.imul(h ^ (h >>> 16), 0x85ebca6b)
  h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35)
  h ^= h >>> 16
  return 1 + ((h >>> 0) % (ROWS - 1))
}
