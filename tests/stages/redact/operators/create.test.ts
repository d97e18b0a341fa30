import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { TextRecord } from '../../../../artifacts/record.ts'
import { createDetector, type Span } from '../../../../stages/redact/detector.ts'
import { applySpans, untouched, writeSpans } from '../../../../stages/redact/operators/apply.ts'
import { checkOperators, keysUsed } from '../../../../stages/redact/operators/config.ts'
import { createOperators, type Operator } from '../../../../stages/redact/operators/create.ts'
import { keyId } from '../../../../stages/redact/operators/keys.ts'
import type { Operators } from '../../../../stages/redact/operators/operator.ts'
import { PII_TYPES, type PiiType } from '../../../../stages/redact/pii-type.ts'
import { findInRecords, redactRecords, redactText } from '../../../../stages/redact/record-redactor.ts'

const detector = createDetector({ types: PII_TYPES })
const KEYS = { pseudonym: Buffer.alloc(32, 7), reversible: Buffer.alloc(32, 8) }

function using(operatorOf: (type: PiiType) => Operator, fallbacks: string[] = []): Operators {
  return createOperators({
    operatorOf,
    keys: KEYS,
    regions: ['US', 'GB', 'DE'],
    onFallback: (operator, type) => fallbacks.push(`${operator} ${type}`),
  })
}

const TEXTS = [
  'Dear Lily Chen, your card 4111 1111 1111 1111 and ada@example.org, call +44 20 7946 0958.',
  'My name is Omar Haddad (omar.haddad@acme.com), born 12 March 1985, I live at 221B Baker Street, London NW1 6XE.',
  'SSN: 536-90-4399, IBAN DE89 3704 0044 0532 0130 00, token ghp_16C7e42F292c6912E7710c838347Ae178B4a on 10.20.30.40',
  'Ms Chen wrote on Tuesday, March 12th, 2024. She is 34 years old; MAC 00:1A:2B:3C:4D:5E.\n-- \nLily Chen\n+1 (212) 867-5309',
  'password: Tr0ub4dor&3, then Lily (aged 93) moved to 94105 San Francisco, CA',
]

const FIXED: readonly Operator[] = [
  { operator: 'replace' },
  { operator: 'mask', keep_last: 4 },
  { operator: 'redact' },
  { operator: 'pseudonym' },
  { operator: 'hash' },
  { operator: 'hash', bits: 64, encoding: 'base64url' },
  { operator: 'encrypt' },
]

describe('output is a fixed point', () => {
  test.each(FIXED)('$operator', async (operator) => {
    for (const text of TEXTS) {
      const once = await redactText(
        text,
        detector,
        using(() => operator),
      )
      expect(once).not.toBe(text)
      expect(
        await redactText(
          once,
          detector,
          using(() => operator),
        ),
      ).toBe(once)
      // And for any other of them: what one wrote, none touches.
      expect(
        await redactText(
          once,
          detector,
          using(() => ({ operator: 'replace' })),
        ),
      ).toBe(once)
    }
  })
})

