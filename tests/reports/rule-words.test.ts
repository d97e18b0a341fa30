import { expect, test } from 'vitest'
import type { Operand } from '../../policies/engine/decision.ts'
import { failureWords } from '../../reports/rule-words.ts'

const operand = (part: Partial<Operand>): Operand => ({
  metric: 'redact.seeded_recall{type=EMAIL}',
  value: 0.9,
  bound: 'point',
  comparison: 'at_least',
  limit: 0.95,
  holds: false,
  n: 200,
  ...part,
})
const words = (...operands: Operand[]): string => failureWords({ operands, explanation: 'as explained' })

test('what did not hold, in words', () => {
  expect(words(operand({}))).toBe('redact.seeded_recall{type=EMAIL} is 90%, at least 95% required.')
  expect(words(operand({ bound: 'lower', value: 0.8 }))).toBe(
    'redact.seeded_recall{type=EMAIL} is 80% (lower bound), at least 95% required.',
  )
  expect(words(operand({ holds: true }))).toBe('as explained')
})

test('too few observations are not told as a value', () => {
  const few = { comparison: 'min_n', limit: 100 } as const
  expect(words(operand({ ...few, value: 60 }))).toBe(
    'redact.seeded_recall{type=EMAIL} rests on 60 observations, at least 100 required.',
  )
  expect(words(operand({ ...few, value: 1 }))).toContain('rests on 1 observation,')
  expect(words(operand({ ...few, value: null }))).toContain('rests on an unknown number of observations,')
})
