import { mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { createBucketSorter } from '../../../stages/curate/buckets.ts'
import { ColumnFile } from '../../../stages/curate/column-file.ts'
import { ColumnBuilder, decodeColumns, encodeColumns } from '../../../stages/curate/columns.ts'

const u32 = fc.array(fc.nat(0xffffffff)).map((list) => Uint32Array.from(list))
const u8 = fc.array(fc.nat(255)).map((list) => Uint8Array.from(list))
const name = fc.stringMatching(/^[a-z]{1,8}$/)

describe('column blocks', () => {
  it('come back as they were written, from any place in memory', () => {
    fc.assert(
      fc.property(
        fc.dictionary(name, u32),
        fc.dictionary(name, u8),
        fc.string(),
        fc.nat(3),
        (words, bytes, text, shift) => {
          const encoded = encodeColumns({ header: { text }, u32: words, u8: bytes })
          const moved = Buffer.concat([Buffer.alloc(shift), encoded]).subarray(shift)
          const decoded = decodeColumns(moved)
          expect(decoded.header).toEqual({ text })
          expect({ ...decoded.u32 }).toEqual({ ...words })
          expect({ ...decoded.u8 }).toEqual({ ...bytes })
        },
      ),
    )
  })

  it('are refused where they are cut or something else', () => {
    const encoded = encodeColumns({ header: null, u32: { a: new Uint32Array(4) }, u8: {} })
    expect(() => decodeColumns(encoded.subarray(0, encoded.length - 1))).toThrow(RangeError)
    expect(() => decodeColumns(Buffer.from('something else, long enough'))).toThrow(RangeError)
  })

  it('are built row by row', () => {
    const builder = new ColumnBuilder<Uint32Array>((length) => new Uint32Array(length), 2)
    for (let i = 0; i < 3000; i++) builder.push(i, i * 2)
    expect([...builder.rows.subarray(5998)]).toEqual([2999, 5998])
    expect([...builder.transposed.subarray(2998, 3002)]).toEqual([2998, 2999, 0, 2])
  })
})

describe('ColumnFile', () => {
  it('keeps columns apart and leaves no name behind', () => {
    const folder = mkdtempSync(join(tmpdir(), 'sluice-columns-'))
    try {
      const file = new ColumnFile(folder, 5, { a: 4, b: 3 })
      expect(readdirSync(folder)).toEqual([])
      file.write('a', 0, Uint32Array.of(1, 2, 3))
      file.write('a', 3, Uint32Array.of(4, 5))
      file.write(
        'b',
        0,
        Uint8Array.from({ length: 15 }, (_, i) => i),
      )
      expect([...file.read('a', 1, new Uint32Array(3))]).toEqual([2, 3, 4])
      expect([...file.read('b', 4, new Uint8Array(3))]).toEqual([12, 13, 14])
      expect(() => file.write('a', 4, Uint32Array.of(1, 2))).toThrow(RangeError)
      expect(() => file.read('c', 0, new Uint8Array(1))).toThrow(RangeError)
      file.close()
    } finally {
      rmSync(folder, { recursive: true })
    }
  })
})

describe('buckets', () => {
  it('are the sets of two or more chosen rows with equal keys', () => {
    fc.assert(
      fc.property(fc.array(fc.nat(9), { maxLength: 60 }), (keys) => {
        const sorter = createBucketSorter(keys.length)
        const chosen = (row: number): boolean => row % 5 !== 0
        const found = [
          ...sorter.buckets(
            Uint32Array.from(keys, (key) => key * 400_000_000),
            chosen,
          ),
        ].map((bucket) => [...bucket])
        const expected = Array.from({ length: 10 }, (_, key) =>
          keys.flatMap((k, row) => (k === key && chosen(row) ? [row] : [])),
        ).filter((rows) => rows.length > 1)
        expect(found).toEqual(expected)
      }),
    )
  })
})
