import { existsSync, mkdtempSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { gpt2Config, llamaConfig, type NetworkConfig, parametersOf } from '../../../models/network/config.ts'
import { initialWeights, toTensors } from '../../../models/network/weights.ts'
import type { BaseTensors } from '../../../models/training/base.ts'
import { makeBatch, packRows } from '../../../models/training/batches.ts'
import { type EngineOptions, openEngine } from '../../../models/training/engine.ts'
import { gradientGraph } from '../../../models/training/graphs.ts'
import { initialTheta, type TrainingMethod } from '../../../models/training/method.ts'
import { packsHead, storeBase } from '../../../models/training/stored-base.ts'
import { random } from '../../../util/random.ts'

let folder: string
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'sluice-stored-'))
})
afterAll(() => rmSync(folder, { recursive: true, force: true }))

/** Wide enough that a packed product sums in other runs than a plain one. The vocabulary has no three equal parts. */
const SHAPE = { vocabulary: 101, width: 288, hidden: 320, layers: 2, heads: 6, headWidth: 48, context: 64 }
const BIASES = { queryKeyValue: true, output: false, feedForward: false }
const NETWORKS: readonly (readonly [string, NetworkConfig])[] = [
  ['grouped heads', llamaConfig({ ...SHAPE, keyValueHeads: 2 })],
  ['biases of queries, keys and values', llamaConfig({ ...SHAPE, keyValueHeads: 3, biases: BIASES, tied: false })],
  ['norms of queries and keys', llamaConfig({ ...SHAPE, keyValueHeads: 2, queryKeyNorm: true })],
  ['GPT-2', gpt2Config(SHAPE)],
]

function lora(targets: readonly string[], dropout = 0): TrainingMethod {
  return { kind: 'lora', lora: { rank: 4, alpha: 8, targets, rslora: false, dropout } }
}

function tensorsOf(network: NetworkConfig): BaseTensors {
  const rng = random(17)
  // Biases and gains of their own, so that none can take the place of another.
  const weights = initialWeights(network, rng).map((x) => (x === 0 || x === 1 ? x + 0.3 * rng.normal() : 4 * x))
  return new Map(toTensors(weights, network).map((tensor) => [tensor.name, tensor]))
}

/** Loss, norm, clipped gradient and held-out loss of a batch of rows of different lengths. */
async function results(options: Pick<EngineOptions, 'base' | 'stored' | 'shape'>) {
  const { network, method } = options.shape
  const optimizer = { beta1: 0.9, beta2: 0.95, epsilon: 1e-8, weightDecay: 0.1, clipNorm: 1 }
  const rng = random(5)
  const rows = [40, 23, 31].map((length) => ({
    ids: Int32Array.from({ length }, () => rng.integer(network.vocabulary)),
    supervised: Uint8Array.from({ length }, (_, i) => (i > 2 ? 1 : 0)),
  }))
  const batch = makeBatch(packRows(rows), [0, 1, 2], 0)
  const theta = initialTheta(network, method, undefined, 1).map((x) => x + 0.05 * rng.normal())
  const engine = openEngine({ ...options, optimizer, seed: 1, threads: 1 })
  try {
    const heldOut = await engine.lossSum(theta, batch)
    const state = { theta, m: new Float32Array(theta.length), v: new Float32Array(theta.length) }
    const { loss, norm } = await engine.step(state, [batch], 1, 1e-3)
    return { loss, norm, gradient: state.m, heldOut }
  } finally {
    await engine.close()
  }
}

