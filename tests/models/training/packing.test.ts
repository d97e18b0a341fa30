import fc from 'fast-check'
import { afterAll, describe, expect, it } from 'vitest'
import type { NetworkConfig } from '../../../models/network/config.ts'
import { initialWeights } from '../../../models/network/weights.ts'
import type { TokenRows } from '../../../models/training/batches.ts'
import {
  blockMask,
  makeBatch,
  packRows,
  planEpoch,
  planEvaluation,
  rowCount,
  rowLength,
  tokenPositions,
} from '../../../models/training/batches.ts'
import { openEngine } from '../../../models/training/engine.ts'
import { batchFeeds } from '../../../models/training/feeds.ts'
import { FULL } from '../../../models/training/method.ts'
import { packBlocks, paddingWaste } from '../../../models/training/packing.ts'
import { random } from '../../../util/random.ts'
import { patternRows, SMALL } from './small.ts'

const PAD = 1
const OPTIMIZER = { beta1: 0.9, beta2: 0.95, epsilon: 1e-8, weightDecay: 0.1, clipNorm: 1 }

const GPT2: NetworkConfig = {
  ...SMALL,
  family: 'gpt2',
  norm: 'layer',
  feedForward: 'plain',
  activation: 'gelu_tanh',
  positions: { kind: 'learned' },
  biases: { queryKeyValue: true, output: true, feedForward: true },
}

/** The rows inside packed ones, in order. */
const partsOf = (rows: TokenRows): readonly (readonly number[])[] =>
  Array.from({ length: rows.parts!.length - 1 }, (_, i) => [...rows.ids.subarray(rows.parts![i], rows.parts![i + 1])])

const rowsArbitrary = fc.array(fc.integer({ min: 1, max: 40 }), { minLength: 1, maxLength: 60 }).map((lengths) =>
  packRows(
    lengths.map((length, i) => ({
      ids: new Int32Array(length).fill(100 + i),
      supervised: Uint8Array.from({ length }, (_, t) => (t > 0 ? 1 : 0)),
    })),
  ),
)

describe('packBlocks', () => {
  it('puts every row whole into one sequence of at most the length, always the same way', () => {
    fc.assert(
      fc.property(rowsArbitrary, fc.integer({ min: 20, max: 64 }), (rows, length) => {
        const packed = packBlocks(rows, length)
        const names = partsOf(packed).map(([id]) => id!)
        expect([...names].sort((a, b) => a - b)).toEqual(Array.from({ length: rowCount(rows) }, (_, i) => 100 + i))
        for (const part of partsOf(packed)) {
          expect(part).toEqual(Array(rowLength(rows, part[0]! - 100)).fill(part[0]))
        }
        const longest = Math.max(...Array.from({ length: rowCount(rows) }, (_, i) => rowLength(rows, i)))
        for (let i = 0; i < rowCount(packed); i++) {
          expect(rowLength(packed, i)).toBeLessThanOrEqual(Math.max(length, longest))
        }
        expect(packBlocks(rows, length)).toEqual(packed)
      }),
      { numRuns: 100 },
    )
  })

  it('leaves no two sequences that would fit into one', () => {
    fc.assert(
      fc.property(rowsArbitrary, (rows) => {
        const packed = packBlocks(rows, 64)
        const lengths = Array.from({ length: rowCount(packed) }, (_, i) => rowLength(packed, i)).sort((a, b) => a - b)
        if (lengths.length > 1) expect(lengths[0]! + lengths[1]!).toBeGreaterThan(64)
      }),
      { numRuns: 100 },
    )
  })

  it('wastes less than padding does', () => {
    const rng = random(4)
    const rows = packRows(
      Array.from({ length: 2000 }, () => {
        const length = 10 + rng.integer(200)
        return { ids: new Int32Array(length), supervised: new Uint8Array(length).fill(1, 1) }
      }),
    )
    const packed = packBlocks(rows, 512)
    const before = paddingWaste(rows, planEpoch(rows, 2048, 1, 0))
    const after = paddingWaste(packed, planEpoch(packed, 2048, 1, 0))
    expect(before.share).toBeGreaterThan(0.02)
    expect(after.share).toBeLessThan(0.01)
    // The last token of a row inside a sequence takes a place too.
    expect(after.used).toBe(before.used + rowCount(rows) - rowCount(packed))
  })
})

