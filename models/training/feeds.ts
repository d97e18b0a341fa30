import type { Feed } from '../graph/session.ts'
import { float32, int32 } from '../graph/session.ts'
import type { BaseTensors } from './base.ts'
import type { Batch } from './batches.ts'
import { causalMask } from './batches.ts'

/** The parameters of a frozen base, fed under their names. They share the memory of the base. */
export function frozenFeeds(base: BaseTensors | undefined): Readonly<Record<string, Feed>> {
  return Object.fromEntries([...(base?.values() ?? [])].map(({ name, data, shape }) => [name, float32(data, shape)]))
}

/** What the graphs read of a batch. */
export function batchFeeds(batch: Batch): Readonly<Record<string, Feed>> {
  return {
    ids: int32(batch.ids, [batch.rows, batch.sequence]),
    mask: float32(causalMask(batch.sequence), [batch.sequence, batch.sequence]),
    positions: int32(batch.positions),
    targets: int32(batch.targets),
  }
}
