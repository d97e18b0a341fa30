import fc from 'fast-check'
import { expect, test } from 'vitest'
import { allOf, anyOf, negate, type Truth } from '../../policies/engine/truth.ts'

const ALL: readonly Truth[] = ['true', 'false', 'error', 'no_evidence', 'not_applicable']

test('the tables of all, any and not', () => {
  const table = (join: (parts: readonly Truth[]) => Truth) => ALL.map((a) => ALL.map((b) => join([a, b])).join(' '))
  expect(table(allOf)).toEqual([
    'true false error no_evidence true',
    'false false false false false',
    'error false error error error',
    'no_evidence false error no_evidence no_evidence',
    'true false error no_evidence not_applicable',
  ])
  expect(table(anyOf)).toEqual([
    'true true true true true',
    'true false error no_evidence false',
    'true error error error error',
    'true no_evidence error no_evidence no_evidence',
    'true false error no_evidence not_applicable',
  ])
  expect(ALL.map(negate)).toEqual(['false', 'true', 'error', 'no_evidence', 'not_applicable'])
  expect([allOf([]), anyOf([])]).toEqual(['not_applicable', 'not_applicable'])
})

test('order and grouping do not matter, and de Morgan holds', () => {
  const truths = fc.array(fc.constantFrom(...ALL), { maxLength: 6 })
  fc.assert(
    fc.property(truths, truths, fc.nat(), (a, b, turn) => {
      const all = [...a, ...b]
      const turned = [...all.slice(turn % (all.length + 1)), ...all.slice(0, turn % (all.length + 1))]
      for (const join of [allOf, anyOf]) {
        expect(join(turned)).toBe(join(all))
        expect(join([join(a), join(b)])).toBe(join(all))
      }
      expect(negate(allOf(all))).toBe(anyOf(all.map(negate)))
    }),
  )
})

test('knowing less never turns a failure into a pass, or a pass into a failure', () => {
  const known = fc.array(fc.constantFrom<Truth>('true', 'false'), { minLength: 1, maxLength: 5 })
  fc.assert(
    fc.property(known, fc.nat(), fc.constantFrom<Truth>('error', 'no_evidence'), (parts, at, unknown) => {
      const less = parts.map((part, i) => (i === at % parts.length ? unknown : part))
      for (const join of [allOf, anyOf]) {
        const [before, after] = [join(parts), join(less)]
        expect([before, 'error', 'no_evidence']).toContain(after)
      }
    }),
  )
})
