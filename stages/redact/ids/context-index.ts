import { isWord } from '../subject.ts'
import { headsOf } from './context-words.ts'

/** Which of many patterns of context words can match two texts, after one pass over them. */
export interface ContextIndex {
  /** Looks at the lower-cased words before and after a number; gives a stamp to ask with until the next look. */
  look(before: string, after: string): number
  /** False only where the pattern matches neither of the texts of the last look. */
  isPossible(index: number, stamp: number): boolean
}

/** Heads as a tree of characters: a word leaves it after two or three of them. */
interface HeadTree {
  /** `SYMBOLS` entries a node: the node after each character that heads have; 0 where none goes on so. Node 1 is the root. */
  readonly next: Uint16Array
  /** For each node the place in `patterns` of the patterns of which a head ends there, their number first; 0: none. */
  readonly ends: Uint16Array
  readonly patterns: Uint16Array
  /** Heads that begin with another character, by it. */
  readonly others: ReadonlyMap<number, readonly Head[]>
}

interface Head {
  readonly text: string
  readonly index: number
}

const SYMBOLS = 64
/** Number of a character among those that stand in heads; 0: none. Letters, digits, and what may part two words. */
const SYMBOL = new Uint8Array(128)
for (const [at, char] of [..."abcdefghijklmnopqrstuvwxyz0123456789_./'- \t\n\r"].entries())
  SYMBOL[char.charCodeAt(0)] = at + 1

function headTree(heads: readonly Head[]): HeadTree {
  const children: Map<number, number>[] = [new Map(), new Map()]
  const own: number[][] = [[], []]
  const others = new Map<number, Head[]>()
  for (const head of heads) {
    const all = [...head.text].map((char) => SYMBOL[char.charCodeAt(0)] ?? 0)
    // What comes before an accent is head enough: it only has to leave no word out.
    const plain = all.indexOf(0)
    const symbols = plain < 0 ? all : all.slice(0, plain)
    if (symbols.length === 0) {
      const first = head.text.charCodeAt(0)
      others.set(first, [...(others.get(first) ?? []), head])
      continue
    }
    let node = 1
    for (const symbol of symbols) {
      let child = children[node]!.get(symbol)
      if (child === undefined) {
        child = children.push(new Map()) - 1
        own.push([])
        children[node]!.set(symbol, child)
      }
      node = child
    }
    if (!own[node]!.includes(head.index)) own[node]!.push(head.index)
  }
  const next = new Uint16Array(children.length * SYMBOLS)
  const ends = new Uint16Array(children.length)
  const patterns = [0]
  for (const [node, edges] of children.entries()) {
    for (const [symbol, child] of edges) next[node * SYMBOLS + symbol] = child
    if (own[node]!.length === 0) continue
    ends[node] = patterns.length
    patterns.push(own[node]!.length, ...own[node]!)
  }
  return { next, ends, patterns: Uint16Array.from(patterns), others }
}

/** @param patterns made by `named`; others count as possible everywhere */
export function contextIndex(patterns: readonly (RegExp | undefined)[]): ContextIndex {
  const anywhere = new Uint8Array(patterns.length)
  const heads: Head[] = []
  // Heads that may begin inside a word, and the patterns that have one: all of them are possible where one stands.
  const insideHeads = new Set<string>()
  const insidePatterns: number[] = []
  for (const [index, pattern] of patterns.entries()) {
    if (pattern === undefined) continue
    const own = headsOf(pattern)
    if (own === undefined || own.some(({ text }) => text === '')) {
      anywhere[index] = 1
      continue
    }
    for (const { text, inside } of own) {
      if (inside) insideHeads.add(text)
      else heads.push({ text, index })
    }
    if (own.some(({ inside }) => inside)) insidePatterns.push(index)
  }
  // Letters and digits only: nothing to escape.
  const inside = insideHeads.size === 0 ? undefined : new RegExp([...insideHeads].join('|'))
  // The stamp of the last look in which a pattern was possible: nothing to clear between looks.
  const possible = new Uint32Array(patterns.length)
  let last = 0
  const { next, ends, patterns: marked, others } = headTree(heads)
  const markAll = (text: string): void => {
    if (inside?.test(text) === true) for (const index of insidePatterns) possible[index] = last
    const { length } = text
    let inWord = false
    for (let at = 0; at < length; at++) {
      const code = text.charCodeAt(at)
      const word = code < 128 ? PLAIN_WORD[code] === 1 : isWord(text, at)
      if (!word || inWord) {
        inWord = word
        continue
      }
      inWord = true
      let node = 1
      for (let i = at; i < length && node !== 0; i++) {
        const char = text.charCodeAt(i)
        node = char < 128 ? next[node * SYMBOLS + SYMBOL[char]!]! : 0
        const end = ends[node]!
        if (end === 0) continue
        for (let k = marked[end]!; k > 0; k--) possible[marked[end + k]!] = last
      }
      if (code >= 128)
        for (const head of others.get(code) ?? []) if (text.startsWith(head.text, at)) possible[head.index] = last
    }
  }
  return {
    look(before, after) {
      last = last === 0xffffffff ? 1 : last + 1
      markAll(before)
      markAll(after)
      return last
    },
    isPossible: (index, stamp) => stamp !== last || possible[index] === stamp || anywhere[index] === 1,
  }
}

/** Letters and digits; an underscore parts words here. */
const PLAIN_WORD = new Uint8Array(128)
for (const [from, to] of ['az', 'AZ', '09']) PLAIN_WORD.fill(1, from!.charCodeAt(0), to!.charCodeAt(0) + 1)
