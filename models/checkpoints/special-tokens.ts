import { SluiceError } from '../../util/errors.ts'
import type { SpecialTokens } from './source.ts'

type Json = Readonly<Record<string, unknown>>

/** What a folder says about its special tokens; each file may be absent. */
export interface SpecialTokenFiles {
  readonly config: Json
  readonly generation?: Json | undefined
  readonly tokenizerConfig?: Json | undefined
  readonly tokensMap?: Json | undefined
  readonly tokenizer: Json
}

/**
 * The special tokens of a Hugging Face folder. Names in `tokenizer_config.json` and `special_tokens_map.json` decide
 * over ids in `config.json`, as they do in Transformers' tokenizers; all ends of text that any file names stop writing.
 *
 * @throws SluiceError MODEL_TOKENIZER_MISMATCH where an id is outside the vocabulary
 */
export function readSpecialTokens(files: SpecialTokenFiles, vocabulary: number): SpecialTokens {
  const ids = tokenIds(files.tokenizer)
  const named = (key: string): number[] => {
    const name = tokenName(files.tokenizerConfig?.[key]) ?? tokenName(files.tokensMap?.[key])
    const id = name === undefined ? undefined : ids.get(name)
    return id === undefined ? [] : [id]
  }
  const numbered = (key: string): number[] =>
    [files.generation?.[key], files.config[key]]
      .flat()
      .filter((id): id is number => typeof id === 'number' && Number.isInteger(id))
  const bos = [...named('bos_token'), ...numbered('bos_token_id')][0]
  const eos = [...new Set([...named('eos_token'), ...numbered('eos_token_id')])]
  const pad = [...named('pad_token'), ...numbered('pad_token_id')].filter((id) => id >= 0)[0]
  for (const id of [bos, pad, ...eos]) {
    if (id !== undefined && (id < 0 || id >= vocabulary)) {
      throw new SluiceError({
        code: 'MODEL_TOKENIZER_MISMATCH',
        message: `a special token has the id ${id}, but the model knows ${vocabulary} tokens`,
        next: 'check that the tokenizer and config.json belong together',
      })
    }
  }
  return {
    eos,
    addBos: bos !== undefined && addsBos(files, bos, ids),
    ...(bos === undefined ? {} : { bos }),
    ...(pad === undefined ? {} : { pad }),
  }
}

/** The id of every token of a `tokenizer.json`, added ones included. */
export function tokenIds(tokenizer: Json): ReadonlyMap<string, number> {
  const ids = new Map<string, number>()
  const vocab = (tokenizer['model'] as Json | undefined)?.['vocab']
  // Unigram models list pairs of token and score.
  if (Array.isArray(vocab)) for (const [id, entry] of vocab.entries()) ids.set(String((entry as unknown[])?.[0]), id)
  else for (const [token, id] of Object.entries((vocab ?? {}) as Json)) if (typeof id === 'number') ids.set(token, id)
  const added = tokenizer['added_tokens']
  for (const entry of Array.isArray(added) ? (added as unknown[]) : []) {
    const { id, content } = (entry ?? {}) as Json
    if (typeof id === 'number' && typeof content === 'string') ids.set(content, id)
  }
  return ids
}

/** The chat template of a `tokenizer_config.json`: one text, or the one of several that is named `default`. */
export function chatTemplateOf(tokenizerConfig: Json | undefined): string | undefined {
  const value = tokenizerConfig?.['chat_template']
  if (typeof value === 'string') return value
  if (!Array.isArray(value)) return undefined
  const chosen = (value as Json[]).find((entry) => entry?.['name'] === 'default')?.['template']
  return typeof chosen === 'string' ? chosen : undefined
}

/** A token is written as its text, or as an object with `content`. */
function tokenName(value: unknown): string | undefined {
  const name = typeof value === 'object' && value !== null ? (value as Json)['content'] : value
  return typeof name === 'string' ? name : undefined
}

/**
 * `add_bos_token` counts for the tokenizer classes that heed it (those of Llama and Gemma); the others put before a
 * text what the post-processor of `tokenizer.json` says.
 */
function addsBos(files: SpecialTokenFiles, bos: number, ids: ReadonlyMap<string, number>): boolean {
  const { add_bos_token: flag, tokenizer_class: name } = files.tokenizerConfig ?? {}
  if (typeof flag === 'boolean' && /^(Code)?(Llama|Gemma)Tokenizer(Fast)?$/.test(String(name))) return flag
  return putsBosFirst(files.tokenizer, bos, ids)
}

/** True where the post-processor of a `tokenizer.json` begins every text with the token. */
export function putsBosFirst(tokenizer: Json, bos: number, ids = tokenIds(tokenizer)): boolean {
  return processors(tokenizer['post_processor']).some((processor) => {
    const single = processor['single']
    const first = Array.isArray(single) ? (single[0] as { SpecialToken?: { id?: unknown } } | undefined) : undefined
    const token = first?.SpecialToken?.id
    return typeof token === 'string' && ids.get(token) === bos
  })
}

function processors(value: unknown): readonly Json[] {
  if (typeof value !== 'object' || value === null) return []
  const inner = (value as Json)['processors']
  return Array.isArray(inner)
    ? (inner as Json[]).filter((each) => typeof each === 'object' && each !== null)
    : [value as Json]
}
