import fc from 'fast-check'
import { expect, test } from 'vitest'
import { csvRows, jsonLines, jsonText } from '../../../../stages/redact/files/read-rows.ts'
import { cellsOf, type RawRow, rowOf } from '../../../../stages/redact/files/row.ts'

async function* partsOf(text: string, cuts: readonly number[]): AsyncGenerator<string> {
  const at = [0, ...cuts.map((cut) => Math.min(cut, text.length)).sort((a, b) => a - b), text.length]
  for (let i = 1; i < at.length; i++) yield text.slice(at[i - 1], at[i])
}

async function all(rows: AsyncIterable<RawRow>): Promise<readonly string[]> {
  const out: string[] = []
  for await (const row of rows) out.push(row.kind === 'json' ? row.line + row.end : row.raw)
  return out
}

test('rows of CSV end after line breaks outside quotes; a doubled quote is one, wherever the text is cut', async () => {
  const text = 'a,b\r\n1,"x\n""y"",\r\n"\r\n2"3,"q" r\n"",""""\nlast,"row"'
  const rows = ['a,b\r\n', '1,"x\n""y"",\r\n"\r\n', '2"3,"q" r\n', '"",""""\n', 'last,"row"']
  for (let cut = 0; cut <= text.length; cut++) expect(await all(csvRows(partsOf(text, [cut]), ','))).toEqual(rows)
})

test('rows, put together, are the text, and do not depend on where it is cut', async () => {
  const text = fc.string({ unit: fc.constantFrom(...'aé😀",;\n\r\t '), maxLength: 60 })
  await fc.assert(
    fc.asyncProperty(text, fc.array(fc.nat(60), { maxLength: 6 }), async (value, cuts) => {
      const lines = await all(jsonLines(partsOf(value, cuts)))
      expect(lines.join('')).toBe(value)
      expect(lines).toEqual(value.match(/[^\n]*\n|[^\n]+$/g) ?? [])
      const whole = await all(csvRows(partsOf(value, []), ',')).catch((error) => error.code)
      expect(await all(csvRows(partsOf(value, cuts), ',')).catch((error) => error.code)).toEqual(whole)
      if (whole !== 'REDACT_CSV') expect(whole.join('')).toBe(value)
    }),
    { numRuns: 1000 },
  )
})

test('cells of a row: quotes, doubled quotes, what stands behind a closing quote, lone carriage returns', () => {
  expect(cellsOf('1,"a ""b"", c",,"x\ny",\r\n', ',')).toEqual(['1', 'a "b", c', '', 'x\ny', ''])
  expect(cellsOf('5" pipe,"a"b,"",\u0000', ',')).toEqual(['5" pipe', '"a"b', '', '\u0000'])
  expect(cellsOf('1,x\ry,z\n', ',')).toEqual(['1', 'x\ry', 'z'])
  expect(cellsOf('"\t"\tb', '\t')).toEqual(['\t', 'b'])
  expect(cellsOf('\n', ',')).toEqual([''])
})

test('cells that are written and read again are the same cells', () => {
  const cell = fc.string({ unit: fc.constantFrom(...'ab",;\n\r😀'), maxLength: 8 })
  fc.assert(
    fc.property(fc.array(cell, { minLength: 1, maxLength: 5 }), fc.constantFrom('\n', '\r\n'), (cells, end) => {
      const header = cells.map((_, i) => `c${i}`)
      const row = rowOf({ kind: 'cells', raw: `${header.join()}${end}`, header, delimiter: ',' })
      // Every cell changes, so the row is written anew.
      const raw = row.write(cells.map((text) => `${text}!`))
      expect(cellsOf(raw, ',')).toEqual(cells.map((text) => `${text}!`))
      expect(raw.endsWith(`!${end}`) || raw.endsWith(`!"${end}`)).toBe(true)
    }),
  )
})

test('a row that is too long for memory is an error that names it, also where its quote is never closed', async () => {
  const fault = { code: 'REDACT_ROW_TOO_LONG', message: expect.stringMatching(/^row 2 has more than 8 /) }
  await expect(all(jsonLines(partsOf('12345678\n123456789\n', [4, 12]), 8))).rejects.toMatchObject(fault)
  await expect(all(jsonLines(partsOf('1\n123456789', [4]), 8))).rejects.toMatchObject(fault)
  await expect(all(csvRows(partsOf('a,b\n"2345\n789\n', [4, 12]), ',', 8))).rejects.toMatchObject(fault)
  await expect(all(jsonText(partsOf('[1,2,3,4]', [3]), 8))).rejects.toMatchObject({ code: 'REDACT_ROW_TOO_LONG' })
  expect(await all(jsonLines(partsOf('12345678\n1', [4]), 8))).toEqual(['12345678\n', '1'])
})
