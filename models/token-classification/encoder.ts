import { SluiceError } from '../../util/errors.ts'
import { type Aligned, original, slice, sourceRange } from './aligned.ts'
import { SequencePostProcessor } from './hugging-face.ts'
import { createNormalise } from './normalise.ts'
import { createPreTokenize } from './pre-tokens.ts'
import { createSubWordModel, type SubWords } from './sub-words.ts'

/** The tokens of a text, without special ones. */
export interface Encoding {
  readonly ids: Int32Array
  /** Per token, the stretch of the text it stands for, in UTF-16 units, without white space around it; empty for none. */
  readonly starts: Int32Array
  readonly ends: Int32Array
  /** Per token, the number of the word it belongs to, ascending from 0; −1 for a token that stands for no character. */
  readonly words: Int32Array
}

export interface TokenEncoder {
  encode(text: string): Encoding
  /** Special tokens that the post-processor puts before and after. */
  readonly prefix: readonly number[]
  readonly suffix: readonly number[]
  /** Token types of `prefix`, of the text and of `suffix`. */
  readonly types: { readonly prefix: readonly number[]; readonly text: number; readonly suffix: readonly number[] }
}

interface AddedToken {
  readonly id: number
  readonly content: string
  readonly special?: boolean
  readonly normalized?: boolean
  readonly single_word?: boolean
}

interface TokenizerFile {
  readonly added_tokens?: readonly AddedToken[]
  readonly normalizer?: unknown
  readonly pre_tokenizer?: unknown
  readonly post_processor?: unknown
  readonly model?: unknown
}

/** Pieces whose tokens are remembered; frequent words fit many times. */
const CACHE_LIMIT = 50_000

/**
 * Opens a `tokenizer.json` of Hugging Face's format: WordPiece, BPE (byte-level or not), Unigram or WordLevel with any
 * known normalizer and pre-tokenizer. Names of special tokens inside a text are plain characters: data cannot forge one.
 *
 * @throws SluiceError TOKENIZER_UNREADABLE
 */
export function openEncoder(json: string, file: string): TokenEncoder {
  try {
    return build(JSON.parse(json) as TokenizerFile)
  } catch (cause) {
    throw new SluiceError({
      code: 'TOKENIZER_UNREADABLE',
      message: `this tokenizer cannot be read${reason(cause)}`,
      next: 'save the model again with a fast tokenizer (tokenizer.json); WordPiece, BPE, Unigram and WordLevel are known',
      at: { file },
      cause,
    })
  }
}

/** Messages of JSON.parse quote the file, those of the tokenizer name a part that is not known. */
function reason(cause: unknown): string {
  if (cause instanceof SyntaxError) return ': it is no JSON, or a pattern in it is none'
  return cause instanceof Error ? `: ${cause.message}` : ''
}

function build(file: TokenizerFile): TokenEncoder {
  if (file.model === undefined || file.model === null) throw new Error('it has no model')
  const added = file.added_tokens ?? []
  const model = createSubWordModel(file.model)
  const normalise = createNormalise(file.normalizer)
  const preTokenize = createPreTokenize(file.pre_tokenizer)
  const specialIds = new Set(added.filter(({ special }) => special === true).map(({ id }) => id))
  const idOf = (token: string): number | undefined =>
    added.find(({ content }) => content === token)?.id ?? model.idOf(token)
  const plain = added.filter(({ special }) => special !== true)
  const raw = addedPattern(plain.filter(({ normalized }) => normalized === false))
  const normalised = addedPattern(plain.filter(({ normalized }) => normalized !== false))
  const cache = new Map<string, SubWords>()

  const subWords = (piece: string): SubWords => {
    let known = cache.get(piece)
    if (known === undefined) {
      const found = model.encode(piece)
      known = { ...found, ids: found.ids.map((id) => (specialIds.has(id) ? (model.unknown ?? id) : id)) }
      if (piece.length <= 64) {
        if (cache.size >= CACHE_LIMIT) cache.clear()
        cache.set(piece, known)
      }
    }
    return known
  }

  const encode = (text: string): Encoding => {
    const out = new EncodingBuilder(text, model.wordsAreMarked)
    const section = (input: Aligned): void => {
      for (const piece of preTokenize(input)) out.piece(piece, subWords(piece.text))
    }
    withAdded(original(text), raw, out, (rawPart) => withAdded(normalise(rawPart), normalised, out, section))
    return out.build()
  }
  const { prefix, suffix, types } = specials(file.post_processor, idOf)
  return { encode, prefix, suffix, types }
}

interface AddedTokens {
  readonly pattern: RegExp
  readonly ids: ReadonlyMap<string, number>
}

/** Tokens that were added to the vocabulary and are matched before anything else: the longest first. */
function addedPattern(tokens: readonly AddedToken[]): AddedTokens | undefined {
  const named = tokens.filter(({ content }) => content !== '')
  if (named.length === 0) return undefined
  const alternatives = [...named]
    .sort((a, b) => b.content.length - a.content.length)
    .map(({ content, single_word }) => {
      const escaped = content.replace(/[.*+?^${}()|[\]\\/]/g, '\\$&')
      return single_word === true ? `(?<![\\p{L}\\p{N}_])${escaped}(?![\\p{L}\\p{N}_])` : escaped
    })
  return {
    pattern: new RegExp(alternatives.join('|'), 'gu'),
    ids: new Map(named.map(({ content, id }) => [content, id])),
  }
}

