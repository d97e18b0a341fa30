import { createRequire } from 'node:module'

/** True for a sentence whose words are negative on balance. */
export type NegativeSentence = (words: readonly string[]) => boolean

interface Analyzer {
  getSentiment(words: readonly string[]): number
}
interface Stemmer {
  stem(word: string): string
}

const CACHE_SIZE = 50_000
let shared: NegativeSentence | undefined

/**
 * Valence by `natural`'s analyser: AFINN's English word list, Porter stems, and negation ("not good"). Only the parts
 * are loaded: the package's root opens database clients.
 */
export function openValence(): NegativeSentence {
  if (shared !== undefined) return shared
  const require = createRequire(import.meta.url)
  const SentimentAnalyzer = require('natural/lib/natural/sentiment/SentimentAnalyzer.js') as new (
    language: string,
    stemmer: Stemmer,
    type: string,
  ) => Analyzer
  const porter = require('natural/lib/natural/stemmers/porter_stemmer.js') as Stemmer
  const analyzer = new SentimentAnalyzer('English', remembering(porter), 'afinn')
  shared = (words) => words.length > 0 && analyzer.getSentiment(words) < 0
  return shared
}

/** Stemming costs 17 µs a word, and text repeats its words. Bounded; never changes a result. */
function remembering(stemmer: Stemmer): Stemmer {
  const known = new Map<string, string>()
  return {
    stem(word) {
      const found = known.get(word)
      if (found !== undefined) return found
      if (known.size >= CACHE_SIZE) known.clear()
      const stem = stemmer.stem(word)
      known.set(word, stem)
      return stem
    },
  }
}
