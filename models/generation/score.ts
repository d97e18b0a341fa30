import { SluiceError } from '../../util/errors.ts'
import { float32, int32, type Session } from '../graph/session.ts'
import type { NetworkConfig } from '../network/config.ts'
import { causalMask, makeBatch, packRows, planEvaluation } from '../training/batches.ts'

/** Tokens scored at once: enough to fill the matrix products, 32 MB of logits at a vocabulary of 2,048. */
const BATCH_TOKENS = 4096

/** log p(token t + 1 | tokens ≤ t) for each sequence, in the order given. */
export async function score(
  session: Session,
  theta: Float32Array,
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
  for (const chosen of planEvaluation(rows, BATCH_TOKENS)) {
    const batch = makeBatch(rows, chosen, pad)
    if (batch.targets.length === 0) continue
    const { nll } = await session.run({
      theta: float32(theta),
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

export function checkLength(tokens: number, context: number, index: number): void {
  if (tokens <= context) return
  throw new SluiceError({
    code: 'SEQUENCE_TOO_LONG',
    message: `sequence ${index} has ${tokens} tokens, the model takes ${context}`,
    next: 'cut or leave out the sequence, and count it',
  })
}
