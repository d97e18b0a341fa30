import fc from 'fast-check'
import { expect, test } from 'vitest'
import { rewriteJson } from '../../../stages/redact/json-text.ts'

test('strings, keys and long numbers are given out with the field they stand in', () => {
  const seen: string[] = []
  rewriteJson(
    '{"customer": {"name": "Lily", "phones": ["1234567", 7654321]}, "n": 12, "note": "{\\"email\\": \\"a@b.co\\"}"}',
    (value, field, kind) => {
      if (kind !== 'key') seen.push(`${field}=${value} (${kind})`)
      return value
    },
  )
  expect(seen).toEqual([
    'customer name=Lily (string)',
    'phones=1234567 (string)',
    'phones=7654321 (number)',
    'email=a@b.co (string)',
  ])
})

test('what does not change keeps its bytes: white space, big numbers, escapes, order', () => {
  const text = '{ "id": 12345678901234567890,\n\t"b":"\\u00e9", "a" : [1.50, true,null , "x" ] }'
  expect(rewriteJson(text, (value) => value)).toBe(text)
  expect(rewriteJson(text, (value) => (value === 'x' ? '"<y>"' : value))).toBe(text.replace('"x"', '"\\"<y>\\""'))
})

test('a number that changes becomes a string; nested JSON stays JSON', () => {
  expect(rewriteJson('{"ssn":536904399}', (v, _f, kind) => (kind === 'number' ? '<US_SSN>' : v))).toBe(
    '{"ssn":"<US_SSN>"}',
  )
  const nested = JSON.stringify({ a: JSON.stringify({ b: 'secret "x"' }) })
  const out = rewriteJson(nested, (v) => v.replace('secret', '<S>'))!
  expect(JSON.parse(JSON.parse(out).a)).toEqual({ b: '<S> "x"' })
})

test('what is no JSON container is not touched', () => {
  for (const text of ['', 'hello', '"x"', '12', '{broken', '[1,2', '{"a":}', 'text {"a":1}']) {
    expect(rewriteJson(text, () => 'changed')).toBeUndefined()
  }
})

test('any JSON stays JSON of the same shape', () => {
  fc.assert(
    fc.property(fc.json({ maxDepth: 4 }), (text) => {
      const out = rewriteJson(text, (value, _field, kind) => (kind === 'string' ? `<${value}>` : value))
      if (out === undefined) return
      const shape = (value: unknown): unknown =>
        Array.isArray(value)
          ? value.map(shape)
          : value !== null && typeof value === 'object'
            ? Object.fromEntries(Object.entries(value).map(([k, v]) => [k, shape(v)]))
            : typeof value
      expect(shape(JSON.parse(out))).toEqual(shape(JSON.parse(text)))
    }),
  )
})
