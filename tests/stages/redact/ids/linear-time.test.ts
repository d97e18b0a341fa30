import { describe, expect, test } from 'vitest'
import { ALL_IDS } from '../../../../stages/redact/ids/all-ids.ts'
import { findIds } from '../../../../stages/redact/ids/find-ids.ts'
import { Subject } from '../../../../stages/redact/subject.ts'
import { leastTime } from '../../../support/least-time.ts'

const recognizer = findIds(ALL_IDS)
const UNITS = [
  '1 ',
  '12 ',
  '1.',
  '12-',
  'A1 ',
  'AB 12 ',
  '1234567 ',
  'A(1)',
  '9',
  'a',
  '9A',
  'nhs 943 476 5919 ',
  'bsn 111222333 ',
  'steuer-id 86095742719 ',
  'driver license A1 ',
  '12/',
  '+1',
  '身份证1',
  'AAA AAA 1 ',
]

describe('twice the text takes about twice the time', () => {
  test.each(UNITS)('%j', (unit) => {
    const run = (units: number) => (): void => {
      recognizer.find(new Subject(unit.repeat(units)), () => undefined)
    }
    const units = Math.ceil(24_000 / unit.length)
    run(units)()
    // Other programs share the processor: the best of some tries counts. Less than 20 ms says nothing of growth.
    let growth = Number.POSITIVE_INFINITY
    for (let attempt = 0; attempt < 4 && growth >= 2.6; attempt++) {
      const twice = leastTime(() => run(units * 2), 4, 20)
      growth = Math.min(growth, twice > 20 ? twice / leastTime(() => run(units), 4) : 2)
    }
    expect(growth).toBeLessThan(2.6)
  })
})

test('no context and no written form takes more than linear time on what it half matches', () => {
  const heads = ['a', ' ', '1', '-', 'nhs ', 'national ', 'steuer ', 'driver s licen', 'c f ', '身份', '1 ', '1.', 'A']
  const patterns = ALL_IDS.flatMap(({ name, context, written }) =>
    [context, written].filter((pattern) => pattern !== undefined).map((pattern) => ({ name, pattern })),
  )
  const slow: string[] = []
  for (const { name, pattern } of patterns) {
    for (const head of heads) {
      const text = head.repeat(Math.ceil(2_000 / head.length))
      const long = `${text}${text}`
      pattern.test(long)
      const twice = leastTime(() => () => pattern.test(long), 4, 4)
      if (twice < 4) continue
      const once = leastTime(() => () => pattern.test(text), 4)
      if (twice / Math.max(once, 0.001) > 2.6) slow.push(`${name} ${JSON.stringify(head)} ${once} ${twice}`)
    }
  }
  expect(slow).toEqual([])
})
