import { describe, expect, test } from 'vitest'
import type { TextRecord } from '../../../artifacts/record.ts'
import { createDetector } from '../../../stages/redact/detector.ts'
import { createOperators } from '../../../stages/redact/operators/create.ts'
import { findInRecords, redactRecords } from '../../../stages/redact/record-redactor.ts'

const detector = createDetector()
const operators = createOperators({ operatorOf: () => ({ operator: 'replace' }), keys: {}, regions: ['US'] })

async function redact(part: Partial<TextRecord>): Promise<TextRecord> {
  const record: TextRecord = { id: 'f'.repeat(64), source: { uri: 'x', row: 0 }, meta: {}, notes: {}, ...part }
  const [out] = await redactRecords([record], await findInRecords([record], detector), operators, detector)
  return out!.record
}

describe('where personal data hides in a record', () => {
  test('tool-call arguments: strings, numbers whose field says so, nested JSON; the rest keeps its bytes', async () => {
    const call = async (args: string): Promise<string> => {
      const out = await redact({
        messages: [
          {
            role: 'assistant',
            content: '',
            tool_calls: [{ id: 'c1', type: 'function', function: { name: 'update', arguments: args } }],
          },
        ],
      })
      return out.messages![0]!.tool_calls![0]!.function.arguments
    }
    expect(
      await call('{"email": "ada@example.org", "order": 5030799148, "ssn": 536904399, "big": 12345678901234567890}'),
    ).toBe('{"email": "<EMAIL>", "order": 5030799148, "ssn": "<US_SSN>", "big": 12345678901234567890}')
    expect(await call('{"customer":{"name":"lily chen","phones":["4045781025"]},"card":4111111111111111}')).toBe(
      '{"customer":{"name":"<PERSON>","phones":["<PHONE>"]},"card":"<CREDIT_CARD>"}',
    )
    expect(await call('{"body":"{\\"to\\":\\"ada@example.org\\"}"}')).toBe('{"body":"{\\"to\\":\\"<EMAIL>\\"}"}')
    expect(await call('not json: ada@example.org')).toBe('not json: <EMAIL>')
    expect(await call('{"password":"hunter2","name":"get_weather"}')).toBe(
      '{"password":"<SECRET>","name":"get_weather"}',
    )
  })

  test('participants’ names, but not the names of tools', async () => {
    const out = await redact({
      messages: [
        { role: 'user', content: 'hi', name: 'lily_chen' },
        { role: 'tool', content: '{"email":"ada@example.org"}', name: 'lily_lookup', tool_call_id: 'c1' },
      ],
    })
    expect(out.messages).toEqual([
      { role: 'user', content: 'hi', name: '<PERSON>' },
      { role: 'tool', content: '{"email":"<EMAIL>"}', name: 'lily_lookup', tool_call_id: 'c1' },
    ])
  })

  test('meta, at any depth, with the names of its fields', async () => {
    const out = await redact({
      text: 'x',
      meta: {
        customer: { name: 'Lily Chen', phone: 4045781025, plan: 'Basic' },
        tags: ['vip', 'ada@example.org'],
        n: 12,
      },
    })
    expect(out.meta).toEqual({
      customer: { name: '<PERSON>', phone: '<PHONE>', plan: 'Basic' },
      tags: ['vip', '<EMAIL>'],
      n: 12,
    })
  })

  test('tables, quoted mail, code blocks, query strings', async () => {
    expect(
      (
        await redact({
          text: [
            '| Name | Phone | Order |',
            '|---|---|---|',
            '| lily chen | 4045781025 | 5030799148 |',
            '> On Monday Ada Lovelace <ada@example.org> wrote:',
            '> > call 212-555-0123',
            '```',
            'curl "https://x.example/?email=ada%40example.org&token=abcd1234efgh"',
            '```',
          ].join('\n'),
        })
      ).text,
    ).toBe(
      [
        '| Name | Phone | Order |',
        '|---|---|---|',
        '| <PERSON> | <PHONE> | 5030799148 |',
        '> On Monday <PERSON> <<EMAIL>> wrote:',
        '> > call <PHONE>',
        '```',
        'curl "https://x.example/?email=<EMAIL>&token=<SECRET>"',
        '```',
      ].join('\n'),
    )
  })

  test('a name known from one message is found in the others, in plain form too', async () => {
    const out = await redact({
      messages: [
        { role: 'user', content: 'my name is Delphia Quorn' },
        { role: 'assistant', content: 'Done, Quorn. Delphia is set.' },
        { role: 'user', content: 'thanks\ndelphia' },
      ],
    })
    expect(out.messages!.map((message) => message.content)).toEqual([
      'my name is <PERSON>',
      'Done, <PERSON>. <PERSON> is set.',
      'thanks\n<PERSON>',
    ])
  })

  test('id, source and other notes stay', async () => {
    const out = await redact({ text: 'ada@example.org', notes: { other: { x: 1 } } })
    expect(out).toMatchObject({ id: 'f'.repeat(64), source: { uri: 'x', row: 0 }, notes: { other: { x: 1 } } })
  })
})
