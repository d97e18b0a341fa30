import { sha256 } from '../util/digest.ts'
import type { Json } from '../util/json.ts'
import { Groups, type GroupsJson } from './groups.ts'

/**
 * Mergeable metrics: what a shard reports besides its output. Merging is associative and commutative *exactly*, so a
 * run gives the same bytes whatever the number of workers: counts are integers, sums are exact fixed-point integers
 * (millionths), sets are kept by hash order, never by arrival order.
 */
export interface TallyJson {
  /** `name` or `name{label}` → count. */
  readonly counts: Readonly<Record<string, number>>
  /** Exact sums in millionths, as decimal strings. */
  readonly sums: Readonly<Record<string, string>>
  readonly histograms: Readonly<Record<string, HistogramJson>>
  /** Counts by category, the smallest-hash categories where there are too many. */
  readonly categories: Readonly<Record<string, CategoriesJson>>
  /** HyperLogLog registers, hex. */
  readonly distinct: Readonly<Record<string, string>>
  readonly samples: Readonly<Record<string, readonly SampleJson[]>>
  /** Left out where none were counted. */
  readonly groups?: Readonly<Record<string, GroupsJson>>
}

export interface HistogramJson {
  /** Ascending. Bucket i holds edges[i-1] ≤ x < edges[i]; bucket 0 is below the first, the last above the last. */
  readonly edges: readonly number[]
  /** edges.length + 1 counts. */
  readonly counts: readonly number[]
}

export interface CategoriesJson {
  readonly counts: Readonly<Record<string, number>>
  /** True where categories were left out: the counts given are still exact. */
  readonly truncated: boolean
}

export interface SampleJson {
  /** Hash that decides which samples stay: the smallest. */
  readonly order: string
  readonly value: Json
}

const MAX_CATEGORIES = 2048
const MAX_SAMPLES = 24
const HLL_BITS = 12

/** The order of a sample: which of them stay is decided by the hash of their keys. */
export function sampleOrder(name: string, key: string): string {
  return sha256(`${name}:${key}`).slice(0, 24)
}

export class Tally {
  readonly #counts = new Map<string, number>()
  readonly #sums = new Map<string, bigint>()
  readonly #histograms = new Map<string, { edges: readonly number[]; counts: number[] }>()
  readonly #categories = new Map<string, { counts: Map<string, number>; truncated: boolean }>()
  readonly #distinct = new Map<string, Uint8Array>()
  readonly #samples = new Map<string, Map<string, Json>>()
  readonly #groups = new Map<string, Groups>()

  /** Adds to a counter. */
  count(name: string, by = 1): void {
    this.#counts.set(name, (this.#counts.get(name) ?? 0) + by)
  }

  getCount(name: string): number {
    return this.#counts.get(name) ?? 0
  }

  /** Adds to an exact sum; `x` is rounded to millionths. */
  sum(name: string, x: number): void {
    if (!Number.isFinite(x)) throw new RangeError(`sum ${name}: not a finite number`)
    this.#sums.set(name, (this.#sums.get(name) ?? 0n) + BigInt(Math.round(x * 1e6)))
  }

