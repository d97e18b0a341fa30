import { Heap } from '../../util/heap.ts'

/** Ranks and results of byte-pair merges, by ids. */
export interface MergeTable {
  rank(left: number, right: number): number | undefined
  joined(left: number, right: number): number
}

/** Above this, repeated scans would be felt; one word of a megabyte must not stop a stage. */
const SHORT = 64

/** Applies merges in the order of their ranks, from the left, until none fits. May change `ids`. */
export function merge(ids: number[], table: MergeTable): readonly number[] {
  return ids.length > SHORT ? mergeLong(ids, table) : mergeShort(ids, table)
}

function mergeShort(ids: number[], table: MergeTable): readonly number[] {
  for (;;) {
    let best = -1
    let bestRank = Number.POSITIVE_INFINITY
    for (let i = 0; i + 1 < ids.length; i++) {
      const rank = table.rank(ids[i]!, ids[i + 1]!)
      if (rank !== undefined && rank < bestRank) {
        best = i
        bestRank = rank
      }
    }
    if (best === -1) return ids
    ids[best] = table.joined(ids[best]!, ids[best + 1]!)
    ids.splice(best + 1, 1)
  }
}

interface Pair {
  readonly rank: number
  readonly at: number
  readonly left: number
  readonly right: number
}

/** The same merges in n·log n: a queue of adjacent pairs over a linked list. */
function mergeLong(ids: readonly number[], table: MergeTable): readonly number[] {
  const n = ids.length
  const value = Int32Array.from(ids)
  const next = Int32Array.from(ids, (_, i) => (i + 1 < n ? i + 1 : -1))
  const previous = Int32Array.from(ids, (_, i) => i - 1)
  const gone = new Uint8Array(n)
  const queue = new Heap<Pair>(before)
  const offer = (at: number): void => {
    const after = next[at]!
    if (after === -1) return
    const rank = table.rank(value[at]!, value[after]!)
    if (rank !== undefined) queue.push({ rank, at, left: value[at]!, right: value[after]! })
  }
  for (let i = 0; i < n; i++) offer(i)
  for (let pair = queue.pop(); pair !== undefined; pair = queue.pop()) {
    const { at, left, right } = pair
    const after = next[at]!
    if (gone[at] === 1 || value[at] !== left || after === -1 || value[after] !== right) continue
    value[at] = table.joined(left, right)
    gone[after] = 1
    const following = next[after]!
    next[at] = following
    if (following !== -1) previous[following] = at
    const before = previous[at]!
    if (before !== -1) offer(before)
    offer(at)
  }
  const out: number[] = []
  for (let i = 0; i !== -1 && i < n; i = next[i]!) out.push(value[i]!)
  return out
}

/** The smallest rank first, then the leftmost place. */
function before(a: Pair, b: Pair): boolean {
  return a.rank < b.rank || (a.rank === b.rank && a.at < b.at)
}
