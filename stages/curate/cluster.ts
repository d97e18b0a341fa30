import type { BucketSorter } from './buckets.ts'
import { createBucketSorter } from './buckets.ts'
import type { ColumnFile } from './column-file.ts'
import { estimateJaccard } from './minhash.ts'
import { HAS_SIGNATURE } from './scan.ts'
import { UnionFind } from './union-find.ts'

/** What is to become of a row. */
export const ALIVE = 0
export const DROPPED_BY_RULE = 1
export const EXACT_DUPLICATE = 2
export const NEAR_DUPLICATE = 3

export interface ClusterOptions {
  readonly dropExact: boolean
  readonly dropNear: boolean
  readonly threshold: number
  readonly bands: number
  readonly permutations: number
  readonly keep: 'longest' | 'first' | 'smallest_id'
}

/**
 * The rows of a dataset while duplicates are found. Per row: 4 bytes for the sets, 12 for id and length, 1 for the
 * state, 1 for flags, and 8 for one sort at a time plus 4 for one column: about 30 bytes, whatever the length of texts.
 */
export class Clusters {
  readonly rows: number
  readonly state: Uint8Array
  readonly sets: UnionFind
  readonly ids: Uint32Array
  readonly columns: ColumnFile
  readonly options: ClusterOptions
  readonly #lengths: Uint32Array
  readonly #flags: Uint8Array
  readonly #sorter: BucketSorter
  readonly #column: Uint32Array
  readonly #left: Uint8Array
  readonly #right: Uint8Array

  constructor(columns: ColumnFile, rows: number, state: Uint8Array, options: ClusterOptions) {
    this.columns = columns
    this.rows = rows
    this.state = state
    this.options = options
    this.sets = new UnionFind(rows)
    this.ids = new Uint32Array(2 * rows)
    columns.read('id0', 0, this.ids.subarray(0, rows))
    columns.read('id1', 0, this.ids.subarray(rows))
    this.#lengths = columns.read('length', 0, new Uint32Array(rows))
    this.#flags = columns.read('flags', 0, new Uint8Array(rows))
    this.#sorter = createBucketSorter(rows)
    this.#column = new Uint32Array(rows)
    this.#left = new Uint8Array(options.permutations)
    this.#right = new Uint8Array(options.permutations)
  }

