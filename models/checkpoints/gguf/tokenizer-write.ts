import { SluiceError } from '../../../util/errors.ts'
import { PIECE, SPACE, scoresOfMerges } from '../sentencepiece.ts'
import type { ModelData } from '../source.ts'
import { preTokenizerOf } from './pre-tokenizers.ts'
import type { TypedValue } from './write.ts'

interface TokenizerJson {
  readonly added_tokens?: readonly { readonly id: number; readonly content: string; readonly special: boolean }[]
  readonly normalizer?: unknown
  readonly pre_tokenizer?: unknown
  readonly model: {
    readonly type?: string
    readonly vocab: Readonly<Record<string, number>>
    readonly merges: readonly (string | readonly [string, string])[]
    readonly unk_token?: string | null
    readonly byte_fallback?: boolean
    readonly ignore_merges?: boolean
  }
}

/**
 * A model's tokenizer and chat template as GGUF metadata. Only what llama.cpp would cut and join in the same way is
 * written: byte-level BPE of the known word patterns, and BPE with byte fallback that scores can express.
 *
 * @throws SluiceError EXPORT_UNSUPPORTED for other tokenizers
 */
export function tokenizerMetadata(model: ModelData): readonly (readonly [string, TypedValue])[] {
  const file = JSON.parse(model.tokenizer) as TokenizerJson
  if (file.model?.type !== undefined && file.model.type !== 'BPE')
    throw unsupported(`it is of the kind ${file.model.type}`)
  const merges = (file.model.merges ?? []).map(pair)
  const { bos, eos, pad, addBos } = model.special
  const id = (key: string, value: number | undefined): readonly (readonly [string, TypedValue])[] =>
    value === undefined ? [] : [[`tokenizer.ggml.${key}`, { type: 'uint32', value }]]
  const tokens = tokensOf(file, model.network.vocabulary)
  return [
    ...(file.model.byte_fallback === true ? sentencePiece(file, merges, tokens) : byteLevel(file, merges)),
    ['tokenizer.ggml.tokens', { type: 'strings', value: tokens.map(({ text }) => text) }],
    ['tokenizer.ggml.token_type', { type: 'int32s', value: tokens.map(({ kind }) => kind) }],
    ...id('bos_token_id', bos),
    ...id('eos_token_id', eos[0]),
    ...id('eot_token_id', eos[1]),
    ...id('padding_token_id', pad),
    ['tokenizer.ggml.add_bos_token', { type: 'bool', value: addBos }],
    ...(model.chatTemplate === undefined
      ? []
      : [['tokenizer.chat_template', { type: 'string', value: model.chatTemplate }] as const]),
  ]
}

interface Token {
  readonly text: string
  readonly kind: number
}

/** Every id up to the size of the embedding table; rows without a token are named as llama.cpp's converter does. */
function tokensOf(file: TokenizerJson, vocabulary: number): readonly Token[] {
  const { byte_fallback: bytes, unk_token: unknown, vocab } = file.model
  const tokens: Token[] = Array.from({ length: vocabulary }, (_, id) => ({ text: `[PAD${id}]`, kind: PIECE.unused }))
  const put = (id: number, token: Token): void => {
    if (id >= vocabulary) throw unsupported(`its token ${id} is beyond the model's ${vocabulary}`)
    tokens[id] = token
  }
  for (const [text, id] of Object.entries(vocab)) {
    const byte = bytes === true && /^<0x[0-9A-F]{2}>$/.test(text)
    put(id, { text, kind: byte ? PIECE.byte : text === unknown ? PIECE.unknown : PIECE.normal })
  }
  for (const { id, content, special } of file.added_tokens ?? []) {
    const kind = content === unknown ? PIECE.unknown : special ? PIECE.control : PIECE.userDefined
    put(id, { text: content, kind })
  }
  return tokens
}

