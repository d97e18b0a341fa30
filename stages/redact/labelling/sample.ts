import { sha256, sha256Json } from '../../../util/digest.ts'
import type { Item } from './item.ts'

export interface Sample {
  /** In the order in which they are judged: that of their digests, which has nothing to do with their content. */
  readonly items: readonly Item[]
  /** Items that there were. */
  readonly of: number
  /** Digest of the ids: the same sample has the same. */
  readonly digest: string
}

/**
 * A simple random sample without replacement: the `size` items whose digest under the seed is smallest. The same items,
 * size and seed give the same sample, in whatever order the items come; a larger size adds to it. Memory holds twice
 * the sample.
 */
export async function drawSample(items: AsyncIterable<Item>, size: number, seed: number): Promise<Sample> {
  let kept: { readonly order: string; readonly item: Item }[] = []
  let of = 0
  const trim = (): void => {
    kept = kept.sort((a, b) => (a.order < b.order ? -1 : 1)).slice(0, size)
  }
  for await (const item of items) {
    of += 1
    kept.push({ order: sha256(`label ${seed} ${item.id}`), item })
    if (kept.length >= 2 * size + 64) trim()
  }
  trim()
  const sampled = kept.map(({ item }) => item)
  return { items: sampled, of, digest: sha256Json(sampled.map(({ id }) => id)) }
}
