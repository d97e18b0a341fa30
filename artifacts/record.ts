import type { Sha256 } from '../util/digest.ts'
import { sha256 } from '../util/digest.ts'
import type { Json } from '../util/json.ts'

export type Role = 'system' | 'user' | 'assistant' | 'tool'

/** A call of a function by the assistant, in the form the chat APIs share: `arguments` is JSON in a string. */
export interface ToolCall {
  readonly id?: string
  readonly type: 'function'
  readonly function: { readonly name: string; readonly arguments: string }
}

export interface Message {
  readonly role: Role
  /** Never null: a message that only calls tools has the empty string. */
  readonly content: string
  readonly name?: string
  readonly tool_calls?: readonly ToolCall[]
  readonly tool_call_id?: string
}

export interface RecordSource {
  /** The `id` of the declared source and the file inside it: `tickets/2024-01.jsonl`. Never an absolute path. */
  readonly uri: string
  /** Row of the file, 0-based: the line of a JSONL file, the data row of a CSV file. */
  readonly row: number
}

/** Where scoring stages write, one member per stage: `notes.toxicity = {scores: …}`. Never a raw redacted value. */
export type Notes = Readonly<Record<string, Json>>

/**
 * What flows: one JSON line. Exactly one of `text` and `messages` is set. All strings are well-formed Unicode (no lone
 * surrogates); ingest sees to it.
 */
export interface TextRecord {
  readonly id: Sha256
  readonly text?: string
  readonly messages?: readonly Message[]
  readonly source: RecordSource
  readonly meta: Readonly<Record<string, Json>>
  readonly notes: Notes
}

/** A record that a stage took out on purpose, and why: `reason` is a short stable word (`near_duplicate`). */
export interface Drop {
  readonly record: TextRecord
  readonly reason: string
}

/** A row that could not be processed. `code` as in `SluiceError`; `raw` only where there is no record yet. */
export interface Quarantine {
  readonly code: string
  /** Without data: an offset, a field name. */
  readonly detail: string
  readonly source: RecordSource
  readonly record?: TextRecord
  /** The row as read, base64 where it is not UTF-8. Only ever stored sealed. */
  readonly raw?: string
}

/**
 * The id of a record: SHA-256 over its content and its source, so the same row always has the same id and two equal
 * rows of one file have different ones. Fields are length-prefixed, so no two records share an encoding.
 */
export function recordId(content: Pick<TextRecord, 'text' | 'messages'>, source: RecordSource): Sha256 {
  return sha256(`${part(source.uri)}${source.row};${contentKey(content)}`)
}

/** SHA-256 over the content alone: equal for exact duplicates, wherever they come from. */
export function contentDigest(content: Pick<TextRecord, 'text' | 'messages'>): Sha256 {
  return sha256(contentKey(content))
}

function contentKey(content: Pick<TextRecord, 'text' | 'messages'>): string {
  if (content.messages === undefined) return `t${part(content.text ?? '')}`
  let key = 'm'
  for (const message of content.messages) {
    key += `${message.role};${part(message.content)}`
    if (message.name !== undefined) key += `n${part(message.name)}`
    if (message.tool_call_id !== undefined) key += `i${part(message.tool_call_id)}`
    for (const call of message.tool_calls ?? []) {
      key += `c${part(call.id ?? '')}${part(call.function.name)}${part(call.function.arguments)}`
    }
  }
  return key
}

function part(text: string): string {
  return `${text.length}:${text}`
}

/** Every text a record carries for reading, joined by newlines: what scorers and length rules look at. */
export function plainText(record: Pick<TextRecord, 'text' | 'messages'>): string {
  if (record.messages === undefined) return record.text ?? ''
  return record.messages.map((message) => message.content).join('\n')
}
