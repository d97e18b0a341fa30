import { llamaConfig } from '../../../models/network/config.ts'
import { packRows } from '../../../models/training/batches.ts'
import type { TrainingJob } from '../../../models/training/loop.ts'
import { FULL } from '../../../models/training/method.ts'
import { random } from '../../../util/random.ts'

/** A network that trains in a moment. */
export const SMALL = llamaConfig({
  vocabulary: 40,
  width: 16,
  hidden: 32,
  layers: 2,
  heads: 2,
  context: 48,
})

/** Rows with a pattern to learn: an arithmetic progression modulo 30, loss on all but the first tokens. */
export function patternRows(count: number, seed: number): ReturnType<typeof packRows> {
  const rng = random(seed)
  return packRows(
    Array.from({ length: count }, () => {
      const length = 8 + rng.integer(30)
      const start = rng.integer(30)
      const stride = 1 + rng.integer(4)
      const ids = Int32Array.from({ length }, (_, i) => (i === 0 ? 0 : 8 + ((start + i * stride) % 30)))
      return { ids, supervised: Uint8Array.from({ length }, (_, i) => (i > 2 ? 1 : 0)) }
    }),
  )
}

export function smallJob(checkpointPath: string, overrides: Partial<TrainingJob> = {}): TrainingJob {
  return {
    config: {
      network: SMALL,
      method: FULL,
      optimizer: { beta1: 0.9, beta2: 0.95, epsilon: 1e-8, weightDecay: 0.1, clipNorm: 1 },
      learningRate: 0.01,
      schedule: 'cosine',
      warmupShare: 0.1,
      finalRateShare: 0.1,
      epochs: 3,
      batchTokens: 256,
      evaluations: 3,
      patience: 0,
      seed: 5,
      pad: 1,
    },
    train: patternRows(120, 1),
    valid: patternRows(20, 2),
    threads: 1,
    checkpointPath,
    checkpointSeconds: 3600,
    ...overrides,
  }
}
