import { execFileSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Tokenizer } from '@huggingface/tokenizers'
import { InferenceSession, Tensor } from 'onnxruntime-node'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { fileSource } from '../../../models/checkpoints/byte-source.ts'
import { exportGguf } from '../../../models/checkpoints/export-gguf.ts'
import { exportHuggingFace } from '../../../models/checkpoints/export-hugging-face.ts'
import { exportOnnx } from '../../../models/checkpoints/export-onnx.ts'
import { openGguf } from '../../../models/checkpoints/gguf/container.ts'
import { dequantise } from '../../../models/checkpoints/gguf/dequantise.ts'
import { quantise } from '../../../models/checkpoints/gguf/quantise.ts'
import { GGUF_TYPES, type GgufTypeName } from '../../../models/checkpoints/gguf/tensor-types.ts'
import { tokenizerOfGguf } from '../../../models/checkpoints/gguf/tokenizer-read.ts'
import type { ModelData } from '../../../models/checkpoints/source.ts'
import { openTokenizer } from '../../../models/tokenizer/tokenizer.ts'
import { PACKAGE_ROOT } from '../../../util/package-root.ts'
import { random } from '../../../util/random.ts'
import { PYTHON, pythonHas } from '../../support/python.ts'
import { NETWORKS, randomModel, sentencePieceTokenizer } from './models.ts'

const SCRIPT = join(PACKAGE_ROOT, 'tests/models/checkpoints/gguf_check.py')

let folder = ''
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'sluice-gguf-'))
})
afterEach(() => rmSync(folder, { recursive: true, force: true }))

const ask = (command: string): string =>
  execFileSync(PYTHON, [SCRIPT, command, folder], {
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'pipe'],
    timeout: 280_000,
    maxBuffer: 2 ** 26,
  })
    .trim()
    .split('\n')
    .at(-1)!
const file = (name: string): Buffer => readFileSync(join(folder, name))
const bytes = (data: Float32Array): Buffer => Buffer.from(data.buffer, data.byteOffset, data.byteLength)
const NAMES = Object.keys(GGUF_TYPES) as GgufTypeName[]

describe.skipIf(!pythonHas('gguf', 'numpy'))('llama.cpp’s gguf package', { timeout: 180_000 }, () => {
  it('dequantises every type to the same bits', () => {
    ask('dequantise')
    const same = NAMES.map((name) => [name, bytes(dequantise(name, file(`${name}.raw`))).equals(file(`${name}.f32`))])
    expect(Object.fromEntries(same)).toEqual(Object.fromEntries(NAMES.map((name) => [name, true])))
  })

  it('quantises to the same bytes', () => {
    const source = random(3)
    const data = Float32Array.from({ length: 32 * 4000 }, (_, i) =>
      i < 64 ? 0 : source.normal() * 10 ** Math.round(6 * source.next() - 4),
    )
    writeFileSync(join(folder, 'numbers.f32'), bytes(data))
    ask('quantise')
    for (const type of ['F16', 'BF16', 'Q8_0'] as const) {
      expect([type, Buffer.compare(quantise(type, data), file(`${type}.quantised`))]).toEqual([type, 0])
    }
  })

  it('reads our file: names, shapes, types, numbers and metadata', () => {
    const model = randomModel(NETWORKS['llama']!, sentencePieceTokenizer())
    exportGguf(model, join(folder, 'ours.gguf'), { type: 'Q8_0', name: 'tiny' })
    const theirs = JSON.parse(ask('read')) as { tensors: { name: string }[]; fields: Record<string, unknown> }
    const ours = openGguf(fileSource(join(folder, 'ours.gguf')))
    expect(theirs.tensors).toEqual(
      [...ours.tensors.values()].map(({ name, shape, type }) => ({ name, shape, type: type.name })),
    )
    for (const [i, { name }] of theirs.tensors.entries()) {
      expect([name, bytes(ours.read(name).data).equals(file(`${i}.f32`))]).toEqual([name, true])
    }
    expect(theirs.fields).toEqual(Object.fromEntries(ours.metadata))
    ours.close()
  })

  it('writes a file that we read: every type of tensor and of value', () => {
    ask('write')
    const theirs = openGguf(fileSource(join(folder, 'theirs.gguf')))
    expect(Object.fromEntries([...theirs.metadata].filter(([key]) => key.startsWith('a.')))).toEqual({
      'a.uint8': 200,
      'a.int8': -100,
      'a.uint16': 60_000,
      'a.int16': -30_000,
      'a.uint32': 4_000_000_000,
      'a.int32': -2_000_000_000,
      'a.uint64': 2 ** 40,
      'a.int64': -(2 ** 40),
      'a.float32': 0.5,
      'a.float64': 0.1,
      'a.bool': true,
      'a.string': 'ß 😕',
      'a.strings': ['', 'a', 'é'],
      'a.ints': [1, -2, 3],
    })
    for (const name of NAMES) {
      expect([name, bytes(theirs.read(`tensor.${name}`).data).equals(file(`${name}.f32`))]).toEqual([name, true])
    }
    theirs.close()
  })
})

