/** The parts of a `tokenizer.json` (Hugging Face's format) that are read here. */
export interface TokenizerFile {
  readonly added_tokens?: readonly AddedToken[] | null
  readonly normalizer?: { readonly type: string } | null
  readonly pre_tokenizer?: PreTokenizerConfig | null
  readonly decoder?: DecoderConfig | null
  readonly model: ModelConfig
}

/** A token that is matched in the text before anything else. */
export interface AddedToken {
  readonly id: number
  readonly content: string
  readonly special?: boolean
  readonly normalized?: boolean
  readonly single_word?: boolean
  /** It takes white space on its left, or right, with it. */
  readonly lstrip?: boolean
  readonly rstrip?: boolean
}

export interface DecoderConfig {
  readonly type: string
  readonly decoders?: readonly DecoderConfig[]
}

export interface PreTokenizerConfig {
  readonly type: string
  readonly pretokenizers?: readonly PreTokenizerConfig[]
  readonly behavior?: string
  readonly invert?: boolean
  readonly individual_digits?: boolean
  readonly add_prefix_space?: boolean
  readonly use_regex?: boolean
}

export interface ModelConfig {
  readonly type?: string
  readonly vocab?: Readonly<Record<string, number>> | readonly (readonly [string, number])[]
  readonly merges?: readonly (string | readonly [string, string])[]
  readonly unk_token?: string | null
  readonly unk_id?: number | null
  readonly continuing_subword_prefix?: string | null
  readonly end_of_word_suffix?: string | null
  readonly max_input_chars_per_word?: number
  readonly byte_fallback?: boolean
  readonly fuse_unk?: boolean
  readonly ignore_merges?: boolean
}

/** Turns one pre-token into ids. */
export interface PieceModel {
  encode(piece: string): readonly number[]
  /** Tokens by name, special ones included. */
  readonly vocabulary: ReadonlyMap<string, number>
  /** What is given for text that the vocabulary lacks, where that can happen. */
  readonly unknown: number | undefined
}

/** Old files leave the type out. */
export function kindOf(model: ModelConfig): string | undefined {
  if (model.type !== undefined) return model.type
  if (Array.isArray(model.vocab)) return 'Unigram'
  if (model.merges !== undefined) return 'BPE'
  return model.continuing_subword_prefix === undefined ? undefined : 'WordPiece'
}

/** SentencePiece's names for the bytes of a character that the vocabulary lacks, or undefined where one is missing. */
export function byteIds(character: string, vocabulary: ReadonlyMap<string, number>): readonly number[] | undefined {
  const ids: number[] = []
  for (const byte of Buffer.from(character, 'utf8')) {
    const id = vocabulary.get(byteName(byte))
    if (id === undefined) return undefined
    ids.push(id)
  }
  return ids
}

/** Whether every text can be written in bytes. */
export function hasAllBytes(vocabulary: ReadonlyMap<string, number>): boolean {
  for (let byte = 0; byte < 256; byte++) if (!vocabulary.has(byteName(byte))) return false
  return true
}

function byteName(byte: number): string {
  return `<0x${byte.toString(16).toUpperCase().padStart(2, '0')}>`
}
