import { CHUNK, loadUnits, units } from './text-units.ts'

/**
 * Aho and Corasick's automaton ("Efficient string matching", 1975) with every transition written out: one look-up a
 * code unit, however many words there are. It does not tell capitals from small letters.
 */
export interface WordAutomaton {
  /** A number for each character of the words, the same for its capital; 0 for all other code units. */
  readonly symbols: Uint8Array
  /** The next node, at `(node << shift) + symbol`. Node 0 is the start. */
  readonly next: Uint16Array
  readonly shift: number
  /** Nodes at which a word ends come last: the first of them. */
  readonly firstEnd: number
  /** Indices of the words that end at each of those, from `firstEnd` on. */
  readonly ends: readonly (readonly number[])[]
}

/** Beyond it no upper-case letter has a lower-case one that stands in a word. */
const LAST_CASED = 0x2200

/** Blank and letters by how frequent they are: what texts are made of lies together, and in the cache. */
const FREQUENT = ' etaoinsrhldcumfpgwybvkxjqz'

/**
 * @param words lower-case, none empty, at most 255 different characters
 */
export function wordAutomaton(words: readonly string[]): WordAutomaton {
  if (words.includes('')) throw new RangeError('an empty word ends everywhere')
  const { symbols, count } = symbolsOf(words)
  const shift = Math.max(1, 32 - Math.clz32(count))
  const children: Uint16Array[] = [new Uint16Array(1 << shift)]
  const own: number[][] = [[]]
  for (const [index, word] of words.entries()) {
    let node = 0
    for (let at = 0; at < word.length; at++) {
      const symbol = symbols[word.charCodeAt(at)]!
      if (children[node]![symbol] === 0) {
        children[node]![symbol] = children.length
        children.push(new Uint16Array(1 << shift))
        own.push([])
      }
      node = children[node]![symbol]!
    }
    own[node]!.push(index)
  }
  if (children.length > 0xffff) throw new RangeError('too many words')
  const order = close(children, own)
  // Level by level, so that what is walked most lies together; ends last.
  const sorted = [...order.filter((node) => own[node]!.length === 0), ...order.filter((node) => own[node]!.length > 0)]
  const numbers = new Uint16Array(sorted.length)
  for (const [number, node] of sorted.entries()) numbers[node] = number
  const next = new Uint16Array(sorted.length << shift)
  for (const [number, node] of sorted.entries())
    for (let symbol = 0; symbol < 1 << shift; symbol++)
      next[(number << shift) + symbol] = numbers[children[node]![symbol]!]!
  const firstEnd = sorted.findIndex((node) => own[node]!.length > 0)
  return {
    symbols,
    next,
    shift,
    firstEnd: firstEnd < 0 ? sorted.length : firstEnd,
    ends: firstEnd < 0 ? [] : sorted.slice(firstEnd).map((node) => own[node]!),
  }
}

/**
 * Goes through the tree level by level: where a node has no edge, it takes the one of its longest ending that is a node.
 * Returns the nodes in that order.
 */
function close(children: readonly Uint16Array[], own: readonly number[][]): readonly number[] {
  const fallback = new Uint16Array(children.length)
  const queue: number[] = [0]
  for (let head = 0; head < queue.length; head++) {
    const node = queue[head]!
    const edges = children[node]!
    const shorter = children[fallback[node]!]!
    if (node !== 0) own[node]!.push(...own[fallback[node]!]!)
    for (let symbol = 0; symbol < edges.length; symbol++) {
      const child = edges[symbol]!
      if (child === 0) edges[symbol] = node === 0 ? 0 : shorter[symbol]!
      else {
        fallback[child] = node === 0 ? 0 : shorter[symbol]!
        queue.push(child)
      }
    }
  }
  return queue
}

function symbolsOf(words: readonly string[]): { readonly symbols: Uint8Array; readonly count: number } {
  const symbols = new Uint8Array(0x10000)
  const used = new Set(words.join(''))
  let count = 0
  for (const char of [...[...FREQUENT].filter((char) => used.has(char)), ...used]) {
    for (let at = 0; at < char.length; at++) {
      const code = char.charCodeAt(at)
      if (symbols[code] === 0) symbols[code] = ++count
    }
  }
  if (count > 255) throw new RangeError('too many different characters in words')
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
