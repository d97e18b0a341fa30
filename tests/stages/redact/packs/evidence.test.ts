import { describe, expect, test } from 'vitest'
import { Tally } from '../../../../artifacts/tally.ts'
import type { RedactConfig } from '../../../../stages/redact/config.ts'
import { redactConfig } from '../../../../stages/redact/configured.ts'
import { redact } from '../../../../stages/redact/index.ts'
import type { PlanContext, Summary } from '../../../../stages/stage.ts'
import { clopperPearson } from '../../../../util/statistics.ts'

const NOTHING = { seeding: { ...redactConfig().seeding, share: 0 } }

function summaryOf(config: RedactConfig, counts: Readonly<Record<string, Readonly<Record<string, number>>>>): Summary {
  const tally = new Tally()
  for (const [name, types] of Object.entries(counts))
    for (const [type, n] of Object.entries(types)) tally.category(name, type, n)
  return redact.summarize!(tally, config)
}

function rowOf(summary: Summary, identifier: string) {
  const table = summary.tables!.find(({ name }) => name === 'identifiers')!
  return table.rows.find((row) => row['identifier'] === identifier)!
}

function metricsOf(summary: Summary, identifier: string) {
  return summary.metrics.filter(({ labels }) => labels?.['identifier'] === identifier)
}

const HIPAA = redactConfig({ pack: 'hipaa-safe-harbor' })
const COUNTS = {
  spans: { URL: 7, URL_CREDENTIALS: 1, PHONE: 9, AGE: 2 },
  seeded: { URL: 30, URL_CREDENTIALS: 10, PHONE: 19, US_SSN: 20 },
  seeded_full: { URL: 28, URL_CREDENTIALS: 10, PHONE: 19, US_SSN: 20 },
}

describe('the table of identifiers', () => {
  const summary = summaryOf(HIPAA, COUNTS)

  test('adds up the types of an identifier', () => {
    expect(rowOf(summary, 'N')).toEqual({
      identifier: 'N',
      title: 'Web addresses',
      types: 'URL, URL_CREDENTIALS',
      operator: 'replace',
      found: 8,
      seeded: 40,
      full: 38,
      recall: 0.95,
      lower: clopperPearson(38, 40).lower,
      weakest: 'URL 0.93',
      status: 'measured',
      note: 'Domain names of rare endings without www or a path.',
    })
    expect(metricsOf(summary, 'N')).toEqual([
      {
        name: 'identifier_recall',
        labels: { identifier: 'N' },
        value: 0.95,
        n: 40,
        interval: clopperPearson(38, 40),
      },
      { name: 'identifier_status', labels: { identifier: 'N' }, value: 'measured' },
      { name: 'identifier_kept', labels: { identifier: 'N' }, value: 0 },
    ])
  })

  test('says which types were not tried', () => {
    expect(rowOf(summary, 'C')).toMatchObject({
      types: 'DATE, DATE_OF_BIRTH, AGE',
      operator: 'bucket, replace',
      found: 2,
      seeded: 0,
      recall: null,
      lower: null,
      weakest: null,
      status: 'not_seeded',
      note: expect.stringMatching(/Not tried: DATE, DATE_OF_BIRTH, AGE\.$/),
    })
  })

  test('twenty trials are a measurement, nineteen are too few', () => {
    expect(rowOf(summary, 'D')).toMatchObject({ seeded: 19, recall: 1, status: 'too_few_trials' })
    expect(rowOf(summary, 'G')).toMatchObject({ seeded: 20, recall: 1, status: 'measured' })
  })

  test('what is not in text is never met: no figure, no recall, and it says so', () => {
    for (const key of ['P', 'Q']) {
      expect(rowOf(summary, key)).toMatchObject({
        types: '–',
        operator: '–',
        found: null,
        seeded: null,
        recall: null,
        lower: null,
        weakest: null,
        status: 'not_detectable_in_text',
        note: expect.stringContaining('nothing to detect'),
      })
      expect(metricsOf(summary, key)).toEqual([
        { name: 'identifier_status', labels: { identifier: key }, value: 'not_detectable_in_text' },
      ])
    }
  })

  test('what was not tried has no recall', () => {
    expect(metricsOf(summary, 'F')[0]).toEqual({
      name: 'identifier_recall',
      labels: { identifier: 'F' },
      value: null,
      n: 0,
      note: 'no made-up values were tried: not_seeded',
    })
  })

  test('a type that an exception takes out is no part of the figures', () => {
    const config = redactConfig({ pack: 'hipaa-safe-harbor', types: ['-URL', '-URL_CREDENTIALS', '-US_SSN'] })
    const loose = summaryOf(config, COUNTS)
    expect(rowOf(loose, 'N')).toMatchObject({ types: '–', found: null, status: 'not_looked_for' })
    expect(metricsOf(loose, 'N')[0]).toMatchObject({ value: null, n: 0 })
    expect(rowOf(loose, 'G')).toMatchObject({ status: 'not_looked_for' })
  })

  test('values that are kept are counted', () => {
    const config = redactConfig({ pack: 'hipaa-safe-harbor', operators: { URL: { operator: 'keep' } } })
    expect(metricsOf(summaryOf(config, COUNTS), 'N')).toContainEqual({
      name: 'identifier_kept',
      labels: { identifier: 'N' },
      value: 7,
    })
  })
})

