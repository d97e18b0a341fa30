import { rewriteJson } from '../json-text.ts'
import type { Field } from '../record-fields.ts'
import { fieldsOf, inOrder } from '../record-redactor.ts'
import { jsonField } from '../redactor.ts'

/** A row as it is read: plain data, so that it can be sent to a thread. */
export type RawRow =
  /** A line of JSON and what stood after it (`\n`, `\r\n` or nothing). */
  | { readonly kind: 'json'; readonly line: string; readonly end: string }
  | {
      readonly kind: 'cells'
      /** With its line end. */
      readonly raw: string
      readonly header: readonly string[]
      readonly delimiter: string
    }
  /** Stays as it is: a header. */
  | { readonly kind: 'verbatim'; readonly raw: string }

/** A row: its texts as fields, and how it is written with other texts in their place. */
export interface Row {
  readonly fields: readonly Field[]
  /** @param texts one a field, in the same order; a field whose text is the same keeps its bytes */
  write(texts: readonly string[]): string
  /** The row could not be read as what the file is, and is redacted as plain text. */
  readonly asText: boolean
}

export function rowOf(raw: RawRow): Row {
  switch (raw.kind) {
    case 'json':
      return jsonRow(raw.line, raw.end)
    case 'cells':
      return cellRow(raw)
    case 'verbatim':
      return { fields: [], write: () => raw.raw, asText: false }
  }
}

/** Length in UTF-16 units, for bounds on batches. */
export function unitsOf(raw: RawRow): number {
  return raw.kind === 'json' ? raw.line.length : raw.raw.length
}

/** A line that is no JSON (cut off, a bare word) is redacted as text: nothing is lost and nothing is let through. */
function jsonRow(line: string, end: string): Row {
  const rewrite = (visit: (field: Field) => string): string | undefined => rewriteJson(line, jsonField(visit))
  if (rewrite(({ text }) => text) === undefined) {
    const fields: readonly Field[] = [{ text: line, field: undefined, kind: 'text', path: 'text', number: false }]
    return { fields, write: ([text = '']) => text + end, asText: line.trim() !== '' }
  }
  const fields = fieldsOf(rewrite)
  return { fields, write: (texts) => rewrite(inOrder(fields, texts)) + end, asText: false }
}

/**
 * The cells of one row of CSV, cut as `csvRows` cuts rows (RFC 4180; quotes inside an unquoted cell are its own, a lone
 * carriage return is text). A cell with something behind its closing quote is taken as it stands.
 */
export function cellsOf(raw: string, delimiter: string): readonly string[] {
  const line = raw.replace(/\r?\n$/, '')
  const cells: string[] = []
  for (let at = 0; ; ) {
    const closing = line[at] === '"' ? closingQuote(line, at + 1) : at - 1
    const next = line.indexOf(delimiter, closing + 1)
    const end = next < 0 ? line.length : next
    const isQuoted = closing >= at && closing + 1 === end
    cells.push(isQuoted ? line.slice(at + 1, closing).replaceAll('""', '"') : line.slice(at, end))
    if (next < 0) return cells
    at = end + 1
  }
}

/** Where quotes close that opened before `from`; the end of the line where they never do. */
function closingQuote(line: string, from: number): number {
  for (let at = from; ; ) {
    const quote = line.indexOf('"', at)
    if (quote < 0) return line.length
    if (line[quote + 1] !== '"') return quote
    at = quote + 2
  }
}

function cellRow({ raw, header, delimiter }: Extract<RawRow, { kind: 'cells' }>): Row {
  const cells = cellsOf(raw, delimiter)
  const fields = cells.map((text, column): Field => {
    const name = header[column]
    return { text, field: name, kind: 'meta', path: name ?? `column ${column + 1}`, number: false }
  })
  return {
    fields,
    write: (texts) =>
      texts.every((text, column) => text === cells[column])
        ? raw
        : texts.map((text) => quoted(text, delimiter)).join(delimiter) + (/\r?\n?$/.exec(raw)?.[0] ?? ''),
    asText: false,
  }
}

/** RFC 4180: quotes around a cell that holds a delimiter, a quote or a line break; quotes inside are doubled. */
function quoted(text: string, delimiter: string): string {
  return text.includes(delimiter) || /["\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text
}