  /** Joins rows with equal content (96 bits of SHA-256 agree); drops all but the one to keep of each set. */
  joinExact(): void {
    const rest = [new Uint32Array(this.rows), new Uint32Array(this.rows)] as const
    this.columns.read('exact1', 0, rest[0])
    this.columns.read('exact2', 0, rest[1])
    for (const bucket of this.#buckets('exact0', (row) => this.state[row] === ALIVE))
      joinEqual(this.sets, bucket, (row) => `${rest[0][row]},${rest[1][row]}`)
    if (this.options.dropExact) this.#dropOthers(EXACT_DUPLICATE)
  }

  /**
   * One round over all bands: rows that meet in a band and whose signatures reach the threshold become one set. Gives
   * the number of joins; the caller drops and repeats until there are none, so no pair of survivors is left that a
   * band can show. `pause` runs between bands.
   */
  async joinNear(pause: (band: number) => Promise<void>): Promise<number> {
    let joins = 0
    for (let band = 0; band < this.options.bands; band++) {
      await pause(band)
      for (const bucket of this.#buckets(`band${band}`, (row) => this.#comparable(row))) joins += this.#link(bucket)
    }
    if (this.options.dropNear) this.#dropOthers(NEAR_DUPLICATE)
    return joins
  }

  /** Calls `meet` for each pair of living rows that share a band and whose signatures reach the threshold. */
  async livingPairs(
    pause: (band: number) => Promise<void>,
    wanted: (a: number, b: number) => boolean,
    meet: (a: number, b: number) => void,
  ): Promise<void> {
    for (let band = 0; band < this.options.bands; band++) {
      await pause(band)
      for (const bucket of this.#buckets(`band${band}`, (row) => this.#comparable(row))) {
        for (let i = 1; i < bucket.length; i++) {
          for (let j = Math.max(0, i - MAX_COMPARED); j < i; j++) {
            const [a, b] = [bucket[j]!, bucket[i]!]
            if (wanted(a, b) && this.similarity(a, b) >= this.options.threshold) meet(a, b)
          }
        }
      }
    }
  }

  /** Joins rows of `sets` that share a group (two 32-bit columns; 0, 0 is no group). Dropped rows still connect. */
  joinGroups(sets: UnionFind, key: number): void {
    const low = this.columns.read(`group${key}b`, 0, new Uint32Array(this.rows))
    const inGroup = (row: number): boolean => low[row] !== 0 && this.state[row] !== DROPPED_BY_RULE
    for (const bucket of this.#buckets(`group${key}a`, inGroup)) joinEqual(sets, bucket, (row) => low[row]!)
  }

  /** For each set, its row to keep; at the index of every root. */
  representatives(sets: UnionFind = this.sets, better = this.#better): Uint32Array {
    const best = new Uint32Array(this.rows)
    for (let row = 0; row < this.rows; row++) best[row] = row
    for (let row = 0; row < this.rows; row++) {
      if (this.state[row] === DROPPED_BY_RULE) continue
      const root = sets.find(row)
      if (better(row, best[root]!)) best[root] = row
    }
    return best
  }

  readonly smallerId = (a: number, b: number): boolean => {
    const n = this.rows
    return (
      this.ids[a]! < this.ids[b]! ||
      (this.ids[a] === this.ids[b] &&
        (this.ids[n + a]! < this.ids[n + b]! || (this.ids[n + a] === this.ids[n + b] && a < b)))
    )
  }

  similarity(a: number, b: number): number {
    const n = this.options.permutations
    this.columns.read('signature', a, this.#left)
    this.columns.read('signature', b, this.#right)
    return estimateJaccard(this.#left, this.#right, n)
  }

  #comparable(row: number): boolean {
    return this.state[row] === ALIVE && (this.#flags[row]! & HAS_SIGNATURE) !== 0
  }

  #buckets(column: string, chosen: (row: number) => boolean): Generator<Uint32Array> {
    return this.#sorter.buckets(this.columns.read(column, 0, this.#column), chosen)
  }

  /**
   * Compares each row with the heads of the bucket: rows that were like none before them, eight at most, so that a
   * bucket of k rows costs at most 8k comparisons. A row that is like a head joins its set.
   */
  #link(bucket: Uint32Array): number {
    const heads: number[] = []
    let joins = 0
    for (const row of bucket) {
      let like = false
      for (const head of heads) {
        if (this.sets.find(head) === this.sets.find(row)) like = true
        else if (this.similarity(head, row) >= this.options.threshold) {
          this.sets.union(head, row)
          joins += 1
          like = true
        }
      }
      if (!like && heads.length < MAX_HEADS) heads.push(row)
    }
    return joins
  }

  #dropOthers(state: number): void {
    const best = this.representatives()
    for (let row = 0; row < this.rows; row++)
      if (this.state[row] === ALIVE && best[this.sets.find(row)] !== row) this.state[row] = state
  }

  readonly #better = (a: number, b: number): boolean => {
    if (this.options.keep === 'first') return a < b
    if (this.options.keep === 'longest' && this.#lengths[a] !== this.#lengths[b])
      return this.#lengths[a]! > this.#lengths[b]!
    return this.smallerId(a, b)
  }
}

const MAX_HEADS = 8
const MAX_COMPARED = 64

/** Joins the rows of a bucket whose full keys are equal: a bucket shares only 32 bits. */
function joinEqual(sets: UnionFind, bucket: Uint32Array, fullKey: (row: number) => string | number): void {
  const first = new Map<string | number, number>()
  for (const row of bucket) {
    const key = fullKey(row)
    const known = first.get(key)
    if (known === undefined) first.set(key, row)
    else sets.union(known, row)
  }
}
