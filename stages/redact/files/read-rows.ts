import { SluiceError } from '../../../util/errors.ts'
import { cellsOf, type RawRow } from './row.ts'

/** Most UTF-16 units of one row: a row is held in memory whole, and V8 has no text of more than 2²⁹ − 24. */
const MOST_UNITS = 2 ** 27

/**
 * The lines of a text that comes in parts, each with its line end. Memory holds one line.
 *
 * @param most units of one line
 * @throws SluiceError `REDACT_ROW_TOO_LONG`
 */
export async function* jsonLines(parts: AsyncIterable<string>, most = MOST_UNITS): AsyncGenerator<RawRow> {
  let rest: string[] = []
  let units = 0
  let row = 1
  for await (const part of parts) {
    let from = 0
    for (let at = part.indexOf('\n'); at >= 0; at = part.indexOf('\n', from)) {
      const piece = part.slice(from, at)
      if (units + piece.length > most) throw tooLong(row, most)
      const line = rest.length === 0 ? piece : rest.join('') + piece
      rest = []
      units = 0
      row += 1
      yield line.endsWith('\r')
        ? { kind: 'json', line: line.slice(0, -1), end: '\r\n' }
        : { kind: 'json', line, end: '\n' }
      from = at + 1
    }
    if (from < part.length) rest.push(part.slice(from))
    units += part.length - from
    if (units > most) throw tooLong(row, most)
  }
  if (rest.length > 0) yield { kind: 'json', line: rest.join(''), end: '' }
}

/**
 * A whole JSON text as one row.
 *
 * @throws SluiceError `REDACT_ROW_TOO_LONG`
 */
export async function* jsonText(parts: AsyncIterable<string>, most = MOST_UNITS): AsyncGenerator<RawRow> {
  const all: string[] = []
  let units = 0
  for await (const part of parts) {
    all.push(part)
    units += part.length
    if (units > most) throw tooLong(1, most)
  }
  yield { kind: 'json', line: all.join(''), end: '' }
}

function tooLong(row: number, most: number): SluiceError {
  return new SluiceError({
    code: 'REDACT_ROW_TOO_LONG',
    message: `row ${row} has more than ${most} characters, and a row is redacted as a whole`,
    next: 'see whether its quotes and line breaks are right; a text without rows goes with --format text, in parts',
  })
}

/**
 * The rows of a CSV file with a header, which stays as it is, each with its line end. Only cut here: the cells are
 * read where the row is redacted.
 *
 * @throws SluiceError `REDACT_CSV` where a quote is never closed, `REDACT_ROW_TOO_LONG`
 */
export async function* csvRows(
  parts: AsyncIterable<string>,
  delimiter: string,
  most = MOST_UNITS,
): AsyncGenerator<RawRow> {
  const cutter = new RowCutter(delimiter)
  let header: readonly string[] | undefined
  const rowOf = (raw: string): RawRow => {
    if (header !== undefined) return { kind: 'cells', raw, header, delimiter }
    header = cellsOf(raw.replace(/^\ufeff/, ''), delimiter).map((name) => name.trim())
    return { kind: 'verbatim', raw }
  }
  let row = 0
  for await (const part of parts) {
    for (const raw of cutter.push(part)) {
      yield rowOf(raw)
      row += 1
    }
    if (cutter.units > most) throw tooLong(row + 1, most)
  }
  const { raw, open } = cutter.end()
  if (open) {
    throw new SluiceError({
      code: 'REDACT_CSV',
      message: `a quote that opens in row ${row + 1} of the CSV file is never closed`,
      next: 'repair the row, or redact the file with --format text',
    })
  }
  if (raw !== '') yield rowOf(raw)
}

/** Cuts after line breaks that are not inside quotes. A quote opens only at the start of a cell. Linear in the text. */
class RowCutter {
  readonly #delimiter: number
  #rest: string[] = []
  #units = 0
  /** `closing`: a quote inside quotes, which the next character doubles or not. */
  #state: 'start' | 'plain' | 'quoted' | 'closing' = 'start'

  constructor(delimiter: string) {
    this.#delimiter = delimiter.charCodeAt(0)
  }

  /** Of the row that has not ended. */
  get units(): number {
    return this.#units
  }

  *push(part: string): Generator<string> {
    let from = 0
    for (let at = 0; at < part.length; at++) {
      const code = part.charCodeAt(at)
      if (this.#state === 'quoted') {
        if (code === QUOTE) this.#state = 'closing'
      } else if (this.#state === 'closing' && code === QUOTE) {
        this.#state = 'quoted'
      } else if (code === NEWLINE) {
        this.#state = 'start'
        const raw = this.#rest.join('') + part.slice(from, at + 1)
        this.#rest = []
        this.#units = 0
        from = at + 1
        yield raw
      } else if (code === this.#delimiter) this.#state = 'start'
      else this.#state = code === QUOTE && this.#state === 'start' ? 'quoted' : 'plain'
    }
    if (from < part.length) this.#rest.push(part.slice(from))
    this.#units += part.length - from
  }

  end(): { readonly raw: string; readonly open: boolean } {
    return { raw: this.#rest.join(''), open: this.#state === 'quoted' }
  }
}

const QUOTE = 0x22
const NEWLINE = 0x0a