function byteLevel(
  file: TokenizerJson,
  merges: readonly (readonly [string, string])[],
): readonly (readonly [string, TypedValue])[] {
  const pre = preTokenizerOf({
    normalizer: file.normalizer ?? null,
    pre_tokenizer: file.pre_tokenizer,
    ignoreMerges: file.model.ignore_merges === true,
  })
  if (pre === undefined) throw unsupported('it cuts words in a way that has no name in GGUF')
  return [
    ['tokenizer.ggml.model', { type: 'string', value: 'gpt2' }],
    ['tokenizer.ggml.pre', { type: 'string', value: pre.names[0] }],
    ['tokenizer.ggml.merges', { type: 'strings', value: merges.map(([left, right]) => `${left} ${right}`) }],
  ]
}

function sentencePiece(
  file: TokenizerJson,
  merges: readonly (readonly [string, string])[],
  tokens: readonly Token[],
): readonly (readonly [string, TypedValue])[] {
  const addSpace = spacePrefix(file)
  if (addSpace === undefined) throw unsupported('it changes texts in a way that has no name in GGUF')
  const normal = new Map(tokens.flatMap(({ text, kind }, id) => (kind === PIECE.normal ? [[text, id] as const] : [])))
  // Tokenizers that were converted list ways to make control tokens too; those are matched as a whole.
  const own = merges.filter(([left, right]) => normal.has(left + right))
  const scores = scoresOfMerges(own, normal)
  if (scores === undefined) throw unsupported('its merges cannot be put as scores')
  const unknown = file.model.unk_token == null ? undefined : file.model.vocab[file.model.unk_token]
  return [
    ['tokenizer.ggml.model', { type: 'string', value: 'llama' }],
    ['tokenizer.ggml.pre', { type: 'string', value: 'default' }],
    [
      'tokenizer.ggml.scores',
      // Pieces that nothing is joined to are never compared; they come after all others.
      { type: 'float32s', value: tokens.map(({ text }, id) => scores.get(text) ?? -own.length - id) },
    ],
    ['tokenizer.ggml.add_space_prefix', { type: 'bool', value: addSpace }],
    ...(unknown === undefined
      ? []
      : [['tokenizer.ggml.unknown_token_id', { type: 'uint32', value: unknown }] as const]),
  ]
}

/** Whether a space is put before a text; undefined for any other way to prepare it. */
function spacePrefix(file: TokenizerJson): boolean | undefined {
  const normalizers = list(file.normalizer, 'normalizers')
  const pre = list(file.pre_tokenizer, 'pretokenizers')
  const replace = (step: Step): boolean =>
    step.type === 'Replace' && (step.pattern as { String?: string })?.String === ' ' && step.content === SPACE
  if (pre.length === 0) {
    if (normalizers.length === 1 && replace(normalizers[0]!)) return false
    const [first, second, ...rest] = normalizers
    const both = rest.length === 0 && first?.type === 'Prepend' && first.prepend === SPACE && second && replace(second)
    return both ? true : undefined
  }
  const [metaspace] = pre
  if (normalizers.length > 0 || pre.length > 1 || metaspace?.type !== 'Metaspace') return undefined
  if (metaspace.split !== false || metaspace.replacement !== SPACE) return undefined
  return metaspace.prepend_scheme === 'first' ? true : metaspace.prepend_scheme === 'never' ? false : undefined
}

interface Step {
  readonly type?: string
  readonly pattern?: unknown
  readonly content?: unknown
  readonly prepend?: unknown
  readonly split?: unknown
  readonly replacement?: unknown
  readonly prepend_scheme?: unknown
}

function list(value: unknown, members: string): readonly Step[] {
  if (value === null || value === undefined) return []
  const inner = (value as Readonly<Record<string, unknown>>)[members]
  return Array.isArray(inner) ? (inner as Step[]) : [value as Step]
}

function pair(merge: string | readonly [string, string]): readonly [string, string] {
  if (typeof merge !== 'string') return merge
  const at = merge.indexOf(' ', 1)
  return [merge.slice(0, at), merge.slice(at + 1)]
}

function unsupported(why: string): SluiceError {
  return new SluiceError({
    code: 'EXPORT_UNSUPPORTED',
    message: `the model's tokenizer cannot be written to GGUF with the same ids: ${why}`,
    next: 'export the model as a Hugging Face folder or to ONNX',
  })
}
