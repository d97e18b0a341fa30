import { describe, expect, it } from 'vitest'
import type { Feed } from '../../../models/graph/session.ts'
import { float32, int32, openSession } from '../../../models/graph/session.ts'
import { fillDropoutMask } from '../../../models/lora/dropout.ts'
import { initialFactors } from '../../../models/lora/factors.ts'
import type { LoraConfig } from '../../../models/lora/modules.ts'
import { loraModules } from '../../../models/lora/modules.ts'
import type { NetworkConfig } from '../../../models/network/config.ts'
import { initialWeights, toTensors } from '../../../models/network/weights.ts'
import { causalMask } from '../../../models/training/batches.ts'
import { dropoutInput, gradientGraph, lossGraph } from '../../../models/training/graphs.ts'
import { random } from '../../../util/random.ts'
import { loraConfig, TINY_GPT2, TINY_LLAMA, TINY_QWEN2 } from './lora-cases.ts'

const IDS = Int32Array.of(0, 5, 7, 2, 9, 11, 0, 30, 31, 5, 44, 1)
const POSITIONS = Int32Array.of(1, 2, 4, 7, 9)
const TARGETS = Int32Array.of(7, 2, 11, 31, 44)

/** A base far from its start, factors far from zero, and a batch. */
function feedsFor(network: NetworkConfig, lora: LoraConfig): { theta: Float64Array; rest: Record<string, Feed> } {
  const rng = random(7)
  const base = initialWeights(network, rng).map((x) => (x === 1 ? 1 : 8 * x) + 0.05 * rng.normal())
  const theta = Float64Array.from(initialFactors(network, lora, rng), (x) => x + 0.2 * rng.normal())
  const rest: Record<string, Feed> = {
    ids: int32(IDS, [2, 6]),
    positions: int32(POSITIONS),
    targets: int32(TARGETS),
    mask: float32(causalMask(6), [6, 6]),
    inverse_count: float32(Float32Array.of(1 / 5), []),
  }
  for (const { name, shape, data } of toTensors(base, network)) rest[name] = float32(data, shape)
  if (lora.dropout > 0) {
    for (const { module, inputs } of loraModules(network, lora)) {
      const mask = new Float32Array(12 * inputs)
      fillDropoutMask(mask, lora.dropout, [module])
      rest[dropoutInput(module)] = float32(mask, [2, 6, inputs])
    }
  }
  return { theta, rest }
}

function wide(feeds: Record<string, Feed>): Record<string, Feed> {
  return Object.fromEntries(
    Object.entries(feeds).map(([name, feed]) => [
      name,
      feed.type === 'float32'
        ? { type: 'float64' as const, data: Float64Array.from(feed.data as Float32Array), shape: feed.shape }
        : feed,
    ]),
  )
}

describe('the gradient of the factors', () => {
  it.each([
    ['GPT-2, every linear layer', TINY_GPT2, loraConfig({ targets: ['all-linear'] })],
    ['Llama, queries and values', TINY_LLAMA, loraConfig()],
    ['Llama, every linear layer with dropout', TINY_LLAMA, loraConfig({ targets: ['all-linear'], dropout: 0.3 })],
    ['Qwen2, rank-stabilised', TINY_QWEN2, loraConfig({ targets: ['k_proj', 'down_proj'], rslora: true })],
  ])('agrees with central differences in double precision: %s', async (_, network, lora) => {
    const shape = { network, method: { kind: 'lora', lora } } as const
    const session = await openSession(gradientGraph(shape, 'float64'), 1)
    const { theta, rest } = feedsFor(network, lora)
    const fixed = wide(rest)
    const run = async (at: Float64Array): Promise<Readonly<Record<string, Feed>>> =>
      session.run({ ...fixed, theta: { type: 'float64', data: at, shape: [at.length] } })
    const gradient = (await run(theta))['gradient']!.data as Float64Array
    const lossAt = async (at: Float64Array): Promise<number> => ((await run(at))['loss']!.data as Float64Array)[0]!
    const rng = random(1)
    const h = 1e-5
    for (let k = 0; k < 60; k++) {
      const i = rng.integer(theta.length)
      const [up, down] = [h, -h].map((by) => theta.with(i, theta[i]! + by)) as [Float64Array, Float64Array]
      const difference = ((await lossAt(up)) - (await lossAt(down))) / (2 * h)
      expect(Math.abs(gradient[i]! - difference)).toBeLessThan(1e-8 + 1e-6 * Math.abs(difference))
    }
    const single = await openSession(gradientGraph(shape, 'float32'), 1)
    const fast = (await single.run({ ...rest, theta: float32(Float32Array.from(theta)) }))['gradient']!
      .data as Float32Array
    const distance = Math.hypot(...gradient.map((x, i) => x - fast[i]!)) / Math.hypot(...gradient)
    expect(distance).toBeLessThan(1e-5)
    await session.close()
    await single.close()
  })

  it('is the same where blocks are recomputed, dropout included', async () => {
    const lora = loraConfig({ targets: ['all-linear'], dropout: 0.3 })
    const { theta, rest } = feedsFor(TINY_LLAMA, lora)
    const results: Float32Array[] = []
    for (const recompute of [false, true]) {
      const shape = { network: TINY_LLAMA, method: { kind: 'lora', lora }, recompute } as const
      const session = await openSession(gradientGraph(shape, 'float32'), 1)
      const zero = recompute ? { zero: float32(Float32Array.of(0), []) } : {}
      const out = await session.run({ ...rest, ...zero, theta: float32(Float32Array.from(theta)) })
      results.push(out['gradient']!.data as Float32Array)
      await session.close()
    }
    const [plain, again] = results as [Float32Array, Float32Array]
    expect(Math.hypot(...plain.map((x, i) => x - again[i]!)) / Math.hypot(...plain)).toBeLessThan(1e-6)
  })

  it('leaves the model as its base where B is zero', async () => {
    const lora = loraConfig({ targets: ['all-linear'] })
    const { theta, rest } = feedsFor(TINY_LLAMA, lora)
    const session = await openSession(lossGraph({ network: TINY_LLAMA, method: { kind: 'lora', lora } }), 1)
    const loss = async (at: Float32Array): Promise<number> =>
      ((await session.run({ ...rest, theta: float32(at) }))['loss']!.data as Float32Array)[0]!
    const fresh = await loss(initialFactors(TINY_LLAMA, lora, random(1)))
    expect(fresh).toBe(await loss(new Float32Array(theta.length)))
    expect(fresh).not.toBeCloseTo(await loss(Float32Array.from(theta)), 3)
    await session.close()
  })
})
