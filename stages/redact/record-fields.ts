import type { Message, TextRecord } from '../../artifacts/record.ts'
import type { Json } from '../../util/json.ts'
import { memberField, typeOfField } from './field-names.ts'
import { rewriteJson } from './json-text.ts'

/** Where in a record a text stands. */
export type FieldKind = 'text' | 'content' | 'name' | 'tool-arguments' | 'meta'

export interface Field {
  readonly text: string
  /** Name of the field that holds it, where it has one. */
  readonly field: string | undefined
  readonly kind: FieldKind
  /** Members of `meta` from the root, joined by dots, `[]` for the items of a list: `meta.customer.email`. Else the kind. */
  readonly path: string
  /** A bare number of a JSON text. */
  readonly number: boolean
}

/**
 * Rewrites every text of a record that may hold personal data: the text or the messages, the strings inside tool calls'
 * arguments, participants' names and everything in `meta`. Always in the same order. `id`, `source`, roles, names of
 * functions and ids of calls stay.
 */
export function rewriteRecord(record: TextRecord, rewrite: (field: Field) => string): TextRecord {
  const plain = (text: string, kind: FieldKind, name: string | undefined, path: string): string =>
    rewrite({ text, field: name, kind, path, number: false })
  const maybeJson = (text: string, kind: FieldKind, name: string | undefined, path: string): string =>
    rewriteJson(text, (value, field, what) => rewrite({ text: value, field, kind, path, number: what === 'number' })) ??
    plain(text, kind, name, path)
  const message = (source: Message): Message => ({
    ...source,
    content: maybeJson(source.content, 'content', undefined, 'content'),
    // The name of a tool's message is the tool's.
    ...(source.name === undefined
      ? {}
      : { name: source.role === 'tool' ? source.name : plain(source.name, 'name', 'participant', 'name') }),
    ...(source.tool_calls === undefined
      ? {}
      : {
          tool_calls: source.tool_calls.map((call) => ({
            ...call,
            function: {
              ...call.function,
              arguments: maybeJson(call.function.arguments, 'tool-arguments', undefined, 'tool-arguments'),
            },
          })),
        }),
  })
  const json = (value: Json, field: string | undefined, path: string): Json => {
    if (typeof value === 'string') return maybeJson(value, 'meta', field, path)
    if (typeof value === 'number') {
      const text = String(value)
      if (text.length < 3 && (field === undefined || typeOfField(field) === undefined)) return value
      const next = rewrite({ text, field, kind: 'meta', path, number: true })
      return next === text ? value : next
    }
    if (Array.isArray(value)) return value.map((item: Json) => json(item, field, `${path}[]`))
    if (value === null || typeof value !== 'object') return value
    return Object.fromEntries(
      Object.entries(value).map(([key, member]) => [
        plain(key, 'meta', undefined, 'meta key'),
        json(member as Json, memberField(field, key), `${path}.${key}`),
      ]),
    )
  }
  return {
    ...record,
    ...(record.text === undefined ? {} : { text: maybeJson(record.text, 'text', undefined, 'text') }),
    ...(record.messages === undefined ? {} : { messages: record.messages.map(message) }),
    meta: json(record.meta, undefined, 'meta') as TextRecord['meta'],
  }
}
