import { expect, test } from 'vitest'
import type { TextRecord } from '../../../artifacts/record.ts'
import { recordId } from '../../../artifacts/record.ts'
import { Tally } from '../../../artifacts/tally.ts'
import type { RedactConfig } from '../../../stages/redact/config.ts'
import { redactConfig } from '../../../stages/redact/configured.ts'
import { redact } from '../../../stages/redact/index.ts'
import { COMMON_TYPES, reportedTypes } from '../../../stages/redact/pii-type.ts'
import type { OpenContext, PlanContext } from '../../../stages/stage.ts'

const CONFIG = redactConfig({
  seeding: { share: 1, values_per_record: 6, per_type_max: 400, types: [...COMMON_TYPES] },
})

const RECORDS: readonly TextRecord[] = Array.from({ length: 60 }, (_, row) => {
  const messages = [
    {
      role: 'user' as const,
      content: `Hi, my name is Lily Chen and order LF-${1000 + row} is late. Write to lily${row}@example.org.`,
    },
    { role: 'assistant' as const, content: 'Thanks Lily. It ships on Monday.' },
  ]
  const source = { uri: 'tickets.jsonl', row }
  return { id: recordId({ messages }, source), messages, source, meta: { phone: '4045781025' }, notes: {} }
})

async function run(config: RedactConfig, records: readonly TextRecord[] = RECORDS, batch = records.length) {
  const tally = new Tally()
  // The members that a shard stage of this kind uses; the engine's tests run it with a real store.
  const context = { seed: 7, tally, secret: () => Buffer.alloc(32, 3) } as unknown as OpenContext
  const worker = await redact.open(config, context)
  const kept: TextRecord[] = []
  for (let at = 0; at < records.length; at += batch) {
    const result = await worker.process(records.slice(at, at + batch))
    expect(result.dropped).toEqual([])
    expect(result.quarantined).toEqual([])
    kept.push(...result.kept)
  }
  await worker.close()
  return { kept, tally: tally.toJSON() }
}

test('every record comes back once, redacted, with counts and nothing else in its notes', async () => {
  const { kept } = await run(CONFIG)
  expect(kept.map((record) => record.id)).toEqual(RECORDS.map((record) => record.id))
  expect(kept[0]).toEqual({
    ...RECORDS[0],
    messages: [
      { role: 'user', content: 'Hi, my name is <PERSON> and order LF-1000 is late. Write to <EMAIL>.' },
      { role: 'assistant', content: 'Thanks <PERSON>. It ships on Monday.' },
    ],
    meta: { phone: '<PHONE>' },
    notes: { redact: { spans: { EMAIL: 1, PERSON: 2, PHONE: 1 }, total: 4 } },
  })
})

test('what is found only once its neighbours are replaced is in the notes and the tally', async () => {
  const text = 'call Maria at 555-0100'
  const source = { uri: 'tickets.jsonl', row: 0 }
  const record: TextRecord = { id: recordId({ text }, source), text, source, meta: {}, notes: {} }
  const { kept, tally } = await run({ ...CONFIG, seeding: { ...CONFIG.seeding, share: 0 } }, [record])
  expect(kept[0]).toMatchObject({
    text: 'call <PERSON> at <PHONE>',
    notes: { redact: { spans: { PERSON: 1, PHONE: 1 }, total: 2 } },
  })
  expect(tally.categories['spans']!.counts).toEqual({ PERSON: 1, PHONE: 1 })
  expect(tally.counts['chars_redacted']).toBe('Maria'.length + '555-0100'.length)
})

test('neither records, tally nor samples hold a raw or a seeded value', async () => {
  const { kept, tally } = await run({ ...CONFIG, operators: { default: { operator: 'keep' } } })
  expect(JSON.stringify(kept)).toContain('lily7@example.org')
  expect(JSON.stringify(tally)).not.toMatch(/@example|Lily|Chen|4045781025/)
  const { kept: redacted } = await run(CONFIG)
  expect(JSON.stringify(redacted)).not.toMatch(/@example|Lily|Chen|4045781025/)
})

