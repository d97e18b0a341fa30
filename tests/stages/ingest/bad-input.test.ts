import { appendFileSync, readFileSync, truncateSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { DuckDBInstance } from '@duckdb/node-api'
import { describe, expect, it } from 'vitest'
import { ingest } from '../../../stages/ingest/index.ts'
import { errorOf, jsonl, makeFolder, runIngest, splitContext, withDefaults } from './run-ingest.ts'

const good = { text: 'good' }

describe('a bad row is set aside with its reason, and nothing else is lost', () => {
  const cases: readonly (readonly [string, string | Uint8Array, object, string])[] = [
    ['broken UTF-8', Buffer.from([0x7b, 0xff, 0xfe, 0x7d]), {}, 'BAD_ENCODING'],
    ['half a line', '{"text": "cut', {}, 'BAD_JSON'],
    ['a number', '42', {}, 'NOT_AN_OBJECT'],
    ['null', 'null', {}, 'NOT_AN_OBJECT'],
    ['a list', '["text"]', {}, 'NOT_AN_OBJECT'],
    ['no text', '{"body": "x"}', {}, 'MISSING_FIELD'],
    ['a null text', '{"text": null}', {}, 'MISSING_FIELD'],
    ['a number for a text', '{"text": 7}', {}, 'WRONG_TYPE'],
    ['spaces', '{"text": " \\n\\t "}', {}, 'EMPTY_TEXT'],
    ['half a surrogate pair', '{"text": "a\\ud83d"}', {}, 'LONE_SURROGATE'],
    ['half a pair in meta', '{"text": "a", "m": {"\\udc00": 1}}', { meta: ['m'] }, 'LONE_SURROGATE'],
    ['no messages', '{"messages": []}', {}, 'EMPTY_TEXT'],
    ['messages that are no list', '{"messages": {}}', {}, 'WRONG_TYPE'],
    ['a message that is a string', '{"messages": ["hi"]}', {}, 'WRONG_TYPE'],
    ['an unknown role', '{"messages": [{"role": "narrator", "content": "x"}]}', {}, 'BAD_ROLE'],
    ['a missing role', '{"messages": [{"content": "x"}]}', {}, 'BAD_ROLE'],
    ['a message without text', '{"messages": [{"role": "user"}]}', {}, 'MISSING_FIELD'],
    ['an image part', '{"messages": [{"role": "user", "content": [{"type": "image"}]}]}', {}, 'WRONG_TYPE'],
    ['a broken tool call', '{"messages": [{"role": "user", "content": "", "tool_calls": [{}]}]}', {}, 'WRONG_TYPE'],
  ]
  for (const [name, line, config, code] of cases) {
    it(`${name}: ${code}`, async () => {
      const folder = makeFolder({
        'a.jsonl': Buffer.concat([Buffer.from(jsonl(good)), Buffer.from(line), Buffer.from(`\n${jsonl(good)}`)]),
      })
      const { records, quarantined, rows, metric } = await runIngest(folder, 'a.jsonl', config)
      expect(records.map(({ source }) => source.row)).toEqual([0, 2])
      expect(quarantined.map((row) => [row.code, row.source])).toEqual([[code, { uri: 'src/a.jsonl', row: 1 }]])
      expect(rows).toMatchObject({ in: 3, kept: 2, quarantined: 1 })
      expect(metric('quarantined', { reason: code })).toBe(1)
      const { raw } = quarantined[0]!
      const bytes = code === 'BAD_ENCODING' ? Buffer.from(raw!, 'base64') : Buffer.from(raw!, 'utf8')
      expect(bytes).toEqual(Buffer.from(line))
      expect(quarantined[0]!.detail).not.toContain('cut')
    })
  }

  it('a 50 MB line is never held in memory', async () => {
    const folder = makeFolder({ 'a.jsonl': jsonl(good) })
    const path = join(folder, 'a.jsonl')
    const megabyte = 'x'.repeat(1 << 20)
    appendFileSync(path, '{"text": "')
    for (let i = 0; i < 50; i++) appendFileSync(path, megabyte)
    appendFileSync(path, `"}\n${jsonl(good)}`)
    const before = process.memoryUsage()
    const { records, quarantined } = await runIngest(folder, 'a.jsonl')
    const after = process.memoryUsage()
    expect(records.map(({ source }) => source.row)).toEqual([0, 2])
    expect(quarantined).toEqual([
      { code: 'ROW_TOO_LONG', detail: `a line of ${(50 << 20) + 12} bytes`, source: { uri: 'src/a.jsonl', row: 1 } },
    ])
    expect(after.heapUsed - before.heapUsed).toBeLessThan(30e6)
  })

  it('a long row of CSV, JSON and text', async () => {
    const long = 'x'.repeat(5000)
    const folder = makeFolder({
      'a.csv': `text\nok\n"${long}\n${long}"\nok\n`,
      'a.json': JSON.stringify([good, { text: long }, good]),
      'a.txt': `ok\n${long}\nok`,
    })
    for (const [name, config] of [
      ['a.csv', {}],
      ['a.json', {}],
      ['a.txt', { text_record: 'line' }],
    ] as const) {
      const { records, quarantined } = await runIngest(folder, name, { ...config, max_row_bytes: 4096 })
      expect(records.map(({ source }) => source.row)).toEqual([0, 2])
      expect(quarantined.map(({ code }) => code)).toEqual(['ROW_TOO_LONG'])
    }
  })

  it('CSV rows with too few or too many columns, bad quotes, bad bytes', async () => {
    const folder = makeFolder({
      'a.csv': Buffer.concat([
        Buffer.from('text,n\nok,1\nonly\n\na,b,c\n"x"y,2\n'),
        Buffer.from([0xff, 0x2c, 0x33, 0x0a]),
        Buffer.from('fine,4\n'),
      ]),
    })
    const { records, quarantined } = await runIngest(folder, 'a.csv')
    expect(records.map(({ text, source }) => [text, source.row])).toEqual([
      ['ok', 0],
      ['fine', 5],
    ])
    expect(quarantined.map(({ code, source }) => [code, source.row])).toEqual([
      ['CSV_COLUMNS', 1],
      ['CSV_COLUMNS', 2],
      ['BAD_CSV', 3],
      ['BAD_ENCODING', 4],
    ])
  })

  it('elements of a JSON array', async () => {
    const folder = makeFolder({ 'a.json': '[{"text":"a"}, tru, {"text":"b"}, , {"text":"c"},]' })
    const { records, quarantined } = await runIngest(folder, 'a.json')
    expect(records.map(({ text }) => text)).toEqual(['a', 'b', 'c'])
    expect(quarantined.map(({ code }) => code)).toEqual(['BAD_JSON', 'BAD_JSON', 'BAD_JSON'])
  })
})

describe('own ids that occur twice', () => {
  const folder = makeFolder({
    'a.jsonl': jsonl({ id: 'x', text: '1' }, { id: 7, text: '2' }, { id: '7', text: '3' }, { text: '4' }),
    'b.jsonl': jsonl({ text: '5', id: 'x' }, { id: 7, text: '6' }, { id: 'y', text: '7' }, { id: 'x', text: '8' }),
  })
  it('are counted', async () => {
    const { records, metric, summary } = await runIngest(folder, '*.jsonl')
    expect(records.length).toBe(8)
    expect(metric('duplicate_ids')).toBe(3)
    expect(summary.metrics.find(({ name }) => name === 'duplicate_ids')?.n).toBe(7)
  })
  it('are set aside where the pipeline says so, all but the first, also across tasks', async () => {
    for (const bytes of [1024, 1 << 20]) {
      const { records, quarantined, rows } = await runIngest(folder, '*.jsonl', {
        on_duplicate_id: 'quarantine',
        shard: { bytes },
      })
      expect(records.map(({ text }) => text)).toEqual(['1', '2', '3', '4', '7'])
      expect(quarantined.map(({ code, record }) => [code, record?.text])).toEqual([
        ['DUPLICATE_ID', '5'],
        ['DUPLICATE_ID', '6'],
        ['DUPLICATE_ID', '8'],
      ])
      expect(rows).toMatchObject({ in: 8, kept: 5, quarantined: 3 })
    }
  })
  it('are not looked for where the pipeline says so', async () => {
    const { metric, summary } = await runIngest(folder, '*.jsonl', { on_duplicate_id: 'ignore' })
    expect(metric('duplicate_ids')).toBeNull()
    expect(summary.metrics.find(({ name }) => name === 'duplicate_ids')?.note).toContain('ignore')
  })
})

describe('a file that is damaged as a whole is an error', () => {
  const errorFor = (name: string, content: string | Uint8Array, config: object = {}) =>
    errorOf(runIngest(makeFolder({ [name]: content }), name, config))

  it('missing, or no match', async () => {
    expect(await errorOf(runIngest(makeFolder(), 'a.jsonl'))).toBe('SOURCE_MISSING')
    expect(await errorOf(runIngest(makeFolder(), 'data/**/*.jsonl'))).toBe('SOURCE_NO_MATCH')
  })
  it('empty, also inside gzip', async () => {
    expect(await errorFor('a.jsonl', '')).toBe('SOURCE_EMPTY')
    expect(await errorFor('a.jsonl.gz', gzipSync(''))).toBe('SOURCE_EMPTY')
  })
  it('a gzip file cut anywhere, without taking its first rows', async () => {
    const whole = gzipSync(jsonl(...Array.from({ length: 20_000 }, (_, i) => ({ text: `row ${i} ${i * 7919}` }))))
    for (const share of [0.1, 0.5, 0.99]) {
      const cut = whole.subarray(0, Math.floor(whole.length * share))
      for (const config of [{}, { on_duplicate_id: 'ignore' }]) {
        expect(await errorFor('a.jsonl.gz', cut, config)).toBe('SOURCE_TRUNCATED')
      }
    }
    expect(await errorFor('a.jsonl.gz', 'not gzip at all')).toBe('SOURCE_BROKEN')
  })
  it('half a Parquet file', async () => {
    const folder = makeFolder()
    const path = join(folder, 'a.parquet')
    const instance = await DuckDBInstance.create(':memory:')
    const connection = await instance.connect()
    await connection.run(`COPY (SELECT 'row ' || i AS text FROM range(50000) r(i)) TO '${path}' (FORMAT parquet)`)
    connection.closeSync()
    instance.closeSync()
    const bytes = readFileSync(path)
    truncateSync(path, Math.floor(bytes.length / 2))
    expect(await errorOf(runIngest(folder, 'a.parquet'))).toBe('SOURCE_BROKEN')
    writeFileSync(path, 'text that is no Parquet')
    expect(await errorOf(runIngest(folder, 'a.parquet'))).toBe('SOURCE_BROKEN')
  })
  it('half a JSON file, JSON without an array, malformed JSON', async () => {
    expect(await errorFor('a.json', '[{"text": "a"}, {"te')).toBe('SOURCE_TRUNCATED')
    expect(await errorFor('a.json', '{"data": [1]}')).toBe('SOURCE_NO_ARRAY')
    expect(await errorFor('a.json', '{"data": [1]}', { json_path: 'rows' })).toBe('SOURCE_NO_ARRAY')
    expect(await errorFor('a.json', '[{"text": "a"}}')).toBe('SOURCE_BROKEN')
    expect(await errorFor('a.json', '[1] [2]')).toBe('SOURCE_BROKEN')
  })
  it('CSV with an open quote or a bad header', async () => {
    expect(await errorFor('a.csv', 'text\nok\n"open\nmore\n')).toBe('SOURCE_TRUNCATED')
    expect(await errorFor('a.csv', 'text,text\na,b\n')).toBe('SOURCE_BROKEN')
  })
  it('odd UTF-16', async () => {
    expect(await errorFor('a.jsonl', Buffer.from([0x7b, 0, 0x7d]), { encoding: 'utf-16le' })).toBe('SOURCE_ENCODING')
  })
  it('changed between split and read', async () => {
    const folder = makeFolder({ 'a.jsonl': jsonl(good, good) })
    const change = () => appendFileSync(join(folder, 'a.jsonl'), jsonl(good))
    expect(await errorOf(runIngest(folder, 'a.jsonl', {}, change))).toBe('SOURCE_CHANGED')
  })
  it('of an unknown format, or on the network', async () => {
    expect(await errorFor('a.xyz', 'x')).toBe('SOURCE_FORMAT')
    expect(await errorOf(runIngest(makeFolder(), 's3://bucket/a.jsonl'))).toBe('SOURCE_URI')
  })
})

it('the plan finds missing files, unknown sources and contradictions before a byte moves', () => {
  const folder = makeFolder({ 'a.jsonl': jsonl(good) })
  const declared = [
    { id: 'tickets', uri: 'a.jsonl' },
    { id: 'gone', uri: 'gone/*.jsonl' },
  ]
  const codes = (config: object) =>
    ingest.check!(withDefaults(config), splitContext(folder, declared), { written: {}, inputs: {} }).map(
      ({ code, path }) => [code, path],
    )
  expect(codes({ sources: ['tickets'] })).toEqual([])
  expect(codes({})).toEqual([['SOURCE_NO_MATCH', undefined]])
  expect(codes({ sources: ['ticket'] })).toEqual([['SOURCE_UNKNOWN', ['sources', 0]]])
  expect(codes({ sources: ['tickets'], fields: { text: 'a', messages: 'b' } })).toEqual([
    ['INGEST_CONFIG', ['fields', 'text']],
  ])
  expect(codes({ sources: ['tickets'], order_by: 'x', delimiter: '"' })).toEqual([
    ['INGEST_CONFIG', ['order_by']],
    ['INGEST_CONFIG', ['delimiter']],
  ])
})
