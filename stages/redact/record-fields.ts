import type { Message, TextRecord } from '../../artifacts/record.ts'
import type { Json } from '../../util/json.ts'
import { memberField } from './field-names.ts'
import { rewriteJson } from './json-text.ts'

/** Where in a record a text stands. */
export type FieldKind = 'text' | 'content' | 'name' | 'tool-arguments' | 'meta'

export interface Field {
  readonly text: string
  /** Name of the field that holds it, where it has one. */
  readonly field: string | undefined
  readonly kind: FieldKind
  /** A bare number of a JSON text. */
  readonly number: boolean
}

/**
 * Rewrites every text of a record that may hold personal data: the text or the messages, the strings inside tool calls'
 * arguments, participants' names and everything in `meta`. Always in the same order. `id`, `source`, roles, names of
 * functions and ids of calls stay.
 */
export function rewriteRecord(record: TextRecord, rewrite: (field: Field) => string): TextRecord {
  const plain = (text: string, kind: FieldKind, name?: string): string =>
    rewrite({ text, field: name, kind, number: false })
  const maybeJson = (text: string, kind: FieldKind, name?: string): string =>
    rewriteJson(text, (value, field, what) => rewrite({ text: value, field, kind, number: what === 'number' })) ??
    plain(text, kind, name)
  const message = (source: Message): Message => ({
    ...source,
    content: maybeJson(source.content, 'content'),
    // The name of a tool's message is the tool's.
    ...(source.name === undefined
      ? {}
      : { name: source.role === 'tool' ? source.name : plain(source.name, 'name', 'participant') }),
    ...(source.tool_calls === undefined
      ? {}
      : {
          tool_calls: source.tool_calls.map((call) => ({
            ...call,
            function: { ...call.function, arguments: maybeJson(call.function.arguments, 'tool-arguments') },
          })),
        }),
  })
  const json = (value: Json, field: string | undefined): Json => {
    if (typeof value === 'string') return maybeJson(value, 'meta', field)
    if (typeof value === 'number') {
      const text = String(value)
      const next = text.length < 3 ? text : rewrite({ text, field, kind: 'meta', number: true })
      return next === text ? value : next
    }
    if (Array.isArray(value)) return value.map((item: Json) => json(item, field))
    if (value === null || typeof value !== 'object') return value
    return Object.fromEntries(
      Object.entries(value).map(([key, member]) => [plain(key, 'meta'), json(member as Json, memberField(field, key))]),
    )
  }
  return {
    ...record,
    ...(record.text === undefined ? {} : { text: maybeJson(record.text, 'text') }),
    ...(record.messages === undefined ? {} : { messages: record.messages.map(message) }),
    meta: json(record.meta, undefined) as TextRecord['meta'],
  }
}
