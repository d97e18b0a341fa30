import { CHUNK, loadUnits, units } from './text-units.ts'

/**
 * Aho and Corasick's automaton ("Efficient string matching", 1975) with every transition written out: one look-up a
 * code unit, however many words there are. It does not tell capitals from small letters.
 */
export interface WordAutomaton {
  /** A number for each character of the words, the same for its capital; 0 for all that are in none and part words. */
  readonly symbols: Uint8Array
  /** The next node, at `(node << shift) + symbol`. Node 0 is the start. */
  readonly next: Uint16Array
  readonly shift: number
  /** Nodes at which a word ends come last: the first of them. */
  readonly firstEnd: number
  /** Indices of the words that end at each of those, from `firstEnd` on. */
  readonly ends: readonly (readonly number[])[]
}

export const LETTERS = 'abcdefghijklmnopqrstuvwxyz'
const ALNUM = `${LETTERS}0123456789`

/**
 * @param words lower-case, none empty. One that begins with `^` is found, without that sign, only where the text begins
 *   or no character of `inner` stands before it
 * @param inner what is inside of words
 * @throws RangeError for more than some 250 different characters, or words of more than 60,000 in all
 */
export function wordAutomaton(words: readonly string[], inner: string = ALNUM): WordAutomaton {
  const bare = words.map(withoutAnchor)
  if (bare.includes('')) throw new RangeError('an empty word ends everywhere')
  const { symbols, count } = symbolsOf(bare, inner)
  const shift = 32 - Math.clz32(count)
  // Construction knows one symbol more: it follows each character that parts words, in the words as in texts, so that
  // an anchored word is one that begins with it.
  const gap = count + 1
  const inside = new Uint8Array(gap + 1)
  for (const char of inner) inside[symbols[char.charCodeAt(0)]!] = 1
  const edges: Uint16Array[] = [new Uint16Array(gap + 1)]
  const own: number[][] = [[]]
  const step = (node: number, symbol: number): number => {
    const row = edges[node]!
    if (row[symbol] === 0) {
      row[symbol] = edges.length
      edges.push(new Uint16Array(gap + 1))
      own.push([])
    }
    return row[symbol]!
  }
  for (const [index, word] of bare.entries()) {
    let node = word === words[index] ? 0 : step(0, gap)
    for (let at = 0; at < word.length; at++) {
      const symbol = symbols[word.charCodeAt(at)]!
      node = step(node, symbol)
      if (inside[symbol] === 0) node = step(node, gap)
    }
    own[node]!.push(index)
  }
  if (edges.length > 0xffff) throw new RangeError('too many words')
  close(edges, own)
  const after = (node: number, symbol: number): number => {
    const next = edges[node]![symbol]!
    return inside[symbol] === 1 ? next : edges[next]![gap]!
  }
  // Level by level from where a text begins, so that what is walked most lies together; ends last.
  const reached = [edges[0]![gap]!]
  const known = new Set(reached)
  for (let head = 0; head < reached.length; head++) {
    for (let symbol = 0; symbol <= count; symbol++) {
      const node = after(reached[head]!, symbol)
      if (!known.has(node)) reached.push(node)
      known.add(node)
    }
  }
  const plain = reached.filter((node) => own[node]!.length === 0)
  const ends = reached.filter((node) => own[node]!.length > 0)
  const sorted = [...plain, ...ends]
  const numbers = new Uint16Array(edges.length)
  for (const [number, node] of sorted.entries()) numbers[node] = number
  const next = new Uint16Array(sorted.length << shift)
  for (const [number, node] of sorted.entries())
    for (let symbol = 0; symbol <= count; symbol++) next[(number << shift) + symbol] = numbers[after(node, symbol)]!
  return { symbols, next, shift, firstEnd: plain.length, ends: ends.map((node) => own[node]!) }
}

/** The word itself: see `wordAutomaton`. */
function withoutAnchor(word: string): string {
  return word.length > 1 && word.startsWith('^') ? word.slice(1) : word
}

/** Goes through the tree level by level: where a node has no edge, it takes the one of its longest ending that is a node. */
function close(edges: readonly Uint16Array[], own: readonly number[][]): void {
  const fallback = new Uint16Array(edges.length)
  const queue: number[] = [0]
  for (let head = 0; head < queue.length; head++) {
    const node = queue[head]!
    const row = edges[node]!
    const shorter = edges[fallback[node]!]!
    if (node !== 0) own[node]!.push(...own[fallback[node]!]!)
    for (let symbol = 0; symbol < row.length; symbol++) {
      const child = row[symbol]!
      if (child === 0) row[symbol] = node === 0 ? 0 : shorter[symbol]!
      else {
        fallback[child] = node === 0 ? 0 : shorter[symbol]!
        queue.push(child)
      }
    }
  }
}

/** Beyond it no upper-case letter has a lower-case one that stands in a word. */
const LAST_CASED = 0x2200

/** Blank and letters by how frequent they are: what texts are made of lies together, and in the cache. */
const FREQUENT = ' etaoinsrhldcumfpgwybvkxjqz'

function symbolsOf(words: readonly string[], inner: string): { readonly symbols: Uint8Array; readonly count: number } {
  const symbols = new Uint8Array(0x10000)
  const used = new Set(words.join(''))
  let count = 0
  for (const char of [...[...FREQUENT].filter((char) => used.has(char)), ...used]) {
    for (let at = 0; at < char.length; at++) {
      const code = char.charCodeAt(at)
      if (symbols[code] === 0) symbols[code] = ++count
    }
  }
  // One for all that stand in words of texts, and in none of these.
  count += 1
  for (const char of inner) if (symbols[char.charCodeAt(0)] === 0) symbols[char.charCodeAt(0)] = count
  if (count > 254) throw new RangeError('too many different characters in words')
  for (let code = 0; code < LAST_CASED; code++) {
    const lower = String.fromCharCode(code).toLowerCase()
    if (lower.length === 1) symbols[code] = symbols[lower.charCodeAt(0)]!
  }
  return { symbols, count }
}

/**
 * Calls `visit` with the words that end at each place of `[from, to)` where one does, and the offset behind their last
 * unit.
 */
export function forEachEnd(
  automaton: WordAutomaton,
  text: string,
  from: number,
  to: number,
  visit: (words: readonly number[], end: number) => void,
): void {
  const { firstEnd, ends } = automaton
  for (let at = from, node = 0; at < to; ) {
    // A text that is looked at is loaded, unless it is long.
    const isWhole = text.length <= CHUNK
    const first = isWhole ? at : 0
    const last = isWhole ? to : Math.min(to - at, CHUNK)
    loadUnits(text, isWhole ? 0 : at)
    const stops = walk(automaton, first, last, node)
    for (let k = 0; k < stops; k++) visit(ends[NODES[k]! - firstEnd]!, at - first + STOPS[k]! + 1)
    node = NODES[stops]!
    at += last - first
  }
}

/** Places and nodes at which words end; the node of the last unit behind them. */
const STOPS = new Uint16Array(CHUNK + 1)
const NODES = new Uint16Array(CHUNK + 1)

/** No call in the loop: see `onePass` in text-scan.ts. */
function walk({ symbols, next, shift, firstEnd }: WordAutomaton, from: number, to: number, start: number): number {
  let node = start
  let stops = 0
  for (let at = from; at < to; at++) {
    node = next[(node << shift) + symbols[units[at]!]!]!
    if (node >= firstEnd) {
      STOPS[stops] = at
      NODES[stops] = node
      stops += 1
    }
  }
  NODES[stops] = node
  return stops
}
