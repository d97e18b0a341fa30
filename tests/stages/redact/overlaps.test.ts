import fc from 'fast-check'
import { expect, test } from 'vitest'
import { type Claim, resolveOverlaps } from '../../../stages/redact/overlaps.ts'

const TEXT = 'Ada Lovelace, ada@example.org, +44 20 7946 0958 — call (ask for Ada)!'
const claim: fc.Arbitrary<Claim> = fc
  .tuple(
    fc.nat(TEXT.length - 1),
    fc.integer({ min: 1, max: 20 }),
    fc.constantFrom(0.5, 0.7, 0.9, 1),
    fc.nat(2),
    fc.constantFrom('A', 'B', 'C'),
  )
  .map(([start, length, score, priority, type]) => ({
    start,
    end: Math.min(TEXT.length, start + length),
    score,
    priority,
    type,
    recognizer: type.toLowerCase(),
  }))
const claims = fc.array(claim, { maxLength: 14 })

test('the result is sorted, disjoint and inside the text', () => {
  fc.assert(
    fc.property(claims, (list) => {
      const out = resolveOverlaps(list, TEXT)
      for (const [i, span] of out.entries()) {
        expect(span.start).toBeLessThan(span.end)
        expect(span.start).toBeGreaterThanOrEqual(i === 0 ? 0 : out[i - 1]!.end)
        expect(span.end).toBeLessThanOrEqual(TEXT.length)
      }
    }),
  )
})

test('the order of the claims does not matter', () => {
  fc.assert(
    fc.property(claims, fc.infiniteStream(fc.nat()), (list, order) => {
      const shuffled = list
        .map((item) => [order.next().value as number, item] as const)
        .sort(([a], [b]) => a - b)
        .map(([, item]) => item)
      expect(resolveOverlaps(shuffled, TEXT)).toEqual(resolveOverlaps(list, TEXT))
    }),
  )
})

test('every letter and digit that any claim covers stays covered', () => {
  fc.assert(
    fc.property(claims, (list) => {
      const out = resolveOverlaps(list, TEXT)
      const covers = (spans: readonly Claim[], at: number): boolean => spans.some((s) => s.start <= at && at < s.end)
      for (let at = 0; at < TEXT.length; at++) {
        if (/[\p{L}\p{N}]/u.test(TEXT[at]!)) expect(covers(out, at)).toBe(covers(list, at))
      }
    }),
  )
})

test('the best claim keeps its whole span', () => {
  fc.assert(
    fc.property(fc.array(claim, { minLength: 1, maxLength: 14 }), (list) => {
      const top = Math.max(...list.map((c) => c.score))
      const longest = Math.max(...list.filter((c) => c.score === top).map((c) => c.end - c.start))
      const out = resolveOverlaps(list, TEXT)
      expect(out.some((s) => s.score === top && s.end - s.start === longest)).toBe(true)
    }),
  )
})
