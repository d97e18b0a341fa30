import type { SpecialTokens } from '../checkpoints/source.ts'
import { CHAT_TEMPLATE, type ChatEncoder, createChatEncoder } from './chat.ts'
import { createTemplateEncoder } from './template-encoder.ts'
import { openTokenizer, type Tokenizer } from './tokenizer.ts'

/** What the encoder of a model is made from; a `ModelSource` fits. */
export interface EncoderSource {
  /** Content of `tokenizer.json`. */
  readonly tokenizer: string
  readonly chatTemplate?: string
  readonly special: SpecialTokens
}

/**
 * The tokenizer of a model and the encoder of its conversations: by its template, by the plain form where it has none, or
 * by our own code where it is a model that `sluice` trained from scratch.
 *
 * @param now the date that templates write which ask for today's
 */
export function openModelEncoder(
  source: EncoderSource,
  now?: Date,
): { readonly tokenizer: Tokenizer; readonly chat: ChatEncoder } {
  const tokenizer = openTokenizer(source.tokenizer)
  if (source.chatTemplate === CHAT_TEMPLATE) return { tokenizer, chat: createChatEncoder(tokenizer) }
  const chat = createTemplateEncoder(tokenizer, {
    special: source.special,
    ...(source.chatTemplate === undefined ? {} : { template: source.chatTemplate }),
    ...(now === undefined ? {} : { now }),
  })
  return { tokenizer, chat }
}
