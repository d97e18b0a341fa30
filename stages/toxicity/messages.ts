import type { Role, TextRecord } from '../../artifacts/record.ts'

/** One text to score and who said it. `text` for records that are not conversations. */
export interface Utterance {
  readonly role: Role | 'text'
  readonly text: string
  /** Index of the message; 0 for a plain text. */
  readonly index: number
}

/** What a record says, message by message. Messages without text are left out. */
export function utterances(record: TextRecord, toolArguments: boolean): readonly Utterance[] {
  if (record.messages === undefined) return [{ role: 'text', text: record.text ?? '', index: 0 }]
  return record.messages.flatMap((message, index) => {
    const calls = toolArguments ? (message.tool_calls ?? []).map((call) => argumentText(call.function.arguments)) : []
    const text = [message.content, ...calls].filter((part) => part !== '').join('\n')
    return text === '' ? [] : [{ role: message.role, text, index }]
  })
}

/** The strings in a JSON text, a line each; a text that is not JSON as it is. */
function argumentText(json: string): string {
  try {
    const strings: string[] = []
    collect(JSON.parse(json), strings)
    return strings.join('\n')
  } catch {
    return json
  }
}

function collect(value: unknown, into: string[]): void {
  const stack = [value]
  while (stack.length > 0) {
    const next = stack.pop()
    if (typeof next === 'string') into.push(next)
    else if (typeof next === 'object' && next !== null) stack.push(...Object.values(next).reverse())
  }
}