describe.skipIf(!pythonHas('gguf', 'sentencepiece'))('sentencepiece', { timeout: 180_000 }, () => {
  it('gives the ids that its model gives as GGUF, converted, here and in @huggingface/tokenizers', () => {
    const source = random(11)
    const words = [
      'the',
      'parcel',
      'order',
      'hello',
      'late',
      'where',
      'is',
      'my',
      'it',
      'über',
      'naïve',
      '12',
      '345',
      "it's",
    ]
    const pick = <T>(list: readonly T[]): T => list[Math.floor(source.next() * list.length)]!
    const sentence = (): string => Array.from({ length: 12 }, () => pick(words)).join(pick([' ', ' ', '  ']))
    const hard = ['', ' ', '    ', 'a   b', '😕 ß', 'aaaaaaaaaa', '日本語 text', '\ttab\nline', '  lead and trail  ']
    const letters = [...'abcdefghijklmnop  \u00e9\u6f22😕12']
    const noise = Array.from({ length: 300 }, () => Array.from({ length: 30 }, () => pick(letters)).join(''))
    const texts = [...hard, ...Array.from({ length: 200 }, sentence), ...noise]
    writeFileSync(join(folder, 'texts.json'), JSON.stringify(texts))
    writeFileSync(
      join(folder, 'corpus.json'),
      JSON.stringify([
        ...Array.from({ length: 3000 }, sentence),
        ...Array.from({ length: 60 }, () => '        x    y'),
      ]),
    )
    const theirs = JSON.parse(ask('sentencepiece')) as number[][]
    const gguf = openGguf(fileSource(join(folder, 'spm.gguf')))
    const { json, special } = tokenizerOfGguf(gguf, 100_000, 'spm.gguf')
    gguf.close()
    expect(special).toEqual({ bos: 1, eos: [2], addBos: true })
    const own = openTokenizer(json)
    const other = new Tokenizer(JSON.parse(json) as object, {})
    // sentencepiece puts no space before an empty text.
    const compared = texts.map((text, i) => [text, i] as const).filter(([text]) => text !== '')
    expect(compared.filter(([text, i]) => own.encode(text).join() !== theirs[i]!.join())).toEqual([])
    expect(
      compared.filter(
        ([text, i]) => other.encode(text, { add_special_tokens: false }).ids.join() !== theirs[i]!.join(),
      ),
    ).toEqual([])
  })
})

describe.skipIf(!pythonHas('gguf', 'torch', 'transformers', 'accelerate'))('Transformers', { timeout: 300_000 }, () => {
  it('reads our GGUF and our folder to the same model, and ONNX Runtime our export to the same logits', async () => {
    const models: Record<string, ModelData> = {
      // Transformers takes the usual context, inner width and head width, whatever a GGUF file says of them.
      gpt2: randomModel({ ...NETWORKS['gpt2']!, context: 1024, hidden: 256 }),
      llama: randomModel(
        { ...NETWORKS['llama']!, positions: { kind: 'rotary', base: 500_000 } },
        sentencePieceTokenizer(),
      ),
      qwen2: randomModel(NETWORKS['qwen2']!),
      qwen3: randomModel({ ...NETWORKS['qwen3']!, headWidth: 128 }),
    }
    for (const [name, model] of Object.entries(models)) {
      exportHuggingFace(model, join(folder, name))
      exportGguf(model, join(folder, name, 'model.gguf'), { type: 'F32' })
      exportOnnx(model, join(folder, name, 'model.onnx'))
    }
    writeFileSync(join(folder, 'models.json'), JSON.stringify(Object.keys(models)))
    const result = JSON.parse(ask('transformers')) as Record<
      string,
      { difference: number; largest: number; class: string }
    >
    expect(Object.values(result).map((each) => each.class)).toEqual([
      'GPT2LMHeadModel',
      'LlamaForCausalLM',
      'Qwen2ForCausalLM',
      'Qwen3ForCausalLM',
    ])
    for (const [name, { difference, largest }] of Object.entries(result)) {
      expect([name, difference / largest < 1e-5]).toEqual([name, true])
      const expected = new Float32Array(file(`${name}.logits`).buffer.slice(0))
      const logits = await bareLogits(join(folder, name, 'model.onnx'), models[name]!)
      const worst = logits.reduce((most, x, i) => Math.max(most, Math.abs(x - expected[i]!)), 0)
      expect([name, logits.length, worst / largest < 1e-4]).toEqual([name, expected.length, true])
    }
  })
})

/** Logits of 24 tokens by a session that knows nothing but the file: 10 at once behind two paddings, then the rest. */
async function bareLogits(path: string, { network }: ModelData): Promise<Float32Array> {
  const session = await InferenceSession.create(path)
  const { layers, keyValueHeads, headWidth } = network
  const ids = Array.from({ length: 24 }, (_, i) => BigInt((7 * i + 3) % 300))
  const empty = new Tensor('float32', new Float32Array(0), [1, keyValueHeads, 0, headWidth])
  const caches = Array.from({ length: layers }, (_, i) => ['key', 'value'].map((kind) => `${i}.${kind}`)).flat()
  const int64 = (values: readonly bigint[]): Tensor =>
    new Tensor('int64', BigInt64Array.from(values), [1, values.length])
  const places = Array.from({ length: 24 }, (_, i) => BigInt(i))
  const first = await session.run({
    input_ids: int64([0n, 0n, ...ids.slice(0, 10)]),
    attention_mask: int64([0n, 0n, ...places.slice(0, 10).map(() => 1n)]),
    position_ids: int64([0n, 0n, ...places.slice(0, 10)]),
    ...Object.fromEntries(caches.map((name) => [`past_key_values.${name}`, empty])),
  })
  const second = await session.run({
    input_ids: int64(ids.slice(10)),
    attention_mask: int64([0n, 0n, ...places.map(() => 1n)]),
    position_ids: int64(places.slice(10)),
    ...Object.fromEntries(caches.map((name) => [`past_key_values.${name}`, first[`present.${name}`]!])),
  })
  await session.release()
  const { vocabulary } = network
  const [a, b] = [first, second].map((out) => out['logits']!.data as Float32Array) as [Float32Array, Float32Array]
  return Float32Array.from([...a.subarray(2 * vocabulary), ...b])
}
