import { SluiceError } from '../../util/errors.ts'
import type { Tokenizer } from './tokenizer.ts'

/**
 * How a conversation becomes tokens: `<|bos|>`, then for each message its role's token, its text and `<|end|>`. What is
 * trained is decided here, turn by turn while the tokens are made, never by looking for token ids afterwards.
 */
export const SPECIAL_TOKENS = [
  '<|bos|>',
  '<|pad|>',
  '<|end|>',
  '<|system|>',
  '<|user|>',
  '<|assistant|>',
  '<|tool|>',
  '<|call|>',
] as const

/** `meta.form` of records that were a prompt and its completion: a user's turn and an assistant's. */
export const PROMPT_COMPLETION = 'prompt_completion'

/** The members of a record's messages that are rendered; a `TextRecord` of the artifacts fits. */
export interface ChatMessage {
  readonly role: 'system' | 'user' | 'assistant' | 'tool'
  readonly content: string
  readonly name?: string
  readonly tool_call_id?: string
  readonly tool_calls?: readonly {
    readonly id?: string
    readonly function: { readonly name: string; readonly arguments: string }
  }[]
}

/** What is rendered of a record. */
export interface ChatRecord {
  readonly text?: string
  readonly messages?: readonly ChatMessage[]
  /** `form: prompt_completion` trains the last answer only; `tools` are shown to the template. */
  readonly meta?: Readonly<Record<string, unknown>>
}

export interface Rendered {
  readonly ids: Int32Array
  /** 1 where the token is to be predicted: the assistant's text, its calls and its end of turn; else 0. */
  readonly supervised: Uint8Array
  /** Ids that stand before the end of each of the assistant's turns: where a long row is best cut. */
  readonly exchanges?: readonly number[]
}

/** The same rendering as a Jinja template for `tokenizer_config.json`; `generation` marks what is trained. */
export const CHAT_TEMPLATE = [
  '{{- bos_token -}}',
  '{%- for message in messages -%}',
  "{{- '<|' + message['role'] + '|>' -}}",
  "{%- if message['role'] == 'assistant' -%}{%- generation -%}",
  "{{- message['content'] -}}",
  "{%- for call in message['tool_calls'] or [] -%}",
  "{{- '<|call|>' + call['function']['name'] + '\\n' + call['function']['arguments'] -}}",
  '{%- endfor -%}',
  "{{- '<|end|>' -}}{%- endgeneration -%}",
  '{%- else -%}',
  "{{- message['content'] + '<|end|>' -}}",
  '{%- endif -%}',
  '{%- endfor -%}',
  "{%- if add_generation_prompt -%}{{- '<|assistant|>' -}}{%- endif -%}",
].join('')

export interface ChatEncoder {
  /** What every sequence begins with, where the model wants that. */
  readonly bos?: number
  readonly pad: number
  readonly endOfTurn: number
  /** Loss on the assistant's turns for messages, on every token but the first for a text. */
  encodeConversation(record: ChatRecord): Rendered
  /**
   * What is trained of a record: the conversation, or, where the template writes a turn differently once others follow,
   * one sequence for each of the assistant's turns, with what stands before it as the model will see it then.
   */
  encodeSequences(record: ChatRecord): readonly Rendered[]
  /** Ends where the assistant's answer starts; where there are no messages, what a new text starts with. */
  encodePrompt(messages: readonly ChatMessage[]): number[]
  /** True where the token begins inside a character: a sequence is not cut before it. */
  continuesCharacter(id: number): boolean
}

/** The encoder of the models that `sluice` trains from scratch. */
export interface OwnChatEncoder extends ChatEncoder {
  readonly bos: number
}

/**
 * The encoder for a tokenizer with the names that `sluice` gives its own: `<|bos|>`, `<|end|>`, one for each role.
 *
 * @throws SluiceError TOKENIZER_UNSUPPORTED where one of them is missing
 */
export function createChatEncoder(tokenizer: Tokenizer): OwnChatEncoder {
  const bos = tokenizer.special('<|bos|>')
  const end = tokenizer.special('<|end|>')
  const call = tokenizer.special('<|call|>')
  const roles = {
    system: tokenizer.special('<|system|>'),
    user: tokenizer.special('<|user|>'),
    assistant: tokenizer.special('<|assistant|>'),
    tool: tokenizer.special('<|tool|>'),
  }

  const body = (message: ChatMessage): number[] => {
    const ids = tokenizer.encode(message.content)
    for (const { function: called } of message.tool_calls ?? []) {
      ids.push(call, ...tokenizer.encode(called.name), ...tokenizer.encode(`\n${called.arguments}`))
    }
    ids.push(end)
    return ids
  }

  const encodeConversation = (record: ChatRecord): Rendered => {
    const ids: number[] = [bos]
    const supervised: number[] = [0]
    const exchanges: number[] = []
    if (record.messages === undefined) {
      for (const id of tokenizer.encode(record.text ?? '')) ids.push(id)
      ids.push(end)
      while (supervised.length < ids.length) supervised.push(1)
    }
    const lastOnly = record.meta?.['form'] === PROMPT_COMPLETION
    for (const [i, message] of (record.messages ?? []).entries()) {
      const role = roles[message.role]
      if (role === undefined) {
        throw new SluiceError({ code: 'CHAT_ROLE_UNKNOWN', message: 'a message has a role that is not known' })
      }
      ids.push(role)
      supervised.push(0)
      const trained = message.role === 'assistant' && !(lastOnly && i + 1 < record.messages!.length) ? 1 : 0
      for (const id of body(message)) {
        ids.push(id)
        supervised.push(trained)
      }
      if (message.role === 'assistant') exchanges.push(ids.length)
    }
    return { ids: Int32Array.from(ids), supervised: Uint8Array.from(supervised), exchanges }
  }

  return {
    bos,
    pad: tokenizer.special('<|pad|>'),
    endOfTurn: end,
    encodeConversation,
    encodeSequences: (record) => [encodeConversation(record)],
    encodePrompt(messages) {
      if (messages.length === 0) return [bos]
      return [bos, ...messages.flatMap((message) => [roles[message.role], ...body(message)]), roles.assistant]
    },
    continuesCharacter: tokenizer.continuesCharacter,
  }
}
