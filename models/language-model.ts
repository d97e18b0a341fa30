import { SluiceError } from '../util/errors.ts'
import { scoreContinuations } from './generation/continue.ts'
import { type GenerateOptions, generate } from './generation/generate.ts'
import { continuationGraph, generationGraph, scoringGraph } from './generation/graphs.ts'
import { score } from './generation/score.ts'
import { openSession, type Session } from './graph/session.ts'
import { fromHuggingFaceConfig } from './network/hugging-face.ts'
import { fromTensors } from './network/weights.ts'
import { decodeSafetensors } from './safetensors.ts'
import { type ChatMessage, createChatEncoder, type Rendered } from './tokenizer/chat.ts'
import { openTokenizer } from './tokenizer/tokenizer.ts'

/** A causal language model ready to score and to write. */
export interface LanguageModel {
  /** Longest sequence, in tokens; longer ones are refused, never cut. */
  readonly contextLength: number
  readonly parameters: number
  readonly vocabularySize: number
  readonly endOfTurn: number
  encodeConversation(record: { readonly text?: string; readonly messages?: readonly ChatMessage[] }): Rendered
  /** Ends where the assistant's answer starts; `[bos]` for no messages. */
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
   * Continues each prompt; gives the new tokens only, without the end-of-turn token they stopped at. The same seed
   * gives the same tokens.
   *
   * @throws SluiceError SEQUENCE_TOO_LONG for a prompt that leaves no room for a token
   */
  generate(prompts: readonly (readonly number[])[], options: GenerateOptions): Promise<readonly number[][]>
  close(): Promise<void>
}

/**
 * Opens a model from the files of a Hugging Face folder that `finetune` wrote: `config.json`, `model.safetensors` and
 * `tokenizer.json`, by name.
 *
 * @throws SluiceError MODEL_FILE_MISSING, MODEL_UNSUPPORTED, SAFETENSORS_BROKEN
 */
export async function openLanguageModel(
  files: ReadonlyMap<string, Uint8Array>,
  options: { readonly threads?: number } = {},
): Promise<LanguageModel> {
  const file = (name: string): Uint8Array => {
    const bytes = files.get(name)
    if (bytes === undefined) {
      throw new SluiceError({ code: 'MODEL_FILE_MISSING', message: `the model has no file ${name}`, exit: 4 })
    }
    return bytes
  }
  const text = (name: string): string => Buffer.from(file(name)).toString('utf8')
  const config = fromHuggingFaceConfig(JSON.parse(text('config.json')) as Record<string, unknown>)
  const theta = fromTensors(decodeSafetensors(file('model.safetensors')), config)
  const tokenizer = openTokenizer(text('tokenizer.json'))
  const chat = createChatEncoder(tokenizer)
  const banned = Array.from({ length: tokenizer.size }, (_, id) => id).filter(
    (id) => tokenizer.isSpecial(id) && id !== chat.endOfTurn && id !== tokenizer.special('<|call|>'),
  )
  const threads = options.threads ?? 1
  // Sessions open when they are first needed: a caller that only scores never builds the other graph.
  const sessions: { scoring?: Promise<Session>; generation?: Promise<Session>; continuation?: Promise<Session> } = {}

  return {
    contextLength: config.context,
    parameters: theta.length,
    vocabularySize: config.vocabulary,
    endOfTurn: chat.endOfTurn,
    encodeConversation: chat.encodeConversation,
    encodePrompt: chat.encodePrompt,
    encode: tokenizer.encode,
    decode: tokenizer.decode,
    async logProbabilities(sequences) {
      sessions.scoring ??= openSession(scoringGraph(config), threads)
      return score(await sessions.scoring, theta, config, chat.pad, sequences)
    },
    async continuationLogProbabilities(prefix, continuations) {
      sessions.generation ??= openSession(generationGraph(config), threads)
      sessions.continuation ??= openSession(continuationGraph(config), threads)
      const opened = { step: await sessions.generation, score: await sessions.continuation }
      return scoreContinuations(opened, theta, config, chat.pad, prefix, continuations)
    },
    async generate(prompts, generateOptions) {
      sessions.generation ??= openSession(generationGraph(config), threads)
      const tokens = { pad: chat.pad, end: chat.endOfTurn, banned }
      return generate(await sessions.generation, theta, config, tokens, prompts, generateOptions)
    },
    async close() {
      for (const session of Object.values(sessions)) await (await session).close()
    },
  }
}