describe('text around the values stays as it is', () => {
  const operators: readonly Operator[] = [...FIXED, { operator: 'surrogate' }, { operator: 'fpe' }]
  const spans = fc.array(fc.tuple(fc.nat({ max: 6 }), fc.integer({ min: 1, max: 9 })), { maxLength: 6 }).map((gaps) => {
    let at = 0
    return gaps.map(([gap, length]) => {
      const start = at + gap
      at = start + length
      return { start, end: at }
    })
  })
  test('whatever operator and values', () => {
    fc.assert(
      fc.property(
        fc.string({ unit: 'grapheme', maxLength: 90 }),
        spans,
        fc.constantFrom(...operators),
        fc.constantFrom(...PII_TYPES),
        (text, places, operator, type) => {
          const inside = places
            .filter(({ end }) => end <= text.length)
            .map((place): Span => ({ ...place, type, score: 1, recognizer: 'test' }))
          const replace = using(() => operator).forRecord(undefined, [])
          const pieces: string[] = []
          const out = applySpans(text, inside, (value, span) => {
            const written = replace(value, span)
            pieces.push(written)
            return written
          })
          let rest = out
          let at = 0
          for (const [i, { start, end }] of inside.entries()) {
            const before = text.slice(at, start)
            expect(rest.startsWith(before + pieces[i])).toBe(true)
            rest = rest.slice(before.length + pieces[i]!.length)
            at = end
          }
          expect(rest).toBe(text.slice(at))
        },
      ),
    )
  })
  test('a second pass leaves alone what the first wrote, and knows where it stands then', () => {
    const span = (start: number, end: number) => ({ start, end, type: 'PERSON' as const })
    const first = writeSpans('ab cd ef gh', [span(3, 5), span(9, 11)], (value) => `${value}${value}!`)
    expect(first).toEqual({
      text: 'ab cdcd! ef ghgh!',
      written: [
        [3, 8],
        [12, 17],
      ],
    })
    const next = untouched([span(0, 2), span(4, 6), span(9, 11), span(16, 17)], first.written)
    expect(next).toEqual([span(0, 2), span(9, 11)])
    const second = writeSpans(first.text, next, () => 'LONGER', first.written)
    expect(second.text).toBe('LONGER cdcd! LONGER ghgh!')
    expect(second.written.map(([start, end]) => second.text.slice(start, end))).toEqual([
      'LONGER',
      'cdcd!',
      'LONGER',
      'ghgh!',
    ])
  })
})

test('a value that its operator cannot write becomes a placeholder, and is counted', () => {
  const fallbacks: string[] = []
  const operators = using((type) => (type === 'DATE' ? { operator: 'shift_date' } : { operator: 'fpe' }), fallbacks)
  const replace = operators.forRecord(undefined, [])
  const write = (type: PiiType, value: string) =>
    replace(value, { start: 0, end: value.length, type, score: 1, recognizer: 'test' })
  expect(write('SECRET', '1234')).toBe('<SECRET>')
  expect(write('DATE', '14:30')).toBe('<DATE>')
  expect(write('PHONE', '+1 212 867 5309')).toMatch(/^\+\d \d{3} \d{3} \d{4}$/)
  expect(fallbacks).toEqual(['fpe SECRET', 'shift_date DATE'])
})

const source = { uri: 'u', row: 0 }
const record = (id: string, content: string, meta: TextRecord['meta'] = {}): TextRecord => ({
  id: id.repeat(64),
  messages: [
    { role: 'user', content },
    { role: 'assistant', content: 'Thank you, Ms Chen. — lily.chen@acme.com is noted.' },
  ],
  source,
  meta,
  notes: {},
})

async function redact(records: readonly TextRecord[], operators: Operators): Promise<readonly TextRecord[]> {
  const redacted = await redactRecords(records, await findInRecords(records, detector), operators, detector)
  return redacted.map(({ record }) => record)
}

test('mentions of one person in a record have one pseudonym, in every record', async () => {
  const operators = using(() => ({ operator: 'pseudonym' }))
  const [a, b] = await redact([record('a', 'My name is Lily Chen.'), record('b', 'Regards,\nLily Chen')], operators)
  const tokens = (one: TextRecord) => JSON.stringify(one.messages).match(/(?<=<(?:PERSON|EMAIL)_)[0-9a-f]{8}(?=>)/g)!
  expect(new Set([...tokens(a!), ...tokens(b!)]).size).toBe(1)
  expect(tokens(a!).length).toBeGreaterThanOrEqual(3)
  // Two Chens: which one is Ms Chen?
  const [two] = await redact([record('c', 'My name is Lily Chen, my sister is Wei Chen.')], operators)
  expect(new Set(tokens(two!)).size).toBe(3)
})

