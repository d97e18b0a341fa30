import { expect, test } from 'vitest'
import type { DataSet } from '../../bench/redaction/data-sets.ts'
import { countsAsFlag, evaluate } from '../../bench/redaction/evaluate.ts'
import { type BenchOutput, redactionPage } from '../../bench/redaction/table.ts'

const mail: DataSet = {
  name: 'synthetic',
  title: 'two mails',
  measure: 'all',
  seen: 'no',
  texts: [
    {
      id: 'a',
      text: 'Lily Chen, lily@example.org',
      spans: [
        { start: 0, end: 9, type: 'PERSON' },
        { start: 11, end: 27, type: 'EMAIL' },
      ],
    },
    { id: 'b', text: 'call 212-555-0100', spans: [{ start: 5, end: 17, type: 'PHONE' }] },
  ],
}
const names: DataSet = {
  name: 'uner',
  title: 'a post',
  measure: 'names',
  seen: 'no',
  texts: [
    { id: 'c', text: 'Ana left', spans: [{ start: 0, end: 3, type: 'PERSON' }] },
    { id: 'd', text: 'May came', spans: [] },
  ],
}
const clean: DataSet = {
  name: 'clean',
  title: 'a note',
  measure: 'clean',
  seen: 'no',
  texts: [
    { id: 'e', text: 'due 3 May', spans: [] },
    { id: 'f', text: 'order 12', spans: [] },
  ],
}

// The address is missed, the number found but for its last digit, May taken for a person, a date found in a clean text.
const sets = [
  evaluate(mail, [[{ start: 0, end: 9, type: 'PERSON' }], [{ start: 5, end: 16, type: 'PHONE' }]]),
  evaluate(names, [
    [{ start: 0, end: 3, type: 'PERSON' }],
    [
      { start: 0, end: 3, type: 'PERSON' },
      { start: 4, end: 8, type: 'LOCATION' },
    ],
  ]),
  evaluate(clean, [[{ start: 4, end: 9, type: 'DATE' }], [{ start: 6, end: 8, type: 'DIGITS' }]]),
]

test('each kind of set gives what it measures', () => {
  const [all, persons, nothing] = sets
  // LilyChen and 212-555-010 found, lily@example.org and one digit not: 19 of 36 characters.
  expect(all!.chars).toMatchObject({ right: 19, predicted: 19, found: 19, gold: 36 })
  expect(all!.spans).toMatchObject({ found: 2, gold: 3, right: 2, predicted: 2 })
  expect(Object.entries(all!.cover!).map(([type, { k, n }]) => [type, k, n])).toEqual([
    ['EMAIL', 0, 1],
    ['PERSON', 1, 1],
    ['PHONE', 0, 1],
  ])
  expect(all!.structured).toMatchObject({ k: 0, n: 2 })
  expect(persons!.chars).toMatchObject({ right: 3, predicted: 6, gold: 3 })
  expect(persons!.flagged).toMatchObject({ k: 1, n: 1 })
  expect(nothing!.flagged).toMatchObject({ k: 1, n: 2 })
  expect(['DATE', 'URL', 'EMAIL', 'PERSON', 'DIGITS'].map(countsAsFlag)).toEqual([false, false, true, true, true])
})

test('a system that ran out of time is judged on the texts it reached', () => {
  expect(evaluate(mail, [[]])).toMatchObject({ texts: 1, of: 2, spans: { gold: 2 } })
})

test('the page has a row for each system, with n and intervals', () => {
  const speed = { bytes: 2e6, seconds: 4, cores: 1 }
  const output: BenchOutput = {
    machine: { cpu: 'CPU', cores: 2, memory_gib: 4, node: 'v20' },
    figures: { synthetic_spans: 3, stream_peak_rss_mib_at_10_mb: 90 },
    details: {
      systems: [
        { name: 'sluice', title: 'Sluice', version: '1', sets, speed },
        { name: 'presidio', title: 'Presidio', version: '2', sets, speed: { ...speed, seconds: 40 } },
      ],
      sets: [mail, names, clean].map(({ texts, ...set }) => ({ ...set, texts: texts.length })),
      speed_texts: { texts: 9, bytes: 2e6, corpora: false },
    },
  }
  const page = redactionPage(output)
  expect(page).toContain('## Synthetic texts, every type (n = 2 texts, 3 values)')
  expect(page).toMatch(
    /\| Sluice \| 1\.000 \| 0\.528 \| 0\.583 \(.*\) \| 1\.000 \| 0\.667 \| 0\.714 \(.*\) \| 0\.000 of 2 \|/,
  )
  expect(page).toContain('| EMAIL | 0.000 (0.000–0.793) | 1 |')
  expect(page).toContain('Always covered: PERSON (1).')
  expect(page).toContain('| Sluice | 50.0 % (9.5–90.5) of 2 |')
  expect(page).toContain('| Sluice | 0.500 | 10.0 | 1.00 |')
  expect(page).toContain('90 MiB at 10 MB')
  expect(page).not.toContain('NaN')
  expect(page).not.toContain('undefined')
})
