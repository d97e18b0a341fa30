import fc from 'fast-check'
import { expect, it } from 'vitest'
import { parseStrictJson, parseStrictJsonBytes } from '../../util/strict-json.ts'

it('reads what JSON.parse reads where no name is there twice', () => {
  fc.assert(
    fc.property(fc.json({ stringUnit: 'grapheme' }), fc.constantFrom(0, 1), (text, indent) => {
      const value: unknown = JSON.parse(text)
      expect(parseStrictJson(JSON.stringify(value, null, indent))).toEqual(value)
    }),
    { numRuns: 200 },
  )
})

it('refuses a name that one object has twice, however it is written', () => {
  const bad = [
    '{"a":1,"a":1}',
    '{"a":1,"\\u0061":2}',
    '{"b":[{"a":1 , "a" :2}]}',
    '{"a":{"b":1},"a":{}}',
    '{"":1,"":1}',
  ]
  for (const text of bad) expect(parseStrictJson(text)).toBeUndefined()
  const good = ['{"a":{"a":1},"b":{"a":1}}', '[{"a":1},{"a":1}]', '{"a":["a","a","a:"]}', '{"a":"}{\\"a\\":1","b":"a"}']
  for (const text of good) expect(parseStrictJson(text)).toEqual(JSON.parse(text))
})

it('refuses lone surrogates, byte order marks, broken UTF-8 and what is not JSON', () => {
  for (const text of ['"\\ud800"', '{"\\udc00":1}', '"\ud800"', '\uFEFF{}', '', '{', '{"a":1} x', "{'a':1}"]) {
    expect(parseStrictJson(text)).toBeUndefined()
  }
  expect(parseStrictJson('"\\ud83d\\ude00"')).toBe('😀')
  expect(parseStrictJsonBytes(Buffer.from('{"a":"é"}'))).toEqual({ a: 'é' })
  expect(parseStrictJsonBytes(Buffer.from([0x22, 0xe9, 0x22]))).toBeUndefined()
  expect(parseStrictJsonBytes(Buffer.from('\uFEFF{}'))).toBeUndefined()
})

it('takes a text of many megabytes in one string', () => {
  const value = { payload: 'A'.repeat(8_000_000), quotes: '\\"'.repeat(200_000) }
  expect(parseStrictJson(JSON.stringify(value))).toEqual(value)
})