test('a title outside the found name tells who is meant', async () => {
  const operators = using((type) => (type === 'PERSON' ? { operator: 'surrogate' } : { operator: 'keep' }))
  const [one] = await redact([record('a', 'My name is Lily Chen. My husband, Mr Chen, says so too.')], operators)
  const said = one!.messages!.map(({ content }) => content)
  const [, given, family] = /My name is (\S+) (\S+)\./.exec(said[0]!)!
  expect(said).toEqual([
    `My name is ${given} ${family}. My husband, Mr ${family}, says so too.`,
    `Thank you, Ms ${family}. — lily.chen@acme.com is noted.`,
  ])
  const pseudonyms = using((type) => (type === 'PERSON' ? { operator: 'pseudonym' } : { operator: 'keep' }))
  const [two] = await redact([record('a', 'My name is Lily Chen. My husband, Mr Chen, says so too.')], pseudonyms)
  const [lily, husband, ms] = JSON.stringify(two!.messages).match(/<PERSON_[0-9a-f]{8}>/g)!
  expect(ms).toBe(lily)
  expect(husband).not.toBe(lily)
})

test('all dates of a subject move alike, those of another subject otherwise', async () => {
  const operators = using((type) =>
    type === 'DATE' ? { operator: 'shift_date', subject: 'meta.customer_id' } : { operator: 'keep' },
  )
  const records = ['7', '7', '8'].map((customer_id, i) =>
    record('abc'[i]!, `Admitted on 2024-03-1${i}, discharged on 2024-03-2${i}.`, { customer_id }),
  )
  const dates = (await redact(records, operators)).map((one) =>
    one.messages![0]!.content.match(/\d{4}-\d\d-\d\d/g)!.map((date) => Date.parse(date) / 86_400_000),
  )
  const from = (i: number) => Date.parse(`2024-03-1${i}`) / 86_400_000
  for (const [admitted, discharged] of dates) expect(discharged! - admitted!).toBe(10)
  expect(dates[0]![0]! - from(0)).toBe(dates[1]![0]! - from(1))
  expect(dates[2]![0]! - from(2)).not.toBe(dates[0]![0]! - from(0))
})

describe('the configuration', () => {
  test('sound operators are not objected to', () => {
    expect(
      checkOperators({
        default: { operator: 'surrogate', day_first: true },
        IBAN: { operator: 'hash', bits: 256, encoding: 'base64url' },
        DATE: { operator: 'shift_date', max_days: 30, subject: 'meta.id' },
        DATE_OF_BIRTH: { operator: 'bucket', reference_date: '2026-01-01' },
        AGE: { operator: 'bucket', years: 5 },
        ACCOUNT_NUMBER: { operator: 'bucket', edges: [0, 10] },
      }),
    ).toEqual([])
  })
  test.each([
    ['PHONE', { operator: 'replace', keep_last: 2 }, /keep_last is only for the operator mask/],
    ['PHONE', { operator: 'mask', bits: 128 }, /bits is only for the operator hash/],
    ['PHONE', { operator: 'shift_date' }, /PHONE is none/],
    ['default', { operator: 'bucket' }, /no rule for default/],
    ['EMAIL', { operator: 'bucket' }, /no rule for EMAIL/],
    ['DATE_OF_BIRTH', { operator: 'bucket' }, /day of reference/],
    ['AGE', { operator: 'bucket', edges: [10, 5] }, /do not ascend/],
  ] as const)('%s %o is a contradiction', (type, operator, message) => {
    const [problem, ...more] = checkOperators({ [type]: operator as never })
    expect(more).toEqual([])
    expect(problem).toMatchObject({ code: 'REDACT_CONTRADICTION', path: ['operators', type] })
    expect(problem!.message).toMatch(message)
  })
  test('only the keys that are used are asked for', () => {
    expect(keysUsed({ default: { operator: 'mask' } })).toEqual(new Set())
    expect(keysUsed({ A: { operator: 'hash' }, B: { operator: 'fpe' } })).toEqual(new Set(['pseudonym', 'reversible']))
  })
})

test('the ids of the keys are known, for the evidence', () => {
  expect(using(() => ({ operator: 'hash' })).keyIds).toEqual({
    pseudonym_key: keyId(KEYS.pseudonym),
    reversible_key: keyId(KEYS.reversible),
  })
  expect(createOperators({ operatorOf: () => ({ operator: 'mask' }), keys: {}, regions: [] }).keyIds).toEqual({})
})
