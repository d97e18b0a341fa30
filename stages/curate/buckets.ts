/** The rows whose keys are equal, in ascending order: a view that the next bucket overwrites. */
export type Bucket = Uint32Array

/** Reused between bands: 8 bytes a row, one sort at a time. */
export interface BucketSorter {
  /** Gives every set of two or more of the chosen rows that share a key. `key[row]` is a 32-bit hash. */
  buckets(key: Uint32Array, chosen: (row: number) => boolean): Generator<Bucket>
}

/** Packs key and row into one 64-bit number, so that the engine's own sort of numbers does the work: O(n log n). */
export function createBucketSorter(rows: number): BucketSorter {
  const packed = new BigUint64Array(rows)
  // Little-endian: the low word is the row, the high word the key.
  const halves = new Uint32Array(packed.buffer)
  return {
    *buckets(key, chosen) {
      let count = 0
      for (let row = 0; row < rows; row++) {
        if (!chosen(row)) continue
        halves[2 * count] = row
        halves[2 * count + 1] = key[row]!
        count += 1
      }
      packed.subarray(0, count).sort()
      let start = 0
      for (let i = 1; i <= count; i++) {
        if (i < count && halves[2 * i + 1] === halves[2 * start + 1]) continue
        if (i - start > 1) {
          const members = new Uint32Array(i - start)
          for (let j = start; j < i; j++) members[j - start] = halves[2 * j]!
          yield members
        }
        start = i
      }
    },
  }
}
