import { execFileSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createGraph } from '../../../models/graph/graph.ts'
import { matmul } from '../../../models/graph/linear.ts'
import type { Feed } from '../../../models/graph/session.ts'
import { float32, int32, openSession } from '../../../models/graph/session.ts'
import { adapterFiles, readAdapter } from '../../../models/lora/adapter-files.ts'
import { initialFactors, loraAdapt } from '../../../models/lora/factors.ts'
import { mergeAdapter } from '../../../models/lora/merge.ts'
import type { LoraConfig } from '../../../models/lora/modules.ts'
import { defaultTargets, loraSize } from '../../../models/lora/modules.ts'
import type { NetworkConfig } from '../../../models/network/config.ts'
import { parametersOf } from '../../../models/network/config.ts'
import { toHuggingFaceConfig } from '../../../models/network/hugging-face.ts'
import { forward, frozenWeights, headTable } from '../../../models/network/network.ts'
import { initialWeights, toTensors } from '../../../models/network/weights.ts'
import type { NamedTensor } from '../../../models/safetensors.ts'
import { decodeSafetensors, encodeSafetensors } from '../../../models/safetensors.ts'
import { causalMask } from '../../../models/training/batches.ts'
import { gradientGraph } from '../../../models/training/graphs.ts'
import { random } from '../../../util/random.ts'
import { PYTHON, pythonHas } from '../../support/python.ts'
import { loraConfig, TINY_GPT2, TINY_LLAMA, TINY_QWEN2 } from './lora-cases.ts'

const SCRIPT = `
import json, sys, warnings, torch
from peft import PeftModel
from transformers import AutoModelForCausalLM
from safetensors.torch import save_file
results = {}
for name, ids, positions, targets in json.load(open(sys.argv[1])):
    base = AutoModelForCausalLM.from_pretrained(f'{sys.argv[2]}/{name}/base', dtype=torch.float32).eval()
    tokens = torch.tensor([ids])
    with torch.no_grad():
        plain = base(tokens).logits[0]
    # PEFT only warns where keys are missing or fan_in_fan_out is wrong.
    with warnings.catch_warnings():
        warnings.simplefilter('error', UserWarning)
        model = PeftModel.from_pretrained(base, f'{sys.argv[2]}/{name}/adapter', is_trainable=True).eval()
    logits = model(tokens).logits[0]
    torch.nn.functional.cross_entropy(logits[positions], torch.tensor(targets)).backward()
    gradients = {k.replace('.default', ''): p.grad.contiguous() for k, p in model.named_parameters() if p.requires_grad}
    save_file(gradients, f'{sys.argv[2]}/{name}/gradients.safetensors')
    model.save_pretrained(f'{sys.argv[2]}/{name}/again')
    with torch.no_grad():
        merged = model.merge_and_unload()(tokens).logits[0]
    results[name] = {
        'plain': plain.flatten().tolist(),
        'tuned': logits.detach().flatten().tolist(),
        'merged': merged.flatten().tolist(),
    }
print(json.dumps(results))
`

const available = pythonHas('torch', 'transformers', 'peft')

const IDS = Int32Array.of(0, 5, 7, 2, 9, 11, 30, 31, 44, 1)
const POSITIONS = Int32Array.of(2, 5, 8)
const TARGETS = Int32Array.of(2, 30, 1)

const CASES: readonly (readonly [string, NetworkConfig, LoraConfig])[] = [
  ['gpt2', TINY_GPT2, loraConfig({ targets: defaultTargets(TINY_GPT2) })],
  ['gpt2-projections', TINY_GPT2, loraConfig({ targets: ['c_proj'], rslora: true, alpha: 5.5 })],
  ['llama', TINY_LLAMA, loraConfig({ targets: defaultTargets(TINY_LLAMA) })],
  ['llama-all', TINY_LLAMA, loraConfig({ targets: ['all-linear'], dropout: 0.25 })],
  ['qwen2', TINY_QWEN2, loraConfig({ targets: ['q_proj', 'down_proj'] })],
]

interface Case {
  readonly network: NetworkConfig
  readonly lora: LoraConfig
  readonly base: ReadonlyMap<string, NamedTensor>
  readonly theta: Float32Array
}

function makeCase(network: NetworkConfig, lora: LoraConfig): Case {
  const rng = random(11)
  const weights = initialWeights(network, rng).map((x) => (x === 1 ? 1 : 8 * x) + 0.05 * rng.normal())
  const theta = initialFactors(network, lora, rng).map((x) => x + 0.2 * rng.normal())
  return { network, lora, theta, base: new Map(toTensors(weights, network).map((tensor) => [tensor.name, tensor])) }
}

/** Logits of the network with these parameters, and with the factors where they are given. */
async function logitsOf(network: NetworkConfig, base: Case['base'], adapter?: Case): Promise<Float32Array> {
  const graph = createGraph('logits')
  const weights = frozenWeights(graph, network)
  const inputs = {
    ids: graph.input('ids', 'int32', ['batch', 'sequence']),
    mask: graph.input('mask', 'float32', ['sequence', 'sequence']),
    positions: graph.int64s([0]),
  }
  const theta = adapter && graph.input('theta', 'float32', [adapter.theta.length])
  const options = theta === undefined ? {} : { adapt: loraAdapt(theta, network, adapter!.lora) }
  const { hidden } = forward(graph, network, weights, inputs, options)
  const session = await openSession(
    graph.encode({ logits: matmul(hidden, headTable(network, weights), { transB: true }) }),
    1,
  )
  const out = await session.run({
    ...baseFeeds(base),
    ids: int32(IDS, [1, IDS.length]),
    mask: float32(causalMask(IDS.length), [IDS.length, IDS.length]),
    ...(adapter === undefined ? {} : { theta: float32(adapter.theta) }),
  })
  await session.close()
  return out['logits']!.data as Float32Array
}

