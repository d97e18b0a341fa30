import { sentencePieceJson } from '../../../models/checkpoints/sentencepiece.ts'
import type { ModelData } from '../../../models/checkpoints/source.ts'
import { gpt2Config, llamaConfig, type NetworkConfig, parametersOf } from '../../../models/network/config.ts'
import { countWords, trainBpe } from '../../../models/tokenizer/bpe-trainer.ts'
import { tokenizerJson } from '../../../models/tokenizer/tokenizer.ts'
import { sha256 } from '../../../util/digest.ts'
import { random } from '../../../util/random.ts'

const TEXT =
  "hello where is my order? it has not come yet. I am sorry, let me look that up for you; the parcel is late. it's 12345 days"

/** Byte-level BPE trained on a few words, with two special tokens first. */
export function byteLevelTokenizer(): string {
  return tokenizerJson(trainBpe(countWords([TEXT, TEXT]), 300), ['<|endoftext|>', '<|pad|>'])
}

/** SentencePiece BPE with byte fallback: pieces by hand, scores falling with the id, as a trained model has them. */
export function sentencePieceTokenizer(): string {
  return sentencePieceJson(sentencePieces(), { bos: 1, addBos: true, addSpace: true })
}

export function sentencePieces() {
  const bytes = Array.from({ length: 256 }, (_, i) => `<0x${i.toString(16).toUpperCase().padStart(2, '0')}>`)
  const joined = [
    '▁t',
    'he',
    '▁the',
    'er',
    'in',
    '▁a',
    '▁a▁',
    're',
    '▁w',
    'is',
    '▁is',
    'or',
    '▁▁',
    '▁▁▁▁',
    'order',
    'ord',
  ]
  const letters = [...new Set(`▁${TEXT.replaceAll(' ', '')}éß`)]
  return [
    { text: '<unk>', score: 0, kind: 2 },
    { text: '<s>', score: 0, kind: 3 },
    { text: '</s>', score: 0, kind: 3 },
    ...bytes.map((text) => ({ text, score: 0, kind: 6 })),
    ...joined.map((text, i) => ({ text, score: -i, kind: 1 })),
    ...letters.map((text, i) => ({ text, score: -100 - i, kind: 1 })),
  ]
}

const SIZES = { width: 64, hidden: 96, layers: 2, heads: 4, context: 48 } as const

/** One small network of each family, and of each way to stretch rotary positions that GGUF knows. */
export const NETWORKS: Readonly<Record<string, NetworkConfig>> = {
  gpt2: gpt2Config({ ...SIZES, vocabulary: 320 }),
  llama: llamaConfig({
    ...SIZES,
    vocabulary: 320,
    keyValueHeads: 2,
    tied: false,
    positions: {
      kind: 'rotary',
      base: 500_000,
      scaling: { kind: 'llama3', factor: 8, lowFrequencyFactor: 1, highFrequencyFactor: 4, originalContext: 8192 },
    },
  }),
  linear: llamaConfig({
    ...SIZES,
    vocabulary: 320,
    positions: { kind: 'rotary', base: 10_000, scaling: { kind: 'linear', factor: 2 } },
  }),
  qwen2: llamaConfig({
    ...SIZES,
    family: 'qwen2',
    vocabulary: 320,
    keyValueHeads: 2,
    epsilon: 1e-6,
    biases: { queryKeyValue: true, output: false, feedForward: false },
  }),
  qwen3: llamaConfig({
    ...SIZES,
    family: 'qwen3',
    vocabulary: 320,
    headWidth: 32,
    keyValueHeads: 1,
    queryKeyNorm: true,
  }),
}

/** A model with random weights; `special` fits both tokenizers. */
export function randomModel(network: NetworkConfig, tokenizer = byteLevelTokenizer(), seed = 7): ModelData {
  const source = random(seed)
  const tensors = new Map(
    parametersOf(network).map(({ name, shape, kind }) => {
      const count = shape.reduce((all, size) => all * size, 1)
      const data = Float32Array.from({ length: count }, () =>
        kind === 'vector' ? 1 + 0.1 * source.normal() : 0.2 * source.normal(),
      )
      return [name, { name, shape, data }] as const
    }),
  )
  const spm = tokenizer.includes('"byte_fallback":true')
  return {
    network,
    tokenizer,
    chatTemplate: "{% for m in messages %}{{ m['role'] }}: {{ m['content'] }}\n{% endfor %}",
    special: spm ? { bos: 1, eos: [2], addBos: true } : { bos: 0, eos: [0], pad: 1, addBos: false },
    read: (name) => tensors.get(name)!,
  }
}

/** A model held in the files of a Hugging Face folder, in memory. */
export function bytesOf(files: ReadonlyMap<string, string | Iterable<Uint8Array>>): Map<string, Uint8Array> {
  return new Map(
    [...files].map(([name, data]) => [name, typeof data === 'string' ? Buffer.from(data) : Buffer.concat([...data])]),
  )
}

/** A tensor by the digest of its bytes: comparing arrays number by number is slow. */
export function printed({ name, shape, data }: { name: string; shape: readonly number[]; data: Float32Array }) {
  return { name, shape: [...shape], sha256: sha256(new Uint8Array(data.buffer, data.byteOffset, data.byteLength)) }
}
