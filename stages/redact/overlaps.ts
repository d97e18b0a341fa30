/** What overlap resolution needs to know of a candidate. */
export interface Claim {
  readonly start: number
  readonly end: number
  readonly score: number
  readonly priority: number
  readonly type: string
  readonly recognizer: string
}

/**
 * Makes claims disjoint, deterministically: higher score, then longer, then higher priority, then earlier, then by
 * name. A losing claim gives up the characters that a winner holds and keeps the rest where the rest still has a letter
 * or digit in it, so every character that any claim covers stays covered: a partly hidden value is a leak.
 *
 * Sorted by start. O(n log n).
 */
export function resolveOverlaps<C extends Claim>(claims: readonly C[], text: string): C[] {
  if (claims.length < 2) return [...claims]
  const byStart = [...claims].sort((a, b) => a.start - b.start || a.end - b.end)
  const out: C[] = []
  let cluster: C[] = []
  let clusterEnd = -1
  for (const claim of byStart) {
    if (claim.start >= clusterEnd && cluster.length > 0) {
      settle(cluster, text, out)
      cluster = []
    }
    cluster.push(claim)
    clusterEnd = cluster.length === 1 ? claim.end : Math.max(clusterEnd, claim.end)
  }
  settle(cluster, text, out)
  return out
}

function rank(a: Claim, b: Claim): number {
  return (
    b.score - a.score ||
    b.end - b.start - (a.end - a.start) ||
    b.priority - a.priority ||
    a.start - b.start ||
    compare(a.type, b.type) ||
    compare(a.recognizer, b.recognizer)
  )
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0
}

function settle<C extends Claim>(cluster: readonly C[], text: string, out: C[]): void {
  if (cluster.length === 1) {
    out.push(cluster[0]!)
    return
  }
  const first = cluster[0]!.start
  const last = cluster.reduce((end, claim) => Math.max(end, claim.end), 0)
  // Each unit belongs to the best claim over it. Painting the best last would need the reverse order; instead a free
  // pointer skips what is taken, so each unit is painted once (union-find with path halving).
  const ranked = [...cluster].sort(rank)
  const owner = new Int32Array(last - first).fill(-1)
  const next = new Int32Array(last - first + 1).map((_, i) => i)
  const free = (at: number): number => {
    let i = at
    while (next[i] !== i) {
      next[i] = next[next[i]!]!
      i = next[i]!
    }
    return i
  }
  for (const [index, claim] of ranked.entries()) {
    for (let at = free(claim.start - first); at < claim.end - first; at = free(at)) {
      owner[at] = index
      next[at] = at + 1
    }
  }
  for (let start = 0; start < owner.length; ) {
    const index = owner[start]!
    let end = start + 1
    while (end < owner.length && owner[end] === index) end += 1
    if (index >= 0) pushPiece(ranked[index]!, first + start, first + end, text, out)
    start = end
  }
}

const SOLID = /[\p{L}\p{N}]/u

function pushPiece<C extends Claim>(claim: C, from: number, to: number, text: string, out: C[]): void {
  if (from === claim.start && to === claim.end) {
    out.push(claim)
    return
  }
  let start = from
  let end = to
  while (start < end && isThin(text.charCodeAt(start))) start += 1
  while (end > start && isThin(text.charCodeAt(end - 1))) end -= 1
  if (start < end && SOLID.test(text.slice(start, end))) out.push({ ...claim, start, end })
}

/** White space and punctuation that a leftover piece does not need. */
function isThin(code: number): boolean {
  return code <= 47 || (code >= 58 && code <= 64) || (code >= 91 && code <= 96) || (code >= 123 && code <= 127)
}
