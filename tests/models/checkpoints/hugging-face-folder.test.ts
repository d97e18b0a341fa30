import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { exportHuggingFace, huggingFaceFiles } from '../../../models/checkpoints/export-hugging-face.ts'
import { openModelFiles, openModelSource } from '../../../models/checkpoints/open.ts'
import type { ModelData } from '../../../models/checkpoints/source.ts'
import { parametersOf } from '../../../models/network/config.ts'
import { encodeSafetensors, type NamedTensor } from '../../../models/safetensors.ts'
import { bytesOf, NETWORKS, printed, randomModel, sentencePieceTokenizer } from './models.ts'

const folder = mkdtempSync(join(tmpdir(), 'sluice-hf-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

function tensorsOf(model: ModelData): NamedTensor[] {
  return parametersOf(model.network).map(({ name }) => model.read(name))
}

/** The folder's files with other weights, or with members of a JSON file set. */
function files(model: ModelData, changes: Readonly<Record<string, Uint8Array | object>> = {}): Map<string, Uint8Array> {
  const all = bytesOf(huggingFaceFiles(model))
  for (const [name, change] of Object.entries(changes)) {
    const before = all.get(name) === undefined ? {} : (): object => JSON.parse(Buffer.from(all.get(name)!).toString())
    const json = typeof before === 'function' ? before : () => before
    all.set(name, change instanceof Uint8Array ? change : Buffer.from(JSON.stringify({ ...json(), ...change })))
  }
  return all
}

describe('a Hugging Face folder', () => {
  it.each(Object.entries(NETWORKS))('keeps a %s model bit for bit', (_, network) => {
    const model = randomModel(network)
    const source = openModelFiles(files(model))
    expect(source.network).toEqual(network)
    expect(source.special).toEqual(model.special)
    expect(source.chatTemplate).toBe(model.chatTemplate)
    expect(JSON.parse(source.tokenizer)).toEqual(JSON.parse(model.tokenizer))
    for (const name of source.tensorNames) expect(printed(source.read(name))).toEqual(printed(model.read(name)))
  })

  it('is read the same from a folder, from symbolic links into a cache and from memory', async () => {
    const model = randomModel(NETWORKS['qwen2']!)
    const plain = join(folder, 'plain')
    exportHuggingFace(model, plain)
    writeFileSync(join(plain, 'README.md'), 'none of the model')
    const cache = join(folder, 'models--org--name')
    const snapshot = join(cache, 'snapshots', 'a'.repeat(40))
    mkdirSync(join(cache, 'blobs'), { recursive: true })
    mkdirSync(snapshot, { recursive: true })
    for (const [i, [name, data]] of [...files(model)].entries()) {
      writeFileSync(join(cache, 'blobs', `${i}`), data)
      symlinkSync(`../../blobs/${i}`, join(snapshot, name))
    }
    const sources = [await openModelSource(plain), await openModelSource(cache), openModelFiles(files(model))]
    expect(new Set(sources.map(({ digest }) => digest)).size).toBe(1)
    expect(sources[0]!.files.map(({ name }) => name)).toEqual([
      'config.json',
      'generation_config.json',
      'model.safetensors',
      'tokenizer.json',
      'tokenizer_config.json',
    ])
    for (const source of sources) {
      expect(printed(source.read('model.norm.weight'))).toEqual(printed(model.read('model.norm.weight')))
      source.close()
    }
  })

  it('reads shards, and refuses an index that does not fit them', () => {
    const model = randomModel(NETWORKS['gpt2']!)
    const tensors = tensorsOf(model)
    const parts = [tensors.slice(0, 9), tensors.slice(9)]
    const shards = parts.map((_, i) => `model-0000${i + 1}-of-00002.safetensors`)
    const map = Object.fromEntries(parts.flatMap((part, i) => part.map(({ name }) => [name, shards[i]!])))
    const sharded = (weight_map: object): Map<string, Uint8Array> => {
      const all = files(model, { 'model.safetensors.index.json': { metadata: {}, weight_map } })
      all.delete('model.safetensors')
      for (const [i, name] of shards.entries()) all.set(name, encodeSafetensors(parts[i]!))
      return all
    }
    const source = openModelFiles(sharded(map))
    for (const { name } of tensors) expect(printed(source.read(name))).toEqual(printed(model.read(name)))
    expect(source.files.map(({ name }) => name)).toEqual([
      'config.json',
      'generation_config.json',
      ...shards,
      'model.safetensors.index.json',
      'tokenizer.json',
      'tokenizer_config.json',
    ])
    expect(() => openModelFiles(sharded({ ...map, [tensors[0]!.name]: shards[1]! }))).toThrow('where the index puts it')
    expect(() => openModelFiles(sharded({ ...map, [tensors[0]!.name]: '../../etc/passwd' }))).toThrow('has no file')
  })

  it('takes GPT-2 files without the prefix, with their buffers, with and without the tied head', () => {
    const model = randomModel(NETWORKS['gpt2']!)
    const bare = tensorsOf(model).map((tensor) => ({ ...tensor, name: tensor.name.replace('transformer.', '') }))
    const table = model.read('transformer.wte.weight')
    const old = [
      ...bare,
      { name: 'h.0.attn.bias', shape: [1, 1, 48, 48], data: new Float32Array(48 * 48) },
      { name: 'h.0.attn.masked_bias', shape: [], data: Float32Array.of(-1e4) },
      { ...table, name: 'lm_head.weight' },
    ]
    const source = openModelFiles(files(model, { 'model.safetensors': encodeSafetensors(old) }))
    for (const name of source.tensorNames) expect(printed(source.read(name))).toEqual(printed(model.read(name)))
  })

  it('takes the rotary buffers of old Llama files', () => {
    const model = randomModel(NETWORKS['llama']!)
    const inverse = { name: 'model.layers.0.self_attn.rotary_emb.inv_freq', shape: [8], data: new Float32Array(8) }
    const weights = encodeSafetensors([...tensorsOf(model), inverse])
    expect(openModelFiles(files(model, { 'model.safetensors': weights })).tensorNames).not.toContain(inverse.name)
  })

  it('lists what is missing and what is unexpected, and names a wrong shape', () => {
    const model = randomModel(NETWORKS['llama']!)
    const tensors = tensorsOf(model)
    const extra = { name: 'model.layers.0.extra.weight', shape: [1], data: Float32Array.of(1) }
    const open = (list: NamedTensor[]) => () =>
      openModelFiles(files(model, { 'model.safetensors': encodeSafetensors(list) }))
    expect(open([...tensors.filter(({ name }) => name !== 'lm_head.weight'), extra])).toThrow(
      'missing 1 (lm_head.weight); unexpected 1 (model.layers.0.extra.weight)',
    )
    expect(open(tensors.map((t) => (t.name === 'model.norm.weight' ? { ...t, shape: [8, 8] } : t)))).toThrow(
      'tensor model.norm.weight has the shape [8, 8], the model needs [64]',
    )
    expect(open([...tensors, { ...tensors.at(-1)!, name: tensors.at(-1)!.name.replace('model.', '') }])).toThrow(
      'twice',
    )
  })

  it('says which file is missing and what to do', () => {
    const model = randomModel(NETWORKS['gpt2']!)
    for (const [name, next] of [
      ['tokenizer.json', 'saved as tokenizer.json'],
      ['model.safetensors', 'convert it to safetensors'],
    ] as const) {
      const all = files(model)
      all.delete(name)
      const error = caught(() => openModelFiles(all))
      expect(error).toMatchObject({ code: 'MODEL_FILE_MISSING', message: `the model has no file ${name}` })
      expect((error as { next: string }).next).toContain(next)
    }
  })

  it('finds special tokens by name before ids, every end of a text, and who adds BOS', () => {
    const model = randomModel(NETWORKS['gpt2']!)
    const special = (changes: Readonly<Record<string, object>>) => openModelFiles(files(model, changes)).special
    expect(special({ 'tokenizer_config.json': { bos_token: { content: '<|pad|>' } } })).toMatchObject({ bos: 1 })
    expect(special({ 'generation_config.json': { eos_token_id: [7, 8] } }).eos).toEqual([0, 7, 8])
    expect(special({ 'config.json': { eos_token_id: 9 } }).eos).toEqual([0, 9])
    const flagged = { tokenizer_class: 'LlamaTokenizerFast', add_bos_token: true }
    expect(special({ 'tokenizer_config.json': flagged }).addBos).toBe(true)
    expect(special({ 'tokenizer_config.json': { ...flagged, tokenizer_class: 'GPT2TokenizerFast' } }).addBos).toBe(
      false,
    )
    expect(() => special({ 'generation_config.json': { eos_token_id: 320 } })).toThrow('id 320')
    const llama = randomModel(NETWORKS['llama']!, sentencePieceTokenizer())
    expect(openModelFiles(files(llama)).special).toEqual({ bos: 1, eos: [2], addBos: true })
    const without = { ...llama, special: { ...llama.special, addBos: false } }
    expect(openModelFiles(files(without)).special.addBos).toBe(false)
  })

  it('prefers chat_template.jinja, and takes the default of several templates', () => {
    const model = randomModel(NETWORKS['gpt2']!)
    const named = [
      { name: 'tool_use', template: 'T' },
      { name: 'default', template: 'D' },
    ]
    expect(openModelFiles(files(model, { 'tokenizer_config.json': { chat_template: named } })).chatTemplate).toBe('D')
    expect(openModelFiles(files(model, { 'chat_template.jinja': Buffer.from('J') })).chatTemplate).toBe('J')
  })

  it.each(['F16', 'BF16'] as const)('is written in %s with its size halved', (type) => {
    const model = randomModel(NETWORKS['qwen3']!)
    const weights = (options: object) => bytesOf(huggingFaceFiles(model, options)).get('model.safetensors')!
    expect(weights({ type }).length).toBeLessThan(0.6 * weights({}).length)
    const source = openModelFiles(bytesOf(huggingFaceFiles(model, { type })))
    const [mine, theirs] = [source.read('lm_head.weight'.replace('lm_head', 'model.embed_tokens')), model]
    const exact = theirs.read('model.embed_tokens.weight').data
    expect(mine.data.findIndex((x, i) => Math.abs(x - exact[i]!) > Math.abs(exact[i]!) * 2 ** -8)).toBe(-1)
  })
})

function caught(run: () => unknown): unknown {
  try {
    run()
  } catch (error) {
    return error
  }
  throw new Error('nothing was thrown')
}
