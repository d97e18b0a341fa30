import { describe, expect, it } from 'vitest'
import { bytesSource } from '../../../models/checkpoints/byte-source.ts'
import { ggufFile } from '../../../models/checkpoints/export-gguf.ts'
import { openGguf } from '../../../models/checkpoints/gguf/container.ts'
import { PRE_TOKENIZERS } from '../../../models/checkpoints/gguf/pre-tokenizers.ts'
import type { WrittenType } from '../../../models/checkpoints/gguf/quantise.ts'
import { type GgufTensorToWrite, ggufChunks, type TypedValue } from '../../../models/checkpoints/gguf/write.ts'
import { openModelFiles } from '../../../models/checkpoints/open.ts'
import type { ModelData } from '../../../models/checkpoints/source.ts'
import { parametersOf } from '../../../models/network/config.ts'
import { openTokenizer } from '../../../models/tokenizer/tokenizer.ts'
import { NETWORKS, printed, randomModel, sentencePieceTokenizer } from './models.ts'

const TEXTS = ["hello where is my order? it's 12345 days", ' in  the   order', 'é ß 😕\n\ttabs', '', '    ']

function write(model: ModelData, type: WrittenType): Buffer {
  return Buffer.concat([...ggufFile(model, { type, name: 'tiny' })])
}

function reopen(bytes: Uint8Array) {
  return openModelFiles(new Map([['model.gguf', bytes]]))
}

