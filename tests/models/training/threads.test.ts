import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { gpt2Config, llamaConfig, type NetworkConfig } from '../../../models/network/config.ts'
import { initialWeights, toTensors } from '../../../models/network/weights.ts'
import type { Batch } from '../../../models/training/batches.ts'
import { makeBatch, packRows } from '../../../models/training/batches.ts'
import { openEngine } from '../../../models/training/engine.ts'
import { FULL, initialTheta, type TrainingMethod } from '../../../models/training/method.ts'
import { packBlocks } from '../../../models/training/packing.ts'
import { leastTokens, padRows } from '../../../models/training/seams.ts'
import { storeBase } from '../../../models/training/stored-base.ts'
import { random } from '../../../util/random.ts'

/** Layers of up to 144 outputs over more than 128 inputs are where one thread and two sum in different places. */
const NETWORKS: readonly (readonly [string, NetworkConfig])[] = [
  ['width 64, one block', llama({ width: 64, hidden: 320, layers: 1 })],
  ['width 96', llama({ width: 96, hidden: 256, heads: 4, keyValueHeads: 2 })],
  ['width 128', llama({ width: 128, hidden: 352, tied: false })],
  ['odd sizes', llama({ width: 132, hidden: 201, heads: 3, keyValueHeads: 1, headWidth: 42, vocabulary: 389 })],
  [
    'a narrow key layer under a wide model',
    llama({ width: 288, hidden: 160, heads: 8, keyValueHeads: 2, headWidth: 32 }),
  ],
  ['one key-value head', llama({ width: 160, hidden: 140, heads: 5, keyValueHeads: 1, headWidth: 64 })],
  ['GPT-2, width 80', gpt2Config({ vocabulary: 600, width: 80, layers: 1, heads: 2, context: 160 })],
]

function llama(shape: Partial<NetworkConfig> & Pick<NetworkConfig, 'width' | 'hidden'>): NetworkConfig {
  return llamaConfig({ vocabulary: 520, layers: 1, heads: 2, context: 160, ...shape })
}

const METHODS: readonly (readonly [string, TrainingMethod])[] = [
  ['LoRA of rank 4', lora(4, 0)],
  ['LoRA of rank 40 with dropout', lora(40, 0.1)],
  ['all parameters', FULL],
]

function lora(rank: number, dropout: number): TrainingMethod {
  return { kind: 'lora', lora: { rank, alpha: 8, targets: ['all-linear'], rslora: false, dropout } }
}

/** Rows of so many tokens; the first few are not trained. */
const BATCHES: readonly (readonly number[])[] = [[6], [17], [50], [70, 66], [120], [30, 30, 30, 30, 30, 30], [150, 140]]

function rowsOf(network: NetworkConfig, lengths: readonly number[]): ReturnType<typeof packRows> {
  const rng = random(lengths.join())
  return packRows(
    lengths.map((length) => ({
      ids: Int32Array.from({ length }, () => rng.integer(network.vocabulary)),
      supervised: Uint8Array.from({ length }, (_, i) => (i > 2 ? 1 : 0)),
    })),
  )
}

function batchesOf(network: NetworkConfig): readonly Batch[] {
  return BATCHES.map((lengths) => {
    const rows = rowsOf(network, lengths)
    return makeBatch(rows, [...lengths.keys()], 0)
  })
}

interface Setting {
  readonly network: NetworkConfig
  readonly method: TrainingMethod
  readonly packed?: boolean
  readonly queryBlocks?: number
  readonly headBlocks?: number
  /** Keep the layers of the base in a file, and pack them. */
  readonly stored?: boolean
}

/** All that the engine gives for the batches, as bytes. */
async function results(
  { network, method, packed = false, queryBlocks = 1, headBlocks = 1, stored = false }: Setting,
  batches: readonly Batch[],
  threads: number,
) {
  const weights = initialWeights(network, random(17)).map((x) => (x === 1 ? 1 : 8 * x))
  const base = new Map(toTensors(weights, network).map((tensor) => [tensor.name, tensor]))
  const optimizer = { beta1: 0.9, beta2: 0.95, epsilon: 1e-8, weightDecay: 0.1, clipNorm: 1 }
  const file = join(mkdtempSync(join(tmpdir(), 'sluice-threads-')), 'base')
  const place = stored ? await storeBase({ digest: '', tensors: base }, network, file) : undefined
  const shape = { network, method, packed, queryBlocks, headBlocks }
  const engine = openEngine({ shape, optimizer, seed: 1, threads, ...(stored ? { stored: place } : { base }) })
  const rng = random(5)
  const theta = initialTheta(network, method, base, 1).map((x) => x + 0.02 * rng.normal())
  const zeros = new Float32Array(theta.length)
  const out: unknown[] = []
  try {
    for (const batch of batches) {
      const state = { theta: theta.slice(), m: zeros.slice(), v: zeros.slice() }
      const { loss, norm } = await engine.step(state, [batch], 1, 1e-3)
      // m of the first step is the clipped gradient.
      out.push([loss, norm, hex(state.m), await engine.lossSum(theta, batch)])
    }
    const unit = { inverseCount: 1, clip: 1, sum: zeros, place: [1] }
    const { sum, norm } = await engine.unitGradient(theta, batches[1]!, unit)
    out.push([norm, hex(sum)])
    if (engine.unitGradients !== undefined && !packed) {
      const both = { weights: Float32Array.of(1, 0, 0, 0.5), clip: 1, sum: zeros }
      const units = await engine.unitGradients(theta, batches[3]!, both)
      out.push([[...units.norms], hex(units.sum)])
    }
  } finally {
    await engine.close()
    rmSync(dirname(file), { recursive: true })
  }
  return out
}

