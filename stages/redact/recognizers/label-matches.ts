import { patternHeads } from '../pattern-heads.ts'
import { forEachEnd, wordAutomaton } from '../word-automaton.ts'

/** Characters of a label that are looked for in every place; the expression is tried where they stand. */
const HEAD = 4

/**
 * What `lower.matchAll` would find. Large expressions for labels take a hundred times the time of a pass that looks for
 * how labels begin, and few words begin so.
 *
 * @param words source of the labels: each match of `pattern` begins with one of them, and no ASCII letter or digit
 *   stands before it
 * @param pattern with flag `y`, for lower-cased text
 */
export function labelMatches(words: string, pattern: RegExp): (lower: string) => readonly RegExpExecArray[] {
  const heads = patternHeads(words, HEAD)
  const automaton = wordAutomaton(heads.map((head) => `^${head}`))
  return (lower) => {
    const starts: number[] = []
    forEachEnd(automaton, lower, 0, lower.length, (ended, end) => {
      for (let i = 0; i < ended.length; i++) starts.push(end - heads[ended[i]!]!.length)
    })
    // A longer head may begin before a shorter one that ends first.
    starts.sort((a, b) => a - b)
    const matches: RegExpExecArray[] = []
    let reached = 0
    for (const start of starts) {
      if (start < reached) continue
      pattern.lastIndex = start
      const match = pattern.exec(lower)
      if (match === null) continue
      matches.push(match)
      reached = start + match[0].length
    }
    return matches
  }
}