function withAdded(
  input: Aligned,
  added: AddedTokens | undefined,
  out: EncodingBuilder,
  between: (part: Aligned) => void,
): void {
  let last = 0
  for (const match of added === undefined ? [] : input.text.matchAll(added.pattern)) {
    if (match.index > last) between(slice(input, last, match.index))
    last = match.index + match[0].length
    out.piece(slice(input, match.index, last), { ids: [added!.ids.get(match[0])!], from: [0], to: [match[0].length] })
  }
  if (last < input.text.length) between(slice(input, last, input.text.length))
}

/** What the post-processor puts around a text, learnt by giving it one token. */
function specials(
  config: unknown,
  idOf: (token: string) => number | undefined,
): Pick<TokenEncoder, 'prefix' | 'suffix' | 'types'> {
  const text = '\u0000text'
  if (config === null || config === undefined) {
    return { prefix: [], suffix: [], types: { prefix: [], text: 0, suffix: [] } }
  }
  const processor = new SequencePostProcessor({ type: 'Sequence', processors: [config] })
  const { tokens, token_type_ids } = processor.post_process([text], null, true)
  const at = tokens.indexOf(text)
  if (at === -1) throw new Error('its post-processor drops the text')
  const ids = tokens.map((token) => (token === text ? -1 : idOf(token)))
  if (ids.includes(undefined)) throw new Error('its post-processor names a token that the vocabulary lacks')
  const types = tokens.map((_, i) => token_type_ids?.[i] ?? 0)
  return {
    prefix: ids.slice(0, at) as number[],
    suffix: ids.slice(at + 1) as number[],
    types: { prefix: types.slice(0, at), text: types[at]!, suffix: types.slice(at + 1) },
  }
}

/** Scripts that write no spaces between words: there each token is a word. */
const UNSPACED =
  /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Thai}\p{Script=Lao}\p{Script=Khmer}\p{Script=Myanmar}]/u
const WORD_CHARACTER = /[\p{L}\p{M}\p{N}_]/u

class EncodingBuilder {
  readonly #text: string
  readonly #marked: boolean
  readonly #ids: number[] = []
  readonly #starts: number[] = []
  readonly #ends: number[] = []
  readonly #words: number[] = []
  #word = -1
  #lastEnd = -1

  constructor(text: string, wordsAreMarked: boolean) {
    this.#text = text
    this.#marked = wordsAreMarked
  }

  piece(piece: Aligned, { ids, from, to }: SubWords): void {
    /** The token before stands for white space alone (`▁`) and waits for the word that it introduces. */
    let waiting = false
    let inPiece = false
    for (const [i, id] of ids.entries()) {
      const [start, end] = this.#trim(sourceRange(piece, from[i]!, to[i]!))
      this.#ids.push(id)
      this.#starts.push(start)
      this.#ends.push(end)
      if (end === start) {
        waiting = true
        this.#words.push(-1)
        continue
      }
      if (!this.#continues(start, inPiece)) this.#word += 1
      // The label of a word is learnt on its first token, also where that is the sign for the space alone.
      if (waiting) this.#words[this.#words.length - 1] = this.#word
      waiting = false
      inPiece = true
      this.#words.push(this.#word)
      this.#lastEnd = end
    }
  }

  build(): Encoding {
    return {
      ids: Int32Array.from(this.#ids),
      starts: Int32Array.from(this.#starts),
      ends: Int32Array.from(this.#ends),
      words: Int32Array.from(this.#words),
    }
  }

  /** Whether a token that begins at `start` goes on with the word of the token before it. */
  #continues(start: number, inPiece: boolean): boolean {
    if (this.#lastEnd === -1 || start > this.#lastEnd) return false
    // Bytes of one character, or two pieces of it.
    if (start < this.#lastEnd) return true
    if (this.#marked && !inPiece) return false
    const before = characterBefore(this.#text, start)
    const after = String.fromCodePoint(this.#text.codePointAt(start)!)
    if (this.#marked && inPiece) return true
    return WORD_CHARACTER.test(before) && WORD_CHARACTER.test(after) && !UNSPACED.test(before) && !UNSPACED.test(after)
  }

  /** Without white space at the ends, and never inside a surrogate pair. */
  #trim([from, to]: readonly [number, number]): readonly [number, number] {
    const text = this.#text
    let start = from
    let end = to
    while (start < end && isSpace(text.charCodeAt(start))) start += 1
    while (end > start && isSpace(text.charCodeAt(end - 1))) end -= 1
    if (end === start) return [start, start]
    if (isLow(text.charCodeAt(start)) && start > 0 && isHigh(text.charCodeAt(start - 1))) start -= 1
    if (end < text.length && isLow(text.charCodeAt(end)) && isHigh(text.charCodeAt(end - 1))) end += 1
    return [start, end]
  }
}

function characterBefore(text: string, at: number): string {
  const low = isLow(text.charCodeAt(at - 1)) && at > 1 && isHigh(text.charCodeAt(at - 2))
  return text.slice(low ? at - 2 : at - 1, at)
}

function isHigh(code: number): boolean {
  return code >= 0xd800 && code <= 0xdbff
}

function isLow(code: number): boolean {
  return code >= 0xdc00 && code <= 0xdfff
}

/** ECMAScript's white space, by code unit. */
function isSpace(code: number): boolean {
  return (
    code === 0x20 ||
    (code >= 9 && code <= 13) ||
    code === 0xa0 ||
    (code >= 0x1680 && /\s/.test(String.fromCharCode(code)))
  )
}
