import { execFileSync } from 'node:child_process'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { DuckDBInstance } from '@duckdb/node-api'
import { beforeAll, describe, expect, it } from 'vitest'
import { recordId } from '../../../artifacts/record.ts'
import { jsonl, makeFolder, runIngest } from './run-ingest.ts'

const rows = [
  { text: 'first', n: 1 },
  { text: 'zweite Zeile – ü', n: 2 },
  { text: 'third\nwith a newline, and a "quote"', n: 3 },
]
const texts = rows.map(({ text }) => text)
const csv = 'text,n\nfirst,1\nzweite Zeile – ü,2\n"third\nwith a newline, and a ""quote""",3\n'
const parquetFolder = makeFolder()

beforeAll(async () => {
  const instance = await DuckDBInstance.create(':memory:')
  const connection = await instance.connect()
  await connection.run(
    `COPY (SELECT * FROM (VALUES ('first', 1), ('zweite Zeile – ü', 2), (E'third\\nwith a newline, and a "quote"', 3)) t(text, n))
     TO '${join(parquetFolder, 'a.parquet')}' (FORMAT parquet)`,
  )
  await connection.run(
    `COPY (SELECT 'row ' || i AS text, i AS n, [{'role': 'user', 'content': 'm' || i}] AS chat FROM range(100000) r(i))
     TO '${join(parquetFolder, 'big.parquet')}' (FORMAT parquet, ROW_GROUP_SIZE 10000)`,
  )
  connection.closeSync()
  instance.closeSync()
})

describe('each format gives the same records', () => {
  const files: Record<string, string> = {
    'a.jsonl': jsonl(...rows),
    'a.json': JSON.stringify(rows),
    'a.csv': csv,
    'crlf.csv': csv.replaceAll(/(?<!third)\n/g, '\r\n'),
    'a.tsv': csv.replaceAll(',1', '\t1').replaceAll(',2', '\t2').replaceAll(',3', '\t3').replace('text,n', 'text\tn'),
  }
  for (const [name, content] of Object.entries(files)) {
    for (const gz of ['', '.gz']) {
      it(`${name}${gz}`, async () => {
        const folder = makeFolder({ [name + gz]: gz === '' ? content : gzipSync(content) })
        const { records, rows: counts } = await runIngest(folder, name + gz, { meta: ['n'] })
        expect(records.map(({ text }) => text)).toEqual(texts)
        expect(records.map(({ meta }) => Number(meta['n']))).toEqual([1, 2, 3])
        expect(records.map(({ source }) => source)).toEqual([0, 1, 2].map((row) => ({ uri: `src/${name}${gz}`, row })))
        for (const record of records) expect(record.id).toBe(recordId(record, record.source))
        expect(counts).toEqual({ in: 3, kept: 3, dropped: 0, quarantined: 0, joined: 0, added: 0 })
      })
    }
  }

  it('a.parquet', async () => {
    const { records } = await runIngest(parquetFolder, 'a.parquet', { meta: ['n'] })
    expect(records.map(({ text, meta }) => ({ text, n: meta['n'] }))).toEqual(rows)
  })
})

it('reads a large Parquet file in ranges of row groups, each row once and in order', async () => {
  const { records, split } = await runIngest(parquetFolder, 'big.parquet', {
    shard: { bytes: 400_000 },
    meta: ['n'],
    on_duplicate_id: 'ignore',
  })
  expect(split.tasks.length).toBeGreaterThan(3)
  expect(records.length).toBe(100_000)
  expect(records.every((record, i) => record.text === `row ${i}` && record.source.row === i)).toBe(true)
})

it('reads messages from a nested Parquet column', async () => {
  const { records } = await runIngest(parquetFolder, 'big.parquet', {
    fields: { messages: 'chat' },
    on_duplicate_id: 'ignore',
  })
  expect(records[7]?.messages).toEqual([{ role: 'user', content: 'm7' }])
})

it('finds an array inside a JSON file, past keys of the same name elsewhere', async () => {
  const content = JSON.stringify(
    { other: { items: ['no'] }, 'da"ta': { items: rows, more: [[1]] }, items: [] },
    null,
    1,
  )
  const folder = makeFolder({ 'a.json': content })
  const { records } = await runIngest(folder, 'a.json', { json_path: 'da"ta.items' })
  expect(records.map(({ text }) => text)).toEqual(texts)
})

it('reads plain text as a file, as lines or as paragraphs', async () => {
  const folder = makeFolder({ 'a.txt': 'one\nstill one\r\n\r\n\n two\n\nthree' })
  const read = async (unit: string) =>
    (await runIngest(folder, 'a.txt', { text_record: unit })).records.map(({ text, source }) => [text, source.row])
  expect(await read('file')).toEqual([['one\nstill one\r\n\r\n\n two\n\nthree', 0]])
  expect(await read('line')).toEqual([
    ['one', 0],
    ['still one', 1],
    [' two', 2],
    ['three', 3],
  ])
  expect(await read('paragraph')).toEqual([
    ['one\nstill one', 0],
    [' two', 1],
    ['three', 2],
  ])
})

it('puts many small text files into few tasks', async () => {
  const files = Object.fromEntries(
    Array.from({ length: 200 }, (_, i) => [`docs/${String(i).padStart(3, '0')}.txt`, `text ${i}`]),
  )
  const { records, split } = await runIngest(makeFolder(files), 'docs/*.txt')
  expect(split.tasks.length).toBe(1)
  expect(records.map(({ text }) => text)).toEqual(Array.from({ length: 200 }, (_, i) => `text ${i}`))
  expect(records[3]?.source).toEqual({ uri: 'src/003.txt', row: 0 })
})

it('reads latin1, UTF-16 and byte order marks', async () => {
  const utf16 = Buffer.from(`\ufeff${jsonl({ text: 'Zürich 🙂' })}`, 'utf16le')
  const folder = makeFolder({
    'l.jsonl': Buffer.from(jsonl({ text: 'Zürich' }), 'latin1'),
    'u.jsonl': utf16,
    'b.jsonl': `\ufeff${jsonl({ text: 'Zürich' })}`,
    'b.csv': '\ufefftext\nZürich\n',
    's.csv': 'text;n\n"a;b";1\n',
  })
  const read = async (name: string, config: object) => (await runIngest(folder, name, config)).records[0]?.text
  expect(await read('l.jsonl', { encoding: 'latin1' })).toBe('Zürich')
  expect(await read('u.jsonl', { encoding: 'utf-16le' })).toBe('Zürich 🙂')
  expect(await read('b.jsonl', {})).toBe('Zürich')
  expect(await read('b.csv', {})).toBe('Zürich')
  expect(await read('s.csv', { delimiter: ';' })).toBe('a;b')
})

it('reads gzip files of several members, as log rotation makes them', async () => {
  const folder = makeFolder({ 'a.jsonl.gz': Buffer.concat([gzipSync(jsonl(rows[0])), gzipSync(jsonl(rows[1]))]) })
  expect((await runIngest(folder, 'a.jsonl.gz')).records.length).toBe(2)
})

it('reads what the gzip program writes', async () => {
  const folder = makeFolder({ 'a.jsonl': jsonl(...rows) })
  execFileSync('gzip', ['-9', join(folder, 'a.jsonl')])
  expect((await runIngest(folder, '*.gz')).records.map(({ text }) => text)).toEqual(texts)
})
