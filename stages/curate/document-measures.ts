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
  const lower = words.map((word) => word.toLowerCase())
  for (const size of [2, 3, 4]) {
    const name = `max_top_${size}gram` as RuleName
    if (wanted(name)) measures[name] = topGramShare(lower, size, characters)
  }
  for (const size of [5, 6, 7, 8, 9, 10]) {
    const name = `max_repeated_${size}gram` as RuleName
    if (wanted(name)) measures[name] = repeatedGramShare(lower, size, characters)
  }
  return measures
}

/** Characters of the most frequent n-gram over all its places, as a share. 0 where no n-gram stands twice. */
function topGramShare(words: readonly string[], size: number, characters: number): number {
  const counts = new Map<string, number>()
  let best = 1
  let bestLength = 0
  for (let i = 0; i + size <= words.length; i++) {
    const gram = words.slice(i, i + size).join(' ')
    const count = (counts.get(gram) ?? 0) + 1
    counts.set(gram, count)
    const length = gram.length - (size - 1)
    if (count > best || (count === best && count > 1 && length > bestLength)) {
      best = count
      bestLength = length
    }
  }
  return best === 1 || characters === 0 ? 0 : (best * bestLength) / characters
}

/** Characters that stand in n-grams seen before, each counted once (datatrove `find_all_duplicate`), as a share. */
function repeatedGramShare(words: readonly string[], size: number, characters: number): number {
  const seen = new Set<string>()
  let repeated = 0
  let i = 0
  while (i + size <= words.length) {
    const gram = words.slice(i, i + size).join(' ')
    if (seen.has(gram)) {
      repeated += gram.length - (size - 1)
      i += size
    } else {
      seen.add(gram)
      i += 1
    }
  }
  return characters === 0 ? 0 : repeated / characters
}
