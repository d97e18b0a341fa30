import { describe, expect, test } from 'vitest'
import type { Candidate } from '../../../../stages/redact/recognizer.ts'
import { ISSUERS } from '../../../../stages/redact/secrets/key-index.ts'
import { providerSecret } from '../../../../stages/redact/secrets/provider-keys.ts'
import { Subject } from '../../../../stages/redact/subject.ts'
import { random } from '../../../../util/random.ts'
import { makeBlank, makeKey, SAMPLES } from './samples.ts'

function candidates(text: string): readonly Candidate[] {
  const found: Candidate[] = []
  providerSecret.find(new Subject(text), (candidate) => found.push(candidate))
  return found
}

/** Where keys stand: nothing of it helps the patterns. */
const CARRIERS = [
  '{}',
  "here's mine: {} thanks",
  'const k = "{}";',
  '2026-03-01T10:00:00Z INFO using {}, retrying',
  '| prod | {} | ok |',
  'x={}&y=1',
  '> {}\n',
  '({}).',
  '{"v":"{}"}',
  '\\"{}\\"',
]
const PER_TEMPLATE = 20

test('there are at least 110 issuers, and each has a description of its keys that is not its pattern', () => {
  expect(ISSUERS.length).toBeGreaterThanOrEqual(110)
  const described = new Set(SAMPLES.map(({ issuer }) => issuer))
  expect([...described].filter((issuer) => !ISSUERS.includes(issuer))).toEqual([])
  expect(described.size).toBeGreaterThanOrEqual(280)
})

describe.each(SAMPLES)('$issuer: $template', ({ issuer, template, named }) => {
  const prefix = named ? /^.*[ =](?=[^ =]*$)|^.*?[=:] ?(?=\S+$)/.exec(template.replace(/=+$/, ''))![0] : ''

  test('made keys are found in full, wherever they stand', () => {
    for (let i = 0; i < PER_TEMPLATE; i++) {
      const whole = makeKey(random(i, 'provider keys', issuer), template)
      const [before = '', after = ''] = CARRIERS[i % CARRIERS.length]!.split(/\{\}(?=[^{]*$)/)
      const text = before + whole + after
      const value = whole
        .slice(prefix.length)
        .replace(/^https:\/\//, '')
        .replace(/[=_-]+$/, '')
      const from = text.indexOf(value)
      const covering = candidates(text).filter(({ start, end }) => start <= from && end >= from + value.length)
      expect(covering.length, text).toBeGreaterThan(0)
    }
  })

  test('a blank of the same form is none', () => {
    const blank = makeBlank(template)
    expect(candidates(`use ${blank} here`).filter(({ score }) => score > 0)).toEqual([])
  })

  test.runIf(named)('without the name there is nothing to tell it by', () => {
    const value = makeKey(random(1, 'provider keys', issuer), template.slice(prefix.length))
    expect(candidates(`request ${value} done`).filter(({ rule }) => rule === issuer)).toEqual([])
  })

  test.runIf(!named)('the issuer is the rule that a trace names', () => {
    const rules = Array.from({ length: 5 }, (_, i) =>
      candidates(makeKey(random(i, 'rules', issuer), template)).map(({ rule }) => rule),
    ).flat()
    expect(rules).toContain(issuer)
  })
})
