import { SluiceError } from '../../util/errors.ts'
import type { ChatMessage } from './chat.ts'
import type { Render } from './jinja.ts'

/** How a template wants the arguments of a call: as an object that it writes itself, or as the text that they are. */
export type ArgumentForm = 'object' | 'text' | 'none'

type Protect = (text: string) => string

/** A message as templates take it, its texts protected. */
export function templateMessage(message: ChatMessage, form: ArgumentForm | undefined, protect: Protect): unknown {
  const { role, content, name, tool_call_id: answers, tool_calls: calls } = message
  return {
    role,
    content: protect(content),
    ...(name === undefined ? {} : { name: protect(name) }),
    ...(answers === undefined ? {} : { tool_call_id: protect(answers) }),
    ...(calls === undefined || calls.length === 0
      ? {}
      : {
          tool_calls: calls.map(({ id, function: called }) => ({
            ...(id === undefined ? {} : { id: protect(id) }),
            type: 'function',
            function: { name: protect(called.name), arguments: argumentsFor(called.arguments, form, protect) },
          })),
        }),
  }
}

/** Every text inside protected. */
export function templateValue(value: unknown, protect: Protect): unknown {
  if (typeof value === 'string') return protect(value)
  if (typeof value !== 'object' || value === null) return value
  if (Array.isArray(value)) return value.map((member) => templateValue(member, protect))
  return Object.fromEntries(
    Object.entries(value).map(([key, member]) => [protect(key), templateValue(member, protect)]),
  )
}

function argumentsFor(text: string, form: ArgumentForm | undefined, protect: Protect): unknown {
  if (form === 'text') return protect(text)
  if (form === 'object') {
    try {
      const value: unknown = JSON.parse(text)
      if (typeof value === 'object' && value !== null && !Array.isArray(value)) return templateValue(value, protect)
    } catch (error) {
      if (!(error instanceof SyntaxError)) throw error
    }
    throw new SluiceError({
      code: 'CHAT_TOOL_ARGUMENTS',
      message: 'the arguments of a call are no JSON object, which the chat template needs',
      next: 'correct the row, or leave it out',
    })
  }
  throw new SluiceError({
    code: 'CHAT_TOOL_CALLS',
    message: 'the chat template of the model writes no tool calls, so what the assistant calls would be lost',
    next: 'use a model whose template knows tools, or leave out the rows that call them',
  })
}

/** Which form a template writes out, by trying. */
export function argumentForm(open: (messages: readonly unknown[]) => Render): ArgumentForm {
  const written = (given: unknown): string => {
    const call = { id: 'call00001', type: 'function', function: { name: 'probe_name', arguments: given } }
    const messages = [
      { role: 'user', content: 'a' },
      { role: 'assistant', content: '', tool_calls: [call] },
    ]
    try {
      return open(messages)(messages.length, false)
    } catch (error) {
      if (error instanceof SluiceError) return ''
      throw error
    }
  }
  const shows = (text: string): boolean => /"probe_key": ?"probe_value"/.test(text) && text.includes('probe_name')
  if (shows(written({ probe_key: 'probe_value' }))) return 'object'
  return shows(written('{"probe_key": "probe_value"}')) ? 'text' : 'none'
}
