import { existsSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { describe, expect, it } from 'vitest'
import { isFault } from '../../../stages/ingest/faults.ts'
import { rowMapper } from '../../../stages/ingest/map-row.ts'
import { parsePath, valueAt } from '../../../stages/ingest/path.ts'
import { PACKAGE_ROOT, packageFile } from '../../../util/package-root.ts'
import { jsonl, makeFolder, runIngest, withDefaults } from './run-ingest.ts'

const map = (row: unknown, config: object = {}) => rowMapper(withDefaults(config))(row, true)

describe('a row becomes a record', () => {
  it('with messages as the chat formats write them', () => {
    const tool_calls = [{ id: 'c1', type: 'function', function: { name: 'find', arguments: '{"q":1}' } }]
    const messages = [
      { role: 'system', content: 'Be brief.' },
      { role: 'user', content: [{ type: 'text', text: 'Hi' }, 'there'] },
      { role: 'assistant', content: null, tool_calls: [{ ...tool_calls[0], extra: 1 }], refusal: null },
      { role: 'tool', content: '{}', tool_call_id: 'c1' },
      { role: 'ASSISTANT', content: '', name: 'Ann' },
    ]
    expect(map({ messages, id: 7 }, { meta: ['id', 'gone', 'a.b'] })).toEqual({
      messages: [
        { role: 'system', content: 'Be brief.' },
        { role: 'user', content: 'Hi\nthere' },
        { role: 'assistant', content: '', tool_calls },
        { role: 'tool', content: '{}', tool_call_id: 'c1' },
        { role: 'assistant', content: '', name: 'Ann' },
      ],
      meta: { id: 7 },
    })
  })
  it('from a prompt and its completion, flagged, with all white space', () => {
    expect(map({ prompt: 'Q: 2+2?\nA:', completion: ' 4', id: 7 }, { meta: ['id'] })).toEqual({
      messages: [
        { role: 'user', content: 'Q: 2+2?\nA:' },
        { role: 'assistant', content: ' 4' },
      ],
      meta: { id: 7, form: 'prompt_completion' },
    })
    const said = (role: string, content: string): object => ({ role, content })
    const lists = { prompt: [said('system', 's'), said('user', 'q')], completion: [said('assistant', 'a')] }
    expect(map(lists)).toEqual({
      messages: [said('system', 's'), said('user', 'q'), said('assistant', 'a')],
      meta: { form: 'prompt_completion' },
    })
    expect(map({ prompt: 'p', completion: 'c', text: 't' })).toEqual({ text: 't', meta: {} })
    expect(map({ prompt: 'p', completion: 'c' }, { fields: { text: 'prompt' } })).toEqual({ text: 'p', meta: {} })
  })
  it('or says in which field what was expected and what was found', () => {
    expect(map({ prompt: 'p', completion: 7 })).toEqual({
      code: 'WRONG_TYPE',
      detail: '`completion`: expected a text or a list of messages, got a number',
    })
    expect(map({ prompt: ['x'], completion: 'c' })).toEqual({
      code: 'WRONG_TYPE',
      detail: '`prompt`, message 0: a message: expected an object, got a text',
    })
    expect(map({ prompt: 'p', completion: ' ' })).toMatchObject({ code: 'EMPTY_TEXT' })
    expect(map({ prompt: 'p', completion: [{ role: 'user', content: 'c' }] })).toMatchObject({ code: 'BAD_ROLE' })
    expect(map({ messages: 'm' })).toEqual({
      code: 'WRONG_TYPE',
      detail: '`messages`: expected a list of messages, got a text',
    })
    expect(map({ text: [1] })).toEqual({ code: 'WRONG_TYPE', detail: '`text`: expected a text, got a list' })
  })
  it('with the ShareGPT names', () => {
    const row = {
      conversations: [
        { from: 'human', value: 'q' },
        { from: 'gpt', value: 'a' },
      ],
    }
    expect(map(row, { fields: { messages: 'conversations', role: 'from', content: 'value' } })).toEqual({
      messages: [
        { role: 'user', content: 'q' },
        { role: 'assistant', content: 'a' },
      ],
      meta: {},
    })
  })
  it('from two columns, leaving out an empty one', () => {
    const config = {
      fields: {
        turns: [
          { role: 'user', path: 'q' },
          { role: 'assistant', path: 'answer.text' },
        ],
      },
    }
    expect(map({ q: 'why', answer: { text: 'so' } }, config)).toMatchObject({
      messages: [{ content: 'why' }, { role: 'assistant', content: 'so' }],
    })
    expect(map({ q: 'why', answer: {} }, config)).toMatchObject({ messages: [{ role: 'user', content: 'why' }] })
    expect(isFault(map({ answer: 1 }, config))).toBe(true)
  })
  it('with tool arguments that were an object written as JSON text', () => {
    const messages = [
      { role: 'user', content: 'x' },
      { role: 'assistant', content: '', tool_calls: [{ function: { name: 'f', arguments: { a: 'ü' } } }] },
    ]
    const mapped = map({ messages })
    expect(isFault(mapped) ? undefined : mapped.messages?.[1]?.tool_calls).toEqual([
      { type: 'function', function: { name: 'f', arguments: '{"a":"ü"}' } },
    ])
  })
  it('with roles of its own', () => {
    const row = { messages: [{ role: 'Kunde', content: 'x' }] }
    expect(map(row, { fields: { roles: { kunde: 'user' } } })).toMatchObject({ messages: [{ role: 'user' }] })
  })
})

describe('paths', () => {
  it('reach into objects and lists, and prefer a column of the whole name', () => {
    const row = { a: { b: [{ c: 1 }] }, 'a.b': 'column' }
    expect(valueAt(row, parsePath('a.b.0.c'))).toBe(1)
    expect(valueAt(row, parsePath('a.b'))).toBe('column')
    expect(valueAt(row, parsePath('a.x.y'))).toBeUndefined()
    expect(valueAt({ a: 'text' }, parsePath('a.length'))).toBeUndefined()
  })
  it('never find what an object inherits', () => {
    for (const path of ['constructor', 'a.constructor', 'a.length', '__proto__', 'toString', 'a.map.name']) {
      expect(valueAt({ a: [1] }, parsePath(path)), path).toBe(path === 'a.length' ? 1 : undefined)
    }
    expect(valueAt(JSON.parse('{"__proto__": 3}'), parsePath('__proto__'))).toBe(3)
  })
})

describe('what is declared about a source is evidence', () => {
  it('and missing where it was not declared', async () => {
    const folder = makeFolder({ 'a.jsonl': jsonl({ text: 'a' }), 'b.jsonl': jsonl({ text: 'b' }, { x: 1 }) })
    const { metric, summary } = await runIngest(folder, [
      { id: 'a', uri: 'a.jsonl', licence: 'CC-BY-4.0', lawful_basis: 'consent', purpose: 'training' },
      { id: 'b', uri: 'b.jsonl', contains: ['chats'] },
    ])
    expect(metric('source_licence', { source: 'a' })).toBe('CC-BY-4.0')
    expect(metric('source_lawful_basis', { source: 'a' })).toBe('consent')
    expect(metric('source_purpose', { source: 'a' })).toBe('training')
    expect(metric('source_licence', { source: 'b' })).toBeNull()
    expect(metric('source_rows', { source: 'b' })).toBe(2)
    expect(metric('source_quarantined_share', { source: 'b' })).toBe(0.5)
    expect(metric('rows_in')).toBe(3)
    expect(metric('records')).toBe(2)
    expect(metric('quarantined_share')).toBeCloseTo(1 / 3)
    expect(summary.tables?.[0]?.rows.map((row) => [row['source'], row['records'], row['contains']])).toEqual([
      ['a', 1, null],
      ['b', 1, 'chats'],
    ])
  })
})

describe('real files', () => {
  it('the sample tickets', async () => {
    const { records, rows, metric } = await runIngest(
      makeFolder(),
      packageFile('examples/support-tickets/tickets.jsonl'),
      { meta: ['id', 'customer.id'], shard: { rows: 500 } },
    )
    expect(rows).toEqual({ in: 3000, kept: 3000, dropped: 0, quarantined: 0, joined: 0, added: 0 })
    expect(metric('duplicate_ids')).toBe(0)
    expect(records[41]?.meta['id']).toBe('T-000042')
  })

  const data = process.env['SLUICE_DATA'] ?? resolve(PACKAGE_ROOT, '../shared/data')
  it.skipIf(!existsSync(data))(
    'twitter-care: client and agent by member, the answer from a field of its own',
    async () => {
      const folder = makeFolder()
      const { records, quarantined } = await runIngest(
        folder,
        [{ id: 'care', uri: join(data, 'corpora/twitter-care/*.json') }],
        {
          fields: {
            id: 'dialogHeader.sessionID',
            messages: 'dialogContent',
            content: 'message',
            role_keys: { client: 'user', client1: 'user', agent: 'assistant' },
            turns: [{ role: 'assistant', path: 'agentURL.url_utterance' }],
          },
          meta: ['dialogHeader.company'],
        },
      )
      expect(records.length + quarantined.length).toBe(1025)
      expect(quarantined.length).toBe(0)
      expect(records.every(({ messages }) => messages?.[0]?.role === 'user')).toBe(true)
      expect(records.every(({ messages }) => messages?.at(-1)?.role === 'assistant')).toBe(true)
    },
  )

  it.skipIf(!existsSync(data))('banking77 from CSV, Taskmaster from gzip', async () => {
    const folder = makeFolder()
    const bank = await runIngest(folder, join(data, 'corpora/banking77/train.csv'), { meta: ['category'] })
    expect(bank.rows).toMatchObject({ in: 10_003, kept: 10_003 })
    expect(bank.records[0]?.meta).toEqual({ category: 'card_arrival' })
    const taskmaster = await runIngest(folder, join(data, 'corpora/taskmaster4.jsonl.gz'))
    expect(taskmaster.rows).toMatchObject({ in: 3710 })
    expect(taskmaster.rows.kept).toBeGreaterThan(3700)
  })
})
