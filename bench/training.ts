import { availableParallelism } from 'node:os'
import { float32, int32, number32, openSession } from '../models/graph/session.ts'
import { llamaConfig, parameterCounts } from '../models/network/config.ts'
import { initialWeights } from '../models/network/weights.ts'
import { causalMask, makeBatch, packRows } from '../models/training/batches.ts'
import { gradientGraph } from '../models/training/graphs.ts'
import { decayedSize, FULL, parameterSize } from '../models/training/method.ts'
import { adamWStep } from '../models/training/optimizer.ts'
import { random } from '../util/random.ts'
import type { Bench } from './bench.ts'
import { median, openProduct, type ProductShape } from './matrix-product.ts'

/** 2.1 M parameters, the middle of what `finetune` trains from scratch; heads of 128 as in Llama 7B. */
const NETWORK = llamaConfig({
  vocabulary: 2048,
  width: 256,
  hidden: 704,
  layers: 2,
  heads: 2,
  context: 512,
})
const ROWS = 32
const SEQUENCE = 128
const TOKENS = ROWS * SEQUENCE
const OPTIMIZER = { beta1: 0.9, beta2: 0.95, epsilon: 1e-8, weightDecay: 0.1, clipNorm: 1 }
const ROUNDS = 9
const STEPS_PER_ROUND = 4
const PRODUCT_SECONDS = 0.15

/**
 * Whole training steps (forward, backward, clipping, AdamW) against the machine's own matrix-product rate, measured
 * through the same runtime with the same threads, in turns, so that both see the same noise. The rate is that of the
 * fastest of the step's own shapes and of a square product of 1024: no other choice would flatter the share less.
 * Work is counted as 6·N·tokens with N the parameters that take part in matrix products (all but the gains of norms;
 * the tied table counts once, as the head); attention scores, softmax and the optimizer are not counted as work.
 */
export const bench: Bench = {
  name: 'training',
  summary: `training steps of ${(parameterCounts(NETWORK).all / 1e6).toFixed(1)} M parameters on ${ROWS} × ${SEQUENCE} tokens, every token trained`,
  async run() {
    const threads = availableParallelism()
    const products = await Promise.all(productShapes().map((shape) => openProduct(shape, threads)))
    const trainer = await openTrainer(threads)
    for (const product of products) await product.median(0.05)
    for (let i = 0; i < 3; i++) await trainer.step()
    const { multiplied, all } = parameterCounts(NETWORK)
    const stepTimes: number[] = []
    const rates: number[] = []
    const squares: number[] = []
    const shares: number[] = []
    for (let round = 0; round < ROUNDS; round++) {
      const measured: number[] = []
      for (const product of products) measured.push(product.flops / (await product.median(PRODUCT_SECONDS)))
      const times: number[] = []
      for (let i = 0; i < STEPS_PER_ROUND; i++) times.push(await trainer.step())
      const best = Math.max(...measured)
      const seconds = median(times)
      rates.push(best)
      squares.push(measured.at(-1)!)
      stepTimes.push(seconds)
      shares.push((6 * multiplied * TOKENS) / seconds / best)
    }
    const seconds = median(stepTimes)
    const figures = {
      share_of_matmul_rate: median(shares),
      tokens_s: TOKENS / seconds,
      step_ms: seconds * 1000,
      training_gflops: (6 * multiplied * TOKENS) / seconds / 1e9,
      matmul_gflops: median(rates) / 1e9,
      matmul_1024_gflops: median(squares) / 1e9,
      parameters: all,
      threads,
      peak_rss_mb: process.resourceUsage().maxRSS / 1024,
    }
    await trainer.close()
    for (const product of products) await product.close()
    return { figures, floors: { share_of_matmul_rate: 0.6 } }
  },
}

/** The large products of one step, forward and backward; the square one is last. */
function productShapes(): readonly ProductShape[] {
  const { width: d, hidden, vocabulary } = NETWORK
  return [
    { m: TOKENS, k: d, n: d, transB: true },
    { m: TOKENS, k: d, n: hidden, transB: true },
    { m: TOKENS, k: hidden, n: d, transB: true },
    { m: TOKENS, k: hidden, n: d },
    { m: TOKENS, k: d, n: vocabulary, transB: true },
    { m: hidden, k: TOKENS, n: d, transA: true },
    { m: 1024, k: 1024, n: 1024 },
  ]
}

async function openTrainer(threads: number): Promise<{ step(): Promise<number>; close(): Promise<void> }> {
  const session = await openSession(gradientGraph({ network: NETWORK, method: FULL }), threads)
  const rng = random(2)
  const rows = packRows(
    Array.from({ length: ROWS }, () => ({
      ids: Int32Array.from({ length: SEQUENCE + 1 }, () => rng.integer(NETWORK.vocabulary)),
      supervised: new Uint8Array(SEQUENCE + 1).fill(1),
    })),
  )
  const batch = makeBatch(
    rows,
    Array.from({ length: ROWS }, (_, i) => i),
    0,
  )
  const size = parameterSize(NETWORK)
  const decayed = decayedSize(NETWORK)
  const state = {
    theta: initialWeights(NETWORK, random(1)),
    m: new Float32Array(size),
    v: new Float32Array(size),
  }
  return {
    async step() {
      const start = performance.now()
      const out = await session.run({
        theta: float32(state.theta),
        ids: int32(batch.ids, [batch.rows, batch.sequence]),
        mask: float32(causalMask(batch.sequence), [batch.sequence, batch.sequence]),
        positions: int32(batch.positions),
        targets: int32(batch.targets),
        inverse_count: number32(1 / batch.targets.length),
      })
      adamWStep(state, out['gradient']!.data as Float32Array, { t: 1, rate: 1e-3, decayed }, OPTIMIZER)
      return (performance.now() - start) / 1000
    },
    close: () => session.close(),
  }
}
