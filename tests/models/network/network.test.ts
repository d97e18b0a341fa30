import { describe, expect, it } from 'vitest'
import { linearCrossEntropy } from '../../../models/graph/cross-entropy.ts'
import { add, mul } from '../../../models/graph/elementwise.ts'
import { gradients } from '../../../models/graph/gradient.ts'
import { createGraph, type Graph, type Value } from '../../../models/graph/graph.ts'
import { concat, gatherRows, reshape } from '../../../models/graph/layout.ts'
import { matmul } from '../../../models/graph/linear.ts'
import type { OnnxModel } from '../../../models/graph/onnx.ts'
import { type Feed, int32, openSession } from '../../../models/graph/session.ts'
import { elements, gpt2Config, llamaConfig, type NetworkConfig, parametersOf } from '../../../models/network/config.ts'
import { type Adapt, forward, frozenWeights, headTable, unpackWeights } from '../../../models/network/network.ts'
import { initialWeights } from '../../../models/network/weights.ts'
import { random } from '../../../util/random.ts'

const SHAPE = { vocabulary: 23, width: 12, hidden: 20, layers: 2, heads: 6, headWidth: 4, context: 16 }
const ROTARY = { kind: 'rotary', base: 100 } as const

const CONFIGS: Readonly<Record<string, NetworkConfig>> = {
  gpt2: gpt2Config({ ...SHAPE, heads: 3 }),
  'gpt2 with exact gelu, untied': gpt2Config({ ...SHAPE, heads: 3, activation: 'gelu', tied: false }),
  'llama with grouped heads': llamaConfig({ ...SHAPE, keyValueHeads: 2, positions: ROTARY }),
  'llama with biases, untied': llamaConfig({
    ...SHAPE,
    biases: { queryKeyValue: true, output: true, feedForward: true },
    tied: false,
    positions: {
      ...ROTARY,
      scaling: {
        kind: 'yarn',
        factor: 4,
        originalContext: 4,
        betaFast: 2,
        betaSlow: 1,
        attentionFactor: 1.2,
        truncate: false,
      },
    },
  }),
  qwen2: llamaConfig({
    ...SHAPE,
    family: 'qwen2',
    keyValueHeads: 3,
    biases: { queryKeyValue: true, output: false, feedForward: false },
  }),
  qwen3: llamaConfig({ ...SHAPE, family: 'qwen3', keyValueHeads: 1, queryKeyNorm: true }),
}

type Real = 'float32' | 'float64'

/** Two rows of 9 tokens; the second holds two texts of 4 and 5 tokens that do not see each other. */
const SEQUENCE = 9
const IDS = Int32Array.from({ length: 2 * SEQUENCE }, (_, i) => (i * 7 + 3) % 23)
const PLACES = [...Array.from({ length: 9 }, (_, i) => i), 0, 1, 2, 3, 0, 1, 2, 3, 4]
const ROWS = Int32Array.of(1, 3, 4, 7, 9, 10, 13, 16)
const TARGETS = Int32Array.of(5, 0, 22, 5, 17, 3, 9, 11)

function packedMask(): number[] {
  return [0, 1].flatMap((row) =>
    Array.from({ length: SEQUENCE }, (_, t) =>
      Array.from({ length: SEQUENCE }, (_, key) => (key <= t && (row === 0 || key >= 4 === t >= 4) ? 0 : -1e9)),
    ).flat(),
  )
}

function inputsOf(graph: Graph, type: Real) {
  return {
    ids: graph.input('ids', 'int32', ['batch', 'sequence']),
    positions: graph.input('places', 'int64', ['batch', 'sequence']),
    mask: graph.input('mask', type, ['batch', 1, 'sequence', 'sequence']),
  }
}

function lossOf(graph: Graph, config: NetworkConfig, weights: (name: string) => Value, hidden: Value): Value {
  const rows = graph.input('rows', 'int32', ['labelled'])
  const targets = graph.input('targets', 'int32', ['labelled'])
  return linearCrossEntropy(gatherRows(hidden, rows, true), headTable(config, weights), targets)
}

