import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { TextRecord } from '../../../../artifacts/record.ts'
import { readDate, toTime } from '../../../../stages/redact/operators/dates/written-date.ts'
import { daysOfSubject, shiftDate, subjectOf } from '../../../../stages/redact/operators/shift-date.ts'
import { leastTime } from '../../../support/least-time.ts'

const US = { dayFirst: false }

test.each([
  ['2024-03-12', '2024-06-20'],
  ['12/03/2024', '03/13/2025'],
  ['3/12/85', '6/20/85'],
  ['13.3.2024', '21.6.2024'],
  ['12 / 03 / 1985', '03 / 13 / 1986'],
  ['March 12, 2024 at 10:30', 'June 20, 2024 at 10:30'],
  ['Tuesday, March 12th, 2024', 'Thursday, June 20th, 2024'],
  ['12. März 1985', '20. Juni 1985'],
  ['12 de marzo de 2024', '20 de junio de 2024'],
  ['1er mars 2024', '9 juin 2024'],
  ['2nd of March 2024', '10th of June 2024'],
  ['MARCH 12 2024', 'JUNE 20 2024'],
  ['12-Mar-1985', '20-Jun-1985'],
  ["12 Mar '24", "20 Jun '24"],
  ['Mon, 4 Mar 2024 10:00:00 +0000', 'Wed, 12 Jun 2024 10:00:00 +0000'],
  ['Mar 12 10:00:00 2024', 'Jun 20 10:00:00 2024'],
  ['2024-03-12T10:00:00Z', '2024-06-20T10:00:00Z'],
  ['2024年3月12日', '2024年6月20日'],
  ['1985년 3월 12일', '1985년 6월 20일'],
  ['20240312', '20240620'],
  ['2024-W10-2', '2024-W24-4'],
  ['March 2024', 'June 2024'],
  ['03/2024', '06/2024'],
  ['12 March', '20 June'],
  ['12 марта 2024', '20 июня 2024'],
  ['5 stycznia 2024', '14 kwietnia 2024'],
])('%s moved by 100 days is %s', (value, moved) => {
  expect(shiftDate(value, 100, US)).toBe(moved)
})

test.each(['14:30', 'tomorrow', '31/31/2024', '30 February 2024', '', 'March', '2024-13-45'])(
  '%s cannot be moved',
  (value) => {
    expect(shiftDate(value, 100, US)).toBeUndefined()
  },
)

test('a month or a year that would stay the same is not moved', () => {
  expect(shiftDate('March 2024', 3, US)).toBeUndefined()
  expect(shiftDate('1985', 100, US)).toBeUndefined()
})

test('the order of day and month is that of the option, unless the numbers or the dots tell', () => {
  const day = (value: string, dayFirst: boolean) => {
    const { year, month, day } = readDate(value, { dayFirst })!
    return [year, month, day]
  }
  expect(day('03/04/2024', true)).toEqual([2024, 4, 3])
  expect(day('03/04/2024', false)).toEqual([2024, 3, 4])
  expect(day('13/04/2024', false)).toEqual([2024, 4, 13])
  expect(day('04/13/2024', true)).toEqual([2024, 4, 13])
  expect(day('03.04.2024', false)).toEqual([2024, 4, 3])
})