describe('GGUF', () => {
  it.each(Object.entries(NETWORKS))('keeps a %s model bit for bit in F32', (_, network) => {
    const model = randomModel(network)
    const source = reopen(write(model, 'F32'))
    expect({ format: source.format, network: source.network, special: source.special }).toEqual({
      format: 'gguf',
      network,
      special: model.special,
    })
    expect(source.chatTemplate).toBe(model.chatTemplate)
    expect(source.tensorNames).toEqual(parametersOf(network).map(({ name }) => name))
    for (const name of source.tensorNames) expect(printed(source.read(name))).toEqual(printed(model.read(name)))
  })

  it('writes the same bytes again, from what it has read', () => {
    const first = write(randomModel(NETWORKS['llama']!), 'F16')
    const again = Buffer.concat([...ggufFile(reopen(first), { type: 'F16', name: 'tiny' })])
    expect(again.equals(first)).toBe(true)
  })

  it.each(['F16', 'BF16', 'Q8_0'] as const)('puts matrices in %s and leaves vectors exact', (type) => {
    const model = randomModel(NETWORKS['gpt2']!)
    const source = reopen(write(model, type))
    const relative = { F16: 2 ** -11, BF16: 2 ** -8, Q8_0: 0 }[type]
    for (const { name, kind } of parametersOf(model.network)) {
      const [mine, theirs] = [source.read(name).data, model.read(name).data]
      if (kind === 'vector' || name.includes('wpe'))
        expect(printed({ ...source.read(name) })).toEqual(printed(model.read(name)))
      else {
        // Q8_0: half a step of the largest in a block of 32, and the rounding of its scale.
        const most = theirs.reduce((max, x) => Math.max(max, Math.abs(x)), 0)
        const bound = (x: number): number => (type === 'Q8_0' ? (most / 127) * 0.6 : Math.abs(x) * relative + 2 ** -25)
        expect(mine.findIndex((x, i) => Math.abs(x - theirs[i]!) > bound(theirs[i]!))).toBe(-1)
      }
    }
  })

  it('keeps a matrix whose rows are no whole blocks in F16', () => {
    const network = { ...NETWORKS['gpt2']!, width: 48, hidden: 40, heads: 4, headWidth: 12, keyValueHeads: 4 }
    const file = openGguf(bytesSource('x', write(randomModel(network), 'Q8_0')))
    const types = Object.fromEntries([...file.tensors.values()].map(({ name, type }) => [name, type.name]))
    expect(types['blk.0.ffn_down.weight']).toBe('F16')
    expect(new Set(Object.values(types))).toEqual(new Set(['F16', 'F32']))
  })

  it.each([...PRE_TOKENIZERS])('keeps a byte-level tokenizer that cuts words as $names.0', (pre) => {
    const model = randomModel(NETWORKS['qwen2']!)
    const json = JSON.parse(model.tokenizer) as { model: object }
    const tokenizer = JSON.stringify({
      ...json,
      normalizer: pre.normalizer,
      pre_tokenizer: pre.preTokenizer,
      model: { ...json.model, ignore_merges: pre.ignoreMerges },
    })
    const source = reopen(write({ ...model, tokenizer }, 'F32'))
    const [mine, theirs] = [openTokenizer(source.tokenizer), openTokenizer(tokenizer)]
    for (const text of TEXTS) expect(mine.encode(text)).toEqual(theirs.encode(text))
    expect(source.special).toEqual(model.special)
  })

  it('keeps a SentencePiece tokenizer with its ids, its byte fallback and its BOS', () => {
    const model = randomModel(NETWORKS['llama']!, sentencePieceTokenizer())
    const source = reopen(write(model, 'F32'))
    expect(JSON.parse(source.tokenizer)).toEqual(JSON.parse(model.tokenizer))
    expect(source.special).toEqual(model.special)
    const tokenizer = openTokenizer(source.tokenizer)
    for (const text of TEXTS) expect(tokenizer.decode(tokenizer.encode(text))).toBe(text)
  })

  it('refuses to write a tokenizer whose merges scores cannot express, and kinds without a name', () => {
    const model = randomModel(NETWORKS['llama']!, sentencePieceTokenizer())
    const json = JSON.parse(model.tokenizer) as { model: { merges: string[] } }
    const odd = JSON.stringify({ ...json, model: { ...json.model, merges: json.model.merges.slice(0, -1) } })
    expect(() => write({ ...model, tokenizer: odd }, 'F32')).toThrow('cannot be put as scores')
    const other = randomModel(NETWORKS['gpt2']!)
    const unigram = JSON.stringify({ ...JSON.parse(other.tokenizer), model: { type: 'Unigram', vocab: [] } })
    expect(() => write({ ...other, tokenizer: unigram }, 'F32')).toThrow('Unigram')
    const words = JSON.stringify({ ...JSON.parse(other.tokenizer), pre_tokenizer: { type: 'Whitespace' } })
    expect(() => write({ ...other, tokenizer: words }, 'F32')).toThrow('cuts words')
  })

  it('refuses what llama.cpp would compute in another way', () => {
    expect(() => write(randomModel({ ...NETWORKS['gpt2']!, activation: 'gelu' }), 'F32')).toThrow('activation gelu')
    const biases = { queryKeyValue: true, output: true, feedForward: false }
    expect(() => write(randomModel({ ...NETWORKS['qwen3']!, biases }), 'F32')).toThrow('qwen3 with biases')
  })

  it('names missing and unexpected tensors, and other architectures', () => {
    const metadata = new Map<string, TypedValue>([
      ['general.architecture', { type: 'string', value: 'gpt2' }],
      ...(['embedding_length', 'feed_forward_length', 'context_length', 'block_count'] as const).map(
        (key) => [`gpt2.${key}`, { type: 'uint32', value: key === 'block_count' ? 1 : 4 }] as const,
      ),
      ['gpt2.attention.head_count', { type: 'uint32', value: 1 }],
      ['gpt2.attention.layer_norm_epsilon', { type: 'float32', value: 1e-5 }],
    ])
    const tensor = (name: string): GgufTensorToWrite => ({
      name,
      shape: [4, 4],
      type: 'F32',
      read: () => new Float32Array(16),
    })
    const tensors = ['token_embd.weight', 'v.patch_embd.weight'].map(tensor)
    const open = (with_: typeof metadata) => () => reopen(Buffer.concat([...ggufChunks(with_, tensors)]))
    expect(open(metadata)).toThrow(/missing 15 \(position_embd\.weight.*; unexpected 1 \(v\.patch_embd\.weight\)/)
    expect(open(new Map([...metadata, ['general.architecture', { type: 'string', value: 'mamba' }]]))).toThrow(
      '"mamba"',
    )
  })

  it('names the type of tensors that are not read, and versions', () => {
    const bytes = write(randomModel(NETWORKS['gpt2']!), 'F16')
    const name = Buffer.from('token_embd.weight')
    const at = bytes.indexOf(name) + name.length + 4 + 16
    const typed = Buffer.from(bytes)
    typed.writeUInt32LE(10, at)
    expect(() => reopen(typed)).toThrow('Q2_K')
    const version = Buffer.from(bytes)
    version.writeUInt32LE(1, 4)
    expect(() => reopen(version)).toThrow('its version is 1')
    version.writeUInt32BE(3, 4)
    expect(() => reopen(version)).toThrow('big-endian')
  })
})
