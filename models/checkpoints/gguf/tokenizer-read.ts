import { addedTokens, bosTemplate, PIECE, type Piece, sentencePieceJson } from '../sentencepiece.ts'
import type { SpecialTokens } from '../source.ts'
import { brokenGguf, type GgufFile, type GgufValue, unsupportedGguf } from './container.ts'
import { PRE_TOKENIZERS } from './pre-tokenizers.ts'

export interface GgufTokenizer {
  /** Content of a `tokenizer.json` with the same ids. */
  readonly json: string
  readonly special: SpecialTokens
  readonly chatTemplate?: string
}

/**
 * The tokenizer in a GGUF file's metadata.
 *
 * @param vocabulary rows of the embedding table
 * @throws SluiceError GGUF_BROKEN, GGUF_UNSUPPORTED, TOKENIZER_UNSUPPORTED
 */
export function tokenizerOfGguf(file: GgufFile, vocabulary: number, place: string): GgufTokenizer {
  const value = (key: string): GgufValue | undefined => file.metadata.get(`tokenizer.ggml.${key}`)
  const tokens = texts(value('tokens'))
  if (tokens === undefined) throw brokenGguf(place, 'it has no tokenizer')
  if (tokens.length > vocabulary) throw brokenGguf(place, 'its tokenizer has more tokens than its embedding table')
  const kinds = numbers(value('token_type'), tokens.length) ?? tokens.map(() => PIECE.normal)
  if (kinds === 'wrong') throw brokenGguf(place, 'token_type does not fit the tokens')
  const id = (key: string): number | undefined => {
    const found = value(key)
    if (found === undefined) return undefined
    if (typeof found !== 'number' || !(found >= 0 && found < tokens.length))
      throw brokenGguf(place, `${key} is no token`)
    return found
  }
  const bos = id('bos_token_id')
  const eos = ['eos_token_id', 'eot_token_id', 'eom_token_id'].flatMap((key) => id(key) ?? [])
  const pad = id('padding_token_id')
  const model = value('model')
  const pre = preTokenizer(value('pre'), file.metadata.get('general.architecture'))
  const stated = value('add_bos_token')
  const addBos = bos !== undefined && (typeof stated === 'boolean' ? stated : model === 'llama' || pre?.addBos === true)
  const special: SpecialTokens = {
    eos: [...new Set(eos)],
    addBos,
    ...(bos === undefined ? {} : { bos }),
    ...(pad === undefined ? {} : { pad }),
  }
  const template = file.metadata.get('tokenizer.chat_template')
  const rest = { special, ...(typeof template === 'string' ? { chatTemplate: template } : {}) }

  if (model === 'llama') {
    const scores = numbers(value('scores'), tokens.length)
    if (scores === undefined || scores === 'wrong') throw brokenGguf(place, 'it has no scores of its tokens')
    const pieces = tokens.map((text, i) => ({ text, score: scores[i]!, kind: kinds[i]! }))
    const addSpace = value('add_space_prefix') !== false
    return { json: sentencePieceJson(pieces, { bos, addBos, addSpace }), ...rest }
  }
  if (model !== 'gpt2') {
    throw unsupportedGguf(place, `its tokenizer is of the kind ${JSON.stringify(String(model).slice(0, 40))}`)
  }
  if (pre === undefined) {
    throw unsupportedGguf(place, `its tokenizer cuts words by ${JSON.stringify(String(value('pre')).slice(0, 40))}`)
  }
  const merges = texts(value('merges'))
  if (merges === undefined) throw brokenGguf(place, 'its tokenizer has no merges')
  const pieces = tokens.map((text, i) => ({ text, score: 0, kind: kinds[i]! }))
  return { json: byteLevelJson(pieces, merges, pre, addBos ? bos : undefined), ...rest }
}

function preTokenizer(name: GgufValue | undefined, architecture: GgufValue | undefined) {
  // Files from before there was a name are GPT-2's own, or cannot be told apart.
  const wanted = name === undefined && architecture === 'gpt2' ? 'gpt-2' : name
  return PRE_TOKENIZERS.find(({ names }) => names.includes(String(wanted)))
}

function byteLevelJson(
  pieces: readonly Piece[],
  merges: readonly string[],
  pre: (typeof PRE_TOKENIZERS)[number],
  bos: number | undefined,
): string {
  // Where a word that is a token needs no merges, a token that is matched as a whole must not be such a word.
  const inVocabulary = ({ kind }: Piece): boolean =>
    kind === PIECE.normal || (kind !== PIECE.unused && !pre.ignoreMerges)
  return `${JSON.stringify({
    version: '1.0',
    truncation: null,
    padding: null,
    added_tokens: addedTokens(pieces),
    normalizer: pre.normalizer,
    pre_tokenizer: pre.preTokenizer,
    post_processor: bos === undefined ? null : bosTemplate(pieces[bos]!.text, bos),
    decoder: { type: 'ByteLevel', add_prefix_space: true, trim_offsets: true, use_regex: true },
    model: {
      type: 'BPE',
      dropout: null,
      unk_token: null,
      continuing_subword_prefix: null,
      end_of_word_suffix: null,
      fuse_unk: false,
      byte_fallback: false,
      ignore_merges: pre.ignoreMerges,
      vocab: Object.fromEntries(pieces.flatMap((piece, id) => (inVocabulary(piece) ? [[piece.text, id]] : []))),
      merges,
    },
  })}\n`
}

function texts(value: GgufValue | undefined): readonly string[] | undefined {
  if (typeof value !== 'object') return undefined
  return value.every((each) => typeof each === 'string') ? (value as readonly string[]) : undefined
}

function numbers(value: GgufValue | undefined, length: number): readonly number[] | 'wrong' | undefined {
  if (value === undefined) return undefined
  if (typeof value !== 'object' || value.length !== length) return 'wrong'
  return value.every((each) => typeof each === 'number') ? (value as readonly number[]) : 'wrong'
}
