import { SluiceError } from '../../util/errors.ts'
import { float32, int32, type Session } from '../graph/session.ts'
import type { NetworkConfig } from '../network/config.ts'
import { causalMask, makeBatch, packRows, planEvaluation } from '../training/batches.ts'
import type { WeightFeeds } from './weights.ts'

/** Tokens scored at once: enough to fill the matrix products, and at most 64 MB of logits unless a row has more. */
export function batchTokens({ vocabulary }: NetworkConfig): number {
  return Math.min(4096, Math.max(64, Math.floor(2 ** 24 / vocabulary)))
}

/** log p(token t + 1 | tokens ≤ t) for each sequence, in the order given. */
export async function score(
  session: Session,
  weights: WeightFeeds,
  config: NetworkConfig,
  pad: number,
  sequences: readonly ArrayLike<number>[],
): Promise<readonly Float32Array[]> {
  for (const [i, sequence] of sequences.entries()) checkLength(sequence.length, config.context, i)
  const rows = packRows(
    sequences.map((sequence) => ({
      ids: Int32Array.from(sequence),
      supervised: new Uint8Array(sequence.length).fill(1),
    })),
  )
  const results = sequences.map((sequence) => new Float32Array(Math.max(0, sequence.length - 1)))
  for (const chosen of planEvaluation(rows, batchTokens(config))) {
    const batch = makeBatch(rows, chosen, pad, config.context)
    if (batch.targets.length === 0) continue
    const { nll } = await session.run({
      ...weights,
      ids: int32(batch.ids, [batch.rows, batch.sequence]),
      mask: float32(causalMask(batch.sequence), [batch.sequence, batch.sequence]),
      positions: int32(batch.positions),
      targets: int32(batch.targets),
    })
    let at = 0
    for (const row of chosen) {
      const out = results[row]!
      for (let t = 0; t < out.length; t++) out[t] = -(nll!.data as Float32Array)[at++]!
    }
  }
  return results
}

/**
 * Refuses a sequence that is longer than the model's context.
 *
 * @param index of the sequence, for the message
 * @throws SluiceError SEQUENCE_TOO_LONG
 */
export function checkLength(tokens: number, context: number, index: number): void {
  if (tokens <= context) return
  throw new SluiceError({
    code: 'SEQUENCE_TOO_LONG',
    message: `sequence ${index} has ${tokens} tokens, the model takes ${context}`,
    next: 'cut or leave out the sequence, and count it',
  })
}
