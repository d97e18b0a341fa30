import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { Metric } from '../../../../artifacts/metric.ts'
import type { TextRecord } from '../../../../artifacts/record.ts'
import { Tally } from '../../../../artifacts/tally.ts'
import { checkQuasiIdentifiers, type QuasiIdentifiers } from '../../../../stages/redact/quasi-identifiers/config.ts'
import { createQuasiCounter } from '../../../../stages/redact/quasi-identifiers/count.ts'
import { summarizeQuasiIdentifiers } from '../../../../stages/redact/quasi-identifiers/summary.ts'
import { sha256 } from '../../../../util/digest.ts'
import type { Json } from '../../../../util/json.ts'
import { random } from '../../../../util/random.ts'

const KEY = Buffer.alloc(32, 7)
const CONFIG: QuasiIdentifiers = {
  fields: ['meta.age', 'meta.home.zip'],
  sensitive: ['meta.topic'],
  k: 3,
  l: 2,
}

function record(meta: Readonly<Record<string, Json>>, row = 0): TextRecord {
  return { id: sha256(`${row}`), text: 'x', source: { uri: 'a', row }, meta, notes: {} }
}

function tallyOf(
  metas: readonly Readonly<Record<string, Json>>[],
  config: QuasiIdentifiers = CONFIG,
  texts: readonly ReadonlyMap<string, readonly string[]>[] = [],
): Tally {
  const tally = new Tally()
  const count = createQuasiCounter(config, KEY)
  metas.forEach((meta, i) => {
    tally.count('records')
    count(record(meta, i), texts[i] ?? new Map(), tally)
  })
  return tally
}

function valuesOf(metrics: readonly Metric[]): Readonly<Record<string, Metric['value']>> {
  return Object.fromEntries(
    metrics.map(({ name, labels, value }) => [
      labels === undefined ? name : `${name}{${Object.values(labels).join()}}`,
      value,
    ]),
  )
}

const person = (age: Json, zip: Json, topic: Json): Readonly<Record<string, Json>> => ({ age, home: { zip }, topic })

