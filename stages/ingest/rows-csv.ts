import { isUtf8 } from 'node:buffer'
import { parse } from 'csv-parse/sync'
import { SluiceError } from '../../util/errors.ts'
import { fault } from './faults.ts'
import type { RawRow } from './piece.ts'
import { badRow } from './rows-jsonl.ts'

const QUOTE = 0x22
const [NEWLINE, RETURN] = [0x0a, 0x0d]

interface Cut {
  /** `undefined` for a row that is too long. */
  readonly bytes: Buffer | undefined
  readonly length: number
}

/**
 * Rows of CSV with a header (RFC 4180): objects by column name, row numbers counted after the header, blank lines left
 * out. A row with another number of columns than the header is a `CSV_COLUMNS` fault.
 *
 * The file is cut into rows first, so that one bad or endless row does not take others with it; csv-parse does the rest.
 *
 * @throws SluiceError `SOURCE_TRUNCATED` where a quote is open at the end, `SOURCE_BROKEN` for a bad header.
 */
export async function* csvRows(
  slabs: AsyncIterable<Buffer>,
  delimiter: string,
  maxBytes: number,
  path: string,
): AsyncGenerator<readonly RawRow[]> {
  const cutter = new RowCutter(delimiter.charCodeAt(0), maxBytes)
  let header: readonly string[] | undefined
  let row = 0
  const convert = (cuts: readonly Cut[]): readonly RawRow[] => {
    let from = 0
    if (header === undefined && cuts.length > 0) {
      header = readHeader(cuts[0]!, delimiter, path)
      from = 1
    }
    const rows = parseCuts(cuts.slice(from), header ?? [], delimiter, row)
    row += rows.length
    return rows
  }
  for await (const slab of slabs) {
    const rows = convert(cutter.push(slab))
    if (rows.length > 0) yield rows
  }
  const rows = convert(cutter.end())
  if (cutter.quoted) {
    throw new SluiceError({
      code: 'SOURCE_TRUNCATED',
      message: `a quote that opens in data row ${row} of a CSV file is never closed`,
      next: 'fetch the file again or repair the row; none of its rows were taken',
      at: { file: path },
    })
  }
  if (rows.length > 0) yield rows
}

function readHeader(cut: Cut, delimiter: string, path: string): readonly string[] {
  const header = cut.bytes !== undefined && isUtf8(cut.bytes) ? parseOne(cut.bytes, delimiter) : undefined
  if (header === undefined || new Set(header).size !== header.length) {
    throw new SluiceError({
      code: 'SOURCE_BROKEN',
      message:
        header === undefined
          ? 'the first line of a CSV file is no header'
          : 'two columns of a CSV file have the same name',
      next: 'give each column a name of its own in the first line',
      at: { file: path },
    })
  }
  return header
}

/** All at once where every row is sound, else row by row. */
function parseCuts(cuts: readonly Cut[], header: readonly string[], delimiter: string, firstRow: number): RawRow[] {
  const whole = cuts.every((cut) => cut.bytes !== undefined) ? Buffer.concat(cuts.map((cut) => cut.bytes!)) : undefined
  if (whole !== undefined && isUtf8(whole)) {
    const rows = tryParse(whole, delimiter)
    if (rows?.length === cuts.length) {
      return rows.map((fields, i) => toRow(fields, header, firstRow + i, cuts[i]!))
    }
  }
  return cuts.map((cut, i) => {
    const row = firstRow + i
    const { bytes } = cut
    if (bytes === undefined) {
      return badRow(row, fault('ROW_TOO_LONG', `a row of ${cut.length} bytes`), () => undefined)
    }
    if (!isUtf8(bytes)) {
      return badRow(row, fault('BAD_ENCODING', `a row of ${cut.length} bytes that are not UTF-8`), () =>
        bytes.toString('base64'),
      )
    }
    const fields = parseOne(bytes, delimiter)
    if (fields === undefined)
      return badRow(row, fault('BAD_CSV', 'quotes are not as they must be'), () => bytes.toString())
    return toRow(fields, header, row, cut)
  })
}

function toRow(fields: readonly string[], header: readonly string[], row: number, cut: Cut): RawRow {
  const raw = (): string => cut.bytes!.toString('utf8')
  if (fields.length !== header.length) {
    return badRow(row, fault('CSV_COLUMNS', `${fields.length} columns, the header has ${header.length}`), raw)
  }
  return { row, value: Object.fromEntries(header.map((name, i) => [name, fields[i]!])), raw, surrogates: false }
}

function parseOne(bytes: Buffer, delimiter: string): readonly string[] | undefined {
  const rows = tryParse(bytes, delimiter)
  return rows?.length === 1 ? rows[0] : undefined
}

function tryParse(bytes: Buffer, delimiter: string): string[][] | undefined {
  try {
    return parse(bytes, { delimiter, relax_column_count: true, record_delimiter: ['\r\n', '\n', '\r'] })
  } catch {
    return undefined
  }
}

/** Finds the ends of rows: newlines outside of quotes. Quotes only open at the start of a field. */
class RowCutter {
  readonly #delimiter: number
  readonly #maxBytes: number
  #parts: Buffer[] = []
  #length = 0
  #quoted = false
  #fieldStart = true
  #afterQuote = false
  #blank = true

  constructor(delimiter: number, maxBytes: number) {
    this.#delimiter = delimiter
    this.#maxBytes = maxBytes
  }

  get quoted(): boolean {
    return this.#quoted && !this.#afterQuote
  }

  push(slab: Buffer): readonly Cut[] {
    const cuts: Cut[] = []
    let start = 0
    for (let i = 0; i < slab.length; i++) {
      const byte = slab[i]!
      if (this.#quoted) {
        if (this.#afterQuote) {
          // A second quote is an escaped one; anything else ends the quoted part.
          this.#afterQuote = false
          if (byte === QUOTE) continue
          this.#quoted = false
        } else {
          if (byte === QUOTE) this.#afterQuote = true
          continue
        }
      }
      if (byte === NEWLINE) {
        this.#keep(slab.subarray(start, i + 1))
        this.#flush(cuts)
        start = i + 1
      } else if (byte === this.#delimiter) {
        this.#fieldStart = true
        this.#blank = false
      } else if (byte === QUOTE && this.#fieldStart) {
        this.#quoted = true
        this.#fieldStart = false
        this.#blank = false
      } else if (byte !== RETURN) {
        this.#fieldStart = false
        this.#blank = false
      }
    }
    if (start < slab.length) this.#keep(slab.subarray(start))
    return cuts
  }

  end(): readonly Cut[] {
    const cuts: Cut[] = []
    if (this.#length > 0) this.#flush(cuts)
    return cuts
  }

  #keep(part: Buffer): void {
    this.#length += part.length
    if (this.#length > this.#maxBytes) this.#parts = []
    else this.#parts.push(part)
  }

  #flush(cuts: Cut[]): void {
    if (!this.#blank) {
      const bytes = this.#length > this.#maxBytes ? undefined : Buffer.concat(this.#parts)
      cuts.push({ bytes, length: this.#length })
    }
    this.#parts = []
    this.#length = 0
    this.#fieldStart = true
    this.#blank = true
  }
}
