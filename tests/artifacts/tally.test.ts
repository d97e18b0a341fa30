import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { Tally } from '../../artifacts/tally.ts'

type Op =
  | { kind: 'count'; name: string; n: number }
  | { kind: 'sum'; name: string; x: number }
  | { kind: 'histogram'; x: number }
  | { kind: 'category'; category: string }
  | { kind: 'distinct'; value: string }
  | { kind: 'sample'; key: string }

const name = fc.constantFrom('a', 'b')
const op: fc.Arbitrary<Op> = fc.oneof(
  fc.record({ kind: fc.constant('count' as const), name, n: fc.nat(1000) }),
  fc.record({ kind: fc.constant('sum' as const), name, x: fc.double({ min: -1e6, max: 1e6, noNaN: true }) }),
  fc.record({ kind: fc.constant('histogram' as const), x: fc.double({ min: -2, max: 2, noNaN: true }) }),
  fc.record({ kind: fc.constant('category' as const), category: fc.string({ maxLength: 3 }) }),
  fc.record({ kind: fc.constant('distinct' as const), value: fc.string({ maxLength: 4 }) }),
  fc.record({ kind: fc.constant('sample' as const), key: fc.string({ maxLength: 4 }) }),
)

function tally(ops: readonly Op[]): Tally {
  const out = new Tally()
  for (const each of ops) {
    if (each.kind === 'count') out.count(each.name, each.n)
    else if (each.kind === 'sum') out.sum(each.name, each.x)
    else if (each.kind === 'histogram') out.histogram('h', [-1, 0, 1], each.x)
    else if (each.kind === 'category') out.category('c', each.category)
    else if (each.kind === 'distinct') out.distinct('d', each.value)
    else out.sample('s', each.key, each.key)
  }
  return out
}

const bytes = (out: Tally): string => JSON.stringify(out.toJSON())

describe('a tally', () => {
  it('gives the same bytes however the work was cut and in whatever order the parts arrive', () => {
    fc.assert(
      fc.property(fc.array(op, { maxLength: 80 }), fc.nat(), fc.boolean(), (ops, cut, swap) => {
        const at = ops.length === 0 ? 0 : cut % ops.length
        const parts = [tally(ops.slice(0, at)), tally(ops.slice(at))]
        if (swap) parts.reverse()
        const merged = new Tally()
        for (const part of parts) merged.merge(JSON.parse(bytes(part)))
        expect(bytes(merged)).toBe(bytes(tally(ops)))
      }),
    )
  })

  it('merges associatively', () => {
    fc.assert(
      fc.property(fc.array(op), fc.array(op), fc.array(op), (a, b, c) => {
        const left = Tally.from(tally(a).toJSON())
        left.merge(tally(b).toJSON())
        left.merge(tally(c).toJSON())
        const inner = Tally.from(tally(b).toJSON())
        inner.merge(tally(c).toJSON())
        const right = Tally.from(tally(a).toJSON())
        right.merge(inner.toJSON())
        expect(bytes(left)).toBe(bytes(right))
      }),
    )
  })

  it('keeps exact counts for the categories it keeps, when there are too many', () => {
    const whole = new Tally()
    const halves = [new Tally(), new Tally()]
    for (let i = 0; i < 9000; i++) {
      whole.category('c', `k${i % 5000}`)
      halves[i % 2]!.category('c', `k${i % 5000}`)
    }
    const merged = Tally.from(halves[0]!.toJSON())
    merged.merge(halves[1]!.toJSON())
    expect(merged.toJSON()).toEqual(whole.toJSON())
    expect(whole.toJSON().categories['c']?.truncated).toBe(true)
  })

  it('estimates distinct values within five per cent', () => {
    const out = new Tally()
    for (let i = 0; i < 50_000; i++) out.distinct('d', `user ${i % 20_000}`)
    expect(Math.abs(out.getDistinct('d') / 20_000 - 1)).toBeLessThan(0.05)
  })

  it('sums without rounding drift', () => {
    const out = new Tally()
    for (let i = 0; i < 100_000; i++) out.sum('x', 0.1)
    expect(out.getSum('x')).toBe(10_000)
  })

  it('refuses a sum of something that is not a number', () => {
    expect(() => new Tally().sum('x', Number.NaN)).toThrow(RangeError)
  })

  it('refuses to merge histograms with different edges', () => {
    const one = new Tally()
    one.histogram('h', [0, 1], 0.5)
    const other = new Tally()
    other.histogram('h', [0, 2], 0.5)
    expect(() => one.merge(other.toJSON())).toThrow(/edges differ/)
  })
})