/** Loss and its gradient by all parameters, as flat vectors. */
function flatGraph(config: NetworkConfig, type: Real, recompute: boolean): Uint8Array {
  const graph = createGraph('flat')
  const specs = parametersOf(config)
  const weights = unpackWeights(graph.input('theta', type, [sizeOf(config)]), config)
  const { hidden } = forward(graph, config, weights, inputsOf(graph, type), { recompute })
  const loss = lossOf(graph, config, weights, hidden)
  const parts = gradients(
    loss,
    specs.map(({ name }) => weights(name)),
  )
  return graph.encode({
    loss,
    gradient: concat(
      parts.map((part, i) => reshape(part, [elements(specs[i]!)])),
      0,
    ),
  })
}

function sizeOf(config: NetworkConfig): number {
  return parametersOf(config).reduce((sum, spec) => sum + elements(spec), 0)
}

function feeds(type: Real, theta: ArrayLike<number>): Record<string, Feed> {
  const real = (data: ArrayLike<number>, shape: readonly number[]): Feed => ({
    type,
    data: type === 'float64' ? Float64Array.from(data) : Float32Array.from(data),
    shape,
  })
  return {
    theta: real(theta, [theta.length]),
    ids: int32(IDS, [2, SEQUENCE]),
    places: { type: 'int64', data: BigInt64Array.from(PLACES, BigInt), shape: [2, SEQUENCE] },
    mask: real(packedMask(), [2, 1, SEQUENCE, SEQUENCE]),
    rows: int32(ROWS),
    targets: int32(TARGETS),
    zero: real([0], []),
  }
}

/** Weights large enough that every path of the network carries signal. */
function busyWeights(config: NetworkConfig): Float64Array {
  const rng = random(9)
  return Float64Array.from(initialWeights(config, rng), (x) => x * (Math.abs(x) === 1 ? 1 : 8) + 0.1 * rng.normal())
}

describe.each(Object.entries(CONFIGS))('the network: %s', (_, config) => {
  it('has gradients that agree with central differences in double precision, and float32 with double', async () => {
    const double = await openSession(flatGraph(config, 'float64', false), 1)
    const theta = busyWeights(config)
    const at = async (point: Float64Array): Promise<number> =>
      ((await double.run(feeds('float64', point)))['loss']!.data as Float64Array)[0]!
    const exact = (await double.run(feeds('float64', theta)))['gradient']!.data as Float64Array
    const rng = random(2)
    const h = 1e-5
    let at0 = 0
    for (const spec of parametersOf(config)) {
      // Every parameter is asked, at a few places of it.
      for (let k = 0; k < 4; k++) {
        const i = at0 + rng.integer(elements(spec))
        const plus = await at(theta.with(i, theta[i]! + h))
        const minus = await at(theta.with(i, theta[i]! - h))
        const difference = (plus - minus) / (2 * h)
        expect(Math.abs(exact[i]! - difference), spec.name).toBeLessThan(2e-8 + 2e-6 * Math.abs(difference))
      }
      at0 += elements(spec)
    }
    await double.close()
    const single = await openSession(flatGraph(config, 'float32', false), 1)
    const fast = (await single.run(feeds('float32', theta)))['gradient']!.data as Float32Array
    const norm = Math.hypot(...exact)
    expect(Math.hypot(...exact.map((x, i) => x - fast[i]!)) / norm).toBeLessThan(2e-5)
    await single.close()
  })

  it('gives the same bits where blocks are computed again for the backward pass', async () => {
    const theta = busyWeights(config)
    const results: Uint8Array[] = []
    for (const recompute of [false, true]) {
      const session = await openSession(flatGraph(config, 'float32', recompute), 1)
      const { zero, ...rest } = feeds('float32', theta)
      const out = await session.run(recompute ? { ...rest, zero: zero! } : rest)
      results.push(new Uint8Array((out['gradient']!.data as Float32Array).buffer.slice(0)))
      await session.close()
    }
    expect(Buffer.compare(results[0]!, results[1]!)).toBe(0)
  })
})

