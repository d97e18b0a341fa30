import { Heap } from '../../util/heap.ts'
import { BYTE_TO_CHARACTER, splitWords } from './bytes.ts'

export interface BpeVocabulary {
  /** Symbols in id order, without the special tokens: the 256 bytes, then one symbol per merge. */
  readonly symbols: readonly string[]
  /** In the order they were learned. */
  readonly merges: readonly (readonly [string, string])[]
}

/** Words that occur, and how often, over all texts. */
export function countWords(texts: Iterable<string>): ReadonlyMap<string, number> {
  const counts = new Map<string, number>()
  for (const text of texts) {
    for (const word of splitWords(text)) counts.set(word, (counts.get(word) ?? 0) + 1)
  }
  return counts
}

/**
 * Learns byte-pair merges (Sennrich et al. 2016) over bytes: again and again the most frequent pair becomes a symbol.
 * Pair counts are kept up to date word by word, so the cost is that of the words a merge touches. Ties go to the pair
 * of smaller ids, and ids follow the order of learning, so the same counts always give the same vocabulary.
 *
 * @param size symbols wanted, bytes included; fewer come back where no pair occurs twice
 */
export function trainBpe(counts: ReadonlyMap<string, number>, size: number): BpeVocabulary {
  // In sorted order: the result must not depend on the order in which texts were read.
  const entries = [...counts].sort(([a], [b]) => (a < b ? -1 : 1))
  const words = entries.map(([word]) => [...Buffer.from(word, 'utf8')])
  const frequency = entries.map(([, count]) => count)

  const symbols: string[] = [...BYTE_TO_CHARACTER]
  const merges: (readonly [string, string])[] = []
  const pairCounts = new Map<number, number>()
  const places = new Map<number, Set<number>>()
  const queue = new Heap<Candidate>(before)
  const touched = new Set<number>()

  const change = (key: number, by: number, word: number): void => {
    pairCounts.set(key, (pairCounts.get(key) ?? 0) + by)
    touched.add(key)
    if (by < 0) return
    const known = places.get(key)
    if (known === undefined) places.set(key, new Set([word]))
    else known.add(word)
  }
  const flush = (): void => {
    for (const key of touched) queue.push({ count: pairCounts.get(key)!, key })
    touched.clear()
  }

  for (const [w, word] of words.entries()) {
    for (let i = 0; i + 1 < word.length; i++) change(pairKey(word[i]!, word[i + 1]!), frequency[w]!, w)
  }
  flush()

  while (symbols.length < size) {
    const top = queue.pop()
    if (top === undefined || top.count < 2) break
    // Entries are never updated in place: one whose count is no longer true is an old one.
    if (pairCounts.get(top.key) !== top.count) continue
    const [left, right] = [Math.floor(top.key / PAIR_BASE), top.key % PAIR_BASE]
    const id = symbols.length
    merges.push([symbols[left]!, symbols[right]!])
    symbols.push(symbols[left]! + symbols[right]!)
    for (const w of places.get(top.key)!) {
      const word = words[w]!
      const count = frequency[w]!
      for (let i = 0; i + 1 < word.length; i++) {
        if (word[i] !== left || word[i + 1] !== right) continue
        if (i > 0) {
          change(pairKey(word[i - 1]!, left), -count, w)
          change(pairKey(word[i - 1]!, id), count, w)
        }
        if (i + 2 < word.length) {
          change(pairKey(right, word[i + 2]!), -count, w)
          change(pairKey(id, word[i + 2]!), count, w)
        }
        word.splice(i, 2, id)
      }
    }
    pairCounts.delete(top.key)
    places.delete(top.key)
    touched.delete(top.key)
    flush()
  }
  return { symbols, merges }
}

const PAIR_BASE = 2 ** 24

function pairKey(left: number, right: number): number {
  return left * PAIR_BASE + right
}

interface Candidate {
  readonly count: number
  readonly key: number
}

/** The largest count first, then the smallest key. */
function before(a: Candidate, b: Candidate): boolean {
  return a.count > b.count || (a.count === b.count && a.key < b.key)
}
