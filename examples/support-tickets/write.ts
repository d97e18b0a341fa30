import type { Composed } from './compose.ts'
import type { DraftMessage } from './draft.ts'
import type { GoldType, Marked } from './marked.ts'

/** One place of personal data in `tickets.jsonl`. */
export interface GoldSpan {
  /** Index in `messages`, null for a field of the ticket itself. */
  readonly message: number | null
  /** `content`, `tool_calls.0.function.arguments`, `customer.name` … */
  readonly field: string
  /** UTF-16 offsets in that string. */
  readonly start: number
  readonly end: number
  readonly type: GoldType
  readonly value: string
}

/** The line of `tickets.jsonl`. */
export function ticketLine(conversation: Composed): string {
  const { id, channel, opened, customer, messages } = conversation
  return JSON.stringify({
    id,
    channel,
    opened,
    customer: {
      id: customer.id,
      name: `${customer.first} ${customer.last}`,
      email: customer.email,
      locale: customer.locale,
      plan: customer.tier,
    },
    messages: messages.map(writeMessage),
  })
}

/** The line of `gold.jsonl`. */
export function goldLine(conversation: Composed): string {
  const { id, template, theme, customer, features, labels, duplicateOf, nearDuplicateOf } = conversation
  return JSON.stringify({
    id,
    template,
    theme,
    customer: customer.id,
    features,
    labels,
    ...(duplicateOf === undefined ? {} : { duplicate_of: duplicateOf }),
    ...(nearDuplicateOf === undefined ? {} : { near_duplicate_of: nearDuplicateOf }),
    spans: goldSpans(conversation),
  })
}

export function goldSpans({ customer, messages }: Composed): readonly GoldSpan[] {
  const name = `${customer.first} ${customer.last}`
  const spans: GoldSpan[] = [
    { message: null, field: 'customer.name', start: 0, end: name.length, type: 'PERSON', value: name },
    {
      message: null,
      field: 'customer.email',
      start: 0,
      end: customer.email.length,
      type: 'EMAIL',
      value: customer.email,
    },
  ]
  const add = (message: number, field: string, { text, marks }: Marked): void => {
    for (const { start, end, type } of marks) {
      spans.push({ message, field, start, end, type, value: text.slice(start, end) })
    }
  }
  for (const [index, message] of messages.entries()) {
    add(index, 'content', message.content)
    if (message.call !== undefined) add(index, 'tool_calls.0.function.arguments', message.call.arguments)
  }
  return spans
}

function writeMessage(message: DraftMessage): object {
  const { role, content, call, callId } = message
  return {
    role,
    content: content.text,
    ...(call === undefined
      ? {}
      : {
          tool_calls: [
            { id: call.id, type: 'function', function: { name: call.name, arguments: call.arguments.text } },
          ],
        }),
    ...(callId === undefined ? {} : { tool_call_id: callId }),
  }
}
