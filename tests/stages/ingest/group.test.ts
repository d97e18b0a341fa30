import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { compareOrder } from '../../../stages/ingest/group.ts'
import { Spill } from '../../../stages/ingest/spill.ts'
import { jsonl, makeFolder, runIngest } from './run-ingest.ts'

const config = { group_by: 'ticket', order_by: 'n', fields: { content: 'body' }, meta: ['channel'] }

describe('rows become conversations by a key', () => {
  it('in the order of a field, wherever they are', async () => {
    const folder = makeFolder({
      'a.csv': 'ticket,n,role,body,channel\nB,10,agent,b10,\nA,1,user,a1,mail\nB,9,user,b9,chat\n',
      'b.csv': 'ticket,n,role,body,channel\nA,2,agent,a2,\n,3,user,nobody,\nB,11,pilot,b11,\nC,1,user, ,\n',
    })
    const { records, quarantined, rows, metric } = await runIngest(folder, '*.csv', config)
    expect(records.map(({ messages, source, meta }) => [messages, source, meta])).toEqual([
      [
        [
          { role: 'user', content: 'b9' },
          { role: 'assistant', content: 'b10' },
        ],
        { uri: 'src/a.csv', row: 0 },
        { channel: 'chat' },
      ],
      [
        [
          { role: 'user', content: 'a1' },
          { role: 'assistant', content: 'a2' },
        ],
        { uri: 'src/a.csv', row: 1 },
        { channel: 'mail' },
      ],
    ])
    expect(quarantined.map(({ code, source }) => [code, source.row])).toEqual([
      ['MISSING_FIELD', 1],
      ['BAD_ROLE', 2],
      ['EMPTY_TEXT', 3],
    ])
    expect(rows).toEqual({ in: 7, kept: 2, dropped: 0, quarantined: 3, joined: 2, added: 0 })
    expect(metric('duplicate_ids')).toBeNull()
  })

  it('sets every row of a conversation aside that is too long', async () => {
    const row = (ticket: string, n: number) => ({ ticket, n, role: 'user', body: 'x'.repeat(300) })
    const rowsIn = [...Array.from({ length: 20 }, (_, n) => row('long', n)), row('short', 0)]
    const { records, quarantined, rows } = await runIngest(makeFolder({ 'a.jsonl': jsonl(...rowsIn) }), 'a.jsonl', {
      ...config,
      max_row_bytes: 4096,
    })
    expect(records.length).toBe(1)
    expect(new Set(quarantined.map(({ code }) => code))).toEqual(new Set(['ROW_TOO_LONG']))
    expect(rows).toEqual({ in: 21, kept: 1, dropped: 0, quarantined: 20, joined: 0, added: 0 })
  })

  it('conserves every row, for any rows', async () => {
    const row = fc.record({
      ticket: fc.oneof(fc.constantFrom('a', 'b', 'c', 7), fc.constant(null), fc.boolean()),
      n: fc.oneof(fc.integer(), fc.string(), fc.constant(null)),
      role: fc.constantFrom('user', 'agent', 'nobody'),
      body: fc.oneof(fc.string(), fc.constant(3)),
    })
    await fc.assert(
      fc.asyncProperty(fc.array(row, { minLength: 1, maxLength: 30 }), async (list) => {
        const { rows, records } = await runIngest(makeFolder({ 'a.jsonl': jsonl(...list) }), 'a.jsonl', config)
        expect(rows.in).toBe(list.length)
        expect(rows.in).toBe(rows.kept + rows.quarantined + rows.joined)
        expect(new Set(records.map(({ id }) => id)).size).toBe(records.length)
      }),
      { numRuns: 25 },
    )
  })
})

describe('what does not fit into memory', () => {
  it('comes back whole and in order, and is not readable on the disk', () => {
    const folder = makeFolder()
    const spill = new Spill(7, () => folder)
    const secret = 'PLAINTEXT-MARKER'
    const count = 60_000
    for (let i = 0; i < count; i++) spill.add(`key ${i % 1000}`, JSON.stringify({ i, text: secret.repeat(40) }))
    const files = readdirSync(folder)
    expect(files.length).toBe(7)
    for (const file of files) expect(readFileSync(join(folder, file)).includes(secret)).toBe(false)
    const seen: number[] = []
    for (let partition = 0; partition < spill.partitions; partition++) {
      let last = -1
      for (const line of spill.lines(partition)) {
        const { i } = JSON.parse(line) as { i: number }
        expect(i).toBeGreaterThan(last)
        last = i
        seen.push(i)
      }
    }
    spill.close()
    expect(seen.length).toBe(count)
    expect(new Set(seen).size).toBe(count)
  })

  it('gives the same conversations as a small input does', async () => {
    const rows = Array.from({ length: 3000 }, (_, i) => ({
      ticket: `t${i % 40}`,
      n: i,
      role: i % 2 === 0 ? 'user' : 'agent',
      body: `${i} ${'word '.repeat(2000)}`,
    }))
    const folder = makeFolder({ 'a.jsonl': jsonl(...rows) })
    const { records, rows: counts } = await runIngest(folder, 'a.jsonl', config)
    expect(counts).toMatchObject({ in: 3000, kept: 40, joined: 2960 })
    for (const { messages } of records) {
      const numbers = messages!.map(({ content }) => Number.parseInt(content, 10))
      expect(numbers.length).toBe(75)
      expect(numbers).toEqual([...numbers].sort((a, b) => a - b))
      expect(new Set(numbers.map((n) => n % 40)).size).toBe(1)
    }
    expect(readdirSync(join(folder, '.sluice', 'tmp'))).toEqual([])
  })
})

it('the order of rows is a total order', () => {
  const value = fc.oneof(fc.double({ noNaN: true }), fc.integer().map(String), fc.string(), fc.constant(null))
  fc.assert(
    fc.property(value, value, value, (a, b, c) => {
      expect(Math.sign(compareOrder(a, b))).toBe(-Math.sign(compareOrder(b, a)) + 0)
      if (compareOrder(a, b) <= 0 && compareOrder(b, c) <= 0) expect(compareOrder(a, c)).toBeLessThanOrEqual(0)
    }),
  )
  expect(['10', '9', 'x', 8, null, 'a'].sort(compareOrder)).toEqual([8, '9', '10', 'a', 'x', null])
})
