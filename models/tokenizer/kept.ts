import { SluiceError } from '../../util/errors.ts'
import type { ChatMessage } from './chat.ts'
import type { Guard } from './guard.ts'

/** Every text that a template may write. */
export function textsOf(messages: readonly ChatMessage[], tools: unknown): readonly string[] {
  const texts = messages.flatMap(({ content, name, tool_call_id: answers, tool_calls: calls }) => [
    content,
    name ?? '',
    answers ?? '',
    ...(calls ?? []).flatMap(({ id, function: called }) => [id ?? '', called.name, called.arguments]),
  ])
  return tools === null ? texts : [...texts, JSON.stringify(tools)]
}

/**
 * Refuses a template that leaves out what a message says: a role that it passes over, calls that it does not know. White
 * space around a text may go, and what the assistant thought before it answered.
 *
 * @throws SluiceError CHAT_TEMPLATE_DROPS
 */
export function checkKept(
  messages: readonly ChatMessage[],
  turns: readonly ({ readonly prompt: string; readonly whole: string } | undefined)[],
  text: string,
  guard: Guard,
): void {
  const bare = (rendered: string): string => rendered.replaceAll(guard.character, '')
  const all = bare(text)
  for (const [i, message] of messages.entries()) {
    const turn = turns[i]
    const written = turn === undefined ? all : bare(turn.whole.slice(turn.prompt.length))
    const said = message.role === 'assistant' ? message.content.split('</think>').at(-1)! : message.content
    const missing = [said, ...(message.tool_calls ?? []).map((call) => call.function.name)].some(
      (part) => !holds(written, part.trim()),
    )
    if (!missing) continue
    throw new SluiceError({
      code: 'CHAT_TEMPLATE_DROPS',
      message: `the chat template does not write all of message ${i} (role ${message.role})`,
      next: 'use a template that knows the role and its members, or leave the row out',
    })
  }
}

/** As it is, or inside JSON. */
function holds(rendered: string, part: string): boolean {
  return rendered.includes(part) || rendered.includes(JSON.stringify(part).slice(1, -1))
}