function baseFeeds(base: Case['base']): Record<string, Feed> {
  return Object.fromEntries([...base.values()].map(({ name, data, shape }) => [name, float32(data, shape)]))
}

function distance(ours: ArrayLike<number>, theirs: ArrayLike<number>): number {
  expect(ours.length).toBe(theirs.length)
  return Array.from(ours).reduce((worst, x, i) => Math.max(worst, Math.abs(x - theirs[i]!)), 0)
}

describe('mergeAdapter', () => {
  it.each(CASES)('gives full weights with the logits of base and adapter: %s', async (_, network, lora) => {
    const made = makeCase(network, lora)
    const read = mergeAdapter((name) => made.base.get(name)!, network, made)
    const merged = new Map(parametersOf(network).map(({ name }) => [name, read(name)]))
    const tuned = await logitsOf(network, made.base, made)
    expect(distance(await logitsOf(network, merged), tuned)).toBeLessThan(1e-4)
    expect(distance(await logitsOf(network, made.base), tuned)).toBeGreaterThan(0.05)
  })
})

describe.skipIf(!available)('PEFT', () => {
  let folder: string
  let theirs: Record<string, { plain: number[]; tuned: number[]; merged: number[] }>
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'sluice-peft-'))
    for (const [name, network, lora] of CASES) {
      const made = makeCase(network, lora)
      for (const part of ['base', 'adapter']) mkdirSync(join(folder, name, part), { recursive: true })
      const config = toHuggingFaceConfig(network, { bos: 0, eos: 1, pad: 1 })
      writeFileSync(join(folder, name, 'base/config.json'), JSON.stringify(config))
      writeFileSync(join(folder, name, 'base/model.safetensors'), encodeSafetensors([...made.base.values()]))
      for (const [file, data] of adapterFiles(made.theta, network, lora, join(folder, name, 'base'))) {
        writeFileSync(join(folder, name, 'adapter', file), data)
      }
    }
    const questions = CASES.map(([name]) => [name, [...IDS], [...POSITIONS], [...TARGETS]])
    writeFileSync(join(folder, 'cases.json'), JSON.stringify(questions))
    const output = execFileSync(PYTHON, ['-c', SCRIPT, join(folder, 'cases.json'), folder], {
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'pipe'],
      timeout: 280_000,
    })
    theirs = JSON.parse(output.trim().split('\n').at(-1)!)
  }, 300_000)
  afterAll(() => rmSync(folder, { recursive: true, force: true }))

  it.each(CASES)(
    'loads our adapter without a warning and gives the same logits, base and tuned: %s',
    async (name, network, lora) => {
      const made = makeCase(network, lora)
      const { plain, tuned, merged } = theirs[name]!
      expect(distance(await logitsOf(network, made.base), plain)).toBeLessThan(1e-4)
      const ours = await logitsOf(network, made.base, made)
      expect(distance(ours, tuned)).toBeLessThan(1e-4)
      expect(distance(ours, merged)).toBeLessThan(1e-4)
      expect(distance(plain, tuned)).toBeGreaterThan(0.05)
    },
  )

  it.each(CASES)('has the same gradients of the factors: %s', async (name, network, lora) => {
    const { base, theta } = makeCase(network, lora)
    const session = await openSession(
      gradientGraph({ network, method: { kind: 'lora', lora: { ...lora, dropout: 0 } } }, 'float32'),
      1,
    )
    const out = await session.run({
      ...baseFeeds(base),
      theta: float32(theta),
      ids: int32(IDS, [1, IDS.length]),
      mask: float32(causalMask(IDS.length), [IDS.length, IDS.length]),
      positions: int32(POSITIONS),
      targets: int32(TARGETS),
      inverse_count: float32(Float32Array.of(1 / TARGETS.length), []),
    })
    await session.close()
    const ours = out['gradient']!.data as Float32Array
    const files = new Map<string, string | Uint8Array>(adapterFiles(theta, network, lora, ''))
    files.set('adapter_model.safetensors', readFileSync(join(folder, name, 'gradients.safetensors')))
    const { theta: peft } = readAdapter(files, network)
    expect(distance(ours, peft) / Math.hypot(...peft)).toBeLessThan(1e-4)
  })

  it.each(CASES)(
    'writes the same tensor file again, byte for byte, and the same configuration: %s',
    (name, network, lora) => {
      const { theta } = makeCase(network, lora)
      const again = (file: string): Buffer => readFileSync(join(folder, name, 'again', file))
      const ours = (file: string): Buffer => readFileSync(join(folder, name, 'adapter', file))
      expect(again('adapter_model.safetensors').equals(ours('adapter_model.safetensors'))).toBe(true)
      const read = readAdapter(
        new Map(['adapter_config.json', 'adapter_model.safetensors'].map((file) => [file, again(file)])),
        network,
      )
      expect(read.theta).toEqual(theta)
      expect({ ...read.lora, targets: [] }).toEqual({ ...lora, targets: [] })
      expect(loraSize(network, read.lora)).toBe(theta.length)
      const config = JSON.parse(again('adapter_config.json').toString('utf8')) as Record<string, unknown>
      for (const [key, value] of Object.entries(JSON.parse(ours('adapter_config.json').toString('utf8')) as object)) {
        // A set in PEFT: the order is not kept.
        if (key === 'target_modules') expect([...(config[key] as string[])].sort()).toEqual(value)
        else expect({ [key]: config[key] }).toEqual({ [key]: value })
      }
      expect(decodeSafetensors(again('adapter_model.safetensors')).size).toBeGreaterThan(0)
    },
  )
})