describe('batches of packed rows', () => {
  const rows = packRows([
    { ids: Int32Array.of(10, 11, 12), supervised: Uint8Array.of(0, 1, 1) },
    { ids: Int32Array.of(20, 21), supervised: Uint8Array.of(0, 1) },
  ])
  const batch = makeBatch(packBlocks(rows, 8), [0], 0)

  it('see their own row only, from its start', () => {
    expect([...batch.ids.subarray(0, 5)]).toEqual([10, 11, 12, 20, 0])
    expect([...batch.starts!.subarray(0, 6)]).toEqual([0, 0, 0, 3, 4, 5])
    const mask = blockMask(batch)
    const seen = Array.from({ length: 6 }, (_, i) =>
      Array.from({ length: 6 }, (_, j) => (mask[i * batch.sequence + j] === 0 ? 1 : 0)).join(''),
    )
    expect(seen).toEqual(['100000', '110000', '111000', '000100', '000010', '000001'])
    expect([...tokenPositions(batch).subarray(0, 5)]).toEqual([0, 1, 2, 0, 0])
  })

  it('train no token across the border of rows', () => {
    expect([...batch.positions]).toEqual([0, 1, 3])
    expect([...batch.targets]).toEqual([11, 12, 21])
    expect(batch.tokens).toBe(5)
  })

  it('are refused by a graph that does not know them', () => {
    expect(() => batchFeeds(batch)).toThrow('packed rows')
    expect(batchFeeds(makeBatch(rows, [0], 0))['mask']!.shape).toEqual([16, 16])
  })

  const opened: { close(): Promise<void> }[] = []
  afterAll(async () => {
    for (const engine of opened) await engine.close()
  })

  it.each([
    ['llama', SMALL],
    ['gpt2', GPT2],
  ] as const)('lose and learn what the same rows do one by one: %s', async (_, network) => {
    const apart = patternRows(30, 8)
    const together = packBlocks(apart, 48)
    expect(rowCount(together)).toBeLessThan(24)
    const open = (packed: boolean): ReturnType<typeof openEngine> => {
      const engine = openEngine({ shape: { network, method: FULL, packed }, optimizer: OPTIMIZER, seed: 1, threads: 1 })
      opened.push(engine)
      return engine
    }
    const plain = open(false)
    const blocks = open(true)
    const theta = initialWeights(network, random(3, 'weights')).map((x) => x * 6)
    const lossOf = async (engine: typeof plain, rows: TokenRows): Promise<number> => {
      let sum = 0
      let count = 0
      for (const chosen of planEvaluation(rows, 200)) {
        const batch = makeBatch(rows, chosen, PAD)
        sum += await engine.lossSum(theta, batch)
        count += batch.targets.length
      }
      return sum / count
    }
    const expected = await lossOf(plain, apart)
    expect(Math.abs((await lossOf(blocks, together)) - expected)).toBeLessThan(1e-5)
    // A packed graph takes rows that stand alone, as the held-out ones do.
    expect(Math.abs((await lossOf(blocks, apart)) - expected)).toBeLessThan(1e-5)

    const all = (rows: TokenRows): ReturnType<typeof makeBatch> =>
      makeBatch(
        rows,
        Array.from({ length: rowCount(rows) }, (_, i) => i),
        PAD,
      )
    const zeros = new Float32Array(theta.length)
    const unit = { inverseCount: 1 / all(apart).targets.length, clip: Number.POSITIVE_INFINITY, sum: zeros, place: [] }
    const one = await plain.unitGradient(theta, all(apart), unit)
    const other = await blocks.unitGradient(theta, all(together), unit)
    const difference = Math.sqrt(one.sum.reduce((sum, g, i) => sum + (g - other.sum[i]!) ** 2, 0))
    expect(difference / one.norm).toBeLessThan(1e-5)
  })
})
