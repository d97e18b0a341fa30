import type { Feed } from '../graph/session.ts'
import { float32, int32 } from '../graph/session.ts'
import type { NetworkConfig } from '../network/config.ts'
import { headName } from '../network/config.ts'
import type { BaseTensors } from './base.ts'
import type { Batch } from './batches.ts'
import { blockMask, causalMask, tokenPositions } from './batches.ts'
import { headCuts, headInput } from './graphs.ts'

/** The parameters of a frozen base, fed under their names. They share the memory of the base. */
export function frozenFeeds(base: BaseTensors | undefined): Readonly<Record<string, Feed>> {
  return Object.fromEntries([...(base?.values() ?? [])].map(({ name, data, shape }) => [name, float32(data, shape)]))
}

/** The head once more, in blocks of its rows; it shares the memory of the base. */
export function headFeeds(
  base: BaseTensors | undefined,
  network: NetworkConfig,
  blocks: number,
): Readonly<Record<string, Feed>> {
  const head = base?.get(headName(network))
  if (head === undefined || blocks === 1) return {}
  const { width } = network
  return Object.fromEntries(
    headCuts(network, blocks).map(([from, to], i) => [
      headInput(i),
      float32(head.data.subarray(from * width, to * width), [to - from, width]),
    ]),
  )
}

/** What the graphs read of a batch. `packed` graphs read any batch, others only one without packed rows. */
export function batchFeeds(batch: Batch, packed = false): Readonly<Record<string, Feed>> {
  const { rows, sequence } = batch
  if (batch.mask === 'blocks' && !packed) throw new RangeError('a batch of packed rows needs a graph for them')
  return {
    ids: int32(batch.ids, [rows, sequence]),
    positions: int32(batch.positions),
    targets: int32(batch.targets),
    ...(packed
      ? {
          mask: float32(blockMask(batch), [rows, 1, sequence, sequence]),
          token_positions: int32(tokenPositions(batch), [rows, sequence]),
        }
      : { mask: float32(causalMask(sequence), [sequence, sequence]) }),
  }
}
