import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { renderGithubAnnotations, renderGithubSummary } from '../../reports/github.ts'
import { summaryLine, totalCounts } from '../../reports/verdict.ts'
import { RECORDS } from '../support/evidence-records.ts'
import { blockedRecord, decision, erroredRecord, record, rule, waivedRecord } from '../support/run-record.ts'

test('the summary of a blocked run names the rule, the numbers and what to do', () => {
  const text = renderGithubSummary(blockedRecord())
  expect(text).toMatch(/^## ❌ Blocked by/)
  expect(text).toContain('**blocks**')
  expect(text).toContain('### Next')
  expect(text).toContain('exit 1.')
})

test('a run that passes by waiver says so in title, table and findings', () => {
  const text = renderGithubSummary(waivedRecord())
  expect(text.split('\n')[0]).toContain('by waiver')
  expect(text).toContain('waived until 2026-12-31 by w-2026-11')
  expect(text).toContain('Waiver ended: w-2025-03, it ended on 2026-10-31.')
  expect(renderGithubAnnotations(waivedRecord()).split('\n').slice(0, 4)).toEqual([
    '::warning title=Gate of redact%3A Personal data planted in copies of the records is found::waived until 2026-12-31 by w-2026-11, ticket GOV-17, asked for by ml-lead@example.org, approved by dpo@example.org; without it: fail',
    '::warning title=Gate of redact::Option that changes what runs: --force redact, this run was started with an option that changes what runs.',
    '::warning title=Gate of redact::Waiver ended: w-2025-03, it ended on 2026-10-31.',
    '::notice title=Gate of redact::Waiver that nothing needed: w-2026-12, no rule needed it.',
  ])
})

test('an error of a stage is an error, and a clean run annotates nothing', () => {
  expect(renderGithubAnnotations(erroredRecord())).toMatch(/^::error title=Stage /)
  const clean = record({ decisions: [decision('a', 'p', [rule('r', 'pass')])], stages: [], outcome: 'passed', exit: 0 })
  expect(renderGithubAnnotations(clean)).toBe('')
})

describe('every shape of run', () => {
  test.each(RECORDS)('%s: the summary counts what the decisions count', (_, made) => {
    const counts = totalCounts(made.decisions.map(({ decision: taken }) => taken))
    expect(renderGithubSummary(made)).toContain(summaryLine(counts))
    expect(renderGithubSummary(made)).toContain(`exit ${made.exit}.`)
  })
})

test('no text of a policy becomes markup, a row, or a command of its own', () => {
  const nasty = fc.constantFrom(
    '<img src=x>',
    '| a | b |',
    '\n::error::owned',
    '%0A::set-output',
    '[x](javascript:1)',
    '`code` **b**',
    '\r\nx',
  )
  fc.assert(
    fc.property(nasty, nasty, (title, explanation) => {
      const one = record({
        decisions: [decision('a', 'p', [rule('r', 'fail', { title, explanation, operands: [] })])],
        stages: [],
        outcome: 'blocked',
        exit: 1,
      })
      const lines = renderGithubAnnotations(one).trimEnd().split('\n')
      expect(lines).toHaveLength(1)
      expect(lines[0]).not.toContain('\r')
      const table = renderGithubSummary(one)
        .split('\n')
        .filter((line) => line.startsWith('| '))
      expect(table).toHaveLength(3)
      for (const row of table) expect(row.replaceAll('\\|', '').split('|')).toHaveLength(6)
      expect(renderGithubSummary(one)).not.toMatch(/<img|\]\(javascript/)
    }),
  )
})
