import { SluiceError } from '../../util/errors.ts'
import { type AddedMatch, createFindAdded } from './added-tokens.ts'
import { createBpe } from './bpe.ts'
import type { BpeVocabulary } from './bpe-trainer.ts'
import { createDecode, createTextStream, firstByte, type TextStream } from './decode.ts'
import { kindOf, type PieceModel, type TokenizerFile } from './file.ts'
import { createPipeline } from './pipeline.ts'
import { createUnigram } from './unigram.ts'
import { createWordLevel, createWordPiece } from './word-piece.ts'

/** Encodes and decodes text with the same ids as Hugging Face's tokenizers. */
export interface Tokenizer {
  readonly size: number
  /** Ids of a text. Names of special tokens inside the text are plain characters: data cannot forge a turn. */
  encode(text: string): number[]
  /** Ids of `text` where it follows `before`, so that `encode(before)` and these make a prompt and what comes after. */
  encodeAfter(before: string, text: string): number[]
  /** Ids of a text in which names of special tokens are those tokens: what a chat template wrote. */
  encodeTemplated(text: string, options?: TemplatedOptions): TemplatedIds
  /** The text of ids. Special tokens are left out; bytes that are no UTF-8 become U+FFFD. */
  decode(ids: ArrayLike<number>): string
  /** Decodes token by token, and never gives half of a character. */
  stream(): TextStream
  /** The id of a special token. */
  special(name: string): number
  /** True for a special token. */
  isSpecial(id: number): boolean
  /** The name of a token in the file: `Ġthe`, `▁the`, `<|im_end|>`. */
  tokenOf(id: number): string | undefined
  /** Tokens that are matched in a text before anything else. `takesSpace`: with the white space behind. */
  readonly added: readonly { readonly content: string; readonly special: boolean; readonly takesSpace: boolean }[]
  /** What is given for text that the vocabulary lacks, where that can happen. */
  readonly unknown: number | undefined
  /** True where the token begins with a byte inside a character: a sequence is not cut before it. */
  continuesCharacter(id: number): boolean
}

export interface TemplatedOptions {
  /** A character that keeps names of tokens apart and is left out once they have been looked for. */
  readonly guard?: string
  /** Units of the text, ascending, at which a token must end, as if the text had ended there. */
  readonly cuts?: readonly number[]
}

export interface TemplatedIds {
  readonly ids: number[]
  /** Per cut, how many ids stand before it. */
  readonly at: readonly number[]
}

const PRE_TOKENIZER = { type: 'ByteLevel', add_prefix_space: false, trim_offsets: true, use_regex: true }

/**
 * The content of `tokenizer.json` for a trained vocabulary. Special tokens take the first ids, in the order given.
 */
export function tokenizerJson(vocabulary: BpeVocabulary, specials: readonly string[]): string {
  const vocab: Record<string, number> = {}
  for (const [i, name] of [...specials, ...vocabulary.symbols].entries()) vocab[name] = i
  return `${JSON.stringify({
    version: '1.0',
    truncation: null,
    padding: null,
    added_tokens: specials.map((content, id) => ({
      id,
      content,
      single_word: false,
      lstrip: false,
      rstrip: false,
      normalized: false,
      special: true,
    })),
    normalizer: null,
    pre_tokenizer: PRE_TOKENIZER,
    post_processor: null,
    decoder: { ...PRE_TOKENIZER, add_prefix_space: true },
    model: {
      type: 'BPE',
      dropout: null,
      unk_token: null,
      continuing_subword_prefix: null,
      end_of_word_suffix: null,
      fuse_unk: false,
      byte_fallback: false,
      ignore_merges: false,
      vocab,
      merges: vocabulary.merges.map(([left, right]) => `${left} ${right}`),
    },
  })}\n`
}

/**
 * Opens a `tokenizer.json` of Hugging Face's format: BPE (byte-level, or by characters with bytes to fall back on),
 * Unigram, WordPiece or WordLevel, with any known normalizer and pre-tokenizer.
 *
 * @throws SluiceError TOKENIZER_UNSUPPORTED
 */
export function openTokenizer(json: string): Tokenizer {
  try {
    return build(JSON.parse(json) as TokenizerFile)
  } catch (cause) {
    // Messages of JSON.parse quote the file.
    const why = cause instanceof SyntaxError ? 'it is no JSON' : cause instanceof Error ? cause.message : 'unknown'
    throw new SluiceError({
      code: 'TOKENIZER_UNSUPPORTED',
      message: `tokenizer.json cannot be read: ${why}`,
      next: 'save the model again with a fast tokenizer; BPE, Unigram, WordPiece and WordLevel are known',
      cause,
    })
  }
}

