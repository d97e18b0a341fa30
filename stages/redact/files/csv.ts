import { type Info, parse } from 'csv-parse'
import { SluiceError } from '../../../util/errors.ts'
import type { Field } from '../record-fields.ts'
import type { Row } from './row.ts'

interface Parsed {
  readonly record: readonly string[]
  readonly raw: string
  readonly info: Info
}

/**
 * The rows of a CSV file with a header, which stays as it is. A row in which nothing is redacted keeps its bytes; the
 * others are written anew with quotes where a cell needs them.
 *
 * @throws SluiceError `REDACT_CSV` where a quote is never closed
 */
export async function* csvRows(parts: AsyncIterable<string>, delimiter: string): AsyncGenerator<Row> {
  const parser = parse({
    delimiter,
    raw: true,
    info: true,
    bom: false,
    relax_quotes: true,
    relax_column_count: true,
    skip_empty_lines: false,
  })
  const feed = (async () => {
    for await (const part of parts) {
      if (!parser.write(part)) await new Promise((resolve) => parser.once('drain', resolve))
    }
    parser.end()
  })()
  // What breaks in the source breaks the parser too, which is where it is awaited.
  feed.catch((error: unknown) => parser.destroy(error as Error))
  let header: readonly string[] | undefined
  let row = 0
  try {
    for await (const { record, raw } of parser as AsyncIterable<Parsed>) {
      if (header === undefined) {
        header = record.map((name) => name.replace(/^\ufeff/, '').trim())
        yield { fields: [], write: () => raw }
      } else yield cells(record, raw, header, delimiter)
      row += 1
    }
  } catch (cause) {
    if (
      cause instanceof SluiceError ||
      !(cause instanceof Error && 'code' in cause && /^CSV_/.test(String(cause.code)))
    )
      throw cause
    throw new SluiceError({
      code: 'REDACT_CSV',
      message: `the file cannot be read as CSV after row ${row}: ${String(cause.code)}`,
      next: 'a quote is probably never closed; repair the row, or redact the file with --format text',
    })
  }
}

function cells(record: readonly string[], raw: string, header: readonly string[], delimiter: string): Row {
  const end = /\r?\n?$/.exec(raw)?.[0] ?? ''
  const fields = record.map((text, column): Field => {
    const name = header[column]
    return { text, field: name, kind: 'meta', path: name ?? `column ${column + 1}`, number: false }
  })
  return {
    fields,
    write: (texts) =>
      texts.every((text, column) => text === record[column])
        ? raw
        : texts.map((text) => quoted(text, delimiter)).join(delimiter) + end,
  }
}

/** RFC 4180: quotes around a cell that holds a delimiter, a quote or a line break; quotes inside are doubled. */
function quoted(text: string, delimiter: string): string {
  return text.includes(delimiter) || /["\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text
}
