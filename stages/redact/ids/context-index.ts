import { forEachEnd, wordAutomaton } from '../word-automaton.ts'
import { type Head, headsOf } from './context-words.ts'

/** Which of many patterns of context words can match in a part of a text, after one pass over it. */
export interface ContextIndex {
  /** Forgets the last look; gives a stamp to ask with until the next one. */
  begin(): number
  /** Looks at the words in `[from, to)`, in addition to what was looked at since `begin`. */
  look(text: string, from: number, to: number): void
  /** False only where the pattern matches nowhere in what was looked at. */
  isPossible(index: number, stamp: number): boolean
}

/** @param patterns made by `named`; others count as possible everywhere */
export function contextIndex(patterns: readonly (RegExp | undefined)[]): ContextIndex {
  const anywhere = new Uint8Array(patterns.length)
  const heads = new Map<string, { readonly head: Head; readonly patterns: number[] }>()
  for (const [index, pattern] of patterns.entries()) {
    if (pattern === undefined) continue
    const own = headsOf(pattern)
    if (own === undefined || own.some(({ text }) => text === '')) {
      anywhere[index] = 1
      continue
    }
    for (const head of own) {
      const key = `${head.text}\n${head.inside}`
      const known = heads.get(key)
      if (known === undefined) heads.set(key, { head, patterns: [index] })
      else if (!known.patterns.includes(index)) known.patterns.push(index)
    }
  }
  const words = [...heads.values()]
  const automaton = wordAutomaton(words.map(({ head: { text, inside } }) => (inside ? text : `^${text}`)))
  // The stamp of the last look in which a pattern was possible: nothing to clear between looks.
  const possible = new Uint32Array(patterns.length)
  // The same for heads: words come again and again.
  const seen = new Uint32Array(words.length)
  let last = 0
  return {
    begin() {
      last = last === 0xffffffff ? 1 : last + 1
      return last
    },
    look(text, from, to) {
      forEachEnd(automaton, text, from, to, (ended) => {
        for (let i = 0; i < ended.length; i++) {
          const word = ended[i]!
          if (seen[word] === last) continue
          seen[word] = last
          const { patterns: marked } = words[word]!
          for (let k = 0; k < marked.length; k++) possible[marked[k]!] = last
        }
      })
    },
    isPossible: (index, stamp) => stamp !== last || possible[index] === stamp || anywhere[index] === 1,
  }
}