test('only declared metrics are reported; without a pack none of a pack is', () => {
  const declared = new Map(redact.metrics.map((spec) => [spec.name, spec]))
  for (const metric of summaryOf(HIPAA, COUNTS).metrics) {
    expect(declared.get(metric.name)?.labels ?? [], metric.name).toEqual(Object.keys(metric.labels ?? {}))
  }
  const plain = summaryOf(redactConfig(), COUNTS)
  expect(plain.tables!.map(({ name }) => name)).toEqual(['redaction_by_type'])
  expect(plain.metrics.filter(({ name }) => /^pack|identifier/.test(name))).toEqual([])
})

test('exceptions and statements stand in the report with who answers for them', () => {
  const summary = summaryOf(
    redactConfig({
      pack: 'gdpr',
      ...NOTHING,
      pack_exceptions: [{ what: 'seeding', owner: 'data office', reason: 'Tried elsewhere.', expires: '2027-06-30' }],
      pack_statements: [
        { what: 'key-kept-apart', owner: 'security', statement: 'In the vault.', expires: '2027-03-31' },
      ],
    }),
    COUNTS,
  )
  expect(summary.limits).toContain('Exception to the pack until 2027-06-30 (data office): seeding. Tried elsewhere.')
  expect(summary.limits).toContain(
    'Stated by security until 2027-03-31, not measured: The key of the pseudonyms is kept apart from the data, art. 4(5). In the vault.',
  )
  expect(summary.limits!.some((limit) => limit.includes('Pseudonymised data stay personal data'))).toBe(true)
  expect(summary.metrics.filter(({ name }) => name.startsWith('pack'))).toEqual([
    { name: 'pack', value: 'gdpr' },
    { name: 'pack_exceptions', value: 1 },
    { name: 'pack_statement', labels: { what: 'special-categories' }, value: false },
    { name: 'pack_statement', labels: { what: 'key-kept-apart' }, value: true },
  ])
})

test('the pack is part of the stage key: another release of it gives another key', () => {
  const context = { secretId: () => '0011223344556677' } as unknown as PlanContext
  expect(redact.pins!(HIPAA, context)['pack']).toMatch(/^[0-9a-f]{64}$/)
  expect(redact.pins!(redactConfig(), context)['pack']).toBeUndefined()
  // Pseudonyms come with the pack: so does their key.
  expect(redact.pins!(redactConfig({ pack: 'gdpr' }), context)['pseudonym_key']).toBe('0011223344556677')
  expect(redact.pins!(HIPAA, context)['pseudonym_key']).toBeUndefined()
})