function hex(data: Float32Array): string {
  return Buffer.from(data.buffer, data.byteOffset, data.byteLength).toString('base64')
}

describe.each(NETWORKS)('%s: one thread and two give the same bytes', (_, network) => {
  it.each(METHODS)('%s', async (_, method) => {
    const batches = batchesOf(network)
    const one = await results({ network, method }, batches, 1)
    const two = await results({ network, method }, batches, 2)
    expect(two.map((result, i) => same(result, one[i]))).toEqual(one.map(() => true))
  })
})

it.each([2, 4, 8])('attention in %i blocks of queries too', async (queryBlocks) => {
  // Rows alone, so that only the key-value heads keep a narrow product from being cut.
  const network = { ...NETWORKS[4]![1], context: 400 }
  const batches = [[390], [150], [70, 66]].map((lengths) => makeBatch(rowsOf(network, lengths), [...lengths.keys()], 0))
  const setting: Setting = { network, method: lora(4, 0), queryBlocks }
  // `unitGradient` takes the second batch, `unitGradients` the fourth.
  const four = [...batches, batches[2]!]
  expect(await results(setting, four, 2)).toEqual(await results(setting, four, 1))
})

it.each(NETWORKS)('packed layers and a head in blocks too: %s', async (_, narrow) => {
  const network = { ...narrow, vocabulary: narrow.vocabulary + 500 }
  for (const dropout of [0, 0.1]) {
    const setting: Setting = { network, method: lora(4, dropout), stored: true, headBlocks: 3 }
    const batches = batchesOf(network)
    const one = await results(setting, batches, 1)
    expect((await results(setting, batches, 2)).map((result, i) => same(result, one[i]))).toEqual(one.map(() => true))
  }
})

it('packed rows too', async () => {
  const setting: Setting = { network: NETWORKS[2]![1], method: lora(4, 0), packed: true }
  const batches = BATCHES.map((lengths) => {
    const rows = packBlocks(rowsOf(setting.network, lengths), 160)
    return makeBatch(rows, [...Array(rows.offsets.length - 1).keys()], 0)
  })
  const one = await results(setting, batches, 1)
  expect((await results(setting, batches, 2)).map((result, i) => same(result, one[i]))).toEqual(one.map(() => true))
})

it('rows of padding change neither loss nor gradient', async () => {
  // 400 wide: nothing is padded unasked.
  const network = llama({ width: 400, hidden: 200, heads: 4 })
  const method = lora(4, 0)
  expect(leastTokens({ network, method })).toBe(0)
  const rows = packBlocks(rowsOf(network, [9, 12, 20]), 40)
  const batch = makeBatch(rows, [0, 1], 0)
  const more = padRows(batch, 10 * batch.sequence, 3)
  expect(more.rows).toBe(10)
  expect(Array.from(more.starts!.subarray(batch.ids.length, batch.ids.length + 3))).toEqual([0, 1, 2])
  const [[loss, norm]] = (await results({ network, method, packed: true }, [batch, batch], 1)) as [[number, number]]
  const [[padded, paddedNorm]] = (await results({ network, method, packed: true }, [more, more], 1)) as [
    [number, number],
  ]
  expect(padded / loss).toBeCloseTo(1, 6)
  expect(paddedNorm / norm).toBeCloseTo(1, 5)
})

it('asks for padding only where a product is narrow and long', () => {
  const method = lora(8, 0)
  const least = (shape: Partial<NetworkConfig> & Pick<NetworkConfig, 'width' | 'hidden'>): number =>
    leastTokens({ network: llama(shape), method })
  // SmolLM2-135M: keys of 192.
  expect(least({ width: 576, hidden: 1536, heads: 9, keyValueHeads: 3, headWidth: 64 })).toBe(0)
  // Qwen2-0.5B: keys of 128.
  expect(least({ width: 896, hidden: 4864, heads: 14, keyValueHeads: 2, headWidth: 64 })).toBe(128)
  // All sums are one run.
  expect(least({ width: 64, hidden: 128 })).toBe(0)
})

/** Not the values themselves: a difference would print megabytes. */
function same(a: unknown, b: unknown): boolean {
  return JSON.stringify(a) === JSON.stringify(b)
}
