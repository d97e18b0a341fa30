import { completeRootOf, EMPTY_ROOT, nodeHash } from './merkle.ts'
import { TILE_WIDTH } from './tiles.ts'

/** The right edge of the tree: per tile level, the tile that is not full yet. All that is needed to append. */
export type Edge = EdgeLevel[]

export interface EdgeLevel {
  /** Which tile of the level. */
  readonly index: number
  /** Fewer than 256 hashes. */
  readonly hashes: readonly Buffer[]
}

export interface FullTile {
  readonly level: number
  readonly index: number
  readonly bytes: Buffer
}

/** Adds a leaf hash. `full` are the tiles that became complete by it. `edge` stays as it is. */
export function appendLeaf(edge: Edge, leaf: Buffer): { readonly edge: Edge; readonly full: readonly FullTile[] } {
  const next = [...edge]
  const full: FullTile[] = []
  let hash = leaf
  for (let level = 0; ; level++) {
    const { index, hashes } = next[level] ?? { index: 0, hashes: [] }
    const grown = [...hashes, hash]
    if (grown.length < TILE_WIDTH) {
      next[level] = { index, hashes: grown }
      return { edge: next, full }
    }
    full.push({ level, index, bytes: Buffer.concat(grown) })
    next[level] = { index: index + 1, hashes: [] }
    hash = completeRoot(grown)
  }
}

/** Root of the tree whose edge this is (RFC 6962 §2.1): the complete subtrees, from the smallest up. */
export function edgeRoot(edge: Edge): Buffer {
  let root: Buffer | undefined
  for (const { hashes } of edge) {
    let end = hashes.length
    for (let count = 1; count < TILE_WIDTH; count *= 2) {
      if ((hashes.length & count) === 0) continue
      const subtree = completeRoot(hashes.slice(end - count, end))
      root = root === undefined ? subtree : nodeHash(subtree, root)
      end -= count
    }
  }
  return root ?? EMPTY_ROOT
}

/** Root of 2^k hashes. */
export function completeRoot(hashes: readonly Buffer[]): Buffer {
  return hashes.length === 1 ? hashes[0]! : completeRootOf(Buffer.concat(hashes))
}
