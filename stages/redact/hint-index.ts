import { loadUnits, units } from './text-units.ts'

/** Which of some groups of lower-case substrings occur in a text, after one pass over it. */
export interface HintIndex {
  /**
   * A bit for each group of which a hint occurs in the lower-cased text: bit `index % 31`, so that more than
   * 31 may share one. With `heads`, their tree is walked in the same pass, which costs little more than one of them:
   * for each head that is reached, its last unit and its node go to `ends`, one after the other.
   */
  find(text: string, heads?: HeadTree, ends?: number[]): number
}

/** How words begin, as a tree. It is walked from the start of each word; inside a word that has left it, the node is 0. */
export interface HeadTree {
  /** For each node and symbol the next node, in rows of 64; the node and `HEAD_END` where a head ends. */
  readonly next: Uint16Array
  /** A number below 64 for each code unit of words, 0 for all others. */
  readonly symbols: Uint8Array
}

export const HEAD_ROOT = 1
/** Added to a node where a head ends. */
export const HEAD_END = 0x8000

/** The last unit and the node of each head that a word of the text begins with, one after the other. */
export function headEnds(text: string, heads: HeadTree): readonly number[] {
  const ends: number[] = []
  NO_HINTS.find(text, heads, ends)
  return ends
}

/** The bit of a group in what `find` returns. */
export function hintBit(index: number): number {
  return 1 << (index % 31)
}

const STRIDE_BITS = 7
/** Beyond it no upper-case letter has a lower-case one that stands in a hint. */
const LAST_CASED = 0x2200

/**
 * Aho and Corasick's automaton ("Efficient string matching", 1975) with every transition written out: one look-up a
 * code unit, however many hints there are.
 */
export function hintIndex(groups: readonly (readonly string[])[]): HintIndex {
  const symbols = symbolsOf(groups.flat())
  const next: number[] = new Array<number>(1 << STRIDE_BITS).fill(0)
  const out: number[] = [0]
  for (const [index, hints] of groups.entries()) {
    for (const hint of hints) {
      let node = 0
      for (let at = 0; at < hint.length; at++) {
        const edge = (node << STRIDE_BITS) + symbols[hint.charCodeAt(at)]!
        if (next[edge] === 0) {
          next[edge] = out.length
          out.push(0)
          for (let i = 0; i < 1 << STRIDE_BITS; i++) next.push(0)
        }
        node = next[edge]!
      }
      out[node]! |= hintBit(index)
    }
  }
  const table = Uint16Array.from(next)
  const bits = Int32Array.from(out)
  close(table, bits)
  return {
    find(text, heads, ends) {
      let found = 0
      let node = 0
      let head = HEAD_ROOT
      for (let from = 0; from < text.length; ) {
        const count = loadUnits(text, from)
        if (heads === undefined) {
          for (let i = 0; i < count; i++) {
            node = table[(node << STRIDE_BITS) + symbols[units[i]!]!]!
            found |= bits[node]!
          }
        } else {
          const { next: below, symbols: letters } = heads
          for (let i = 0; i < count; i++) {
            const code = units[i]!
            node = table[(node << STRIDE_BITS) + symbols[code]!]!
            found |= bits[node]!
            head = below[(head << 6) + letters[code]!]!
            if (head < HEAD_END) continue
            ends?.push(from + i, head - HEAD_END)
            head = 0
          }
        }
        from += count
      }
      return found
    },
  }
}

/** Goes through the tree level by level: where a node has no edge, it takes the one of its longest ending that is a node. */
function close(table: Uint16Array, bits: Int32Array): void {
  const fallback = new Uint16Array(bits.length)
  const queue: number[] = []
  const width = 1 << STRIDE_BITS
  for (let symbol = 0; symbol < width; symbol++) if (table[symbol]! !== 0) queue.push(table[symbol]!)
  for (let head = 0; head < queue.length; head++) {
    const node = queue[head]!
    const shorter = fallback[node]!
    bits[node]! |= bits[shorter]!
    for (let symbol = 0; symbol < width; symbol++) {
      const edge = (node << STRIDE_BITS) + symbol
      const instead = table[(shorter << STRIDE_BITS) + symbol]!
      if (table[edge] === 0) table[edge] = instead
      else {
        fallback[table[edge]!] = instead
        queue.push(table[edge]!)
      }
    }
  }
}

/** A number for each character of the hints, the same for its capital; 0 for all other code units. */
function symbolsOf(hints: readonly string[]): Uint8Array {
  const symbols = new Uint8Array(0x10000)
  let last = 0
  for (const hint of hints) {
    for (let at = 0; at < hint.length; at++) {
      const code = hint.charCodeAt(at)
      if (symbols[code] === 0) symbols[code] = ++last
    }
  }
  if (last >= 1 << STRIDE_BITS) throw new RangeError('too many different characters in hints')
  for (let code = 0; code < LAST_CASED; code++) {
    const lower = String.fromCharCode(code).toLowerCase()
    if (lower.length === 1) symbols[code] = symbols[lower.charCodeAt(0)]!
  }
  return symbols
}

const NO_HINTS = hintIndex([])
