import { mkdtempSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { checkPolicies } from '../../policies/engine/check.ts'
import type { Verdict } from '../../policies/engine/decision.ts'
import type { EvidenceMetric } from '../../policies/engine/evidence.ts'
import { loadPolicies } from '../../policies/engine/load.ts'
import { interval, judge, metric } from './setup.ts'

const recall = (type: string, value: number, n = 200) =>
  metric('seeded_recall', value, { labels: { type }, n, interval: interval(value - 0.05, value + 0.01) })
const METRICS: readonly EvidenceMetric[] = [
  metric('share', 0.5, { n: 40, interval: interval(0.4, 0.6) }),
  metric('licence', 'CC0-1.0'),
  metric('redacted', true),
  metric('missing', null),
  metric('broken', Number.NaN),
  recall('EMAIL', 0.95),
  recall('PHONE', 0.9),
]

describe('an expression', () => {
  const rows: readonly (readonly [string, Verdict])[] = [
    [`value('share') <= 0.5`, 'pass'],
    [`value('share') <= 0.4`, 'fail'],
    [`value('share') * 2 <= 1 && 1 - value('share') >= 0.5`, 'pass'],
    [`upper('share') <= 0.6 && lower('share') >= 0.4 && n('share') >= 40`, 'pass'],
    [`value('licence') in ['CC0-1.0', 'MIT'] && value('redacted')`, 'pass'],
    [`value('seeded_recall', {'type': 'EMAIL'}) > 0.9`, 'pass'],
    [`values('seeded_recall').all(one, one.value >= 0.9)`, 'pass'],
    [`values('seeded_recall').exists(one, one.labels.type == 'PHONE' && one.lower < 0.8)`, 'fail'],
    [`measured('share') && !measured('missing') && !measured('nothing')`, 'pass'],
    // What was not measured has no answer; CEL's `||` and `&&` need only the side that decides.
    [`value('missing') > 1.0`, 'no_evidence'],
    [`value('nothing') > 1.0`, 'no_evidence'],
    [`values('nothing').all(one, one.value > 1.0)`, 'no_evidence'],
    [`lower('licence') > 1.0`, 'no_evidence'],
    [`value('nothing') > 1.0 || value('share') > 0.1`, 'pass'],
    [`value('nothing') > 1.0 && value('share') > 0.9`, 'fail'],
    [`value('nothing') > 1.0 && value('share') > 0.1`, 'no_evidence'],
    [`value('broken') > 1.0`, 'error'],
    [`value('seeded_recall') > 0.5`, 'error'],
    [`value('licence') > 1.0`, 'error'],
    [`value('share') / 0.0 > 1.0 && 1 / 0 > 1`, 'error'],
    [`values('seeded_recall').all(one, one.valu > 0.5)`, 'error'],
  ]
  test.each(rows)('%s → %s', (cel, verdict) => {
    expect(judge({ cel }, METRICS).verdict).toBe(verdict)
  })
})

test('no message of the evaluator gets into the result of an error', () => {
  const result = judge({ cel: `value('name') > 1.0` }, [metric('name', 'Lily Chen')])
  expect(result).toMatchObject({ verdict: 'error', blocks: true })
  expect(result.explanation).toBe(
    "Required: `value('name') > 1.0`. Found: the expression has no answer, the expression could not be evaluated.",
  )
  expect(result.operands[0]).toEqual({
    metric: 'cel',
    value: null,
    bound: 'point',
    comparison: 'cel',
    limit: `value('name') > 1.0`,
    holds: null,
    note: 'the expression could not be evaluated',
  })
})

test('it combines with the other conditions, and is refused where it is wrong, with its place', () => {
  expect(judge({ all: [{ cel: `value('share') < 1.0` }, { metric: 'share', at_least: 0.5 }] }, METRICS).verdict).toBe(
    'pass',
  )
  const file = join(mkdtempSync(join(tmpdir(), 'sluice-cel-')), 'p.yaml')
  const load = (cel: string) => {
    writeFileSync(
      file,
      `apiVersion: sluice/v1\nkind: Policy\nname: p\nversion: 1\ntitle: P\nrules:\n  - id: r\n    title: R\n    severity: block\n    because: b\n    remediation: m\n    require:\n      cel: ${cel}\n`,
    )
    try {
      checkPolicies(
        loadPolicies([file]),
        new Map([['redact', [{ name: 'share', unit: 'ratio', better: 'lower', description: 'd' }]]]),
        'redact',
      )
      return 'in order'
    } catch (error) {
      const { code, at } = error as { code: string; at: { line: number } }
      return `${code} at line ${at.line}`
    }
  }
  expect(load(`value('share') < 1.0`)).toBe('in order')
  expect(load(`value('share') <`)).toBe('POLICY_CEL at line 13')
  expect(load(`value('share')`)).toBe('POLICY_CEL at line 13')
  expect(load(`shar > 1.0`)).toBe('POLICY_CEL at line 13')
  expect(load(`value('shar') < 1.0`)).toBe('POLICY_UNKNOWN_METRIC at line 13')
})
