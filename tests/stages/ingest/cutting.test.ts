import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { parse } from 'csv-parse/sync'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { IdCensus } from '../../../stages/ingest/census.ts'
import { cutJsonl } from '../../../stages/ingest/cut.ts'
import { expandBraces, glob, segmentMatcher } from '../../../stages/ingest/glob.ts'
import { csvRows } from '../../../stages/ingest/rows-csv.ts'
import { jsonRows } from '../../../stages/ingest/rows-json.ts'
import { jsonlRows } from '../../../stages/ingest/rows-jsonl.ts'
import { makeFolder, runIngest } from './run-ingest.ts'

/** Bytes in slabs of the given sizes, again and again. */
async function* slabsOf(bytes: Buffer, sizes: readonly number[]): AsyncGenerator<Buffer> {
  for (let at = 0, i = 0; at < bytes.length; i++) {
    const size = sizes[i % sizes.length]!
    yield Buffer.from(bytes.subarray(at, at + size))
    at += size
  }
}

async function collect(rows: AsyncIterable<readonly { row: number; value: unknown; fault?: object }[]>) {
  const all: unknown[] = []
  for await (const batch of rows) {
    for (const { row, value, fault } of batch) all.push(fault === undefined ? { row, value } : { row, fault })
  }
  return all
}

const sizes = fc.array(fc.integer({ min: 1, max: 40 }), { minLength: 1, maxLength: 5 })
const line = fc.oneof(
  fc.json().map((text) => Buffer.from(text)),
  fc.record({ text: fc.string({ unit: 'binary' }) }).map((row) => Buffer.from(JSON.stringify(row))),
  fc.constantFrom('', ' ', '\r', '{"text": "x"}\r', '{', '{"text": "é🙂"}').map((text) => Buffer.from(text)),
  fc.uint8Array({ maxLength: 12 }).map((bytes) => Buffer.from(bytes).filter((byte) => byte !== 10)),
)
const jsonlFile = fc
  .tuple(fc.array(line, { minLength: 1, maxLength: 30 }), fc.boolean())
  .map(([lines, ends]) =>
    Buffer.concat(lines.flatMap((bytes, i) => [bytes, Buffer.from(i < lines.length - 1 || ends ? '\n' : '')])),
  )

describe('JSON Lines give the same rows however they are cut', () => {
  it('into slabs', async () => {
    await fc.assert(
      fc.asyncProperty(jsonlFile, sizes, async (bytes, cut) => {
        const whole = await collect(jsonlRows(slabsOf(bytes, [1 << 20]), 0, 100))
        expect(await collect(jsonlRows(slabsOf(bytes, cut), 0, 100))).toEqual(whole)
      }),
      { numRuns: 200 },
    )
  })

  it('into ranges for workers: same lines, same numbers, nothing lost', async () => {
    const folder = makeFolder()
    const path = join(folder, 'a.jsonl')
    await fc.assert(
      fc.asyncProperty(jsonlFile, fc.integer({ min: 1, max: 200 }), async (bytes, target) => {
        fc.pre(bytes.length > 0)
        writeFileSync(path, bytes)
        const { ranges } = await cutJsonl(path, target, 1000, new AbortController().signal)
        expect(ranges[0]!.start).toBe(0)
        expect(ranges.at(-1)!.end).toBe(bytes.length)
        const parts: unknown[] = []
        for (const [i, { start, end, firstRow }] of ranges.entries()) {
          expect(start).toBe(i === 0 ? 0 : ranges[i - 1]!.end)
          parts.push(...(await collect(jsonlRows(slabsOf(bytes.subarray(start, end), [64]), firstRow, 1000))))
        }
        expect(parts).toEqual(await collect(jsonlRows(slabsOf(bytes, [64]), 0, 1000)))
      }),
      { numRuns: 150 },
    )
  })

  it('through the whole stage: same records and same quarantine for every size of task', async () => {
    const rows = Array.from({ length: 400 }, (_, i) =>
      i % 37 === 5 ? '{"broken"' : JSON.stringify({ id: i % 390, text: `row ${i} ${'ö'.repeat(i % 50)}` }),
    )
    const folder = makeFolder({ 'a.jsonl': `\ufeff${rows.join('\n')}` })
    const whole = await runIngest(folder, 'a.jsonl')
    expect(whole.split.tasks.length).toBe(1)
    for (const bytes of [1024, 4096, 20_000]) {
      const cut = await runIngest(folder, 'a.jsonl', { shard: { bytes } })
      expect(cut.split.tasks.length).toBeGreaterThan(1)
      expect(cut.records).toEqual(whole.records)
      expect(cut.quarantined).toEqual(whole.quarantined)
      expect(cut.rows).toEqual(whole.rows)
      expect(cut.summary).toEqual(whole.summary)
    }
  })
})

