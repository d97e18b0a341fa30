import { openModelFiles } from './checkpoints/open.ts'
import type { ModelData } from './checkpoints/source.ts'
import { scoreContinuations } from './generation/continue.ts'
import { type GenerateOptions, generate } from './generation/generate.ts'
import { continuationGraph, generationGraph, scoringGraph } from './generation/graphs.ts'
import { score } from './generation/score.ts'
import { type Worn, weightFeeds } from './generation/weights.ts'
import { openSession, type Session } from './graph/session.ts'
import { parameterCounts } from './network/config.ts'
import type { ChatEncoder, ChatMessage, ChatRecord, Rendered } from './tokenizer/chat.ts'
import { CHAT_TEMPLATE, createChatEncoder, SPECIAL_TOKENS } from './tokenizer/chat.ts'
import { createTemplateEncoder } from './tokenizer/template-encoder.ts'
import { openTokenizer, type Tokenizer } from './tokenizer/tokenizer.ts'

/** A causal language model ready to score and to write. */
export interface LanguageModel {
  /** Longest sequence, in tokens; longer ones are refused, never cut. */
  readonly contextLength: number
  /** Of the model itself, without an adapter's. */
  readonly parameters: number
  readonly vocabularySize: number
  readonly endOfTurn: number
  encodeConversation(record: ChatRecord): Rendered
  /** Ends where the assistant's answer starts; where there are no messages, what a new text starts with. */
  encodePrompt(messages: readonly ChatMessage[]): number[]
  encode(text: string): number[]
  decode(ids: ArrayLike<number>): string
  /**
   * Entry t of each result is log p(token t + 1 | tokens 0 … t), natural logarithm; length n − 1.
   *
   * @throws SluiceError SEQUENCE_TOO_LONG
   */
  logProbabilities(sequences: readonly ArrayLike<number>[]): Promise<readonly Float32Array[]>
  /**
   * Entry t of each result is log p(token t of the continuation | prefix and its tokens before t). The prefix, at least
   * one token, is computed once.
   *
   * @throws SluiceError SEQUENCE_TOO_LONG
   */
  continuationLogProbabilities(
    prefix: readonly number[],
    continuations: readonly (readonly number[])[],
  ): Promise<readonly Float32Array[]>
  /**
   * Continues each prompt; gives the new tokens only, without the token that ended them (the end of a turn, or any other
   * that the model's files name as an end). The same seed gives the same tokens.
   *
   * @throws SluiceError SEQUENCE_TOO_LONG for a prompt that leaves no room for a token
   */
  generate(prompts: readonly (readonly number[])[], options: GenerateOptions): Promise<readonly number[][]>
  close(): Promise<void>
}

export interface LanguageModelOptions {
  readonly threads?: number
  /** An adapter to run with; the weights of the model stay as they are. */
  readonly adapter?: Worn
}

/**
 * Opens a model from its files by name, in any of the formats that `openModelFiles` reads.
 *
 * @throws SluiceError MODEL_FILE_MISSING, MODEL_UNSUPPORTED and those of the format, such as SAFETENSORS_BROKEN
 */
export async function openLanguageModel(
  files: ReadonlyMap<string, Uint8Array>,
  options: LanguageModelOptions = {},
): Promise<LanguageModel> {
  const source = openModelFiles(files)
  try {
    return languageModelOf(source, options)
  } finally {
    source.close()
  }
}

/** The same for a model that is open already. Reads all its parameters; the source is not needed afterwards. */
export function languageModelOf(source: ModelData, options: LanguageModelOptions = {}): LanguageModel {
  const { network: config } = source
  const { threads = 1, adapter } = options
  const tokenizer = openTokenizer(source.tokenizer)
  const chat = chatEncoderOf(tokenizer, source)
  const weights = weightFeeds(config, source.read, adapter)
  const ends = new Set([chat.endOfTurn, ...source.special.eos])
  const tokens = { pad: chat.pad, ends, banned: bannedTokens(tokenizer, config.vocabulary, ends) }
  // Sessions open when they are first needed: a caller that only scores never builds the other graph.
  const sessions: { scoring?: Promise<Session>; generation?: Promise<Session>; continuation?: Promise<Session> } = {}

  return {
    contextLength: config.context,
    parameters: parameterCounts(config).all,
    vocabularySize: config.vocabulary,
    endOfTurn: chat.endOfTurn,
    encodeConversation: chat.encodeConversation,
    encodePrompt: chat.encodePrompt,
    encode: tokenizer.encode,
    decode: tokenizer.decode,
    async logProbabilities(sequences) {
      sessions.scoring ??= openSession(scoringGraph(config, adapter), threads)
      return score(await sessions.scoring, weights, config, chat.pad, sequences)
    },
    async continuationLogProbabilities(prefix, continuations) {
      sessions.generation ??= openSession(generationGraph(config, adapter), threads)
      sessions.continuation ??= openSession(continuationGraph(config, adapter), threads)
      const opened = { step: await sessions.generation, score: await sessions.continuation }
      return scoreContinuations(opened, weights, config, chat.pad, prefix, continuations)
    },
    async generate(prompts, generateOptions) {
      sessions.generation ??= openSession(generationGraph(config, adapter), threads)
      return generate(await sessions.generation, weights, config, tokens, prompts, generateOptions)
    },
    async close() {
      for (const session of Object.values(sessions)) await (await session).close()
    },
  }
}

/** Renders conversations as the model was trained to read them: by its template, or by the form of our own models. */
export function chatEncoderOf(
  tokenizer: Tokenizer,
  { chatTemplate, special }: Pick<ModelData, 'chatTemplate' | 'special'>,
): ChatEncoder {
  const names = new Set(tokenizer.added.map(({ content }) => content))
  const own = chatTemplate === undefined || chatTemplate === CHAT_TEMPLATE
  if (own && SPECIAL_TOKENS.every((name) => names.has(name))) return createChatEncoder(tokenizer)
  return createTemplateEncoder(tokenizer, {
    special,
    ...(chatTemplate === undefined ? {} : { template: chatTemplate }),
  })
}

/** Tokens that are never written: those that open turns, and rows of the table that stand for no token. */
function bannedTokens(tokenizer: Tokenizer, vocabulary: number, ends: ReadonlySet<number>): readonly number[] {
  return Array.from({ length: vocabulary }, (_, id) => id).filter((id) => {
    if (ends.has(id)) return false
    const name = tokenizer.tokenOf(id)
    return name === undefined || (tokenizer.isSpecial(id) && name !== '<|call|>')
  })
}
