import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { Metric } from '../../../artifacts/metric.ts'
import { recordId, type TextRecord } from '../../../artifacts/record.ts'
import { Tally } from '../../../artifacts/tally.ts'
import { completeConfig } from '../../../bench/drive-stage.ts'
import { openContext } from '../../../bench/open-context.ts'
import { logOddsRatio, rateRatio } from '../../../stages/bias/association.ts'
import type { BiasConfig } from '../../../stages/bias/config.ts'
import { bias } from '../../../stages/bias/index.ts'
import { openValence } from '../../../stages/bias/valence.ts'

const CONFIG = completeConfig(bias, { min_n: 10, toxic_at: 0.5 }) as unknown as BiasConfig

let row = 0
function record(text: string, toxicity?: number): TextRecord {
  const source = { uri: 'test/texts.jsonl', row: row++ }
  const notes = toxicity === undefined ? {} : { toxicity: { scores: { toxicity } } }
  return { id: recordId({ text }, source), text, source, meta: {}, notes }
}

async function run(records: readonly TextRecord[], config = CONFIG) {
  const tally = new Tally()
  const worker = await bias.open(config, openContext(tally))
  const { kept } = await worker.process(records)
  await worker.close()
  return { kept, tally, metrics: bias.summarize!(tally, config).metrics, summary: bias.summarize!(tally, config) }
}

const times = (n: number, make: (i: number) => TextRecord): readonly TextRecord[] =>
  Array.from({ length: n }, (_, i) => make(i))
const of = (metrics: readonly Metric[], name: string, group?: string): Metric => {
  const found = metrics.find(
    (metric) => metric.name === name && (group === undefined || metric.labels?.['group'] === group),
  )
  if (found === undefined) throw new Error(`no metric ${name}`)
  return found
}

describe('the bias stage', () => {
  const mixed = [
    ...times(40, (i) => record('Some Muslims live in our street.', i < 20 ? 0.9 : 0.1)),
    ...times(40, () => record('My sister wrote to you. She is happy with it.', 0.1)),
    ...times(400, (i) => record('Where is my parcel?', i < 20 ? 0.8 : 0.05)),
  ]

  test('counts each group once a record and notes it', async () => {
    const { kept, metrics } = await run([record('Women and men and women. Women!', 0.1), record('Where is it?', 0.1)])
    expect(kept.map(({ notes }) => notes['bias'])).toEqual([{ groups: ['men', 'women'] }, { groups: [] }])
    expect(of(metrics, 'mention_share', 'women')).toMatchObject({ value: 0.5, n: 2, interval: { method: 'wilson' } })
  })

  test('finds a group that goes with toxicity, and only that one', async () => {
    const { metrics, summary } = await run(mixed)
    // 20 of 40 against 20 of 440
    expect(of(metrics, 'toxicity_ratio', 'Muslims').value).toBeCloseTo(11, 10)
    expect(of(metrics, 'toxicity_ratio', 'Muslims').interval!.lower).toBeGreaterThan(1)
    expect(of(metrics, 'toxic_given_mention', 'Muslims')).toMatchObject({ value: 0.5, n: 40 })
    expect(of(metrics, 'toxicity_ratio', 'women').interval!.lower).toBeLessThan(1)
    expect(of(metrics, 'groups_compared').value).toBe(2)
    expect(of(metrics, 'groups_worse').value).toBe(1)
    // Four comparisons share alpha = 0.05.
    expect(of(metrics, 'toxicity_ratio', 'women').interval!.level).toBeCloseTo(1 - 0.05 / 4, 12)
    expect(summary.tables![0]!.rows.map(({ group, finding }) => [group, finding])).toEqual([
      ['Muslims', 'more toxic'],
      ['women', 'no clear difference'],
    ])
  })

  test('finds negative words beside a group, not the group’s own', async () => {
    const { metrics } = await run([
      ...times(40, () => record('The refugees had a terrible, horrible trip.', 0)),
      ...times(40, () => record('Poor women came to the shop.', 0)),
      ...times(300, (i) => record(i % 10 === 0 ? 'This is bad.' : 'Where is my parcel?', 0)),
    ])
    expect(of(metrics, 'negative_log_odds', 'immigrants and refugees').interval!.lower).toBeGreaterThan(0)
    expect(of(metrics, 'negative_log_odds', 'poor people').interval!.lower).toBeLessThan(0)
  })

  test('below the minimum: not enough evidence, never 0', async () => {
    const { metrics } = await run([record('Muslims are welcome', 0.9), ...times(100, () => record('Hello', 0.1))])
    for (const name of ['toxic_given_mention', 'toxicity_ratio', 'negative_log_odds']) {
      expect(of(metrics, name, 'Muslims')).toMatchObject({
        value: null,
        note: expect.stringContaining('not enough evidence'),
      })
    }
    expect(of(metrics, 'groups_worse').value).toBeNull()
  })

  test('without toxicity scores: null with the reason, never 0', async () => {
    const { metrics } = await run([...mixed, record('A text that was not scored')])
    for (const metric of [
      of(metrics, 'toxicity_ratio', 'Muslims'),
      of(metrics, 'toxic_given_mention', 'Muslims'),
      of(metrics, 'base_toxic_share'),
      of(metrics, 'groups_worse'),
    ]) {
      expect(metric).toMatchObject({ value: null, note: '1 of 481 records have no toxicity score' })
    }
    expect(of(metrics, 'negative_log_odds', 'Muslims').value).not.toBeNull()
  })

  test('an unsound score counts as missing', async () => {
    const odd = { ...record('Hello'), notes: { toxicity: { scores: { toxicity: 75 } } } }
    expect((await run([odd])).tally.getCount('unscored')).toBe(1)
  })

  test('shards merge to the same evidence', async () => {
    const merged = Tally.from((await run(mixed.slice(200))).tally.toJSON())
    merged.merge((await run(mixed.slice(0, 200))).tally.toJSON())
    expect(merged.toJSON()).toEqual((await run(mixed)).tally.toJSON())
  })

  test('looks only at the axes it is told to', async () => {
    const config = completeConfig(bias, { axes: ['religion'] }) as unknown as BiasConfig
    const { kept, metrics } = await run([record('Muslim women', 0)], config)
    expect(kept[0]!.notes['bias']).toEqual({ groups: ['Muslims'] })
    expect(new Set(metrics.flatMap(({ labels }) => (labels === undefined ? [] : [labels['axis']])))).toEqual(
      new Set(['religion']),
    )
  })

  test('declares every metric it reports', async () => {
    const declared = new Set(bias.metrics.map(({ name }) => name))
    expect((await run(mixed)).metrics.every(({ name }) => declared.has(name))).toBe(true)
  })
})

