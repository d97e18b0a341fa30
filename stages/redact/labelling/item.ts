import type { TextRecord } from '../../../artifacts/record.ts'
import { sha256 } from '../../../util/digest.ts'
import type { Json } from '../../../util/json.ts'

/** A text of an item: `messages[0].content`, `meta.city`, `text`. Offsets of labels count from its beginning. */
export interface Part {
  readonly path: string
  readonly text: string
}

/** What a labeller judges at once: a record, a row, a paragraph. */
export interface Item {
  readonly id: string
  readonly parts: readonly Part[]
}

/** A record of a dataset; its id is the record's. */
export function itemOfRecord(record: TextRecord): Item {
  const parts: Part[] = []
  if (record.text !== undefined) parts.push({ path: 'text', text: record.text })
  for (const [i, message] of (record.messages ?? []).entries()) {
    const path = `messages[${i}]`
    if (message.name !== undefined) parts.push({ path: `${path}.name`, text: message.name })
    if (message.content !== '') parts.push({ path: `${path}.${message.role}`, text: message.content })
    for (const [k, call] of (message.tool_calls ?? []).entries()) {
      parts.push({ path: `${path}.tool_calls[${k}].${call.function.name}`, text: call.function.arguments })
    }
  }
  return { id: record.id, parts: [...parts, ...partsOfJson(record.meta as Json, 'meta')] }
}

/**
 * A line of a file, 0-based: a JSON value by its strings and numbers, anything else as it stands. The id holds a digest of
 * the line as it is shown, that is after redaction.
 */
export function itemOfLine(line: string, row: number): Item {
  const id = `${row}-${sha256(line).slice(0, 16)}`
  let value: Json
  try {
    value = JSON.parse(line) as Json
  } catch {
    return { id, parts: [{ path: 'text', text: line }] }
  }
  const parts = partsOfJson(value, '')
  return { id, parts: parts.length === 0 ? [{ path: 'text', text: line }] : parts }
}

function partsOfJson(value: Json, path: string): readonly Part[] {
  if (typeof value === 'string' || typeof value === 'number') {
    const text = String(value)
    return text.trim() === '' ? [] : [{ path: path === '' ? 'text' : path, text }]
  }
  if (value === null || typeof value !== 'object') return []
  if (Array.isArray(value)) return value.flatMap((item: Json, i) => partsOfJson(item, `${path}[${i}]`))
  return Object.entries(value).flatMap(([key, member]) =>
    partsOfJson(member as Json, path === '' ? key : `${path}.${key}`),
  )
}

/** Longest paragraph that is shown at once, in UTF-16 units. */
const LONGEST = 2000

/** Paragraphs of lines that come one by one: cut at blank lines, and at a line where they get long. */
export async function* paragraphs(lines: AsyncIterable<string>): AsyncGenerator<string> {
  let held: string[] = []
  let size = 0
  for await (const line of lines) {
    const blank = line.trim() === ''
    if (held.length > 0 && (blank || size + line.length > LONGEST)) {
      yield held.join('\n')
      held = []
      size = 0
    }
    if (blank) continue
    held.push(line)
    size += line.length + 1
  }
  if (held.length > 0) yield held.join('\n')
}
