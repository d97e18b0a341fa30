import { execFileSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { generate } from '../../../models/generation/generate.ts'
import { generationGraph } from '../../../models/generation/graphs.ts'
import { weightFeeds } from '../../../models/generation/weights.ts'
import { crossEntropy, linearCrossEntropy } from '../../../models/graph/cross-entropy.ts'
import { mul } from '../../../models/graph/elementwise.ts'
import { gradients } from '../../../models/graph/gradient.ts'
import { createGraph, type Graph, type Value } from '../../../models/graph/graph.ts'
import { gatherRows } from '../../../models/graph/layout.ts'
import { matmul } from '../../../models/graph/linear.ts'
import { type Feed, float32, int32, number32, openSession } from '../../../models/graph/session.ts'
import { type NetworkConfig, parametersOf } from '../../../models/network/config.ts'
import { type EncoderConfig, encoderLogits, encoderParameters } from '../../../models/network/encoder.ts'
import { fromHuggingFaceConfig, toHuggingFaceConfig } from '../../../models/network/hugging-face.ts'
import { forward, frozenWeights, headTable, inputWeights } from '../../../models/network/network.ts'
import { decodeSafetensors, encodeSafetensors, type NamedTensor } from '../../../models/safetensors.ts'
import { causalMask } from '../../../models/training/batches.ts'
import { PYTHON, pythonHas } from '../../support/python.ts'

const SCRIPT = fileURLToPath(new URL('reference.py', import.meta.url))

const available = pythonHas('torch', 'transformers', 'safetensors')

const FAMILIES = [
  'gpt2',
  'gpt2-untied-exact-gelu',
  'llama-llama3',
  'llama-yarn-wide-heads',
  'llama-linear-biases',
  'llama-dynamic',
  'mistral',
  'qwen2',
  'qwen3',
  'smollm2',
]

type Tensors = ReadonlyMap<string, NamedTensor>

const tensorsOf = (path: string): Tensors => decodeSafetensors(readFileSync(path))

/** ‖a − b‖ / ‖b‖. */
function distance(a: ArrayLike<number>, b: ArrayLike<number>): number {
  let error = 0
  let size = 0
  for (let i = 0; i < b.length; i++) {
    error += (a[i]! - b[i]!) ** 2
    size += b[i]! ** 2
  }
  return a.length === b.length ? Math.sqrt(error / size) : Number.NaN
}

/** The farthest of some results from the reference, by name: `[name, distance]`. */
function farthest(ours: Readonly<Record<string, Feed>>, theirs: Tensors, names: readonly string[]): [string, number] {
  let worst: [string, number] = ['', 0]
  for (const name of names) {
    const apart = distance(ours[name]!.data as Float32Array, theirs.get(name)!.data)
    if (!(apart <= worst[1])) worst = [name, apart]
  }
  return worst
}

function labelledTokens(labels: Float32Array, sequence: number): { rows: Int32Array; targets: Int32Array } {
  const rows: number[] = []
  const targets: number[] = []
  labels.forEach((label, at) => {
    if (at % sequence === 0 || label < 0) return
    rows.push(at - 1)
    targets.push(label)
  })
  return { rows: Int32Array.from(rows), targets: Int32Array.from(targets) }
}

/** Logits of all tokens, the mean loss and the gradient of every parameter. */
function causalGraph(config: NetworkConfig, recompute: boolean): Uint8Array {
  const graph = createGraph('reference')
  const weights = frozenWeights(graph, config)
  const ids = graph.input('ids', 'int32', ['batch', 'sequence'])
  const mask = graph.input('mask', 'float32', ['sequence', 'sequence'])
  const rows = graph.input('rows', 'int32', ['labelled'])
  const targets = graph.input('targets', 'int32', ['labelled'])
  const share = graph.input('share', 'float32', [])
  const { hidden } = forward(graph, config, weights, { ids, mask, positions: graph.int64s([0]) }, { recompute })
  const table = headTable(config, weights)
  const logits = matmul(hidden, table, { transB: true })
  const loss = mul(linearCrossEntropy(gatherRows(hidden, rows, true), table, targets), share)
  return graph.encode({ logits, loss, ...namedGradients(loss, parametersOf(config), weights) })
}

function namedGradients(
  loss: Value,
  specs: readonly { readonly name: string }[],
  weights: (name: string) => Value,
): Record<string, Value> {
  const values = gradients(
    loss,
    specs.map(({ name }) => weights(name)),
  )
  return Object.fromEntries(specs.map(({ name }, i) => [`gradient.${name}`, values[i]!]))
}

async function runCausal(folder: string, recompute = false) {
  const config = fromHuggingFaceConfig(JSON.parse(readFileSync(join(folder, 'config.json'), 'utf8')))
  const model = tensorsOf(join(folder, 'model.safetensors'))
  const theirs = tensorsOf(join(folder, 'expected.safetensors'))
  const [batch, sequence] = theirs.get('ids')!.shape as [number, number]
  const { rows, targets } = labelledTokens(theirs.get('labels')!.data, sequence)
  const session = await openSession(causalGraph(config, recompute), 1)
  const specs = parametersOf(config)
  const ours = await session.run({
    ...Object.fromEntries(specs.map(({ name, shape }) => [name, float32(model.get(name)!.data, shape)])),
    ids: int32(Int32Array.from(theirs.get('ids')!.data), [batch, sequence]),
    mask: float32(causalMask(sequence), [sequence, sequence]),
    rows: int32(rows),
    targets: int32(targets),
    share: number32(1 / targets.length),
    ...(recompute ? { zero: number32(0) } : {}),
  })
  await session.close()
  return { config, model, theirs, ours, names: specs.map(({ name }) => `gradient.${name}`) }
}

describe.skipIf(!available)('Transformers', () => {
  const root = mkdtempSync(join(tmpdir(), 'sluice-network-'))
  const python = (command: string, folder: string): void => {
    execFileSync(PYTHON, [SCRIPT, command, folder], { stdio: ['ignore', 'ignore', 'pipe'], timeout: 280_000 })
  }
  beforeAll(() => python('make', join(root, 'models')), 300_000)
  afterAll(() => rmSync(root, { recursive: true, force: true }))

  it.each(FAMILIES)('gives the same logits, loss and gradients of all parameters: %s', async (family) => {
    const { theirs, ours, names } = await runCausal(join(root, 'models', family))
    expect([...theirs.keys()].filter((name) => name.startsWith('gradient.')).sort()).toEqual([...names].sort())
    const worst = farthest(ours, theirs, ['logits', 'loss', ...names])
    expect(worst[1], worst[0]).toBeLessThan(1e-4)
  })

  it('gives the same gradients where blocks are computed again', async () => {
    const { theirs, ours, names } = await runCausal(join(root, 'models', 'qwen3'), true)
    expect(farthest(ours, theirs, ['logits', 'loss', ...names])[1]).toBeLessThan(1e-4)
  })

  it.each(FAMILIES)('writes the same text with cached keys and values: %s', async (family) => {
    const folder = join(root, 'models', family)
    const config = fromHuggingFaceConfig(JSON.parse(readFileSync(join(folder, 'config.json'), 'utf8')))
    const model = tensorsOf(join(folder, 'model.safetensors'))
    const greedy = tensorsOf(join(folder, 'expected.safetensors')).get('greedy')!
    const rows = [0, 1].map((i) => [...greedy.data.slice(i * 29, (i + 1) * 29)])
    const session = await openSession(generationGraph(config), 1)
    const weights = weightFeeds(config, (name) => model.get(name)!)
    const tokens = { pad: 0, ends: new Set<number>(), banned: [] }
    const options = { maxTokens: 20, temperature: 0, seed: 1 }
    // The second prompt is longer, so that the two rows of the batch hold different numbers of cached tokens.
    const prompts = [rows[0]!.slice(0, 9), rows[1]!.slice(0, 14)]
    const [first, second] = await generate(session, weights, config, tokens, prompts, options)
    await session.close()
    expect(first).toEqual(rows[0]!.slice(9))
    expect(second!.slice(0, 15)).toEqual(rows[1]!.slice(14))
  })

  it('reads the configurations and weights that we write, and computes the same from them', {
    timeout: 300_000,
  }, async () => {
    const written = join(root, 'written')
    for (const family of FAMILIES) {
      const source = join(root, 'models', family)
      const folder = join(written, family)
      mkdirSync(folder, { recursive: true })
      const config = fromHuggingFaceConfig(JSON.parse(readFileSync(join(source, 'config.json'), 'utf8')))
      const json = toHuggingFaceConfig(config, { bos: 1, eos: [2, 3], pad: 0 })
      expect(fromHuggingFaceConfig(json)).toEqual(config)
      writeFileSync(join(folder, 'config.json'), JSON.stringify(json))
      const model = tensorsOf(join(source, 'model.safetensors'))
      writeFileSync(
        join(folder, 'model.safetensors'),
        encodeSafetensors(parametersOf(config).map(({ name }) => model.get(name)!)),
      )
      const ids = tensorsOf(join(source, 'expected.safetensors')).get('ids')!
      const [rows, columns] = ids.shape as [number, number]
      const lists = Array.from({ length: rows }, (_, i) => [...ids.data.slice(i * columns, (i + 1) * columns)])
      writeFileSync(join(folder, 'ids.json'), JSON.stringify(lists))
    }
    python('read', written)
    for (const family of FAMILIES) {
      const before = tensorsOf(join(root, 'models', family, 'expected.safetensors')).get('logits')!.data
      const after = tensorsOf(join(written, family, 'read.safetensors')).get('logits')!.data
      expect(distance(after, before), family).toBeLessThan(1e-5)
    }
  })

  it.each(['pooled', 'tags'] as const)('gives the same logits and gradients of an encoder: %s', async (head) => {
    const folder = join(root, 'models', `bert-${head}`)
    const config: EncoderConfig = {
      vocabulary: 61,
      width: 48,
      hidden: 80,
      layers: 2,
      heads: 4,
      context: 40,
      types: 2,
      epsilon: 1e-12,
      activation: 'gelu',
      labels: 5,
      head,
    }
    const model = tensorsOf(join(folder, 'model.safetensors'))
    const theirs = tensorsOf(join(folder, 'expected.safetensors'))
    const [batch, sequence] = theirs.get('ids')!.shape as [number, number]
    const specs = encoderParameters(config)
    const build = (graph: Graph) => {
      const weights = inputWeights(graph, specs)
      const logits = encoderLogits(graph, config, weights, {
        ids: graph.input('ids', 'int32', ['batch', 'sequence']),
        types: graph.input('types', 'int32', ['batch', 'sequence']),
        seen: graph.input('seen', 'float32', ['batch', 'sequence']),
        rows: graph.input('rows', 'int32', ['labelled']),
      })
      const loss = crossEntropy(logits, graph.input('targets', 'int32', ['labelled']))
      const mean = mul(loss, graph.input('share', 'float32', []))
      return { logits, loss: mean, ...namedGradients(mean, specs, weights) }
    }
    const graph = createGraph('encoder')
    const session = await openSession(graph.encode(build(graph)), 1)
    const labels = theirs.get('labels')!.data
    const rows = head === 'pooled' ? [...labels.keys()].map((b) => b * sequence) : [...labels.keys()]
    const labelled = [...labels.keys()].filter((i) => labels[i]! >= 0)
    const shape = [batch, sequence]
    const ours = await session.run({
      ...Object.fromEntries(specs.map((spec) => [spec.name, float32(model.get(spec.name)!.data, spec.shape)])),
      ids: int32(Int32Array.from(theirs.get('ids')!.data), shape),
      types: int32(Int32Array.from(theirs.get('types')!.data), shape),
      seen: float32(theirs.get('seen')!.data, shape),
      rows: int32(Int32Array.from(labelled, (i) => rows[i]!)),
      targets: int32(Int32Array.from(labelled, (i) => labels[i]!)),
      share: number32(1 / labelled.length),
    })
    await session.close()
    const logits = theirs.get('logits')!.data
    const chosen = labelled.flatMap((i) => [...logits.slice(i * config.labels, (i + 1) * config.labels)])
    expect(distance(ours['logits']!.data as Float32Array, chosen)).toBeLessThan(1e-4)
    // The keys' bias moves all scores of a row alike, so its gradient is nothing but rounding.
    const names = specs.map(({ name }) => `gradient.${name}`).filter((name) => !name.endsWith('key.bias'))
    const worst = farthest(ours, theirs, ['loss', ...names])
    expect(worst[1], worst[0]).toBeLessThan(1e-4)
  })
})
