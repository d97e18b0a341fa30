import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { comparePolicies, compareRules } from '../../policies/engine/compare.ts'
import type { EvidenceMetric } from '../../policies/engine/evidence.ts'
import type { Condition, Rule } from '../../policies/engine/schema.ts'
import { decideRules, interval, metric, rule } from './setup.ts'

const SHARE: Condition = { metric: 'share', at_most: 0.1 }
const changes = (before: Partial<Rule>, after: Partial<Rule>) =>
  compareRules(rule(SHARE, before), rule(SHARE, after)).map(({ direction, what }) => `${direction}: ${what}`)

describe('what changed in a rule', () => {
  const rows: readonly (readonly [Partial<Rule>, Partial<Rule>, string | undefined])[] = [
    [{}, {}, undefined],
    [{}, { title: 'other words', because: 'x', remediation: 'y', refs: ['z'] }, undefined],
    [{}, { severity: 'minor' }, 'weaker: severity went from block to minor'],
    [{ severity: 'minor' }, { severity: 'major' }, 'stricter: severity went from minor to major'],
    [{}, { mode: 'warn' }, 'weaker: mode went from enforce to warn'],
    [{ mode: 'shadow' }, {}, 'stricter: mode went from shadow to enforce'],
    [{}, { effective: '2027-01-01' }, 'weaker: effective went from at once to 2027-01-01'],
    [
      { effective: '2027-01-02' },
      { effective: '2027-01-01' },
      'stricter: effective went from 2027-01-02 to 2027-01-01',
    ],
    [{}, { waivable: false }, 'stricter: waivable went from true to false'],
    [{}, { when: { metric: 'rows', at_least: 1 } }, 'weaker: applies only when rows at least 1'],
    [{}, { require: { metric: 'share', at_most: 0.2 } }, 'weaker: at_most went from 0.1 to 0.2'],
    [{}, { require: { metric: 'share', at_most: 0.05 } }, 'stricter: at_most went from 0.1 to 0.05'],
    [{}, { require: { metric: 'share', at_most: 0.1, bound: 'upper' } }, 'stricter: bound went from point to upper'],
    [{}, { require: { metric: 'share', at_most: 0.1, bound: 'lower' } }, 'weaker: bound went from point to lower'],
    [{}, { require: { metric: 'share', at_most: 0.1, min_n: 50 } }, 'stricter: min_n went from 0 to 50'],
    [
      { require: { metric: 'share', at_most: 0.1, if_few: 'not_applicable', min_n: 10 } },
      { require: { metric: 'share', at_most: 0.1, if_few: 'not_applicable', min_n: 20 } },
      'weaker: min_n went from 10 to 20',
    ],
    [{}, { require: { metric: 'share', present: true } }, 'weaker: requires only that it was measured'],
    [
      {},
      { require: { metric: 'rate', at_most: 0.1 } },
      'other: requires rate at most 0.1 instead of share at most 0.1',
    ],
    [{}, { require: { all: [SHARE, { metric: 'rows', at_least: 1 }] } }, 'stricter: also requires rows at least 1'],
    [{}, { require: { any: [SHARE, { metric: 'rows', at_least: 1 }] } }, 'weaker: rows at least 1 is enough, too'],
    [{}, { require: { cel: 'true' } }, 'other: requires `true` instead of share at most 0.1'],
  ]
  test.each(rows)('%j → %j', (before, after, wanted) => {
    expect(changes(before, after)).toEqual(wanted === undefined ? [] : [wanted])
  })
})

test('to stop on few observations is stricter than to excuse them, whichever numbers are asked for', () => {
  const few = (min_n: number, if_few: 'not_applicable' | 'no_evidence'): Partial<Rule> => ({
    require: { metric: 'share', at_most: 0.1, min_n, if_few },
  })
  for (const [one, two] of [
    [10, 20],
    [20, 10],
  ] as const) {
    const forth = changes(few(one, 'not_applicable'), few(two, 'no_evidence'))
    expect(forth.map((line) => line.split(':')[0])).toEqual(['stricter', 'stricter'])
    const back = changes(few(two, 'no_evidence'), few(one, 'not_applicable'))
    expect(back.map((line) => line.split(':')[0])).toEqual(['weaker', 'weaker'])
  }
})

test('rules that are gone or new, and looser waivers, are changes of the policy', () => {
  const [a, b] = [rule(SHARE, { id: 'a' }), rule(SHARE, { id: 'b' })]
  expect(comparePolicies({ rules: [a] }, { rules: [b], waivers: { max_days: 180 } })).toEqual([
    { direction: 'weaker', what: 'waivers.max_days went from 90 to 180' },
    { direction: 'weaker', what: 'the rule is gone', rule: 'a' },
    { direction: 'stricter', what: 'a new rule: share at most 0.1', rule: 'b' },
  ])
})