test('the tally does not depend on how records are batched or which shard has them', async () => {
  const whole = await run(CONFIG)
  const single = await run(CONFIG, RECORDS, 1)
  expect(single.tally).toEqual(whole.tally)
  const halves = [await run(CONFIG, RECORDS.slice(0, 30)), await run(CONFIG, RECORDS.slice(30))]
  const merged = new Tally()
  for (const half of halves.reverse()) merged.merge(half.tally)
  expect(merged.toJSON()).toEqual(whole.tally)
})

test('the summary carries seeded recall by type with n and an interval, and only declared metrics', async () => {
  const { tally } = await run(CONFIG)
  const summary = redact.summarize!(Tally.from(tally), CONFIG)
  const declared = new Set(redact.metrics.map((spec) => spec.name))
  for (const metric of summary.metrics) expect(declared).toContain(metric.name)
  const recall = summary.metrics.filter((metric) => metric.name === 'seeded_recall')
  expect(recall.map((metric) => metric.labels!['type'])).toEqual(reportedTypes([]))
  for (const metric of recall) {
    expect(metric.n).toBeGreaterThan(10)
    expect(metric.interval!.method).toBe('clopper-pearson')
    expect(metric.interval!.lower).toBeLessThanOrEqual(metric.value as number)
  }
  const overall = summary.metrics.find((metric) => metric.name === 'seeded_recall_overall')!
  expect(overall.n).toBe(360)
  expect(overall.value).toBeGreaterThan(0.85)
  // It must be possible to miss: names in lower case without any context are among the seeds.
  expect(overall.value).toBeLessThan(1)
  expect(summary.metrics.find((metric) => metric.name === 'decoys_flagged')!.n).toBe(60)
})

test('a detector that looks for nothing has seeded recall 0, one without seeds has none', async () => {
  const blind = { ...CONFIG, min_score: { default: 1 }, types: ['PERSON'] }
  const { tally } = await run(blind)
  const value = (name: string, json: typeof tally, config: RedactConfig) =>
    redact.summarize!(Tally.from(json), config).metrics.find((metric) => metric.name === name)
  expect(value('seeded_recall_overall', tally, blind)).toMatchObject({ value: 0, n: 360 })
  const off = { ...CONFIG, seeding: { ...CONFIG.seeding, share: 0 } }
  expect(value('seeded_recall_overall', (await run(off)).tally, off)).toMatchObject({ value: null, n: 0 })
})

test('the same person has the same pseudonym in every record; the key is pinned', async () => {
  const config: RedactConfig = { ...CONFIG, operators: { PERSON: { operator: 'pseudonym' } } }
  const { kept } = await run(config)
  const names = new Set(kept.map((record) => /<PERSON_[0-9a-f]{8}>/.exec(record.messages![0]!.content)![0]))
  expect(names.size).toBe(1)
  const context = { secretId: () => '0011223344556677' } as unknown as PlanContext
  expect(redact.pins!(config, context)['pseudonym_key']).toBe('0011223344556677')
  expect(redact.pins!(CONFIG, context)['pseudonym_key']).toBeUndefined()
  expect(redact.pins!(CONFIG, context)).toMatchObject({
    compromise: expect.stringMatching(/^\d/),
    'libphonenumber-js': expect.stringMatching(/^\d/),
  })
})

test('mistakes in the configuration are found before a byte moves', () => {
  const context = { now: new Date('2026-06-01') } as PlanContext
  expect(redact.check!(CONFIG, context, { written: {}, inputs: {} })).toEqual([])
  expect(
    redact.check!(
      { ...CONFIG, types: ['EMIAL'], operators: { PHONE: { operator: 'replace', keep_last: 2 } }, min_score: { X: 1 } },
      context,
      { written: {}, inputs: {} },
    ),
  ).toMatchObject([
    { code: 'REDACT_UNKNOWN_TYPE', next: 'did you mean EMAIL?', path: ['types', 0] },
    { code: 'REDACT_UNKNOWN_TYPE', path: ['min_score', 'X'] },
    { code: 'REDACT_CONTRADICTION', path: ['operators', 'PHONE'] },
  ])
})