describe('valence', () => {
  const negative = openValence()
  test.each([
    ['this is terrible', true],
    ['poor', true],
    ['this is not good', true],
    ['I love it', false],
    ['where is my parcel', false],
    ['', false],
  ])('%j', (text, expected) => {
    expect(negative(text.split(' ').filter((word) => word !== ''))).toBe(expected)
  })
})

describe('ratios', () => {
  const table = fc
    .tuple(fc.nat(50), fc.nat(200), fc.nat(50), fc.nat(200))
    .map(([events, rest, otherEvents, otherRest]) => ({
      events,
      n: events + rest + 1,
      otherEvents,
      otherN: otherEvents + otherRest + 1,
    }))

  test('lie inside their finite intervals, which grow with the level', () => {
    fc.assert(
      fc.property(table, (counts) => {
        for (const estimate of [rateRatio, logOddsRatio]) {
          const narrow = estimate(counts, 0.9)
          const wide = estimate(counts, 0.99)
          expect(Number.isFinite(wide.interval.upper)).toBe(true)
          expect(narrow.interval.lower).toBeLessThanOrEqual(narrow.value)
          expect(narrow.interval.upper).toBeGreaterThanOrEqual(narrow.value)
          expect(wide.interval.lower).toBeLessThanOrEqual(narrow.interval.lower)
        }
      }),
    )
  })

  test('turn over when the groups change places', () => {
    fc.assert(
      fc.property(table, (counts) => {
        const turned = { events: counts.otherEvents, n: counts.otherN, otherEvents: counts.events, otherN: counts.n }
        expect(rateRatio(counts, 0.95).value * rateRatio(turned, 0.95).value).toBeCloseTo(1, 8)
        expect(logOddsRatio(counts, 0.95).value + logOddsRatio(turned, 0.95).value).toBeCloseTo(0, 8)
      }),
    )
  })

  test('agree with a worked example', () => {
    // 15 of 100 against 5 of 100: ratio 3, standard error of the log sqrt(1/15 - 1/100 + 1/5 - 1/100).
    const { value, interval } = rateRatio({ events: 15, n: 100, otherEvents: 5, otherN: 100 }, 0.95)
    expect(value).toBeCloseTo(3, 12)
    expect(interval.lower).toBeCloseTo(Math.exp(Math.log(3) - 1.959964 * Math.sqrt(1 / 15 + 1 / 5 - 0.02)), 2)
  })
})
