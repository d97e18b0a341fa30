import { describe, expect, it } from 'vitest'
import { openSession } from '../../../models/graph/session.ts'
import { gpt2Config, llamaConfig, type NetworkConfig } from '../../../models/network/config.ts'
import { initialWeights } from '../../../models/network/weights.ts'
import { makeBatch, packRows } from '../../../models/training/batches.ts'
import { headBlocks, keepProbabilities, longestRow, queryBlocks } from '../../../models/training/blocks.ts'
import { batchFeeds } from '../../../models/training/feeds.ts'
import { gradientGraph, headCuts } from '../../../models/training/graphs.ts'
import { FULL } from '../../../models/training/method.ts'
import { random } from '../../../util/random.ts'

const SHAPE = { vocabulary: 31, width: 16, hidden: 24, layers: 2, heads: 4, headWidth: 4, context: 1024 }
const LLAMA = llamaConfig({ ...SHAPE, keyValueHeads: 2 })
const GPT2 = gpt2Config(SHAPE)

describe('blocks of queries', () => {
  it('are of some 64 tokens of the longest row, eight at most', () => {
    const lengths = [0, 2, 17, 113, 114, 129, 257, 513, 2000]
    expect(lengths.map((length) => queryBlocks(LLAMA, length))).toEqual([1, 1, 1, 1, 2, 2, 4, 8, 8])
    expect(queryBlocks({ ...LLAMA, context: 100 }, 2000)).toBe(1)
  })

  it('are not for a single key-value head, whose products two threads would cut', () => {
    expect(queryBlocks(llamaConfig({ ...SHAPE, keyValueHeads: 1 }), 513)).toBe(1)
  })

  it('keep their probabilities where these are small beside the rest of a block', () => {
    const wide = llamaConfig({ ...SHAPE, width: 576, heads: 9, keyValueHeads: 3, headWidth: 64 })
    expect([129, 513, 514, 2000].map((length) => keepProbabilities(wide, length))).toEqual([true, true, false, false])
  })

  it('of the head are of four million logits, and never narrow', () => {
    const smollm = { ...LLAMA, vocabulary: 49_152 }
    expect([16, 85, 86, 512, 1024, 1_000_000].map((tokens) => headBlocks(smollm, tokens))).toEqual([1, 1, 2, 8, 16, 16])
    expect(headBlocks({ ...LLAMA, vocabulary: 2047 }, 10_000_000)).toBe(3)
    for (const vocabulary of [1, 2, 511, 1023, 1025, 2049, 4111, 8191, 8193, 49_153]) {
      const blocks = headBlocks({ ...LLAMA, vocabulary }, 10_000_000)
      const cuts = headCuts({ ...LLAMA, vocabulary }, blocks)
      expect(cuts.every(([from], i) => from === (cuts[i - 1]?.[1] ?? 0))).toBe(true)
      if (blocks > 1) expect(Math.min(...cuts.map(([from, to]) => to - from))).toBeGreaterThan(144)
      expect(cuts.at(-1)![1]).toBe(vocabulary)
    }
  })

  it('go by the longest row', () => {
    expect(longestRow(rowsOf([3, 9, 4]))).toBe(9)
    expect(longestRow(rowsOf([]))).toBe(0)
  })

  it.each([
    ['llama', LLAMA, false],
    ['llama, recomputed', LLAMA, true],
    ['GPT-2', GPT2, false],
    ['GPT-2, recomputed', GPT2, true],
  ] as const)('change neither loss nor gradient: %s', async (_, network, recompute) => {
    const whole = await lossAndGradient(network, 1, recompute)
    for (const [blocks, keep] of [
      [2, true],
      [8, false],
      [8, true],
    ] as const) {
      const cut = await lossAndGradient(network, blocks, recompute, keep)
      expect(Math.max(...whole.map((x, i) => Math.abs(x - cut[i]!)))).toBeLessThan(1e-10)
    }
  })
})

function rowsOf(lengths: readonly number[]): ReturnType<typeof packRows> {
  const rng = random(lengths.join())
  return packRows(
    lengths.map((length) => ({
      ids: Int32Array.from({ length }, () => rng.integer(SHAPE.vocabulary)),
      supervised: Uint8Array.from({ length }, (_, i) => (i > 2 ? 1 : 0)),
    })),
  )
}

/** In double precision: the loss, then the gradient by every parameter. */
async function lossAndGradient(
  network: NetworkConfig,
  blocks: number,
  recompute: boolean,
  keep = false,
): Promise<readonly number[]> {
  const shape = { network, method: FULL, queryBlocks: blocks, keepProbabilities: keep, recompute }
  const session = await openSession(gradientGraph(shape, 'float64'), 1)
  const theta = Float64Array.from(initialWeights(network, random(7)), (x) => (x === 1 ? 1 : 10 * x))
  const double = (data: Iterable<number>, dims: readonly number[]) =>
    ({ type: 'float64', data: Float64Array.from(data), shape: dims }) as const
  const batch = makeBatch(rowsOf([65, 33]), [0, 1], 0)
  const feeds = batchFeeds(batch)
  const out = await session.run({
    ...feeds,
    mask: double(feeds['mask']!.data as Float32Array, feeds['mask']!.shape),
    theta: double(theta, [theta.length]),
    inverse_count: double([1 / batch.targets.length], []),
    ...(recompute ? { zero: double([0], []) } : {}),
  })
  await session.close()
  return [...(out['loss']!.data as Float64Array), ...(out['gradient']!.data as Float64Array)]
}