describe('quasi-identifiers', () => {
  it('are counted after redaction, in groups of equal combinations', () => {
    const tally = tallyOf([
      person('30-39', '123**', 'refund'),
      person('30-39', '123**', 'refund'),
      person('30-39', '123**', 'login'),
      person('30-39', '456**', 'login'),
      person('30-39', '456**', 'login'),
      person('40-49', '456**', 'login'),
    ])
    const { metrics, tables } = summarizeQuasiIdentifiers(tally, CONFIG)
    expect(valuesOf(metrics)).toEqual({
      k_anonymity_min: 1,
      'records_below_k{3}': 0.5,
      quasi_identifier_groups: 3,
      'l_diversity_min{meta.topic,distinct}': 1,
      'l_diversity_min{meta.topic,entropy}': 1,
      'records_below_l{meta.topic,2}': 0.5,
    })
    expect(tables[0]!.rows.slice(0, 3)).toEqual([
      { size: '1', groups: 1, records: 1, share: 1 / 6 },
      { size: '2', groups: 1, records: 2, share: 2 / 6 },
      { size: '3–4', groups: 1, records: 3, share: 0.5 },
    ])
  })

  it('are equal whatever their case, spaces and JSON type; a missing one is a value of its own', () => {
    const tally = tallyOf([
      person(34, 'Köln', 'a'),
      person('34 ', 'KO\u0308LN', 'b'),
      { age: 34, topic: 'a' },
      { age: 34, home: {}, topic: 'a' },
      { age: 34, home: null, topic: 'a' },
      { age: 34, home: { zip: '' }, topic: 'a' },
    ])
    expect(valuesOf(summarizeQuasiIdentifiers(tally, CONFIG).metrics)).toMatchObject({
      k_anonymity_min: 2,
      quasi_identifier_groups: 2,
    })
  })

  it('do not count what was taken out as a sensitive value', () => {
    const tally = tallyOf([person(1, 2, '<PERSON>'), person(1, 2, '<PERSON_7f3a91c2>'), person(1, 2, null)])
    expect(valuesOf(summarizeQuasiIdentifiers(tally, CONFIG).metrics)).toMatchObject({
      'l_diversity_min{meta.topic,distinct}': null,
    })
  })

  it('may stand in lists and in texts', () => {
    const config: QuasiIdentifiers = { fields: ['meta.visits[].city', 'text:AGE'], sensitive: [], k: 2, l: 2 }
    const visits = (...cities: readonly string[]) => ({ visits: cities.map((city) => ({ city })) })
    const ages = (...values: readonly string[]) => new Map([['AGE', values]])
    const tally = tallyOf([visits('Rom', 'Ulm'), visits('Ulm', 'Rom', 'Rom'), visits('Ulm'), {}], config, [
      ages('30-39'),
      ages('30-39', '30-39'),
      ages('30-39'),
      ages(),
    ])
    expect(valuesOf(summarizeQuasiIdentifiers(tally, config).metrics)).toEqual({
      k_anonymity_min: 1,
      'records_below_k{2}': 0.5,
      quasi_identifier_groups: 3,
    })
  })

  it('never stand in the tally, nor any digest of them that needs no key', () => {
    const json = JSON.stringify(tallyOf([person('34', '12345', 'refund')]).toJSON())
    expect(json).not.toContain('12345')
    expect(json).not.toContain('refund')
    const other = new Tally()
    createQuasiCounter(CONFIG, Buffer.alloc(32, 8))(record(person('34', '12345', 'refund')), new Map(), other)
    expect(Object.keys(other.toJSON().groups!['quasi_identifiers']!.groups)).not.toEqual(
      Object.keys(tallyOf([person('34', '12345', 'refund')]).toJSON().groups!['quasi_identifiers']!.groups),
    )
  })

  it('say so where there is nothing to measure', () => {
    expect(
      summarizeQuasiIdentifiers(new Tally(), CONFIG).metrics.every(({ value, note }) => value === null && note),
    ).toBe(true)
  })

  it('agree with counting by brute force, in whatever shards they come', () => {
    const small = fc.record({ age: fc.nat(3), home: fc.record({ zip: fc.nat(2) }), topic: fc.option(fc.nat(3)) })
    fc.assert(
      fc.property(fc.array(small, { minLength: 1, maxLength: 60 }), fc.nat(60), (metas, cut) => {
        const merged = new Tally()
        for (const part of [metas.slice(0, cut), metas.slice(cut)]) merged.merge(tallyOf(part).toJSON())
        const groups = new Map<string, (number | null)[]>()
        for (const { age, home, topic } of metas) {
          const name = `${age} ${home.zip}`
          groups.set(name, [...(groups.get(name) ?? []), topic])
        }
        const topics = [...groups.values()]
          .map((all) => all.filter((topic) => topic !== null))
          .filter(({ length }) => length > 0)
        const entropies = topics.map((all) => {
          const shares = [...new Set(all)].map((topic) => all.filter((other) => other === topic).length / all.length)
          return Math.exp(-shares.reduce((sum, p) => sum + p * Math.log(p), 0))
        })
        const below = (test: (group: readonly (number | null)[]) => boolean): number =>
          [...groups.values()].filter(test).reduce((sum, { length }) => sum + length, 0) / metas.length
        const values = valuesOf(summarizeQuasiIdentifiers(merged, CONFIG).metrics)
        expect(values['k_anonymity_min']).toBe(Math.min(...[...groups.values()].map(({ length }) => length)))
        expect(values['records_below_k{3}']).toBeCloseTo(below(({ length }) => length < 3))
        if (topics.length === 0) return
        expect(values['l_diversity_min{meta.topic,distinct}']).toBe(Math.min(...topics.map((all) => new Set(all).size)))
        expect(values['l_diversity_min{meta.topic,entropy}']).toBeCloseTo(Math.min(...entropies), 5)
        expect(values['records_below_l{meta.topic,2}']).toBeCloseTo(
          below((all) => new Set(all.filter((topic) => topic !== null)).size === 1),
        )
      }),
      { numRuns: 80 },
    )
  })

  it('are estimated with an interval where there are too many combinations to keep', () => {
    let covered = 0
    let coveredGroups = 0
    const runs = 6
    for (let seed = 0; seed < runs; seed++) {
      const rng = random(seed)
      const tally = new Tally()
      const config = { ...CONFIG, sensitive: [] }
      const count = createQuasiCounter(config, Buffer.alloc(32, seed))
      const sizes = new Map<string, number>()
      for (let i = 0; i < 40_000; i++) {
        const age = Math.floor(rng.next() ** 2 * 200)
        const zip = Math.floor(rng.next() ** 2 * 150)
        sizes.set(`${age} ${zip}`, (sizes.get(`${age} ${zip}`) ?? 0) + 1)
        tally.count('records')
        count(record({ age, home: { zip } }), new Map(), tally)
      }
      const truth = [...sizes.values()].filter((n) => n < 3).reduce((a, b) => a + b, 0) / 40_000
      const { metrics } = summarizeQuasiIdentifiers(tally, config)
      const below = metrics.find(({ name }) => name === 'records_below_k')!
      const groups = metrics.find(({ name }) => name === 'quasi_identifier_groups')!
      expect(below.interval?.method).toBe('normal')
      expect(Math.abs((below.value as number) - truth) / truth).toBeLessThan(0.1)
      if (below.interval!.lower <= truth && truth <= below.interval!.upper) covered += 1
      if (groups.interval!.lower <= sizes.size && sizes.size <= groups.interval!.upper) coveredGroups += 1
      expect(sizes.size).toBeGreaterThan(8192)
    }
    expect(covered).toBeGreaterThanOrEqual(runs - 1)
    expect(coveredGroups).toBeGreaterThanOrEqual(runs - 1)
  }, 60_000)
})

describe('the config of quasi-identifiers', () => {
  it('is checked before a run', () => {
    expect(checkQuasiIdentifiers(undefined, new Set())).toEqual([])
    expect(
      checkQuasiIdentifiers(
        { fields: ['meta.age', 'text:AGE', 'text:AEG'], sensitive: ['meta.age'], k: 5, l: 2 },
        new Set(['EMAIL']),
      ).map(({ message, path }) => [message, path]),
    ).toEqual([
      ['AGE is not looked for, so no text has one', ['quasi_identifiers', 'fields', 1]],
      ['no such type of personal data: AEG', ['quasi_identifiers', 'fields', 2]],
      [
        'meta.age is a quasi-identifier and sensitive: within a group it has one value by definition',
        ['quasi_identifiers', 'sensitive', 0],
      ],
    ])
  })
})
