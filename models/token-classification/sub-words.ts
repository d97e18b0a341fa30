import { BPE, Unigram, WordPiece } from './hugging-face.ts'

/** Tokens of one pre-token, each with the units [from, to) of it that it stands for. */
export interface SubWords {
  readonly ids: readonly number[]
  readonly from: readonly number[]
  readonly to: readonly number[]
}

export interface SubWordModel {
  encode(piece: string): SubWords
  idOf(token: string): number | undefined
  /** The token for what the vocabulary lacks, where there is one. */
  readonly unknown: number | undefined
  /** Pre-tokens are whole words, and a token that continues one says so (WordPiece). */
  readonly wordsAreMarked: boolean
}

interface Config {
  readonly type?: string
  readonly vocab?: unknown
  readonly unk_token?: string | null
  readonly unk_id?: number | null
  readonly continuing_subword_prefix?: string | null
  readonly end_of_word_suffix?: string | null
  readonly byte_fallback?: boolean
  readonly fuse_unk?: boolean
  readonly merges?: unknown
}

/** A "word" longer than this is none; it is cut, so that no model looks at an endless one. UTF-16 units. */
const LONGEST_PIECE = 1024

/**
 * The model of a `tokenizer.json`, by Hugging Face's own classes, told which stretch of the piece each token stands for.
 *
 * @throws Error for a kind that is not known
 */
export function createSubWordModel(config: unknown): SubWordModel {
  const model = config as Config
  switch (kindOf(model)) {
    case 'WordPiece':
      return wordPiece(model)
    case 'BPE':
      return bpe(model)
    case 'Unigram':
      return unigram(model)
    case 'WordLevel':
      return wordLevel(model)
    default:
      throw new Error(`unknown model ${model?.type ?? ''}`)
  }
}

/** Old files leave the type out. */
function kindOf(model: Config | null): string | undefined {
  if (model?.type !== undefined) return model.type
  if (Array.isArray(model?.vocab)) return 'Unigram'
  if (model?.merges !== undefined) return 'BPE'
  return model?.continuing_subword_prefix === undefined ? undefined : 'WordPiece'
}

function wordPiece(config: Config): SubWordModel {
  const prefix = config.continuing_subword_prefix ?? '##'
  const model = new WordPiece({ ...config, continuing_subword_prefix: prefix })
  const idOf = (token: string): number | undefined => model.tokens_to_ids.get(token)
  const unknown = required(config.unk_token, idOf)
  return {
    wordsAreMarked: true,
    idOf,
    unknown,
    encode(piece) {
      const tokens = model.encode([piece])
      const out = new Collector()
      let at = 0
      for (const [i, token] of tokens.entries()) {
        const length = i === 0 ? token.length : token.length - prefix.length
        const part = i === 0 ? token : token.slice(prefix.length)
        if (!piece.startsWith(part, at)) return whole(piece, unknown)
        out.add(idOf(token) ?? unknown, at, at + length)
        at += length
      }
      return at === piece.length ? out.result() : whole(piece, unknown)
    },
  }
}

function bpe(config: Config): SubWordModel {
  if ((config.continuing_subword_prefix ?? '') !== '') throw new Error('BPE with a prefix for continuing tokens')
  const model = new BPE(config)
  const idOf = (token: string): number | undefined => model.tokens_to_ids.get(token)
  const unknown = config.unk_token == null ? undefined : idOf(config.unk_token)
  const suffix = config.end_of_word_suffix ?? ''
  return {
    wordsAreMarked: false,
    idOf,
    unknown,
    encode: inParts((piece, out) => {
      const tokens = model.encode([piece])
      let at = 0
      for (let i = 0; i < tokens.length; i++) {
        const token = tokens[i]!
        const id = idOf(token) ?? unknown
        const part = suffix !== '' && token.endsWith(suffix) ? token.slice(0, -suffix.length) : token
        if (id !== unknown && !piece.startsWith(part, at)) {
          const bytes = config.byte_fallback === true ? byteTokens(characterAt(piece, at)) : []
          if (bytes[0] === token) {
            for (const byte of bytes) out.add(idOf(byte)!, at, at + characterAt(piece, at).length)
            i += bytes.length - 1
            at += characterAt(piece, at).length
            continue
          }
          // A symbol that the vocabulary lacks was left out, as there is no token for it.
          const next = piece.indexOf(part, at)
          if (next === -1) continue
          at = next
        }
        const length = id === unknown ? characterAt(piece, at).length : part.length
        if (id === undefined) continue
        if (id === unknown && config.fuse_unk === true && out.extends(unknown, at)) out.stretch(at + length)
        else out.add(id, at, at + length)
        at += length
      }
    }),
  }
}

