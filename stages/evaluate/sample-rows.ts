import { readDataset } from '../../artifacts/dataset.ts'
import type { TextRecord } from '../../artifacts/record.ts'
import type { ArtifactRef } from '../../artifacts/refs.ts'
import type { Store } from '../../artifacts/store.ts'
import type { Random } from '../../util/random.ts'

export interface RowSample {
  /** In the order of the dataset. */
  readonly rows: readonly TextRecord[]
  /** Rows of the dataset that could have been chosen. */
  readonly eligible: number
}

/**
 * Up to `size` rows of a dataset, every eligible row with the same chance (reservoir sampling, Vitter 1985,
 * algorithm R). One pass, one shard in memory.
 */
export function sampleRows(
  store: Store,
  ref: Pick<ArtifactRef, 'digest'>,
  size: number,
  random: Random,
  eligible: (record: TextRecord) => boolean = () => true,
): RowSample {
  return sampleFrom(readDataset(store, ref), size, random, eligible)
}

/** The same for any sequence. */
export function sampleFrom(
  records: Iterable<TextRecord>,
  size: number,
  random: Random,
  eligible: (record: TextRecord) => boolean = () => true,
): RowSample {
  const chosen: { order: number; record: TextRecord }[] = []
  let seen = 0
  for (const record of records) {
    if (!eligible(record)) continue
    if (chosen.length < size) chosen.push({ order: seen, record })
    else {
      const place = random.integer(seen + 1)
      if (place < size) chosen[place] = { order: seen, record }
    }
    seen += 1
  }
  return { rows: chosen.sort((a, b) => a.order - b.order).map((entry) => entry.record), eligible: seen }
}
