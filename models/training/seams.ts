import { linearLayers } from '../lora/modules.ts'
import type { Batch } from './batches.ts'
import type { GraphShape } from './graphs.ts'

/**
 * Why a batch has a least size: MLAS cuts a product [M, K]·[K, N] along its longer side, and sums a piece of at most 64
 * columns in longer runs over K than a whole of up to 144 columns (`MlasSgemmOperation`: the K stride grows as the N
 * stride shrinks; not where the left operand is transposed). Then one thread and two round differently. With at least
 * N rows the cut goes along M, which changes no sum. Found by random products; the test runs shapes of both kinds.
 */
const WIDEST = 144
/** One block of columns is never cut. */
const COLUMNS_OF_BLOCK = 16
/** A sum over fewer is one run. */
const RUN = 128

/**
 * The tokens, padding included, that a batch must have so that one thread and two give the same bytes: the widest of
 * the network's products that could be cut in the wrong direction, and 0 where none could. A product of more than 144
 * columns is no matter, so large models need none.
 */
export function leastTokens({ network, method }: Pick<GraphShape, 'network' | 'method'>): number {
  const rank = method.kind === 'lora' ? method.lora.rank : 0
  const products = linearLayers(network).flatMap(({ inputs: a, outputs: b }) => {
    // Forward and backward swap columns and summed sizes; so do the two factors.
    return [
      [a, b] as const,
      [b, a] as const,
      ...[a, b].flatMap((size) => [[rank, size] as const, [size, rank] as const]),
    ]
  })
  return products.reduce(
    (most, [columns, summed]) =>
      columns > COLUMNS_OF_BLOCK && columns <= WIDEST && summed > RUN ? Math.max(most, columns) : most,
    0,
  )
}

/** The batch with rows of padding behind its own, in which nothing is trained, until it has so many tokens. */
export function padRows(batch: Batch, tokens: number, pad: number): Batch {
  const rows = Math.max(batch.rows, Math.ceil(tokens / batch.sequence))
  if (rows === batch.rows) return batch
  const ids = new Int32Array(rows * batch.sequence).fill(pad)
  ids.set(batch.ids)
  if (batch.starts === undefined) return { ...batch, rows, ids }
  // Padding is a part alone.
  const starts = Int32Array.from(ids, (_, place) => batch.starts![place] ?? place % batch.sequence)
  return { ...batch, rows, ids, starts }
}
