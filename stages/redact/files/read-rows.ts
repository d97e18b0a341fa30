import { SluiceError } from '../../../util/errors.ts'
import { cellsOf, type RawRow } from './row.ts'

/** The lines of a text that comes in parts, each with its line end. Memory holds one line. */
export async function* jsonLines(parts: AsyncIterable<string>): AsyncGenerator<RawRow> {
  let rest: string[] = []
  for await (const part of parts) {
    let from = 0
    for (let at = part.indexOf('\n'); at >= 0; at = part.indexOf('\n', from)) {
      const piece = part.slice(from, at)
      const line = rest.length === 0 ? piece : rest.join('') + piece
      rest = []
      yield line.endsWith('\r')
        ? { kind: 'json', line: line.slice(0, -1), end: '\r\n' }
        : { kind: 'json', line, end: '\n' }
      from = at + 1
    }
    if (from < part.length) rest.push(part.slice(from))
  }
  if (rest.length > 0) yield { kind: 'json', line: rest.join(''), end: '' }
}

/** A whole JSON text as one row. */
export async function* jsonText(parts: AsyncIterable<string>): AsyncGenerator<RawRow> {
  const all: string[] = []
  for await (const part of parts) all.push(part)
  yield { kind: 'json', line: all.join(''), end: '' }
}

/**
 * The rows of a CSV file with a header, which stays as it is, each with its line end. Only cut here: the cells are
 * read where the row is redacted.
 *
 * @throws SluiceError `REDACT_CSV` where a quote is never closed
 */
export async function* csvRows(parts: AsyncIterable<string>, delimiter: string): AsyncGenerator<RawRow> {
  const cutter = new RowCutter(delimiter)
  let header: readonly string[] | undefined
  const rowOf = (raw: string): RawRow => {
    if (header !== undefined) return { kind: 'cells', raw, header, delimiter }
    header = cellsOf(raw, delimiter).map((name) => name.replace(/^\ufeff/, '').trim())
    return { kind: 'verbatim', raw }
  }
  let row = 0
  for await (const part of parts) {
    for (const raw of cutter.push(part)) {
      yield rowOf(raw)
      row += 1
    }
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

/** Cuts after line breaks that are not inside quotes. A quote opens only at the start of a cell. */
class RowCutter {
  readonly #delimiter: number
  #rest = ''
  #at = 0
  #state: 'start' | 'plain' | 'quoted' = 'start'

  constructor(delimiter: string) {
    this.#delimiter = delimiter.charCodeAt(0)
  }

  *push(part: string): Generator<string> {
    const text = this.#rest + part
    let from = 0
    let at = this.#at
    for (; at < text.length; at++) {
      const code = text.charCodeAt(at)
      if (this.#state === 'quoted') {
        if (code !== QUOTE) continue
        // A doubled quote is one; which it is shows only with the next character.
        if (at + 1 === text.length) break
        if (text.charCodeAt(at + 1) === QUOTE) at += 1
        else this.#state = 'plain'
      } else if (code === NEWLINE) {
        this.#state = 'start'
        yield text.slice(from, at + 1)
        from = at + 1
      } else if (code === this.#delimiter) this.#state = 'start'
      else this.#state = code === QUOTE && this.#state === 'start' ? 'quoted' : 'plain'
    }
    this.#rest = text.slice(from)
    this.#at = at - from
  }

  end(): { readonly raw: string; readonly open: boolean } {
    const open = this.#state === 'quoted' && !(this.#at === this.#rest.length - 1 && this.#rest.endsWith('"'))
    return { raw: this.#rest, open }
  }
}

const QUOTE = 0x22
const NEWLINE = 0x0a