describe('packing', () => {
  it('gives texts in one row, with a mask and places of their own, what each gives alone', async () => {
    for (const config of [CONFIGS['gpt2']!, CONFIGS['qwen3']!]) {
      const graph = createGraph('hidden')
      const weights = unpackWeights(graph.input('theta', 'float64', [sizeOf(config)]), config)
      const { hidden } = forward(graph, config, weights, inputsOf(graph, 'float64'))
      const session = await openSession(graph.encode({ hidden }), 1)
      const { theta, ids, places, mask } = feeds('float64', busyWeights(config))
      const packed = (await session.run({ theta: theta!, ids: ids!, places: places!, mask: mask! }))['hidden']!
      for (const [from, to] of [
        [9, 13],
        [13, 18],
      ] as const) {
        const length = to - from
        const causal = Array.from({ length: length ** 2 }, (_, i) => (i % length > i / length ? -1e9 : 0))
        const alone = await session.run({
          theta: theta!,
          ids: int32(IDS.slice(from, to), [1, length]),
          places: { type: 'int64', data: BigInt64Array.from({ length }, (_, i) => BigInt(i)), shape: [1, length] },
          mask: { type: 'float64', data: Float64Array.from(causal), shape: [1, 1, length, length] },
        })
        const expected = (packed.data as Float64Array).slice(from * config.width, to * config.width)
        const got = alone['hidden']!.data as Float64Array
        for (const [i, x] of expected.entries()) expect(Math.abs(got[i]! - x)).toBeLessThan(1e-12)
      }
      await session.close()
    }
  })
})

describe('frozen weights', () => {
  /** Adds x·Aᵀ·Bᵀ to some modules, with factors of rank 2. */
  function tuned(modules: readonly string[], config: NetworkConfig): { model: OnnxModel; factors: number } {
    const graph = createGraph('tuned')
    const weights = frozenWeights(graph, config)
    const factors: Value[] = []
    const adapt: Adapt = ([module], x, y) => {
      if (!modules.includes(module!)) return y
      const a = graph.input(`${module}.a`, 'float32', [2, x.shape[1]!])
      const b = graph.input(`${module}.b`, 'float32', [y.shape[1]!, 2])
      factors.push(a, b)
      return add(y, matmul(matmul(x, a, { transB: true }), b, { transB: true }))
    }
    const { hidden } = forward(graph, config, weights, inputsOf(graph, 'float32'), { adapt })
    const loss = mul(lossOf(graph, config, weights, hidden), graph.scalar('float32', 0.5))
    const parts = gradients(loss, factors)
    return {
      model: graph.toModel({ loss, ...Object.fromEntries(parts.map((part, i) => [`g${i}`, part])) }),
      factors: factors.length,
    }
  }

  const products = (model: OnnxModel): number => model.nodes.filter(({ op }) => /MatMul|Gemm/.test(op)).length

  it('get no gradient: the backward pass has one product a layer and none below the first factors', () => {
    const config = llamaConfig({ ...SHAPE, keyValueHeads: 2 })
    const { model, factors } = tuned(['model.layers.1.self_attn.q_proj'], config)
    expect(factors).toBe(2)
    // Forward: 7 linear layers and 2 of attention in each of 2 blocks, 2 of the factors, the head.
    const ahead = 2 * 9 + 2 + 1
    // Back: the head, the last norm and the second one of block 1 (a product with the gains each), down, up and gate,
    // output, d(weights) and d(queries) of attention; then the factors: dB, d(x·Aᵀ), dA.
    const back = 1 + 2 + 3 + 1 + 2 + 3
    expect(products(model)).toBe(ahead + back)
    // The gradient of the labelled rows goes back among all rows; nothing is scattered into a frozen table.
    const scattered = model.nodes.filter(({ op }) => op.startsWith('Scatter'))
    expect(scattered.map(({ op }) => op)).toEqual(['ScatterND'])
  })

  it('are inputs under their own names, only those that are used', () => {
    const config = gpt2Config({ ...SHAPE, heads: 3, tied: false })
    const { model } = tuned(['transformer.h.0.attn.c_attn'], config)
    const names = new Set(model.inputs.map(({ name }) => name))
    for (const { name } of parametersOf(config)) expect(names.has(name)).toBe(true)
    expect(model.initializers!.every(({ data }) => data.length <= 64)).toBe(true)
  })
})