/** Conditions over two figures with few possible limits, so that two of them are often close to each other. */
const leaf: fc.Arbitrary<Condition> = fc
  .record({
    metric: fc.constantFrom('share', 'rate'),
    limit: fc.constantFrom(0.2, 0.5, 0.8),
    comparison: fc.constantFrom('at_most', 'at_least', 'present', 'range', 'equals', 'one_of'),
    bound: fc.constantFrom('point', 'upper', 'lower'),
    min_n: fc.constantFrom(undefined, 10, 20),
    few: fc.constantFrom(undefined, 'not_applicable', 'no_evidence'),
  })
  .map(({ metric: name, limit, comparison, bound, min_n, few }) => ({
    metric: name,
    ...(comparison === 'at_most' ? { at_most: limit, bound } : {}),
    ...(comparison === 'at_least' ? { at_least: limit, bound } : {}),
    ...(comparison === 'range' ? { at_least: 0.2, at_most: limit, bound } : {}),
    ...(comparison === 'present' ? { present: true as const } : {}),
    ...(comparison === 'equals' ? { equals: limit } : {}),
    ...(comparison === 'one_of' ? { one_of: [0.2, limit].filter((x, i, all) => all.indexOf(x) === i) } : {}),
    ...(min_n === undefined ? {} : { min_n, ...(few === undefined ? {} : { if_few: few }) }),
  }))
const condition: fc.Arbitrary<Condition> = fc.oneof(
  { weight: 4, arbitrary: leaf },
  fc.array(leaf, { minLength: 1, maxLength: 3 }).map((all) => ({ all })),
  fc.array(leaf, { minLength: 1, maxLength: 3 }).map((any) => ({ any })),
  leaf.map((not) => ({ not })),
)
const someRule: fc.Arbitrary<Rule> = fc
  .record({
    require: condition,
    when: fc.option(leaf, { nil: undefined, freq: 4 }),
    severity: fc.constantFrom('block', 'major', 'minor'),
    mode: fc.constantFrom('enforce', 'warn'),
    effective: fc.constantFrom(undefined, '2026-01-01', '2027-01-01'),
  })
  .map(({ require, when, effective, ...rest }) =>
    rule(require, {
      ...rest,
      ...(when === undefined ? {} : { when }),
      ...(effective === undefined ? {} : { effective }),
    }),
  )
/** Mostly a small step away from the first, or two that have nothing to do with each other would be all that is tried. */
const pair = fc
  .tuple(someRule, someRule, fc.constantFrom('require', 'when', 'severity', 'mode', 'effective', 'all'))
  .map(([one, two, part]) => {
    if (part === 'all') return [one, two] as const
    const { [part]: _, ...rest } = one
    return [one, { ...rest, ...(two[part] === undefined ? {} : { [part]: two[part] }) } as Rule] as const
  })
const figure = (name: string): fc.Arbitrary<readonly EvidenceMetric[]> =>
  fc
    .record({
      value: fc.constantFrom(0.1, 0.2, 0.35, 0.5, 0.65, 0.8, 0.9, null, Number.NaN),
      n: fc.constantFrom(undefined, 5, 15, 25),
      width: fc.constantFrom(undefined, 0.05, 0.2),
      there: fc.boolean(),
    })
    .map(({ value, n, width, there }) =>
      there || value === 0.5
        ? [
            metric(name, value, {
              ...(n === undefined ? {} : { n }),
              ...(width === undefined || value === null ? {} : { interval: interval(value - width, value + width) }),
            }),
          ]
        : [],
    )

test('a change that is called stricter never lets through what was stopped before', () => {
  let strict = 0
  fc.assert(
    fc.property(pair, figure('share'), figure('rate'), ([before, after], share, rate) => {
      const changed = compareRules(before, after)
      if (changed.some(({ direction }) => direction !== 'stricter')) return
      strict += 1
      const metrics = [...share, ...rate]
      const stopped = decideRules([before], metrics).rules[0]!.blocks
      if (stopped) expect(decideRules([after], metrics).rules[0]!.blocks).toBe(true)
    }),
    { numRuns: 4000 },
  )
  // Or the property would hold for nothing.
  expect(strict).toBeGreaterThan(200)
})

test('what is stricter one way is never stricter the other way round', () => {
  fc.assert(
    fc.property(pair, ([before, after]) => {
      const changed = compareRules(before, after)
      const back = compareRules(after, before)
      if (changed.length === 0) expect(back).toEqual([])
      if (changed.length > 0 && changed.every(({ direction }) => direction === 'stricter'))
        expect(back.every(({ direction }) => direction !== 'stricter')).toBe(true)
    }),
    { numRuns: 1000 },
  )
})
