import type { Field } from '../record-fields.ts'

/** A row of a file: its texts as fields, and how it is written with other texts in their place. */
export interface Row {
  readonly fields: readonly Field[]
  /** @param texts one a field, in the same order; a field whose text is the same keeps its bytes */
  write(texts: readonly string[]): string
  /** The row could not be read as what the file is, and is redacted as plain text. */
  readonly asText?: true
}

/** A whole line or cell as one field without a name. */
export function textRow(text: string, end: string): Row {
  return {
    fields: [{ text, field: undefined, kind: 'text', path: 'text', number: false }],
    write: ([changed = '']) => changed + end,
    asText: true,
  }
}
