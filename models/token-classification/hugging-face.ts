import * as parts from '@huggingface/tokenizers'

/**
 * The parts of `@huggingface/tokenizers` that are used, with their types: the package's own declarations do not resolve
 * under Node's module rules (they leave out file endings).
 */
interface Parts {
  readonly SequenceNormalizer: new (config: { type: 'Sequence'; normalizers: readonly unknown[] }) => Normalizer
  readonly ReplaceNormalizer: new (config: unknown) => { readonly pattern: RegExp | null }
  readonly BertPreTokenizer: new () => { readonly pattern: RegExp }
  readonly SplitPreTokenizer: new (config: unknown) => { readonly pattern: RegExp | null }
  readonly WordPiece: new (config: unknown) => TokenModel
  readonly BPE: new (config: unknown) => TokenModel
  readonly Unigram: new (config: unknown, eosToken: string) => TokenModel
  readonly SequencePostProcessor: new (config: { type: 'Sequence'; processors: readonly unknown[] }) => PostProcessor
}

export interface Normalizer {
  normalize(text: string): string
}

export interface TokenModel {
  readonly tokens_to_ids: ReadonlyMap<string, number>
  /** Tokens of pre-tokens, unknown ones not fused. */
  encode(pieces: readonly string[]): string[]
}

interface PostProcessor {
  post_process(
    tokens: readonly string[],
    pair: null,
    addSpecialTokens: boolean,
  ): { readonly tokens: readonly string[]; readonly token_type_ids?: readonly number[] }
}

export const {
  SequenceNormalizer,
  ReplaceNormalizer,
  BertPreTokenizer,
  SplitPreTokenizer,
  WordPiece,
  BPE,
  Unigram,
  SequencePostProcessor,
} = parts as unknown as Parts
