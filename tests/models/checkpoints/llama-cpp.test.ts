import { execFileSync } from 'node:child_process'
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { InferenceSession, Tensor } from 'onnxruntime-node'
import { afterAll, describe, expect, it } from 'vitest'
import { exportGguf } from '../../../models/checkpoints/export-gguf.ts'
import { exportOnnx } from '../../../models/checkpoints/export-onnx.ts'
import { PRE_TOKENIZERS } from '../../../models/checkpoints/gguf/pre-tokenizers.ts'
import { openModelSource } from '../../../models/checkpoints/open.ts'
import type { ModelData } from '../../../models/checkpoints/source.ts'
import type { NetworkConfig } from '../../../models/network/config.ts'
import { openTokenizer } from '../../../models/tokenizer/tokenizer.ts'
import { PACKAGE_ROOT } from '../../../util/package-root.ts'
import { NETWORKS, randomModel, sentencePieceTokenizer } from './models.ts'

/** A folder in which `npm install node-llama-cpp` was run (3.22): llama.cpp itself, with ready-made binaries. */
const LLAMA = process.env['SLUICE_LLAMA_CPP'] ?? ''
const PACKAGE = join(LLAMA, 'node_modules/node-llama-cpp/dist/index.js')
const STORIES = join(process.env['SLUICE_DATA'] ?? join(PACKAGE_ROOT, '../shared/data'), 'models/stories260K')
const available = LLAMA !== '' && existsSync(PACKAGE)
if (!available) console.log('skipped: llama.cpp is not here (SLUICE_LLAMA_CPP names a folder with node-llama-cpp)')

/** Greedy tokens after a prompt, and the ids of texts, as llama.cpp has them. One thread: others spin. */
const SCRIPT = `
import { readFileSync } from 'node:fs'
const { getLlama, LlamaLogLevel } = await import(process.argv[2])
const llama = await getLlama({ gpu: false, build: 'never', skipDownload: true, logLevel: LlamaLogLevel.error })
const out = []
for (const { path, context, prompt, count, texts } of JSON.parse(readFileSync(process.argv[3], 'utf8'))) {
  const model = await llama.loadModel({ modelPath: path })
  const opened = await model.createContext({ contextSize: context, batchSize: context, threads: 1 })
  const ids = [...prompt]
  for await (const token of opened.getSequence().evaluate(prompt, { temperature: 0 })) {
    ids.push(token)
    if (ids.length >= count) break
  }
  out.push({ ids, encoded: texts.map((text) => [...model.tokenize(text, false, 'none')]) })
  await opened.dispose()
  await model.dispose()
}
console.log(JSON.stringify(out))
process.exit(0)
`

interface Job {
  readonly path: string
  readonly context: number
  readonly prompt: readonly number[]
  readonly count: number
  readonly texts: readonly string[]
}

const folder = mkdtempSync(join(tmpdir(), 'sluice-llama-cpp-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

function askLlama(jobs: readonly Job[]): readonly { readonly ids: number[]; readonly encoded: number[][] }[] {
  const file = join(folder, 'jobs.json')
  writeFileSync(file, JSON.stringify(jobs))
  // A file, since the package starts processes with the options of its own.
  const script = join(folder, 'ask.mjs')
  writeFileSync(script, SCRIPT)
  const output = execFileSync(process.execPath, [script, PACKAGE, file], {
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'ignore'],
    timeout: 170_000,
  })
  return JSON.parse(output.trim().split('\n').at(-1)!) as { ids: number[]; encoded: number[][] }[]
}

const TEXTS = [
  "hello where is my order? it's 12345 days",
  ' in  the   order',
  'é ß 😕\n\ttabs',
  '    ',
  "I'LL it'S 1 22 333 4444\r\n\n x",
]

describe.skipIf(!available)('llama.cpp', { timeout: 180_000 }, () => {
  it('gives the same greedy tokens and the same ids of texts for every family, scaling and word pattern', async () => {
    const yarn: NetworkConfig = {
      ...NETWORKS['linear']!,
      positions: {
        kind: 'rotary',
        base: 10_000,
        scaling: {
          kind: 'yarn',
          factor: 4,
          originalContext: 12,
          betaFast: 32,
          betaSlow: 1,
          attentionFactor: 0.1 * Math.log(4) + 1,
          truncate: true,
        },
      },
    }
    const models: ModelData[] = Object.values({ ...NETWORKS, yarn }).map((network, i) => {
      const model = randomModel(network)
      const pre = PRE_TOKENIZERS[i % PRE_TOKENIZERS.length]!
      const json = JSON.parse(model.tokenizer) as { model: object }
      const words = { normalizer: pre.normalizer, pre_tokenizer: pre.preTokenizer }
      const bpe = { ...json.model, ignore_merges: pre.ignoreMerges }
      return { ...model, tokenizer: JSON.stringify({ ...json, ...words, model: bpe }) }
    })
    models.push(randomModel(NETWORKS['llama']!, sentencePieceTokenizer()))
    const jobs: Job[] = []
    const expected: object[] = []
    for (const [i, model] of models.entries()) {
      const path = join(folder, `${i}.gguf`)
      exportGguf(model, path, { type: 'F32' })
      jobs.push({ path, context: 48, prompt: [5, 17, 100, 9], count: 40, texts: TEXTS })
      const tokenizer = openTokenizer(model.tokenizer)
      expected.push({
        ids: await greedy(model, [5, 17, 100, 9], 40),
        encoded: TEXTS.map((text) => tokenizer.encode(text)),
      })
    }
    expect(askLlama(jobs)).toEqual(expected)
  })

  it.skipIf(!existsSync(STORIES))('writes stories260K’s greedy text from our F32 and F16 files', async () => {
    const source = await openModelSource(STORIES)
    const jobs = (['F32', 'F16'] as const).map((type) => {
      const path = join(folder, `${type}.gguf`)
      exportGguf(source, path, { type })
      return { path, context: 512, prompt: [1], count: 257, texts: [] }
    })
    source.close()
    const tokenizer = openTokenizer(source.tokenizer)
    const known = readFileSync(join(STORIES, 'greedy-256.txt'), 'utf8')
    for (const { ids } of askLlama(jobs)) expect(`${tokenizer.decode(ids)}\n`).toBe(known)
  })
})

/** The same through the ONNX export, all tokens anew at each step. */
async function greedy(model: ModelData, prompt: readonly number[], count: number): Promise<number[]> {
  const { layers, keyValueHeads, headWidth, vocabulary } = model.network
  const path = join(folder, 'greedy.onnx')
  exportOnnx(model, path)
  const session = await InferenceSession.create(path)
  const empty = new Tensor('float32', new Float32Array(0), [1, keyValueHeads, 0, headWidth])
  const past = Array.from({ length: layers }, (_, i) => ['key', 'value'].map((kind) => `past_key_values.${i}.${kind}`))
  const ids = [...prompt]
  while (ids.length < count) {
    const int64 = (data: readonly number[]): Tensor =>
      new Tensor('int64', BigInt64Array.from(data, BigInt), [1, ids.length])
    const out = await session.run({
      input_ids: int64(ids),
      attention_mask: int64(ids.map(() => 1)),
      position_ids: int64(ids.map((_, i) => i)),
      ...Object.fromEntries(past.flat().map((name) => [name, empty])),
    })
    const last = (out['logits']!.data as Float32Array).slice(-vocabulary)
    const next = last.indexOf(Math.max(...last))
    if (model.special.eos.includes(next)) break
    ids.push(next)
  }
  await session.release()
  return ids
}
