import type { Random } from '../../util/random.ts'
import type { Fields, Template, Turn } from './conversation.ts'
import { concat, jsonEscape, type Marked, plain } from './marked.ts'
import { characters } from './numbers.ts'
import { render, type Scope } from './template.ts'

/** A message while its marks are still known. */
export interface DraftMessage {
  readonly role: 'system' | 'user' | 'assistant' | 'tool'
  readonly content: Marked
  readonly call?: { readonly id: string; readonly name: string; readonly arguments: Marked }
  readonly callId?: string
}

export function draftTurns(turns: readonly Turn[], scope: Scope): readonly DraftMessage[] {
  return turns.flatMap((turn): readonly DraftMessage[] => {
    if (turn.kind !== 'call') return [{ role: turn.kind, content: render(turn.text, scope) }]
    const id = callId(scope.random)
    return [
      {
        role: 'assistant',
        content: plain(''),
        call: { id, name: turn.name, arguments: renderJson(turn.arguments, scope) },
      },
      { role: 'tool', content: renderJson(turn.result, scope), callId: id },
    ]
  })
}

export function draftTemplate(template: Template, scope: Scope): DraftMessage[] {
  return [...draftTurns(template.turns, scope)]
}

function callId(random: Random): string {
  return `call_${characters(random, 'abcdefghijkmnopqrstuvwxyz0123456789', 12)}`
}

/** JSON text of templates, with the marks inside its strings. */
function renderJson(value: Fields[string], scope: Scope): Marked {
  if (typeof value === 'string') return concat(['"', jsonEscape(scopeText(value, scope)), '"'])
  if (typeof value === 'number' || typeof value === 'boolean') return plain(String(value))
  const parts: (Marked | string)[] = []
  if (Array.isArray(value)) {
    for (const [i, item] of value.entries()) parts.push(i === 0 ? '' : ', ', renderJson(item, scope))
    return concat(['[', ...parts, ']'])
  }
  for (const [i, [key, item]] of Object.entries(value as Fields).entries()) {
    parts.push(i === 0 ? '' : ', ', `${JSON.stringify(key)}: `, renderJson(item, scope))
  }
  return concat(['{', ...parts, '}'])
}

/** A string of a JSON object: a slot, or a plain word. */
function scopeText(template: string, scope: Scope): Marked {
  const slot = /^\{(\w+)\}$/.exec(template)
  return slot === null ? plain(template) : scope.slot(slot[1]!)
}
