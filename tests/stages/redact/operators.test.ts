import { describe, expect, test } from 'vitest'
import { createDetector } from '../../../stages/redact/detector.ts'
import { type ApplyOptions, canonicalValue, type Operator } from '../../../stages/redact/operators.ts'
import { redactText } from '../../../stages/redact/record-redactor.ts'

const detector = createDetector()
const TEXT = 'Dear Lily Chen, your card 4111 1111 1111 1111 and ada@example.org, call +44 20 7946 0958.'

function run(operator: Operator, text = TEXT): string {
  return redactText(text, detector, options(operator))
}

function options(operator: Operator): ApplyOptions {
  return { operatorOf: () => operator, key: Buffer.alloc(32, 7), regions: ['US', 'GB'] }
}

describe('operators', () => {
  test('replace', () => {
    expect(run({ operator: 'replace' })).toBe('Dear <PERSON>, your card <CREDIT_CARD> and <EMAIL>, call <PHONE>.')
  })
  test('mask keeps separators and at most the last digits', () => {
    expect(run({ operator: 'mask', keep_last: 4 })).toBe(
      'Dear •••• ••en, your card •••• •••• •••• 1111 and •••@••••••e.org, call +•• •• •••• 0958.',
    )
    expect(run({ operator: 'mask' })).toBe(
      'Dear •••• ••••, your card •••• •••• •••• •••• and •••@•••••••.•••, call +•• •• •••• ••••.',
    )
  })
  test('redact takes out', () => {
    expect(run({ operator: 'redact' })).toBe('Dear , your card  and , call .')
  })
  test('redact does not join digits into a new number', () => {
    expect(run({ operator: 'redact' }, 'my phone 415 ada@example.org 555 0132')).not.toMatch(/415\s+555 0132/)
  })
  test('keep leaves the text', () => {
    expect(run({ operator: 'keep' })).toBe(TEXT)
  })
  test('pseudonyms are keyed, and the same for the same value however it is written', () => {
    const one = run({ operator: 'pseudonym' })
    expect(one).toMatch(
      /^Dear <PERSON_[0-9a-f]{8}>, your card <CREDIT_CARD_[0-9a-f]{8}> and <EMAIL_[0-9a-f]{8}>, call <PHONE_[0-9a-f]{8}>\.$/,
    )
    const again = redactText(
      'My name is lily  chen. ADA@example.org, tel 020 7946 0958, 4111-1111-1111-1111',
      detector,
      options({ operator: 'pseudonym' }),
    )
    for (const pseudonym of one.match(/<[^>]+>/g)!) expect(again).toContain(pseudonym)
    const other = redactText(TEXT, detector, { ...options({ operator: 'pseudonym' }), key: Buffer.alloc(32, 8) })
    for (const pseudonym of one.match(/<[^>]+>/g)!) expect(other).not.toContain(pseudonym)
  })
  test('a pseudonym without a key is refused', () => {
    expect(() => redactText(TEXT, detector, { operatorOf: () => ({ operator: 'pseudonym' }), regions: [] })).toThrow(
      /key/,
    )
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

test('case matters in secrets', () => {
  expect(canonicalValue('SECRET', 'Abc1', [])).not.toBe(canonicalValue('SECRET', 'abc1', []))
})
