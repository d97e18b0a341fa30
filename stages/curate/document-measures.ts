import type { RuleName } from './rules.ts'
import { lineRepeats, repeats } from './text-measures.ts'

const STOP_WORDS = new Set(['the', 'be', 'to', 'of', 'and', 'that', 'have', 'with'])
const SHORT_LINE = 30

/** The value of every document rule that is wanted, by the rule's name. Linear in the length of the text. */
export function measureDocument(
  text: string,
  wanted: (name: RuleName) => boolean,
): Readonly<Partial<Record<RuleName, number>>> {
  const words = text.split(/\s+/).filter((word) => word !== '')
  const lines = text.split('\n').filter((line) => line.trim() !== '')
  const n = Math.max(1, words.length)
  const lineCount = Math.max(1, lines.length)
  const characters = words.reduce((sum, word) => sum + word.length, 0)
  const ofLines = (test: (line: string) => boolean): number => lines.filter(test).length / lineCount
  const count = (pattern: RegExp): number => text.match(pattern)?.length ?? 0
  const byLine = lineRepeats(text)
  const byParagraph = repeats(text.split(/\n[^\S\n]*\n/), 2)
  const measures: Partial<Record<RuleName, number>> = {
    max_repeated_line_characters: byLine.characters,
    max_repeated_paragraphs: byParagraph.lines,
    max_repeated_paragraph_characters: byParagraph.characters,
    min_mean_word_length: characters / n,
    max_mean_word_length: characters / n,
    max_hashes_per_word: count(/#/g) / n,
    max_ellipses_per_word: count(/\.{3}|…/g) / n,
    max_bullet_lines: ofLines((line) => /^\s*[•\-*]/.test(line)),
    max_ellipsis_lines: ofLines((line) => /(?:\.{3}|…)\s*$/.test(line)),
    min_alphabetic_words: words.filter((word) => /\p{L}/u.test(word)).length / n,
    min_stop_words: new Set(words.map((word) => word.toLowerCase()).filter((word) => STOP_WORDS.has(word))).size,
    min_punctuated_lines: ofLines((line) => /\p{P}\s*$/u.test(line)),
    max_short_lines: ofLines((line) => line.trim().length <= SHORT_LINE),
    max_newlines_per_word: count(/\n/g) / n,
    min_sentences: count(/[.?!。？！]+(?=["')\]]*(?:\s|$))/g),
  }
  const grams = new Grams(words)
  for (let size = 2; size <= 10; size++) {
    const name = (size <= 4 ? `max_top_${size}gram` : `max_repeated_${size}gram`) as RuleName
    grams.grow()
    if (wanted(name))
      measures[name] = (size <= 4 ? grams.topCharacters() : grams.repeatedCharacters()) / Math.max(1, characters)
  }
  return measures
}

/** The n-grams of a text's words for one n after the other, as numbers of which equal ones are equal n-grams. */
class Grams {
  readonly #lengths: Uint32Array
  readonly #words: Uint32Array
  /** `ids[i]`: number of the n-gram that begins at word i. Starts with n = 1. */
  #ids: Uint32Array
  #size = 1

  constructor(words: readonly string[]) {
    const known = new Map<string, number>()
    this.#words = Uint32Array.from(words, (word) => number(known, word.toLowerCase()))
    this.#ids = this.#words
    // Lengths of all words before word i.
    this.#lengths = new Uint32Array(words.length + 1)
    for (let i = 0; i < words.length; i++) this.#lengths[i + 1] = this.#lengths[i]! + words[i]!.length
  }

  /** From n to n + 1: an n-gram is named by the (n − 1)-gram before its last word, and that word. Exact, no hashing. */
  grow(): void {
    const count = Math.max(0, this.#ids.length - 1)
    const known = new Map<number, number>()
    const next = new Uint32Array(count)
    for (let i = 0; i < count; i++)
      next[i] = number(known, this.#ids[i]! * this.#words.length + this.#words[i + this.#size]!)
    this.#ids = next
    this.#size += 1
  }

  /** Characters of the most frequent n-gram over all its places, the longest of equals. 0 where none stands twice. */
  topCharacters(): number {
    const counts = new Uint32Array(this.#ids.length)
    let best = 1
    let bestLength = 0
    for (let i = 0; i < this.#ids.length; i++) {
      const id = this.#ids[i]!
      const count = counts[id]! + 1
      counts[id] = count
      if (count === 1 || count < best) continue
      const length = this.#length(i)
      if (count > best || length > bestLength) bestLength = length
      best = count
    }
    return best === 1 ? 0 : best * bestLength
  }

  /** Characters that stand in n-grams seen before, each counted once (datatrove `find_all_duplicate`). */
  repeatedCharacters(): number {
    const seen = new Uint8Array(this.#ids.length)
    let repeated = 0
    for (let i = 0; i < this.#ids.length; ) {
      const id = this.#ids[i]!
      if (seen[id] === 1) {
        repeated += this.#length(i)
        i += this.#size
      } else {
        seen[id] = 1
        i += 1
      }
    }
    return repeated
  }

  #length(start: number): number {
    return this.#lengths[start + this.#size]! - this.#lengths[start]!
  }
}

function number<K>(known: Map<K, number>, key: K): number {
  const id = known.get(key)
  if (id !== undefined) return id
  known.set(key, known.size)
  return known.size - 1
}
