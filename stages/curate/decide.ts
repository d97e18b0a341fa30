import { ALIVE, type Clusters, DROPPED_BY_RULE } from './cluster.ts'
import { splitOf } from './split.ts'
import { UnionFind } from './union-find.ts'

export interface SplitConfig {
  readonly valid: number
  readonly test: number
  readonly group_by: readonly string[]
}

export interface Decided {
  /** Index into `SPLITS` by row; 255 where the row is not kept. */
  readonly split: Uint8Array
  /** Row that stands for the cluster of a row, at the index of the cluster's root. */
  readonly representative: Uint32Array
  readonly facts: ClusterFacts
}

export interface ClusterFacts {
  readonly exactDuplicates: number
  readonly nearDuplicates: number
  /** Rows that passed the rules: those that duplicates are looked for in. */
  readonly compared: number
  /** Clusters of two or more rows. */
  readonly clusters: number
  /** Cluster size → clusters, sizes ≥ 2. */
  readonly sizes: ReadonlyMap<number, number>
  readonly rounds: number
  /** Rows kept, by index into `SPLITS`. */
  readonly splitRows: readonly [number, number, number]
  /** Pairs of kept rows on different sides whose signatures reach the threshold, after the last round. */
  readonly leakage: number
  /** Pairs that the check found across sides and that were put on one side. */
  readonly repaired: number
  /** Rows of the largest set that must stay on one side. */
  readonly largestGroup: number
}

const UNSPLIT = 255
const MAX_ROUNDS = 16

/**
 * Finds duplicates, drops them, and splits what is left. The check for leakage looks at the finished split only; a
 * pair that it finds is put on one side and the split is made again, so the figure in the evidence is that of the
 * split that is written.
 */
export async function decide(
  clusters: Clusters,
  config: SplitConfig,
  seed: number,
  pause: (doing: string) => Promise<void>,
): Promise<Decided> {
  const compared = countRows(clusters, (row) => clusters.state[row] !== DROPPED_BY_RULE)
  clusters.joinExact()
  const afterExact = countSets(clusters)
  let rounds = 0
  for (let joins = 1; joins > 0 && rounds < MAX_ROUNDS; rounds++)
    joins = await clusters.joinNear(() => pause('comparing'))
  const afterNear = countSets(clusters)

  const sides = new UnionFind(clusters.sets)
  for (let key = 0; key < config.group_by.length; key++) clusters.joinGroups(sides, key)
  let split = assign(clusters, sides, config, seed)
  let leakage = await crossing(clusters, split, sides, pause)
  let repaired = 0
  for (let round = 0; leakage > 0 && round < MAX_ROUNDS; round++) {
    repaired += leakage
    split = assign(clusters, sides, config, seed)
    leakage = await crossing(clusters, split, sides, pause)
  }

  const sizes = sizesOf(clusters, clusters.sets)
  const bySize = new Map<number, number>()
  for (const size of sizes) if (size > 1) bySize.set(size, (bySize.get(size) ?? 0) + 1)
  return {
    split,
    representative: clusters.representatives(),
    facts: {
      exactDuplicates: compared - afterExact,
      nearDuplicates: afterExact - afterNear,
      compared,
      clusters: [...bySize.values()].reduce((sum, n) => sum + n, 0),
      sizes: new Map([...bySize].sort(([a], [b]) => a - b)),
      rounds,
      splitRows: [0, 1, 2].map((side) => countRows(clusters, (row) => split[row] === side)) as [number, number, number],
      leakage,
      repaired,
      largestGroup: sizesOf(clusters, sides, true).reduce((most, size) => Math.max(most, size), 0),
    },
  }
}

/** Every kept row's side: that of the smallest id of all rows that must stay together. */
function assign(clusters: Clusters, sides: UnionFind, config: SplitConfig, seed: number): Uint8Array {
  const split = new Uint8Array(clusters.rows).fill(UNSPLIT)
  const smallest = clusters.representatives(sides, clusters.smallerId)
  for (let row = 0; row < clusters.rows; row++) {
    if (clusters.state[row] !== ALIVE) continue
    const id = smallest[sides.find(row)]!
    split[row] = splitOf(clusters.ids[id]!, clusters.ids[clusters.rows + id]!, seed, config)
  }
  return split
}

/** Counts pairs on different sides that are near-duplicates, and joins their sides for a next attempt. */
async function crossing(
  clusters: Clusters,
  split: Uint8Array,
  sides: UnionFind,
  pause: (doing: string) => Promise<void>,
): Promise<number> {
  let pairs = 0
  const join = (a: number, b: number): void => {
    pairs += 1
    sides.union(a, b)
  }
  await clusters.livingPairs(
    () => pause('checking the split'),
    (a, b) => split[a] !== split[b],
    join,
  )
  return pairs
}

function countSets(clusters: Clusters): number {
  return countRows(clusters, (row) => clusters.state[row] !== DROPPED_BY_RULE && clusters.sets.find(row) === row)
}

function sizesOf(clusters: Clusters, sets: UnionFind, keptOnly = false): Uint32Array {
  const sizes = new Uint32Array(clusters.rows)
  for (let row = 0; row < clusters.rows; row++) {
    if (keptOnly && clusters.state[row] !== ALIVE) continue
    const root = sets.find(row)
    sizes[root] = sizes[root]! + 1
  }
  return sizes
}

function countRows(clusters: Clusters, test: (row: number) => boolean): number {
  let count = 0
  for (let row = 0; row < clusters.rows; row++) if (test(row)) count += 1
  return count
}