const time = fc.integer({ min: Date.UTC(1930, 0, 1) / 86_400_000, max: Date.UTC(2060, 0, 1) / 86_400_000 })
const MONTHS = 'January February March April May June July August September October November December'.split(' ')
const two = (n: number) => String(n).padStart(2, '0')
const NOTATIONS: readonly ((date: Date) => string)[] = [
  (d) => d.toISOString().slice(0, 10),
  (d) => `${d.getUTCFullYear()}/${d.getUTCMonth() + 1}/${d.getUTCDate()}`,
  (d) => `${d.getUTCDate()}.${d.getUTCMonth() + 1}.${d.getUTCFullYear()}`,
  (d) => `${two(d.getUTCDate())}.${two(d.getUTCMonth() + 1)}.${d.getUTCFullYear()}`,
  (d) => `${two(d.getUTCMonth() + 1)}/${two(d.getUTCDate())}/${d.getUTCFullYear()}`,
  (d) => `${MONTHS[d.getUTCMonth()]} ${d.getUTCDate()}, ${d.getUTCFullYear()}`,
  (d) => `${d.getUTCDate()} ${MONTHS[d.getUTCMonth()]!.slice(0, 3)} ${d.getUTCFullYear()}`,
  (d) => d.toISOString().slice(0, 10).replaceAll('-', ''),
  (d) => `${d.getUTCFullYear()}年${d.getUTCMonth() + 1}月${d.getUTCDate()}日`,
  (d) => d.toUTCString().slice(0, 16),
]

test('intervals between the dates of a subject are kept, in every notation', () => {
  fc.assert(
    fc.property(
      time,
      time,
      fc.nat({ max: NOTATIONS.length - 1 }),
      fc.integer({ min: -365, max: 365 }).filter((days) => days !== 0),
      (a, b, notation, days) => {
        const write = (day: number) => NOTATIONS[notation]!(new Date(day * 86_400_000))
        const movedA = shiftDate(write(a), days, US)!
        const movedB = shiftDate(write(b), days, US)!
        // The notation is the same: writing the moved day gives the moved text. `12/11` does not tell whether it has zeros,
        // nor `May` whether it is short.
        const bare = (text: string) => text.replace(/(?<!\d)0/g, '').replace(/(\p{Lu}\p{Ll}{2})\p{Ll}+/gu, '$1')
        expect(bare(movedA)).toBe(bare(write(a + days)))
        expect(toTime(readDate(movedB, US)!) - toTime(readDate(movedA, US)!)).toBe((b - a) * 86_400_000)
      },
    ),
  )
})

describe('the days of a subject', () => {
  const key = Buffer.alloc(32, 3)
  test('are never 0 nor more than the most, and use the whole range', () => {
    const seen = new Set<number>()
    for (let i = 0; i < 400; i++) seen.add(daysOfSubject(key, `s${i}`, 7))
    expect([...seen].sort((a, b) => a - b)).toEqual([-7, -6, -5, -4, -3, -2, -1, 1, 2, 3, 4, 5, 6, 7])
  })
  test('are the same for one subject, and others under another key', () => {
    expect(daysOfSubject(key, 'a', 365)).toBe(daysOfSubject(key, 'a', 365))
    const subjects = Array.from({ length: 50 }, (_, i) => `s${i}`)
    const other = Buffer.alloc(32, 4)
    expect(subjects.map((s) => daysOfSubject(key, s, 365))).not.toEqual(
      subjects.map((s) => daysOfSubject(other, s, 365)),
    )
  })
  test('the subject is the configured field, else the record', () => {
    const record: TextRecord = {
      id: 'a'.repeat(64),
      text: 'x',
      source: { uri: 'u', row: 0 },
      meta: { customer: { id: 42 } },
      notes: {},
    }
    expect(subjectOf(record, 'meta.customer.id')).toBe('field:42')
    expect(subjectOf(record, 'meta.customer.name')).toBe(`record:${record.id}`)
    expect(subjectOf(record, undefined)).toBe(`record:${record.id}`)
    expect(subjectOf(record, 'meta.constructor.name')).toBe(`record:${record.id}`)
    expect(subjectOf(undefined, 'meta.customer.id')).toBe('text')
  })
})

test('an adversarial text takes time in proportion to its length', () => {
  const slow = `${'12 '.repeat(16)}January${' 1'.repeat(20)}`
  const all = (): void => {
    for (let i = 0; i < 50; i++) readDate(slow, US)
  }
  expect(leastTime(() => all, 3, 3000)).toBeLessThan(3000)
})
