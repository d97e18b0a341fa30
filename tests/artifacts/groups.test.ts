import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { MAX_GROUP_VALUES, MAX_GROUPS } from '../../artifacts/groups.ts'
import { Tally } from '../../artifacts/tally.ts'
import { sha256 } from '../../util/digest.ts'

type Member = readonly [group: number, a: number | null, b: number | null]

const key = (n: number): string => sha256(`group ${n}`).slice(0, 16)
const value = (n: number): string => sha256(`value ${n}`).slice(0, 12)

function tally(members: Iterable<Member>): Tally {
  const out = new Tally()
  for (const [group, a, b] of members) {
    out.group('g', key(group), { ...(a === null ? {} : { a: value(a) }), ...(b === null ? {} : { b: value(b) }) })
  }
  return out
}

const bytes = (out: Tally): string => JSON.stringify(out.toJSON())

const members = fc.array(fc.tuple(fc.nat(6), fc.option(fc.nat(80)), fc.option(fc.nat(3))) as fc.Arbitrary<Member>, {
  maxLength: 300,
})

describe('groups of a tally', () => {
  it('give the same bytes however the work was cut and in whatever order the parts arrive', () => {
    fc.assert(
      fc.property(members, members, members, (a, b, c) => {
        const whole = bytes(tally([...a, ...b, ...c]))
        const parts = [a, b, c].map((part) => JSON.parse(bytes(tally(part))))
        const left = new Tally()
        for (const part of parts) left.merge(part)
        const inner = Tally.from(parts[2])
        inner.merge(parts[1])
        const right = Tally.from(JSON.parse(bytes(inner)))
        right.merge(parts[0])
        expect(bytes(left)).toBe(whole)
        expect(bytes(right)).toBe(whole)
      }),
      { numRuns: 60 },
    )
  })

  it('are exact up to a limit, and beyond it for the groups that stay', () => {
    const all = Array.from({ length: 3 * MAX_GROUPS }, (_, i): Member => [i % (2 * MAX_GROUPS), i % 7, null])
    const parts = [all.filter((_, i) => i % 3 === 0), all.filter((_, i) => i % 3 !== 0)]
    const merged = new Tally()
    for (const part of parts) merged.merge(tally(part).toJSON())
    expect(bytes(merged)).toBe(bytes(tally(all)))
    const { groups, truncated } = merged.getGroups('g')!
    expect(truncated).toBe(true)
    const smallest = Array.from({ length: 2 * MAX_GROUPS }, (_, i) => [key(i), i < MAX_GROUPS ? 2 : 1] as const)
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .slice(0, MAX_GROUPS)
    expect(Object.entries(groups).map(([name, { n }]) => [name, n])).toEqual(smallest)
  })

  it('keep a bounded number of values a field, with the members of all', () => {
    const out = tally(Array.from({ length: 1000 }, (_, i): Member => [0, i, i % 2]))
    const group = out.getGroups('g')!.groups[key(0)]!
    expect(group.n).toBe(1000)
    expect({ n: group.values!['a']!.n, truncated: group.values!['a']!.truncated }).toEqual({ n: 1000, truncated: true })
    expect(Object.keys(group.values!['a']!.counts)).toHaveLength(MAX_GROUP_VALUES)
    expect(group.values!['b']).toEqual({
      n: 1000,
      counts: Object.fromEntries([value(0), value(1)].sort().map((name) => [name, 500])),
      truncated: false,
    })
  })

  it('are left out of the JSON where none were counted', () => {
    expect('groups' in new Tally().toJSON()).toBe(false)
  })
})