describe('other formats, cut into slabs of any size', () => {
  it('JSON arrays', async () => {
    const value = fc.oneof(
      fc.object({ maxDepth: 2 }),
      fc.string(),
      fc.constant(null),
      fc.double({ noNaN: true, noDefaultInfinity: true }),
    )
    await fc.assert(
      fc.asyncProperty(fc.array(value, { maxLength: 8 }), fc.nat(3), sizes, async (list, indent, cut) => {
        const text = JSON.stringify({ meta: { rows: [1, [2]] }, 'k"e\\y': list, rest: ['x'] }, null, indent)
        const rows = await collect(jsonRows(slabsOf(Buffer.from(text), cut), 'k"e\\y', 10_000, 'a.json'))
        expect(rows).toEqual((JSON.parse(text)['k"e\\y'] as unknown[]).map((item, row) => ({ row, value: item })))
      }),
      { numRuns: 200 },
    )
  })

  it('CSV, as csv-parse reads the whole', async () => {
    const cell = fc.string({ unit: fc.constantFrom('a', 'ü', ',', '"', '\n', '\r\n', ' '), maxLength: 6 })
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.tuple(cell, cell), { maxLength: 8 }),
        fc.boolean(),
        sizes,
        async (list, crlf, cut) => {
          const end = crlf ? '\r\n' : '\n'
          const quote = (text: string): string => `"${text.replaceAll('"', '""')}"`
          const text = ['one,two', ...list.map((row) => row.map(quote).join(','))].join(end) + end
          const rows = await collect(csvRows(slabsOf(Buffer.from(text), cut), ',', 10_000, 'a.csv'))
          const expected = parse(text, { columns: true, record_delimiter: ['\r\n', '\n'] }) as object[]
          expect(rows).toEqual(expected.map((value, row) => ({ row, value })))
        },
      ),
      { numRuns: 200 },
    )
  })
})

describe('the census of ids', () => {
  it('finds exactly the later occurrences, in memory or spilled', () => {
    for (const count of [500, 300_000]) {
      const folder = join(makeFolder(), 'census')
      const census = new IdCensus(folder)
      const expected: { piece: number; row: number }[] = []
      const seen = new Set<number>()
      for (let i = 0; i < count; i++) {
        const id = i % 1000 === 999 ? i - 500 : i
        census.add(`s${id}`, Math.floor(i / 100_000), i)
        if (seen.has(id)) expected.push({ piece: Math.floor(i / 100_000), row: i })
        seen.add(id)
      }
      expect(census.ids).toBe(count)
      expect(census.duplicates()).toEqual(expected)
      census.close()
      expect(() => readFileSync(join(folder, 'ids-0'))).toThrow()
    }
  })
})

describe('globs', () => {
  const folder = makeFolder({
    'a.jsonl': 'x',
    'b.json': 'x',
    'data/c.jsonl': 'x',
    'data/deep/d.jsonl': 'x',
    'data/deep/.hidden.jsonl': 'x',
    '.git/e.jsonl': 'x',
  })
  const names = (pattern: string): readonly string[] => glob(pattern, folder).map(({ name }) => name)
  it('match files, sorted', () => {
    expect(names('*.jsonl')).toEqual(['a.jsonl'])
    expect(names('**/*.jsonl')).toEqual(['a.jsonl', 'data/c.jsonl', 'data/deep/d.jsonl'])
    expect(names('data/**/*.jsonl')).toEqual(['c.jsonl', 'deep/d.jsonl'])
    expect(names('*.{jsonl,json}')).toEqual(['a.jsonl', 'b.json'])
    expect(names('{data/deep,data}/?.jsonl')).toEqual(['data/c.jsonl', 'data/deep/d.jsonl'])
    expect(names('data/deep/.*')).toEqual(['.hidden.jsonl'])
    expect(names(join(folder, 'data/*.jsonl'))).toEqual(['c.jsonl'])
    expect(names('a.jsonl')).toEqual(['a.jsonl'])
    expect(names('data')).toEqual([])
    expect(names('none/*.x')).toEqual([])
  })
  it('expand braces', () => {
    expect(expandBraces('a{b,c{d,e}}f{,g}')).toEqual(['abf', 'abfg', 'acdf', 'acdfg', 'acef', 'acefg'])
    expect(expandBraces('a{b')).toEqual(['a{b'])
  })
  it('match names as a regular expression would', () => {
    const part = fc.string({ unit: fc.constantFrom('a', 'b', '*', '?'), maxLength: 8 })
    const name = fc.string({ unit: fc.constantFrom('a', 'b'), maxLength: 8 })
    fc.assert(
      fc.property(part, name, (pattern, candidate) => {
        const expression = new RegExp(`^${pattern.replaceAll('*', '.*').replaceAll('?', '.')}$`)
        expect(segmentMatcher(pattern)(candidate)).toBe(expression.test(candidate))
      }),
      { numRuns: 500 },
    )
  })
})
