import { rewriteJson } from '../json-text.ts'
import type { Field } from '../record-fields.ts'
import { fieldsOf, inOrder } from '../record-redactor.ts'
import { jsonField } from '../redactor.ts'
import { type Row, textRow } from './row.ts'

/**
 * A line of JSON. A line that is none (cut off, a bare word) is redacted as text, so that nothing is lost and nothing is
 * let through.
 *
 * @param end what stood after the line: `\n`, `\r\n` or nothing
 */
export function jsonRow(line: string, end: string): Row {
  const rewrite = (visit: (field: Field) => string): string | undefined => rewriteJson(line, jsonField(visit))
  if (rewrite(({ text }) => text) === undefined) return textRow(line, end)
  const fields = fieldsOf(rewrite)
  return { fields, write: (texts) => rewrite(inOrder(fields, texts)) + end }
}

/** The lines of a text that comes in parts, each with its line end. Memory holds one line. */
export async function* linesOf(parts: AsyncIterable<string>): AsyncGenerator<{ line: string; end: string }> {
  let rest: string[] = []
  for await (const part of parts) {
    let from = 0
    for (let at = part.indexOf('\n'); at >= 0; at = part.indexOf('\n', from)) {
      const piece = part.slice(from, at)
      const line = rest.length === 0 ? piece : rest.join('') + piece
      rest = []
      yield line.endsWith('\r') ? { line: line.slice(0, -1), end: '\r\n' } : { line, end: '\n' }
      from = at + 1
    }
    if (from < part.length) rest.push(part.slice(from))
  }
  if (rest.length > 0) yield { line: rest.join(''), end: '' }
}
