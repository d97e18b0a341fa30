import { isUtf8 } from 'node:buffer'
import { fault } from './faults.ts'
import { LineCutter, type LineSink } from './lines.ts'
import type { RawRow } from './piece.ts'
import { badRow } from './rows-jsonl.ts'

/** Rows of plain text: `{text}`. A row is the file, a line that is not blank, or a paragraph; numbered in that unit. */
export async function* textRows(
  slabs: AsyncIterable<Buffer>,
  unit: 'file' | 'line' | 'paragraph',
  maxBytes: number,
): AsyncGenerator<readonly RawRow[]> {
  let rows: RawRow[] = []
  let row = 0
  let parts: Buffer[] = []
  let length = 0
  const keep = (part: Buffer): void => {
    length += part.length
    if (length > maxBytes) parts = []
    else parts.push(part)
  }
  const flush = (): void => {
    if (length > 0) rows.push(textRow(length > maxBytes ? undefined : Buffer.concat(parts), length, row++))
    parts = []
    length = 0
  }
  if (unit === 'file') {
    for await (const slab of slabs) keep(slab)
    flush()
    yield rows
    return
  }
  const sink: LineSink = {
    line(bytes, start, end) {
      const content = bytes.subarray(start, bytes[end - 1] === 0x0d ? end - 1 : end)
      const blank = content.every((byte) => byte === 0x20 || byte === 0x09)
      if (unit === 'line') {
        if (!blank) rows.push(textRow(content, content.length, row++))
      } else if (blank) flush()
      else {
        if (length > 0) keep(Buffer.from('\n'))
        keep(content)
      }
    },
    long(bytes) {
      if (unit === 'line') rows.push(textRow(undefined, bytes, row++))
      else {
        parts = []
        length += bytes
      }
    },
  }
  const cutter = new LineCutter(maxBytes)
  for await (const slab of slabs) {
    cutter.push(slab, sink)
    if (rows.length > 0) yield rows
    rows = []
  }
  cutter.end(sink)
  flush()
  if (rows.length > 0) yield rows
}

function textRow(bytes: Buffer | undefined, length: number, row: number): RawRow {
  if (bytes === undefined) return badRow(row, fault('ROW_TOO_LONG', `a row of ${length} bytes`), () => undefined)
  if (!isUtf8(bytes)) {
    return badRow(row, fault('BAD_ENCODING', `a row of ${length} bytes that are not UTF-8`), () =>
      bytes.toString('base64'),
    )
  }
  const text = bytes.toString('utf8')
  return { row, value: { text }, raw: () => text, surrogates: false }
}
