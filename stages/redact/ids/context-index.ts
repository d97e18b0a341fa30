import { isWord } from '../subject.ts'
import { type Head, headsOf } from './context-words.ts'

/** Which of many patterns of context words can match two texts, after one pass over them. */
export interface ContextIndex {
  /** Looks at the lower-cased words before and after a number; gives a stamp to ask with until the next look. */
  look(before: string, after: string): number
  /** False only where the pattern matches neither of the texts of the last look. */
  isPossible(index: number, stamp: number): boolean
}

interface Entry {
  readonly head: string
  readonly indices: number[]
}

/** Heads by their first two characters, or by the first where there is no second. */
interface Heads {
  readonly byStart: Map<number, Entry[]>
  /** First characters below 128: most places are none, and cost no look-up. */
  readonly first: Uint8Array
}

/** @param patterns made by `named`; others count as possible everywhere */
export function contextIndex(patterns: readonly (RegExp | undefined)[]): ContextIndex {
  const anywhere = new Set<number>()
  const atWords: Heads = { byStart: new Map(), first: new Uint8Array(128) }
  const inside: Heads = { byStart: new Map(), first: new Uint8Array(128) }
  for (const [index, pattern] of patterns.entries()) {
    if (pattern === undefined) continue
    const heads = headsOf(pattern)
    if (heads === undefined || heads.some(({ text }) => text === '')) anywhere.add(index)
    else for (const head of heads) put(head.inside ? inside : atWords, head, index)
  }
  // The stamp of the last look in which a pattern was possible: nothing to clear between looks.
  const possible = new Uint32Array(patterns.length)
  let last = 0
  const markList = (list: readonly Entry[] | undefined, text: string, at: number): void => {
    if (list === undefined) return
    for (const { head, indices } of list)
      if (text.startsWith(head, at)) for (const index of indices) possible[index] = last
  }
  const mark = ({ byStart, first }: Heads, text: string, at: number, code: number): void => {
    if (code < 128 && first[code] === 0) return
    markList(byStart.get(code), text, at)
    markList(byStart.get(code * 65_536 + text.charCodeAt(at + 1)), text, at)
  }
  const markAll = (text: string): void => {
    let inWord = false
    for (let at = 0; at < text.length; at++) {
      const code = text.charCodeAt(at)
      const word = code < 128 ? isPlainWord(code) : isWord(text, at)
      if (word) {
        if (!inWord) mark(atWords, text, at, code)
        mark(inside, text, at, code)
      }
      inWord = word
    }
  }
  return {
    look(before, after) {
      last = last === 0xffffffff ? 1 : last + 1
      markAll(before)
      markAll(after)
      return last
    },
    isPossible: (index, stamp) => stamp !== last || possible[index] === stamp || anywhere.has(index),
  }
}

function put({ byStart, first }: Heads, { text }: Head, index: number): void {
  if (text.charCodeAt(0) < 128) first[text.charCodeAt(0)] = 1
  const key = text.length === 1 ? text.charCodeAt(0) : text.charCodeAt(0) * 65_536 + text.charCodeAt(1)
  const list = byStart.get(key) ?? []
  const entry = list.find(({ head }) => head === text)
  if (entry === undefined) list.push({ head: text, indices: [index] })
  else if (!entry.indices.includes(index)) entry.indices.push(index)
  byStart.set(key, list)
}

/** A letter or digit; an underscore parts words here. */
function isPlainWord(code: number): boolean {
  return (code >= 97 && code <= 122) || (code >= 48 && code <= 57) || (code >= 65 && code <= 90)
}
