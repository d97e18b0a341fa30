import { describe, expect, test } from 'vitest'
import { createDetector } from '../../../stages/redact/detector.ts'
import { canonicalValue } from '../../../stages/redact/operators/canonical.ts'
import { createOperators, type Operator } from '../../../stages/redact/operators/create.ts'
import type { Operators } from '../../../stages/redact/operators/operator.ts'
import { redactText } from '../../../stages/redact/record-redactor.ts'

const detector = createDetector()
const TEXT = 'Dear Lily Chen, your card 4111 1111 1111 1111 and ada@example.org, call +44 20 7946 0958.'

function run(operator: Operator, text = TEXT): Promise<string> {
  return redactText(text, detector, using(operator))
}

function using(operator: Operator, key = 7): Operators {
  return createOperators({
    operatorOf: () => operator,
    keys: { pseudonym: Buffer.alloc(32, key) },
    regions: ['US', 'GB'],
  })
}

describe('operators', () => {
  test('replace', async () => {
    expect(await run({ operator: 'replace' })).toBe('Dear <PERSON>, your card <CREDIT_CARD> and <EMAIL>, call <PHONE>.')
  })
  test('mask keeps separators and at most the last digits', async () => {
    expect(await run({ operator: 'mask', keep_last: 4 })).toBe(
      'Dear •••• ••en, your card •••• •••• •••• 1111 and •••@••••••e.org, call +•• •• •••• 0958.',
    )
    expect(await run({ operator: 'mask' })).toBe(
      'Dear •••• ••••, your card •••• •••• •••• •••• and •••@•••••••.•••, call +•• •• •••• ••••.',
    )
  })
  test('redact takes out', async () => {
    expect(await run({ operator: 'redact' })).toBe('Dear , your card  and , call .')
  })
  test('redact does not join digits into a new number', async () => {
    expect(await run({ operator: 'redact' }, 'my phone 415 ada@example.org 555 0132')).not.toMatch(/415\s+555 0132/)
  })
  test('keep leaves the text', async () => {
    expect(await run({ operator: 'keep' })).toBe(TEXT)
  })
  test('pseudonyms are keyed, and the same for the same value however it is written', async () => {
    const one = await run({ operator: 'pseudonym' })
    expect(one).toMatch(
      /^Dear <PERSON_[0-9a-f]{8}>, your card <CREDIT_CARD_[0-9a-f]{8}> and <EMAIL_[0-9a-f]{8}>, call <PHONE_[0-9a-f]{8}>\.$/,
    )
    const again = await redactText(
      'My name is lily  chen. ADA@example.org, tel 020 7946 0958, 4111-1111-1111-1111',
      detector,
      using({ operator: 'pseudonym' }),
    )
    for (const pseudonym of one.match(/<[^>]+>/g)!) expect(again).toContain(pseudonym)
    const other = await redactText(TEXT, detector, using({ operator: 'pseudonym' }, 8))
    for (const pseudonym of one.match(/<[^>]+>/g)!) expect(other).not.toContain(pseudonym)
  })
  test('a pseudonym without a key is refused', async () => {
    const operators = createOperators({ operatorOf: () => ({ operator: 'pseudonym' }), keys: {}, regions: [] })
    await expect(redactText(TEXT, detector, operators)).rejects.toThrow(/key/)
  })
})

test.each([
  ['PERSON', 'Lily Chen', 'CHEN, Lily'],
  ['PERSON', 'José García', 'jose  garcia'],
  ['PERSON', 'Dr. Ada King', 'ada king'],
  ['PHONE', '(212) 555-0123', '+1 212 555 0123'],
  ['IBAN', 'DE89 3704 0044 0532 0130 00', 'de89370400440532013000'],
  ['EMAIL', 'Ada@Example.org', 'ada@example.org'],
] as const)('%s: %s and %s are one value', (type, a, b) => {
  expect(canonicalValue(type, a, ['US'])).toBe(canonicalValue(type, b, ['US']))
})

test('case matters in secrets', async () => {
  expect(canonicalValue('SECRET', 'Abc1', [])).not.toBe(canonicalValue('SECRET', 'abc1', []))
})
