import type { Message, Role, ToolCall } from '../../artifacts/record.ts'
import type { Json } from '../../util/json.ts'
import type { IngestConfig } from './config.ts'
import { type Fault, fault, isFault, wrongType } from './faults.ts'
import { type Path, parsePath, valueAt } from './path.ts'

/** Names of roles as the common chat formats write them (OpenAI, ShareGPT, Alpaca, help desks). */
const USUAL_ROLES: Readonly<Record<string, Role>> = {
  system: 'system',
  developer: 'system',
  user: 'user',
  human: 'user',
  customer: 'user',
  client: 'user',
  assistant: 'assistant',
  agent: 'assistant',
  bot: 'assistant',
  gpt: 'assistant',
  chatgpt: 'assistant',
  model: 'assistant',
  ai: 'assistant',
  support: 'assistant',
  tool: 'tool',
  function: 'tool',
  observation: 'tool',
}

/** Reads one message from an object of any chat format. */
export type MessageReader = (value: Json) => Message | Fault

export function messageReader(fields: IngestConfig['fields']): MessageReader {
  const paths = {
    role: parsePath(fields.role),
    content: parsePath(fields.content),
    name: parsePath(fields.name),
    toolCalls: parsePath(fields.tool_calls),
    toolCallId: parsePath(fields.tool_call_id),
  }
  const roleKeys = Object.entries(fields.role_keys).map(([key, role]) => [parsePath(key), role] as const)
  const roles = new Map<string, Role>([
    ...Object.entries(USUAL_ROLES),
    ...Object.entries(fields.roles).map(([name, role]) => [name.toLowerCase(), role] as const),
  ])
  const usual = isUsual(fields)
  return (value) => {
    if (typeof value !== 'object' || value === null || Array.isArray(value)) {
      return wrongType('a message', 'an object', value)
    }
    // Most messages of most files: a known role and a text, under the usual names. Read by fixed names, which is faster.
    if (usual) {
      const plain = value as PlainMessage
      const { role, content } = plain
      if (typeof content === 'string' && plain.tool_calls == null && plain.name == null && plain.tool_call_id == null) {
        const known = typeof role === 'string' ? roles.get(role) : undefined
        if (known !== undefined) return { role: known, content }
      }
    }
    const role = readRole(value, paths.role, roleKeys, roles)
    if (typeof role === 'object') return role
    const calls = readToolCalls(valueAt(value, paths.toolCalls), fields.tool_calls)
    if (calls !== undefined && isFault(calls)) return calls
    const content = readContent(valueAt(value, paths.content), fields.content, calls !== undefined)
    if (typeof content === 'object') return content
    const name = optionalString(valueAt(value, paths.name))
    const toolCallId = optionalString(valueAt(value, paths.toolCallId))
    // Assigned, not spread: this runs for every message, and most have two members.
    const message: { -readonly [K in keyof Message]: Message[K] } = { role, content }
    if (name !== undefined) message.name = name
    if (calls !== undefined && calls.length > 0) message.tool_calls = calls
    if (toolCallId !== undefined) message.tool_call_id = toolCallId
    return message
  }
}

interface PlainMessage {
  readonly role?: Json
  readonly content?: Json
  readonly name?: Json
  readonly tool_calls?: Json
  readonly tool_call_id?: Json
}

function isUsual(fields: IngestConfig['fields']): boolean {
  return (
    fields.role === 'role' &&
    fields.content === 'content' &&
    fields.name === 'name' &&
    fields.tool_calls === 'tool_calls' &&
    fields.tool_call_id === 'tool_call_id' &&
    Object.keys(fields.role_keys).length === 0
  )
}

function readRole(
  value: Json,
  path: Path,
  roleKeys: readonly (readonly [Path, Role])[],
  roles: ReadonlyMap<string, Role>,
): Role | Fault {
  for (const [key, role] of roleKeys) if (valueAt(value, key) !== undefined) return role
  const found = valueAt(value, path)
  if (found === undefined || found === null) return fault('BAD_ROLE', `a message has no \`${path.name}\``)
  const role = typeof found === 'string' ? (roles.get(found) ?? roles.get(found.toLowerCase())) : undefined
  return role ?? fault('BAD_ROLE', `the role at \`${path.name}\` is not known: name it under \`fields.roles\``)
}

/** A string, or the text parts of an OpenAI content array. Null is the empty string where there are tool calls. */
export function readContent(value: Json | undefined, path: string, mayMiss: boolean): string | Fault {
  if (typeof value === 'string') return value
  if (value === undefined || value === null) {
    return mayMiss ? '' : fault('MISSING_FIELD', `a message has no \`${path}\``)
  }
  if (!Array.isArray(value)) return wrongType(`\`${path}\``, 'a text', value)
  const texts: string[] = []
  for (const part of value as readonly Json[]) {
    if (typeof part === 'string') texts.push(part)
    else if (typeof part === 'object' && part !== null && 'text' in part && typeof part.text === 'string') {
      texts.push(part.text)
    } else return fault('WRONG_TYPE', `\`${path}\` has a part that is not text`)
  }
  return texts.join('\n')
}

function readToolCalls(value: Json | undefined, path: string): readonly ToolCall[] | Fault | undefined {
  if (value === undefined || value === null) return undefined
  if (!Array.isArray(value)) return wrongType(`\`${path}\``, 'a list of calls', value)
  const calls: ToolCall[] = []
  for (const call of value as readonly Json[]) {
    const read = readToolCall(call)
    if (read === undefined) return fault('WRONG_TYPE', `\`${path}\` has an entry that is not a function call`)
    calls.push(read)
  }
  return calls
}

function readToolCall(value: Json): ToolCall | undefined {
  if (typeof value !== 'object' || value === null || !('function' in value)) return undefined
  const called = value.function as Json
  if (typeof called !== 'object' || called === null || !('name' in called) || typeof called.name !== 'string') {
    return undefined
  }
  const args = 'arguments' in called ? (called.arguments as Json) : ''
  return {
    ...('id' in value && typeof value.id === 'string' ? { id: value.id } : {}),
    type: 'function',
    // Some exports hold the arguments as an object; records always have them as JSON text.
    function: { name: called.name, arguments: typeof args === 'string' ? args : JSON.stringify(args) },
  }
}

function optionalString(value: Json | undefined): string | undefined {
  return typeof value === 'string' ? value : undefined
}
