import { describe, expect, it } from 'vitest'
import { crossEntropy } from '../../../models/graph/cross-entropy.ts'
import { gradients } from '../../../models/graph/gradient.ts'
import { createGraph } from '../../../models/graph/graph.ts'
import { concat, reshape } from '../../../models/graph/layout.ts'
import { type Feed, int32, openSession } from '../../../models/graph/session.ts'
import { elements } from '../../../models/network/config.ts'
import { type EncoderConfig, encoderLogits, encoderParameters } from '../../../models/network/encoder.ts'
import { unpackParameters } from '../../../models/network/network.ts'
import { random } from '../../../util/random.ts'

type Real = 'float32' | 'float64'

const CONFIG: EncoderConfig = {
  vocabulary: 15,
  width: 8,
  hidden: 12,
  layers: 2,
  heads: 2,
  context: 7,
  types: 2,
  epsilon: 1e-6,
  activation: 'gelu_tanh',
  labels: 3,
  head: 'tags',
}

const sizeOf = (config: EncoderConfig): number =>
  encoderParameters(config).reduce((sum, spec) => sum + elements(spec), 0)

function lossGraph(config: EncoderConfig, type: Real): Uint8Array {
  const graph = createGraph('encoder')
  const specs = encoderParameters(config)
  const weights = unpackParameters(graph.input('theta', type, [sizeOf(config)]), specs)
  const logits = encoderLogits(graph, config, weights, {
    ids: graph.input('ids', 'int32', ['batch', 'sequence']),
    types: graph.input('types', 'int32', ['batch', 'sequence']),
    seen: graph.input('seen', type, ['batch', 'sequence']),
    rows: graph.input('rows', 'int32', ['labelled']),
  })
  const loss = crossEntropy(logits, graph.input('targets', 'int32', ['labelled']))
  const parts = gradients(
    loss,
    specs.map(({ name }) => weights(name)),
  )
  const gradient = concat(
    parts.map((part, i) => reshape(part, [elements(specs[i]!)])),
    0,
  )
  return graph.encode({ loss, gradient, logits })
}

interface Example {
  readonly ids: readonly number[]
  readonly targets: readonly number[]
}

/** Pads to `length`; pooled heads read the first token of each, tags all tokens that are no padding. */
function feeds(
  config: EncoderConfig,
  type: Real,
  theta: ArrayLike<number>,
  examples: readonly Example[],
  length: number,
) {
  const real = (data: ArrayLike<number>, shape: readonly number[]): Feed => ({
    type,
    data: type === 'float64' ? Float64Array.from(data) : Float32Array.from(data),
    shape,
  })
  const shape = [examples.length, length]
  const padded = (row: readonly number[], value: number): number[] => [
    ...row,
    ...new Array<number>(length - row.length).fill(value),
  ]
  return {
    theta: real(theta, [theta.length]),
    ids: int32(Int32Array.from(examples.flatMap(({ ids }) => padded(ids, 0))), shape),
    types: int32(
      Int32Array.from(
        examples.flatMap(({ ids }) =>
          padded(
            ids.map((_, i) => Number(i > 2)),
            1,
          ),
        ),
      ),
      shape,
    ),
    seen: real(
      examples.flatMap(({ ids }) =>
        padded(
          ids.map(() => 1),
          0,
        ),
      ),
      shape,
    ),
    rows: int32(
      Int32Array.from(
        examples.flatMap(({ ids }, b) => (config.head === 'tags' ? ids.map((_, t) => b * length + t) : [b * length])),
      ),
    ),
    targets: int32(Int32Array.from(examples.flatMap(({ targets }) => targets))),
  }
}

function weightsOf(config: EncoderConfig, scale: number): Float64Array {
  const rng = random(3)
  return Float64Array.from(
    encoderParameters(config).flatMap((spec) =>
      Array.from({ length: elements(spec) }, () => Number(/Norm\.weight$/.test(spec.name)) + scale * rng.normal()),
    ),
  )
}

const TAGGED: readonly Example[] = [
  { ids: [3, 14, 1, 5, 9, 2], targets: [0, 2, 1, 1, 0, 2] },
  { ids: [6, 5, 3], targets: [1, 0, 2] },
]

describe.each(['pooled', 'tags'] as const)('an encoder with a head for %s', (head) => {
  const config = { ...CONFIG, head, activation: head === 'tags' ? ('gelu_tanh' as const) : ('gelu' as const) }
  const examples = head === 'tags' ? TAGGED : TAGGED.map(({ ids }, i) => ({ ids, targets: [i + 1] }))

  it('has gradients that agree with central differences in double precision, parameter by parameter', async () => {
    const session = await openSession(lossGraph(config, 'float64'), 1)
    const theta = weightsOf(config, 0.4)
    const run = (at: Float64Array) => session.run(feeds(config, 'float64', at, examples, 7))
    const lossAt = async (at: Float64Array) => ((await run(at))['loss']!.data as Float64Array)[0]!
    const gradient = (await run(theta))['gradient']!.data as Float64Array
    const rng = random(1)
    const h = 1e-5
    let start = 0
    for (const spec of encoderParameters(config)) {
      for (let k = 0; k < 3; k++) {
        const i = start + rng.integer(elements(spec))
        const plus = await lossAt(theta.with(i, theta[i]! + h))
        const minus = await lossAt(theta.with(i, theta[i]! - h))
        const difference = (plus - minus) / (2 * h)
        expect(Math.abs(gradient[i]! - difference), spec.name).toBeLessThan(2e-8 + 2e-6 * Math.abs(difference))
      }
      start += elements(spec)
    }
    await session.close()
  })

  it('does not see padding', async () => {
    const session = await openSession(lossGraph(config, 'float64'), 1)
    const theta = weightsOf(config, 0.4)
    const alone = await session.run(feeds(config, 'float64', theta, [examples[1]!], 3))
    const padded = await session.run(feeds(config, 'float64', theta, [examples[1]!], 7))
    const close = (a: ArrayLike<number>, b: ArrayLike<number>): void => {
      for (let i = 0; i < b.length; i++) expect(Math.abs(a[i]! - b[i]!)).toBeLessThan(1e-12)
    }
    close(padded['logits']!.data as Float64Array, alone['logits']!.data as Float64Array)
    close(padded['gradient']!.data as Float64Array, alone['gradient']!.data as Float64Array)
    await session.close()
  })

  it('learns: plain gradient descent brings the loss near zero', async () => {
    const session = await openSession(lossGraph(config, 'float32'), 1)
    let theta = Float32Array.from(weightsOf(config, 0.1))
    const losses: number[] = []
    for (let step = 0; step < 120; step++) {
      const out = await session.run(feeds(config, 'float32', theta, examples, 7))
      losses.push((out['loss']!.data as Float32Array)[0]!)
      const gradient = out['gradient']!.data as Float32Array
      theta = theta.map((x, i) => x - 0.1 * gradient[i]!)
    }
    expect(losses[0]! / (head === 'tags' ? 9 : 2)).toBeGreaterThan(0.8)
    expect(losses.at(-1)! / (head === 'tags' ? 9 : 2)).toBeLessThan(0.1)
    await session.close()
  })
})
