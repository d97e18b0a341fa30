import { mkdirSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { add } from '../../../models/graph/elementwise.ts'
import { createGraph, node1 } from '../../../models/graph/graph.ts'
import { gatherRows } from '../../../models/graph/layout.ts'

/** Label of each word (or sub-word) of a vocabulary; what is not named gets the first label. */
export type Rule = (token: string, id: number) => string

/** Score of the label that the rule gives; the others get 0, so its probability is e⁸/(e⁸ + labels − 1). */
const SURE = 8

export interface TinyModel {
  readonly tokenizer: object
  readonly labels: readonly string[]
  readonly rule: Rule
  readonly config?: object
  readonly file?: string
}

/**
 * Writes a model folder whose label for a token is decided by the token alone: a table of logits by id. So the spans that
 * a text must give are known by hand, while tokenizer, session, windows and decoding are the real ones.
 */
export function writeTinyModel(folder: string, { tokenizer, labels, rule, config, file }: TinyModel): string {
  const tokens = vocabularyOf(tokenizer)
  const table = new Float32Array(tokens.length * labels.length)
  for (const [id, token] of tokens.entries()) table[id * labels.length + labels.indexOf(rule(token, id))] = SURE
  writeModelFolder(folder, {
    config: { model_type: 'bert', max_position_embeddings: 32, id2label: { ...labels }, ...config },
    tokenizer,
    model: logitTable(table, tokens.length, labels.length),
    ...(file === undefined ? {} : { file }),
  })
  return folder
}

export function writeModelFolder(
  folder: string,
  {
    config,
    tokenizer,
    model,
    file = 'model.onnx',
  }: { config: object; tokenizer: object; model: Uint8Array; file?: string },
): void {
  mkdirSync(dirname(join(folder, file)), { recursive: true })
  writeFileSync(join(folder, 'config.json'), JSON.stringify(config))
  writeFileSync(join(folder, 'tokenizer.json'), JSON.stringify(tokenizer))
  writeFileSync(join(folder, file), model)
}

/** logits[b, t] = table[input_ids[b, t]] + 0 · attention_mask. */
export function logitTable(
  table: Float32Array,
  tokens: number,
  labels: number,
  inputs = ['input_ids', 'attention_mask'],
): Uint8Array {
  const g = createGraph('tiny')
  const ids = g.input(inputs[0]!, 'int64', ['batch', 'tokens'])
  const weights = g.constant('float32', [tokens, labels], table)
  let logits = gatherRows(weights, ids)
  for (const name of inputs.slice(1)) {
    const mask = g.input(name, 'int64', ['batch', 'tokens'])
    const floats = node1(g, { op: 'Cast', inputs: [mask], attributes: { to: { int: 1 } } }, 'float32', mask.shape)
    const column = node1(g, { op: 'Unsqueeze', inputs: [floats, g.int64s([2])] }, 'float32', ['batch', 'tokens', 1])
    const zero = node1(g, { op: 'Mul', inputs: [column, g.scalar('float32', 0)] }, 'float32', ['batch', 'tokens', 1])
    logits = add(logits, zero)
  }
  return g.encode({ logits })
}

export function vocabularyOf(tokenizer: object): readonly string[] {
  const { model, added_tokens } = tokenizer as {
    model: { vocab: Record<string, number> | [string, number][] }
    added_tokens: readonly { id: number; content: string }[]
  }
  const out: string[] = []
  if (Array.isArray(model.vocab)) for (const [id, [token]] of model.vocab.entries()) out[id] = token
  else for (const [token, id] of Object.entries(model.vocab)) out[id] = token
  for (const { id, content } of added_tokens) out[id] = content
  return out
}

const special = (content: string, id: number): object => ({
  id,
  content,
  single_word: false,
  lstrip: false,
  rstrip: false,
  normalized: false,
  special: true,
})

const template = (before: string, after: string, ids: readonly [number, number]): object => ({
  type: 'TemplateProcessing',
  single: [
    { SpecialToken: { id: before, type_id: 0 } },
    { Sequence: { id: 'A', type_id: 0 } },
    { SpecialToken: { id: after, type_id: 0 } },
  ],
  pair: [],
  special_tokens: {
    [before]: { id: before, ids: [ids[0]], tokens: [before] },
    [after]: { id: after, ids: [ids[1]], tokens: [after] },
  },
})

/** As bert-base-cased has it: pieces of words marked by `##`, case kept. */
export function wordPieceTokenizer(words: readonly string[], lowercase = false): object {
  const specials = ['[PAD]', '[UNK]', '[CLS]', '[SEP]']
  return {
    version: '1.0',
    truncation: { max_length: 16, strategy: 'LongestFirst', stride: 0, direction: 'Right' },
    padding: null,
    added_tokens: specials.map(special),
    normalizer: {
      type: 'BertNormalizer',
      clean_text: true,
      handle_chinese_chars: true,
      strip_accents: null,
      lowercase,
    },
    pre_tokenizer: { type: 'BertPreTokenizer' },
    post_processor: template('[CLS]', '[SEP]', [2, 3]),
    decoder: { type: 'WordPiece', prefix: '##', cleanup: true },
    model: {
      type: 'WordPiece',
      unk_token: '[UNK]',
      continuing_subword_prefix: '##',
      max_input_chars_per_word: 100,
      vocab: Object.fromEntries([...specials, ...words].map((word, id) => [word, id])),
    },
  }
}

/** As roberta-base has it. `merges` in order; each joins two known symbols. */
export function byteLevelTokenizer(
  alphabet: readonly string[],
  merges: readonly (readonly [string, string])[],
): object {
  const specials = ['<s>', '<pad>', '</s>', '<unk>']
  const vocab = [...specials, ...alphabet, ...merges.map(([a, b]) => a + b)]
  return {
    version: '1.0',
    truncation: null,
    padding: null,
    added_tokens: specials.map(special),
    normalizer: null,
    pre_tokenizer: { type: 'ByteLevel', add_prefix_space: false, trim_offsets: true, use_regex: true },
    post_processor: {
      type: 'RobertaProcessing',
      sep: ['</s>', 2],
      cls: ['<s>', 0],
      trim_offsets: true,
      add_prefix_space: false,
    },
    decoder: { type: 'ByteLevel', add_prefix_space: true, trim_offsets: true, use_regex: true },
    model: {
      type: 'BPE',
      dropout: null,
      unk_token: null,
      continuing_subword_prefix: '',
      end_of_word_suffix: '',
      fuse_unk: false,
      byte_fallback: false,
      vocab: Object.fromEntries(vocab.map((token, id) => [token, id])),
      merges: merges.map(([a, b]) => `${a} ${b}`),
    },
  }
}

/** As xlm-roberta-base has it: NFKC, spaces as `▁`, pieces by their log-probability. */
export function unigramTokenizer(pieces: Readonly<Record<string, number>>): object {
  const specials = ['<s>', '<pad>', '</s>', '<unk>']
  return {
    version: '1.0',
    truncation: null,
    padding: null,
    added_tokens: specials.map(special),
    normalizer: { type: 'NFKC' },
    pre_tokenizer: {
      type: 'Sequence',
      pretokenizers: [
        { type: 'WhitespaceSplit' },
        { type: 'Metaspace', replacement: '▁', prepend_scheme: 'always', split: true },
      ],
    },
    post_processor: template('<s>', '</s>', [0, 2]),
    decoder: { type: 'Metaspace', replacement: '▁', prepend_scheme: 'always', split: true },
    model: {
      type: 'Unigram',
      unk_id: 3,
      vocab: [...specials.map((token) => [token, 0]), ...Object.entries(pieces)],
      byte_fallback: false,
    },
  }
}
