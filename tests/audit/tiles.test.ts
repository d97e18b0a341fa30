import fc from 'fast-check'
import { expect, test } from 'vitest'
import { decodeBundle, encodeBundle, parseTilePath, TILE_WIDTH, tilePath, tileWidth } from '../../audit/tiles.ts'

test('paths are those of C2SP tlog-tiles', () => {
  expect(tilePath(0, 1234067, TILE_WIDTH)).toBe('tile/0/x001/x234/067')
  expect(tilePath(1, 0, 5)).toBe('tile/1/000.p/5')
  expect(tilePath('entries', 999, TILE_WIDTH)).toBe('tile/entries/999')
  expect(tilePath('entries', 1000, 17)).toBe('tile/entries/x001/000.p/17')
})

test('every tile has one path, and every path one tile', () => {
  const level = fc.oneof(fc.constant('entries' as const), fc.integer({ min: 0, max: 5 }))
  fc.assert(
    fc.property(level, fc.nat(), fc.integer({ min: 1, max: 256 }), (level, index, width) => {
      expect(parseTilePath(tilePath(level, index, width))).toEqual({ level, index, width })
    }),
  )
  for (const path of [
    'tile/0/0',
    'tile/0/x000/001',
    'tile/0/000.p/256',
    'tile/0/000.p/0',
    'tile/0/000.p/05',
    'tile/0/001/002',
    'tile/00/000',
    'tile/a/000',
    'checkpoint',
  ]) {
    expect(parseTilePath(path), path).toBeUndefined()
  }
})

test('widths of the tiles of a tree of 70,000 entries', () => {
  expect([272, 273, 274].map((index) => tileWidth('entries', index, 70_000))).toEqual([256, 112, 0])
  expect([0, 1, 2].map((index) => tileWidth(1, index, 70_000))).toEqual([256, 17, 0])
  expect(tileWidth(2, 0, 70_000)).toBe(1)
})

test('bundles give back their entries, and a cut bundle gives none or fewer', () => {
  const entries = fc.array(fc.uint8Array({ maxLength: 400 }), { maxLength: 20 })
  fc.assert(
    fc.property(entries, (list) => {
      const bytes = encodeBundle(list)
      expect(decodeBundle(bytes)?.map((entry) => [...entry])).toEqual(list.map((entry) => [...entry]))
      for (let cut = 0; cut < bytes.length; cut += 7) {
        expect(decodeBundle(bytes.subarray(0, cut))?.length ?? -1).toBeLessThan(list.length)
      }
    }),
    { numRuns: 50 },
  )
})
