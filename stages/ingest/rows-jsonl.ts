import { isUtf8 } from 'node:buffer'
import type { Fault } from './faults.ts'
import { fault } from './faults.ts'
import { LineCutter, type LineSink } from './lines.ts'
import type { RawRow } from './piece.ts'

/** Rows of JSON Lines. Row numbers are line numbers; blank lines are no rows. */
export async function* jsonlRows(
  slabs: AsyncIterable<Buffer>,
  firstRow: number,
  maxBytes: number,
): AsyncGenerator<readonly RawRow[]> {
  const cutter = new LineCutter(maxBytes)
  let row = firstRow
  let rows: RawRow[] = []
  /** Facts about the whole slab that save a look at each of its lines. */
  let current: Buffer | undefined
  let utf8 = false
  let escapes = true
  const sink: LineSink = {
    line(bytes, start, end) {
      const number = row++
      if (isBlank(bytes, start, end)) return
      const sure = bytes === current && utf8
      rows.push(parseLine(bytes, start, end, number, sure, bytes !== current || escapes))
    },
    long(length) {
      rows.push(badRow(row++, fault('ROW_TOO_LONG', `a line of ${length} bytes`), () => undefined))
    },
  }
  for await (const slab of slabs) {
    current = slab
    utf8 = isUtf8(slab)
    escapes = slab.includes('\\u')
    cutter.push(slab, sink)
    if (rows.length > 0) yield rows
    rows = []
  }
  cutter.end(sink)
  if (rows.length > 0) yield rows
}

/** Parses the bytes of one row. */
export function parseLine(
  bytes: Buffer,
  start: number,
  end: number,
  row: number,
  utf8: boolean,
  escapes: boolean,
): RawRow {
  if (!utf8 && !isUtf8(bytes.subarray(start, end))) {
    return badRow(row, fault('BAD_ENCODING', `a row of ${end - start} bytes that are not UTF-8`), () =>
      bytes.toString('base64', start, end),
    )
  }
  const text = bytes.toString('utf8', start, end)
  try {
    return { row, value: JSON.parse(text), raw: () => text, surrogates: escapes && text.includes('\\u') }
  } catch (error) {
    // The message of V8 quotes the text: only the position is taken from it.
    const at = /at position (\d+)/.exec((error as Error).message)?.[1]
    const where = at === undefined ? `a row of ${end - start} bytes` : `at character ${at} of the row`
    return badRow(row, fault('BAD_JSON', where), () => text)
  }
}

export function badRow(row: number, reason: Fault, raw: () => string | undefined): RawRow {
  return { row, value: undefined, fault: reason, raw, surrogates: false }
}

function isBlank(bytes: Buffer, start: number, end: number): boolean {
  for (let i = start; i < end; i++) {
    const byte = bytes[i]!
    if (byte !== 0x20 && byte !== 0x0d && byte !== 0x09) return false
  }
  return true
}
