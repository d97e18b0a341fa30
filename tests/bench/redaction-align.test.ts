import fc from 'fast-check'
import { expect, test } from 'vitest'
import { alignPlaceholders } from '../../bench/redaction/peers/align.ts'

const PLACEHOLDER = /<([A-Z]+)>/g
const values = (original: string, redacted: string): string[] =>
  alignPlaceholders(original, redacted, PLACEHOLDER).map(
    ({ start, end, type }) => `${type} ${original.slice(start, end)}`,
  )

test('values stand where the placeholders are', () => {
  expect(values('Hi Lily Chen, call 555-0100.', 'Hi <NAME>, call <PHONE>.')).toEqual([
    'NAME Lily Chen',
    'PHONE 555-0100',
  ])
  expect(values('nothing here', 'nothing here')).toEqual([])
  expect(values('Lily', '<NAME>')).toEqual(['NAME Lily'])
})

test('a piece that stands twice is taken where the rest still fits', () => {
  expect(values('a, b, c', '<X>, c')).toEqual(['X a, b'])
  expect(values('to to to', 'to <X>')).toEqual(['X to to'])
})

test('neighbours without text between them share the value, and no character is lost', () => {
  expect(values('LilyChen left', '<A><B> left')).toEqual(['A L', 'B ilyChen'])
})

test('text that was changed elsewhere is an error', () => {
  expect(() => values('Hello Lily', 'hello <NAME>')).toThrow(RangeError)
  expect(() => values('x', 'x<NAME>')).toThrow(RangeError)
})

test('for any text and any values: what is not covered is exactly what was kept', () => {
  const part = fc.string({ unit: fc.constantFrom('a', 'b', ' ', '.'), maxLength: 5 })
  const value = fc.string({ unit: fc.constantFrom('a', 'b', ' '), minLength: 1, maxLength: 5 })
  fc.assert(
    fc.property(part, fc.array(fc.tuple(value, part), { maxLength: 6 }), (front, rest) => {
      const original = front + rest.map(([text, kept]) => text + kept).join('')
      const redacted = front + rest.map(([, kept]) => `<V>${kept}`).join('')
      const spans = alignPlaceholders(original, redacted, PLACEHOLDER)
      expect(spans).toHaveLength(rest.length)
      let at = 0
      let kept = ''
      for (const { start, end } of spans) {
        expect(start).toBeGreaterThanOrEqual(at)
        expect(end).toBeGreaterThan(start)
        kept += original.slice(at, start)
        at = end
      }
      expect(kept + original.slice(at)).toBe(front + rest.map(([, text]) => text).join(''))
    }),
  )
})