describe.each(NETWORKS)('a stored base, its layers packed and its head in blocks: %s', (_, network) => {
  const some = network.family === 'gpt2' ? ['c_attn'] : ['q_proj', 'v_proj']
  const one = network.family === 'gpt2' ? ['c_fc'] : ['k_proj']
  it.each([
    ['factors of all layers', lora(['all-linear'])],
    ['factors of some layers over one input', lora(some)],
    ['of one only', lora(one)],
    ['with dropout', lora(some, 0.2)],
  ] as const)('gives the loss and the gradient of the base in memory: %s', async (_, method) => {
    const tensors = tensorsOf(network)
    const plain = await results({ base: tensors, shape: { network, method } })
    const stored = await storeBase({ digest: '', tensors }, network, join(folder, 'base'))
    const packed = await results({ stored, shape: { network, method, headBlocks: 3 } })
    stored.remove()
    expect(Math.abs(packed.loss / plain.loss - 1)).toBeLessThan(1e-6)
    expect(Math.abs(packed.norm / plain.norm - 1)).toBeLessThan(1e-5)
    expect(Math.abs(packed.heldOut / plain.heldOut - 1)).toBeLessThan(1e-6)
    const largest = Math.max(...plain.gradient.map(Math.abs))
    const apart = Math.max(...plain.gradient.map((x, i) => Math.abs(x - packed.gradient[i]!)))
    expect(apart / largest).toBeLessThan(1e-5)
  })
})

describe('storeBase', () => {
  const network = NETWORKS[0]![1]

  it('writes the layers and a small head, readable by their owner alone, and deletes the file', async () => {
    const path = join(folder, 'layers')
    const stored = await storeBase({ digest: '', tensors: tensorsOf(network) }, network, path)
    const layers = parametersOf(network).filter(({ layout }) => layout !== undefined)
    const bytes = (shape: readonly number[]): number => shape[0]! * shape[1]! * 4
    const size = layers.reduce((sum, { shape }) => sum + bytes(shape), bytes([101, 288]))
    expect([statSync(path).size, statSync(path).mode & 0o777]).toEqual([size, 0o600])
    expect([...stored.places.keys()]).toEqual(layers.map(({ name }) => name))
    expect(stored.head).toMatchObject({ location: 'layers', length: bytes([101, 288]) })
    // The head stays in memory too: rows of it are read.
    expect(stored.others.size + stored.places.size).toBe(parametersOf(network).length)
    stored.remove()
    expect(existsSync(path)).toBe(false)
  })

  it('packs the head of a model whose copies take less than 900 MB', () => {
    const smollm = { vocabulary: 49_152, width: 576, hidden: 1536, layers: 30, heads: 9, headWidth: 64, context: 8192 }
    const gpt2 = { vocabulary: 50_257, width: 768, layers: 12, heads: 12, context: 1024 }
    expect(packsHead(gpt2Config(gpt2))).toBe(true)
    expect(packsHead(llamaConfig({ ...smollm, keyValueHeads: 3 }))).toBe(false)
  })

  it('takes the place of what a killed run left', async () => {
    const path = join(folder, 'left')
    writeFileSync(path, 'half a base')
    const stored = await storeBase({ digest: '', tensors: tensorsOf(network) }, network, path)
    expect(statSync(path).size).toBeGreaterThan(1e6)
    stored.remove()
  })

  it('leaves nothing where a parameter is missing, and names it', async () => {
    const tensors = new Map(tensorsOf(network))
    tensors.delete('model.layers.1.mlp.up_proj.weight')
    const path = join(folder, 'missing')
    await expect(storeBase({ digest: '', tensors }, network, path)).rejects.toMatchObject({
      code: 'MODEL_UNSUPPORTED',
      message: 'the base model has no model.layers.1.mlp.up_proj.weight of shape [320, 288]',
    })
    expect(readdirSync(folder)).not.toContain('missing')
  })

  it('lets queries, keys and values be one product', async () => {
    const method = lora(['q_proj'])
    const shape = { network, method }
    const stored = await storeBase({ digest: '', tensors: tensorsOf(network) }, network, join(folder, 'joined'))
    const names = (bytes: Uint8Array): readonly string[] =>
      Buffer.from(bytes)
        .toString('latin1')
        .match(/self_attn\.[qkv]_proj\.weight[ \n]/g) ?? []
    // As an input each has its own name; stored, the three names stand in a row.
    expect(names(gradientGraph({ ...shape, places: stored.places })).some((name) => name.endsWith(' '))).toBe(true)
    expect(names(gradientGraph(shape)).some((name) => name.endsWith(' '))).toBe(false)
    stored.remove()
  })
})
