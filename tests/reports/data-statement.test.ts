import { Ajv } from 'ajv'
import { describe, expect, test } from 'vitest'
import { DATA_STATEMENT_SCHEMA, dataStatement, renderDataStatement } from '../../reports/data-statement.ts'
import { canonicalJson } from '../../util/json.ts'
import { RECORDS } from '../support/evidence-records.ts'
import { blockedRecord, passedRecord } from '../support/run-record.ts'

const validate = new Ajv({ allErrors: true }).compile(DATA_STATEMENT_SCHEMA)

describe('the data statement', () => {
  test.each(RECORDS)('of %s follows its schema and is canonical', (_, record) => {
    const text = renderDataStatement(record)
    const statement = JSON.parse(text)
    expect(validate(statement) ? [] : validate.errors).toEqual([])
    expect(text).toBe(`${canonicalJson(statement)}\n`)
  })

  test.each<readonly [string, (statement: Record<string, unknown>) => void]>([
    ['an opinion', (statement) => (statement['quality_ok'] = true)],
    [
      'a digest that is none',
      (statement) => (statement['pipeline'] = { ...(statement['pipeline'] as object), digest: 'x' }),
    ],
    ['no limits', (statement) => delete statement['limits']],
    ['rows below zero', (statement) => (statement['languages'] = [{ code: 'en', rows: -1 }])],
  ])('the schema refuses %s', (_, spoil) => {
    const statement = JSON.parse(renderDataStatement(passedRecord()))
    spoil(statement)
    expect(validate(statement)).toBe(false)
  })

  test('says what the record says', () => {
    const { sources, stages, languages, splits, redaction, complete } = dataStatement(passedRecord())
    expect(complete).toBe(true)
    expect(sources.map(({ id, licence, lawful_basis, contains }) => [id, licence, lawful_basis, contains])).toEqual([
      ['tickets', 'Apache-2.0', 'legitimate interest', ['EMAIL', 'PHONE', 'PERSON']],
      ['macros', 'Apache-2.0', 'contract', undefined],
    ])
    expect(stages.map(({ id, rows, dropped }) => [id, rows?.in, rows?.kept, Object.keys(dropped)])).toEqual([
      ['ingest', 9214, 2987, []],
      ['redact', 2987, 2987, []],
      ['toxicity', 2987, 2987, []],
      ['bias', 2987, 2987, []],
      ['curate', 2987, 2541, ['near_duplicate', 'exact_duplicate', 'toxic', 'too_short', 'language']],
    ])
    expect(languages).toEqual([
      { code: 'en', rows: 2712 },
      { code: 'de', rows: 149 },
      { code: 'fr', rows: 126 },
    ])
    expect(splits.map(({ name, rows }) => [name, rows])).toEqual([
      ['train', 2041],
      ['valid', 254],
      ['test', 246],
    ])
    expect(
      redaction.find(({ metric, labels }) => metric === 'redact.seeded_recall' && labels?.['type'] === 'EMAIL'),
    ).toEqual({
      metric: 'redact.seeded_recall',
      value: 389 / 400,
      n: 400,
      labels: { type: 'EMAIL' },
      interval: {
        lower: expect.closeTo(0.951, 3),
        upper: expect.closeTo(0.9862, 3),
        level: 0.95,
        method: 'clopper-pearson',
      },
    })
  })

  test('leaves out what nobody declared or measured', () => {
    const passed = passedRecord()
    const bare = dataStatement({ ...passed, sources: [{ id: 'x', uri: 'x.jsonl' }], stages: [] })
    expect(bare.sources).toEqual([{ id: 'x', uri: 'x.jsonl' }])
    expect([bare.complete, bare.languages, bare.redaction, bare.quality, bare.splits]).toEqual([false, [], [], [], []])
    expect(dataStatement(blockedRecord()).complete).toBe(false)
  })
})
