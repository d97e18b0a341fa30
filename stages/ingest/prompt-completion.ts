import type { Message } from '../../artifacts/record.ts'
import { PROMPT_COMPLETION } from '../../models/tokenizer/chat.ts'
import type { Json } from '../../util/json.ts'
import { type Fault, fault, isFault, wrongType } from './faults.ts'
import type { MessageReader } from './messages.ts'

export interface Pair {
  readonly messages: readonly Message[]
  readonly meta: { readonly form: typeof PROMPT_COMPLETION }
}

/** True for a row with `prompt` and `completion` that is neither a text nor a conversation. */
export function isPair(value: Json): boolean {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return false
  const row = value as Readonly<Record<string, Json>>
  const has = (key: string): boolean => Object.hasOwn(row, key) && row[key] !== null
  return has('prompt') && has('completion') && !has('messages') && !has('text')
}

/**
 * A user's turn and the assistant's, or, where both members are lists of messages (the conversational form of TRL), one
 * conversation. White space stays: it decides where tokens end.
 */
export function mapPair(value: Json, readMessage: MessageReader): Pair | Fault {
  const { prompt, completion } = value as Readonly<Record<string, Json>>
  const before = readSide('prompt', prompt!, 'user', readMessage)
  if (isFault(before)) return before
  const after = readSide('completion', completion!, 'assistant', readMessage)
  if (isFault(after)) return after
  const messages = [...before, ...after]
  if (messages.at(-1)?.role !== 'assistant')
    return fault('BAD_ROLE', "`completion`: does not end in the assistant's turn")
  if (after.every(({ content, tool_calls: calls }) => content.trim() === '' && calls === undefined)) {
    return fault('EMPTY_TEXT', '`completion` is empty')
  }
  return { messages, meta: { form: PROMPT_COMPLETION } }
}

function readSide(
  name: string,
  value: Json,
  role: 'user' | 'assistant',
  readMessage: MessageReader,
): readonly Message[] | Fault {
  if (typeof value === 'string') return [{ role, content: value }]
  if (!Array.isArray(value)) return wrongType(`\`${name}\``, 'a text or a list of messages', value)
  const messages: Message[] = []
  for (const [i, entry] of (value as readonly Json[]).entries()) {
    const message = readMessage(entry)
    if (isFault(message)) return fault(message.code, `\`${name}\`, message ${i}: ${message.detail}`)
    messages.push(message)
  }
  return messages
}
