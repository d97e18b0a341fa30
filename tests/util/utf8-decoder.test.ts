import { isUtf8 } from 'node:buffer'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { Utf8Decoder, Utf8Error } from '../../util/utf8-decoder.ts'

/** The text, or where it breaks. */
function decoded(bytes: Uint8Array, cuts: readonly number[]): string | number {
  const decoder = new Utf8Decoder()
  const places = [...new Set([0, ...cuts.map((cut) => cut % (bytes.length + 1)), bytes.length])].sort((a, b) => a - b)
  try {
    const text = places.slice(1).map((to, i) => decoder.decode(bytes.subarray(places[i], to)))
    decoder.end()
    return text.join('')
  } catch (error) {
    if (error instanceof Utf8Error) return error.at
    throw error
  }
}

const pieces = fc.array(
  fc.oneof(
    fc
      .string({ unit: fc.constantFrom('a', 'é', '年', '😀', '\ufeff', '\u0000'), maxLength: 6 })
      .map((text) => Buffer.from(text)),
    fc.uint8Array({ maxLength: 3 }).map((bytes) => Buffer.from(bytes)),
    fc
      .constantFrom([0xed, 0xa0, 0x80], [0xe0, 0x80, 0x80], [0xf4, 0x90, 0x80, 0x80], [0xc0, 0xaf], [0xf0, 0x9f])
      .map((bytes) => Buffer.from(bytes)),
  ),
  { maxLength: 8 },
)

test('the text, wherever it is cut; else the end of the longest part that is UTF-8', () => {
  fc.assert(
    fc.property(pieces, fc.array(fc.nat(), { maxLength: 6 }), (parts, cuts) => {
      const bytes = Buffer.concat(parts)
      let valid = bytes.length
      while (!isUtf8(bytes.subarray(0, valid))) valid--
      expect(decoded(bytes, cuts)).toBe(valid === bytes.length ? bytes.toString('utf8') : valid)
    }),
    { numRuns: 2000 },
  )
})
