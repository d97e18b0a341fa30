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

/** The members of a record's messages that are rendered; a `TextRecord` of the artifacts fits. */
export interface ChatMessage {
  readonly role: 'system' | 'user' | 'assistant' | 'tool'
  readonly content: string
  readonly tool_calls?: readonly { readonly function: { readonly name: string; readonly arguments: string } }[]
}

export interface Rendered {
  readonly ids: Int32Array
  /** 1 where the token is to be predicted: the assistant's text, its calls and its `<|end|>`; else 0. */
  readonly supervised: Uint8Array
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
  readonly bos: number
  readonly pad: number
  readonly endOfTurn: number
  /** Loss on the assistant's turns for messages, on every token after `<|bos|>` for a text. */
  encodeConversation(record: { readonly text?: string; readonly messages?: readonly ChatMessage[] }): Rendered
  /** Ends with `<|assistant|>`, where the answer starts; `[bos]` where there are no messages. */
  encodePrompt(messages: readonly ChatMessage[]): number[]
}

export function createChatEncoder(tokenizer: Tokenizer): ChatEncoder {
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

  return {
    bos,
    pad: tokenizer.special('<|pad|>'),
    endOfTurn: end,
    encodeConversation(record) {
      const ids: number[] = [bos]
      const supervised: number[] = [0]
      if (record.messages === undefined) {
        for (const id of tokenizer.encode(record.text ?? '')) ids.push(id)
        ids.push(end)
        while (supervised.length < ids.length) supervised.push(1)
      }
      for (const message of record.messages ?? []) {
        const role = roles[message.role]
        if (role === undefined) {
          throw new SluiceError({ code: 'CHAT_ROLE_UNKNOWN', message: 'a message has a role that is not known' })
        }
        ids.push(role)
        supervised.push(0)
        const trained = message.role === 'assistant' ? 1 : 0
        for (const id of body(message)) {
          ids.push(id)
          supervised.push(trained)
        }
      }
      return { ids: Int32Array.from(ids), supervised: Uint8Array.from(supervised) }
    },
    encodePrompt(messages) {
      if (messages.length === 0) return [bos]
      return [bos, ...messages.flatMap((message) => [roles[message.role], ...body(message)]), roles.assistant]
    },
  }
}