function unigram(config: Config): SubWordModel {
  const model = new Unigram(config, '</s>')
  const idOf = (token: string): number | undefined => model.tokens_to_ids.get(token)
  const unknown = config.unk_id ?? undefined
  return {
    wordsAreMarked: false,
    idOf,
    unknown,
    encode: inParts((piece, out) => {
      const pieces = model.encode([piece])
      const tokens = pieces.join('') === piece ? pieces : Array.from(piece)
      let at = 0
      for (const token of tokens) {
        const id = idOf(token)
        const bytes = id === undefined && config.byte_fallback === true ? byteTokens(token) : []
        const end = at + token.length
        if (id !== undefined) out.add(id, at, end)
        else if (bytes.length > 0 && bytes.every((byte) => idOf(byte) !== undefined)) {
          for (const byte of bytes) out.add(idOf(byte)!, at, end)
        } else if (unknown === undefined) throw new Error('a character that the vocabulary lacks, and no unk_id')
        else if (out.extends(unknown, at)) out.stretch(end)
        else out.add(unknown, at, end)
        at = end
      }
    }),
  }
}

function wordLevel(config: Config): SubWordModel {
  const vocabulary = new Map(Object.entries((config.vocab ?? {}) as Readonly<Record<string, number>>))
  const unknown = required(config.unk_token, (token) => vocabulary.get(token))
  return {
    wordsAreMarked: true,
    idOf: (token) => vocabulary.get(token),
    unknown,
    encode: (piece) => whole(piece, vocabulary.get(piece) ?? unknown),
  }
}

function required(token: string | null | undefined, idOf: (token: string) => number | undefined): number {
  const id = token == null ? undefined : idOf(token)
  if (id === undefined) throw new Error('no token for what is unknown')
  return id
}

function whole(piece: string, id: number): SubWords {
  return { ids: [id], from: [0], to: [piece.length] }
}

/** Runs `encode` over pieces of bounded length. */
function inParts(encode: (piece: string, out: Collector) => void): (piece: string) => SubWords {
  return (piece) => {
    const out = new Collector()
    for (let from = 0; from < piece.length; ) {
      let to = Math.min(piece.length, from + LONGEST_PIECE)
      const code = piece.charCodeAt(to)
      if (to < piece.length && code >= 0xdc00 && code <= 0xdfff) to -= 1
      out.base = from
      encode(piece.slice(from, to), out)
      from = to
    }
    return out.result()
  }
}

/** SentencePiece's names for bytes that stand for characters the vocabulary lacks. */
function byteTokens(character: string): readonly string[] {
  return Array.from(Buffer.from(character, 'utf8'), (byte) => `<0x${byte.toString(16).toUpperCase().padStart(2, '0')}>`)
}

function characterAt(text: string, at: number): string {
  const code = text.codePointAt(at)
  return code === undefined ? '' : String.fromCodePoint(code)
}

class Collector {
  base = 0
  readonly #ids: number[] = []
  readonly #from: number[] = []
  readonly #to: number[] = []

  add(id: number, from: number, to: number): void {
    this.#ids.push(id)
    this.#from.push(this.base + from)
    this.#to.push(this.base + to)
  }

  /** Whether the last token is `id` and ends where the next begins. */
  extends(id: number | undefined, at: number): boolean {
    return this.#ids.at(-1) === id && this.#to.at(-1) === this.base + at
  }

  stretch(to: number): void {
    this.#to[this.#to.length - 1] = this.base + to
  }

  result(): SubWords {
    return { ids: this.#ids, from: this.#from, to: this.#to }
  }
}