function build(file: TokenizerFile): Tokenizer {
  const added = file.added_tokens ?? []
  const specials = new Map(added.filter(({ special }) => special === true).map(({ id, content }) => [content, id]))
  const specialIds = new Set(specials.values())
  const model = createModel(file, specialIds)
  const names: (string | undefined)[] = []
  for (const [name, id] of model.vocabulary) names[id] = name
  for (const { id, content } of added) names[id] = content
  const pipeline = createPipeline(file, model, added)
  const early = added.filter(({ normalized }) => normalized !== true)
  const findAll = createFindAdded(early)
  const findOrdinary = createFindAdded(early.filter(({ special }) => special !== true))
  const decodeTokens = createDecode(file.decoder)
  const byteLevel = file.decoder?.type === 'ByteLevel'

  const encodeAfter = (before: string, text: string): number[] => {
    const whole = wellFormed(before + text)
    const from = before.length
    const ids: number[] = []
    let last = lastEnd(findOrdinary(whole, 0, from))
    const section = (end: number): void => {
      const start = Math.max(last, from)
      if (end <= start) return
      for (const id of pipeline.encode(whole.slice(last, start), whole.slice(start, end), last, 'ordinary'))
        ids.push(id)
    }
    for (const { id, start, end } of findOrdinary(whole, from, whole.length)) {
      section(start)
      ids.push(id)
      last = end
    }
    section(whole.length)
    return ids
  }
  const decode = (ids: ArrayLike<number>): string => {
    const tokens: string[] = []
    for (let i = 0; i < ids.length; i++) {
      const name = names[ids[i]!]
      if (name !== undefined && !specialIds.has(ids[i]!)) tokens.push(name)
    }
    return decodeTokens(tokens)
  }

  return {
    size: names.length,
    added: added.map(({ content, special, rstrip }) => ({
      content,
      special: special === true,
      takesSpace: rstrip === true,
    })),
    unknown: model.unknown,
    encode: (text) => encodeAfter('', text),
    encodeAfter,
    encodeTemplated(text, { guard = '', cuts = [] } = {}) {
      const whole = wellFormed(text)
      const ids: number[] = []
      const at: number[] = []
      let last = 0
      let from = 0
      const bare = (start: number, end: number): string =>
        guard === '' ? whole.slice(start, end) : whole.slice(start, end).replaceAll(guard, '')
      const section = (end: number): void => {
        const start = Math.max(last, from)
        if (end <= start) return
        for (const id of pipeline.encode(bare(last, start), bare(start, end), last, 'all')) ids.push(id)
      }
      for (const to of [...cuts, whole.length]) {
        for (const { id, start, end } of findAll(whole, from, to)) {
          section(start)
          ids.push(id)
          last = end
        }
        section(to)
        if (at.length < cuts.length) at.push(ids.length)
        from = to
      }
      return { ids, at }
    },
    decode,
    stream: () => createTextStream(decode),
    special(name) {
      const id = specials.get(name)
      if (id === undefined) {
        throw new SluiceError({ code: 'TOKENIZER_UNSUPPORTED', message: `tokenizer.json has no token ${name}` })
      }
      return id
    },
    isSpecial: (id) => specialIds.has(id),
    tokenOf: (id) => names[id],
    continuesCharacter(id) {
      const name = names[id]
      const byte = name === undefined || specialIds.has(id) ? undefined : firstByte(name, byteLevel)
      // UTF-8: 10xxxxxx.
      return byte !== undefined && byte >= 0x80 && byte < 0xc0
    },
  }
}

function createModel({ model }: TokenizerFile, special: ReadonlySet<number>): PieceModel {
  if (model === undefined || model === null) throw new Error('it has no model')
  const kind = kindOf(model)
  switch (kind) {
    case 'BPE':
      return createBpe(model, special)
    case 'Unigram':
      return createUnigram(model, special)
    case 'WordPiece':
      return createWordPiece(model, special)
    case 'WordLevel':
      return createWordLevel(model, special)
    default:
      throw new Error(`unknown model ${kind ?? ''}`)
  }
}

/** UTF-8 has no half of a surrogate pair. The length stays. */
function wellFormed(text: string): string {
  return /\p{Surrogate}/u.test(text) ? text.replace(/\p{Surrogate}/gu, '\ufffd') : text
}

function lastEnd(matches: readonly AddedMatch[]): number {
  return matches.at(-1)?.end ?? 0
}