  getSum(name: string): number {
    return Number(this.#sums.get(name) ?? 0n) / 1e6
  }

  /** Counts `x` into a histogram. The edges of one name never change. */
  histogram(name: string, edges: readonly number[], x: number): void {
    let histogram = this.#histograms.get(name)
    if (histogram === undefined) {
      histogram = { edges, counts: new Array<number>(edges.length + 1).fill(0) }
      this.#histograms.set(name, histogram)
    }
    const bucket = upperBound(histogram.edges, x)
    histogram.counts[bucket] = histogram.counts[bucket]! + 1
  }

  getHistogram(name: string): HistogramJson | undefined {
    return this.#histograms.get(name)
  }

  /** Counts one occurrence of a category. Categories are words of ours, never values from records. */
  category(name: string, category: string, by = 1): void {
    let entry = this.#categories.get(name)
    if (entry === undefined) {
      entry = { counts: new Map(), truncated: false }
      this.#categories.set(name, entry)
    }
    entry.counts.set(category, (entry.counts.get(category) ?? 0) + by)
    if (entry.counts.size > MAX_CATEGORIES * 2) trim(entry)
  }

  /** Counts by category, most frequent first, ties by name. */
  getCategories(name: string): readonly (readonly [string, number])[] {
    return [...(this.#categories.get(name)?.counts ?? [])].sort(([a, x], [b, y]) => y - x || (a < b ? -1 : 1))
  }

  /** Counts distinct values without keeping them (HyperLogLog, 4096 registers, about 1.6 % error). */
  distinct(name: string, value: string): void {
    let registers = this.#distinct.get(name)
    if (registers === undefined) {
      registers = new Uint8Array(1 << HLL_BITS)
      this.#distinct.set(name, registers)
    }
    const digest = Buffer.from(sha256(value), 'hex')
    const index = digest.readUInt16BE(0) >> (16 - HLL_BITS)
    const rank = Math.min(33, Math.clz32(digest.readUInt32BE(4)) + 1)
    if (rank > registers[index]!) registers[index] = rank
  }

  getDistinct(name: string): number {
    const registers = this.#distinct.get(name)
    return registers === undefined ? 0 : estimateDistinct(registers)
  }

  /** Offers a sample; the ones with the smallest hash of `key` stay. The value must be free of raw personal data. */
  sample(name: string, key: string, value: Json): void {
    let kept = this.#samples.get(name)
    if (kept === undefined) {
      kept = new Map()
      this.#samples.set(name, kept)
    }
    kept.set(sampleOrder(name, key), value)
    if (kept.size > MAX_SAMPLES) kept.delete([...kept.keys()].sort().at(-1)!)
  }

  getSamples(name: string): readonly Json[] {
    return [...(this.#samples.get(name) ?? [])].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, value]) => value)
  }

  /** Counts one member of a group. `key` and `values` are hex digests under a key (HMAC), never values from records. */
  group(name: string, key: string, values: Readonly<Record<string, string>> = {}): void {
    let groups = this.#groups.get(name)
    if (groups === undefined) {
      groups = new Groups()
      this.#groups.set(name, groups)
    }
    groups.add(key, values)
  }

  getGroups(name: string): GroupsJson | undefined {
    return this.#groups.get(name)?.toJSON()
  }

  merge(other: TallyJson): void {
    for (const [name, n] of Object.entries(other.counts)) this.count(name, n)
    for (const [name, n] of Object.entries(other.sums)) this.#sums.set(name, (this.#sums.get(name) ?? 0n) + BigInt(n))
    for (const [name, histogram] of Object.entries(other.histograms)) this.#mergeHistogram(name, histogram)
    for (const [name, entry] of Object.entries(other.categories)) {
      for (const [category, n] of Object.entries(entry.counts)) this.category(name, category, n)
      const mine = this.#categories.get(name)
      if (mine !== undefined && entry.truncated) mine.truncated = true
    }
    for (const [name, hex] of Object.entries(other.distinct)) {
      const registers = this.#distinct.get(name) ?? new Uint8Array(1 << HLL_BITS)
      const theirs = Buffer.from(hex, 'hex')
      for (let i = 0; i < registers.length; i++) registers[i] = Math.max(registers[i]!, theirs[i] ?? 0)
      this.#distinct.set(name, registers)
    }
    for (const [name, samples] of Object.entries(other.samples)) {
      const kept = this.#samples.get(name) ?? new Map<string, Json>()
      for (const { order, value } of samples) kept.set(order, value)
      this.#samples.set(name, new Map([...kept].sort(([a], [b]) => (a < b ? -1 : 1)).slice(0, MAX_SAMPLES)))
    }
    for (const [name, theirs] of Object.entries(other.groups ?? {})) {
      const groups = this.#groups.get(name) ?? new Groups()
      groups.merge(theirs)
      this.#groups.set(name, groups)
    }
  }

  toJSON(): TallyJson {
    return {
      counts: sortedObject(this.#counts),
      sums: sortedObject(new Map([...this.#sums].map(([name, n]) => [name, n.toString()]))),
      histograms: sortedObject(this.#histograms),
      categories: sortedObject(
        new Map(
          [...this.#categories].map(([name, entry]) => {
            trim(entry)
            return [name, { counts: sortedObject(entry.counts), truncated: entry.truncated }]
          }),
        ),
      ),
      distinct: sortedObject(new Map([...this.#distinct].map(([name, r]) => [name, Buffer.from(r).toString('hex')]))),
      samples: sortedObject(
        new Map(
          [...this.#samples].map(([name, kept]) => [
            name,
            [...kept].sort(([a], [b]) => (a < b ? -1 : 1)).map(([order, value]) => ({ order, value })),
          ]),
        ),
      ),
      ...(this.#groups.size === 0
        ? {}
        : { groups: sortedObject(new Map([...this.#groups].map(([name, groups]) => [name, groups.toJSON()]))) }),
    }
  }

  static from(json: TallyJson): Tally {
    const tally = new Tally()
    tally.merge(json)
    return tally
  }

  #mergeHistogram(name: string, other: HistogramJson): void {
    const mine = this.#histograms.get(name)
    if (mine === undefined) {
      this.#histograms.set(name, { edges: other.edges, counts: [...other.counts] })
      return
    }
    if (mine.edges.join() !== other.edges.join()) throw new RangeError(`histogram ${name}: edges differ`)
    for (let i = 0; i < mine.counts.length; i++) mine.counts[i] = mine.counts[i]! + other.counts[i]!
  }
}

/** Index of the first edge greater than x. */
function upperBound(edges: readonly number[], x: number): number {
  let low = 0
  let high = edges.length
  while (low < high) {
    const middle = (low + high) >> 1
    if (edges[middle]! <= x) low = middle + 1
    else high = middle
  }
  return low
}

/**
 * Keeps the categories with the smallest hash. A category that belongs to the smallest of a union belongs to the
 * smallest of every part in which it occurs, so the counts that stay are exact.
 */
function trim(entry: { counts: Map<string, number>; truncated: boolean }): void {
  if (entry.counts.size <= MAX_CATEGORIES) return
  const kept = [...entry.counts]
    .map(([category, n]) => [sha256(category), category, n] as const)
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .slice(0, MAX_CATEGORIES)
  entry.counts = new Map(kept.map(([, category, n]) => [category, n]))
  entry.truncated = true
}

/** Flajolet et al. 2007 with the small-range correction. */
function estimateDistinct(registers: Uint8Array): number {
  const m = registers.length
  let inverse = 0
  let zeros = 0
  for (const register of registers) {
    inverse += 2 ** -register
    if (register === 0) zeros += 1
  }
  const raw = ((0.7213 / (1 + 1.079 / m)) * m * m) / inverse
  return Math.round(raw <= 2.5 * m && zeros > 0 ? m * Math.log(m / zeros) : raw)
}

function sortedObject<T>(map: ReadonlyMap<string, T>): Record<string, T> {
  return Object.fromEntries([...map].sort(([a], [b]) => (a < b ? -1 : 1)))
}
