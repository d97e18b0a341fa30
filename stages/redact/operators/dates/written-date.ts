import { inCaseOf } from '../surrogate/case-style.ts'
import { MONTH_PATTERN, monthNamed, weekdayNamed } from './month-names.ts'

export interface Day {
  readonly year: number
  /** 1…12 */
  readonly month: number
  readonly day: number
}

/** A date as it is written somewhere. What is not written is set so that arithmetic works: year 2000, day 15, July. */
export interface WrittenDate extends Day {
  readonly has: { readonly year: boolean; readonly month: boolean; readonly day: boolean }
  /** The year is written with two digits. */
  readonly shortYear: boolean
  /** The same text with another day in it: notation, language, padding, time of day stay; weekdays and ordinals follow. */
  write(day: Day): string
}

export interface DateReading {
  /** Whether 03/04/2024 is the third of April. With dots it always is. */
  readonly dayFirst: boolean
}

const WORD = `(?<word>${MONTH_PATTERN})(?![\\p{L}])`
const YEAR4 = '(?<y>(?:1[89]|20|21)\\d\\d)'
const YEAR = `(?:${YEAR4}|'?(?<yy>\\d\\d))(?![\\d:])`
const D = '(?<!\\d)(?<d>\\d{1,2})(?!\\d)'
const TH = '(?<th>st|nd|rd|th|er|[ºª.])?'
const CLOCK = '(?: \\d{1,2}:\\d{2}(?::\\d{2})?(?:[.,]\\d{1,9})?(?: ?(?:Z|[A-Z]{3,4}|[+-]\\d{4}))?)?'

/** From the notation that says most to the one that says least. Each is linear and is tried once. */
const FORMS: readonly RegExp[] = [
  `(?<!\\d)${YEAR4} ?(?<s>[-/. ]) ?(?<m>\\d{1,2}) ?\\k<s> ?(?<d>\\d{1,2})(?!\\d)`,
  `(?<!\\d)(?<a>\\d{1,2}) ?(?<s>[-/. ]) ?(?<b>\\d{1,2}) ?\\k<s> ?${YEAR}`,
  `${YEAR4} ?[年년] ?(?<m>\\d{1,2}) ?[月월] ?(?<d>\\d{1,2}) ?[日일]`,
  `(?<!\\d)${YEAR4}-?W(?<week>[0-5]\\d)(?:-?(?<n>[1-7]))?(?!\\d)`,
  `${D}${TH}[ /-]?(?:of |de |day of )?${WORD}\\.?,?[ /-]?(?:de |del |of )?${YEAR}`,
  `(?<!\\p{L})${WORD}\\.?[ -](?:the )?${D}${TH}${CLOCK},?[ -]?(?:of )?(?:${YEAR4}|'(?<yy>\\d\\d))(?![\\d:])`,
  `${YEAR4}[ -]${WORD}\\.?[ -]${D}`,
  `(?<!\\p{L})${WORD}\\.?,?[ -](?:of |de |del )?(?:${YEAR4}|'(?<yy>\\d\\d))(?![\\d:])`,
  `${D}${TH}[ -]?(?:of |de )?${WORD}`,
  `(?<!\\p{L})${WORD}\\.?[ -](?:the )?${D}${TH}`,
  '(?<!\\d)(?<m>\\d{1,2})[月월] ?(?<d>\\d{1,2})[日일]',
  `(?<!\\d)(?<m>\\d{1,2})[/.-]${YEAR4}(?!\\d)`,
  `(?<!\\d)${YEAR4}[-/](?<m>\\d{2})(?!\\d)`,
  `(?<!\\d)${YEAR4}(?<m>0[1-9]|1[0-2])(?<d>\\d\\d)(?!\\d)`,
  `(?<!\\d)(?<a>\\d\\d)(?<b>\\d\\d)${YEAR4}(?!\\d)`,
  '(?<![\\d:])(?<a>\\d{1,2})(?<s>[/.])(?<b>\\d{1,2})(?!\\d)',
  `(?<![\\d:])${YEAR4}(?![\\d:])`,
].map((form) => new RegExp(form, 'diu'))

/** Longer texts are no dates. */
const MAX_LENGTH = 100

/** Reads a date in any notation that the recognizers know; `undefined` where there is none, or none that a calendar has. */
export function readDate(value: string, reading: DateReading): WrittenDate | undefined {
  if (value.length > MAX_LENGTH) return undefined
  for (const form of FORMS) {
    const match = form.exec(value)
    // The notation that says most decides: "30 February 2024" is not February 2024.
    if (match !== null) return read(value, match, reading)
  }
  return undefined
}

function read(value: string, match: RegExpExecArray, reading: DateReading): WrittenDate | undefined {
  const groups = match.groups ?? {}
  const at = match.indices!.groups ?? {}
  const yearText = groups['y'] ?? groups['yy']
  const year = yearText === undefined ? undefined : yearText.length === 4 ? Number(yearText) : century(Number(yearText))
  if (groups['week'] !== undefined) return readWeek(value, at, year!, Number(groups['week']), groups['n'])
  const month = groups['word'] === undefined ? undefined : monthNamed(groups['word'])
  if (groups['word'] !== undefined && month === undefined) return undefined
  let dayGroup = 'd'
  let monthGroup = groups['word'] === undefined ? 'm' : 'word'
  if (groups['a'] !== undefined) {
    const first = groups['s'] === '.' || Number(groups['a']) > 12 || (reading.dayFirst && Number(groups['b']) <= 12)
    ;[dayGroup, monthGroup] = first ? ['a', 'b'] : ['b', 'a']
  }
  const dayText = groups[dayGroup]
  const monthText = groups[monthGroup]
  const parsed: Day = {
    year: year ?? 2000,
    month: month === undefined ? (monthText === undefined ? 7 : Number(monthText)) : month.index + 1,
    day: dayText === undefined ? (monthText === undefined ? 1 : 15) : Number(dayText),
  }
  if (!exists(parsed)) return undefined
  const compact =
    groups['s'] === undefined && groups['word'] === undefined && groups['m'] !== undefined && /^\d{6,8}$/.test(match[0])
  // `3/12` is written without zeros, `03/12` and `12/11` with them.
  const numbers = [dayText, month === undefined ? monthText : undefined].filter((text) => text !== undefined)
  const padded =
    (groups['s'] !== undefined && numbers.length === 2 && numbers.every((text) => text.length === 2)) ||
    numbers.some((text) => text.startsWith('0'))
  const number = (n: number): string => (padded || compact ? String(n).padStart(2, '0') : String(n))
  const shortYear = groups['y'] === undefined && groups['yy'] !== undefined
  return {
    ...parsed,
    has: { year: year !== undefined, month: monthText !== undefined, day: dayText !== undefined },
    shortYear,
    write: (day) =>
      replaceAt(value, [
        [at['y'], () => String(day.year).padStart(4, '0')],
        [at['yy'], () => String(day.year % 100).padStart(2, '0')],
        [at[dayGroup], () => number(day.day)],
        [
          at[monthGroup],
          () => (month === undefined ? number(day.month) : inCaseOf(monthText!, month.series[day.month - 1]!)),
        ],
        [at['th'], (text) => ordinal(text, day.day)],
        ...(dayText === undefined || year === undefined ? [] : weekdayPieces(value, match, day)),
      ]),
  }
}

function readWeek(
  value: string,
  at: Readonly<Record<string, [number, number]>>,
  year: number,
  week: number,
  weekday: string | undefined,
): WrittenDate | undefined {
  if (week < 1 || week > 53) return undefined
  // ISO 8601: the week that has 4 January is the first.
  const monday = Date.UTC(year, 0, 4) - isoWeekday(Date.UTC(year, 0, 4)) * DAY_MS + (week - 1) * 7 * DAY_MS
  const offset = weekday === undefined ? 0 : Number(weekday) - 1
  return {
    ...fromTime(monday + offset * DAY_MS),
    has: { year: true, month: true, day: weekday !== undefined },
    shortYear: false,
    write(day) {
      const time = toTime(day)
      const thursday = time + (3 - isoWeekday(time)) * DAY_MS
      const weekYear = fromTime(thursday).year
      const first = Date.UTC(weekYear, 0, 4) - isoWeekday(Date.UTC(weekYear, 0, 4)) * DAY_MS
      return replaceAt(value, [
        [at['y'], () => String(weekYear)],
        [at['week'], () => String(Math.floor((time - first) / (7 * DAY_MS)) + 1).padStart(2, '0')],
        [at['n'], () => String(isoWeekday(time) + 1)],
      ])
    },
  }
}

type Piece = readonly [at: readonly [number, number] | undefined, write: (text: string) => string]

function replaceAt(value: string, pieces: readonly Piece[]): string {
  let out = value
  const known = pieces.flatMap(([at, write]) => (at === undefined ? [] : [{ at, write }]))
  for (const { at, write } of known.sort((a, b) => b.at[0] - a.at[0]))
    out = out.slice(0, at[0]) + write(value.slice(at[0], at[1])) + out.slice(at[1])
  return out
}

/** Weekdays that stand around the date. */
function weekdayPieces(value: string, match: RegExpExecArray, day: Day): readonly Piece[] {
  const [from, to] = [match.index, match.index + match[0].length]
  return [...value.matchAll(/\p{L}[\p{L}-]*/gu)].flatMap((word) => {
    const end = word.index + word[0].length
    const named = end <= from || word.index >= to ? weekdayNamed(word[0]) : undefined
    if (named === undefined) return []
    const weekday = new Date(toTime(day)).getUTCDay()
    return [[[word.index, end], (text: string) => inCaseOf(text, named.series[weekday]!)] as const]
  })
}

function ordinal(text: string, day: number): string {
  const lower = text.toLowerCase()
  // French has it for the first alone.
  if (lower === 'er') return day === 1 ? text : ''
  if (!/^(?:st|nd|rd|th)$/.test(lower)) return text
  const teen = day >= 11 && day <= 13
  const suffix = teen ? 'th' : day % 10 === 1 ? 'st' : day % 10 === 2 ? 'nd' : day % 10 === 3 ? 'rd' : 'th'
  return text === lower ? suffix : suffix.toUpperCase()
}

/** POSIX: 69…99 are of the twentieth century. */
function century(year: number): number {
  return year >= 69 ? 1900 + year : 2000 + year
}

const DAY_MS = 86_400_000

/** Monday is 0. */
function isoWeekday(time: number): number {
  return (new Date(time).getUTCDay() + 6) % 7
}

export function toTime(day: Day): number {
  return Date.UTC(day.year, day.month - 1, day.day)
}

export function fromTime(time: number): Day {
  const date = new Date(time)
  return { year: date.getUTCFullYear(), month: date.getUTCMonth() + 1, day: date.getUTCDate() }
}

/** The day `days` later. */
export function addDays(day: Day, days: number): Day {
  return fromTime(toTime(day) + days * DAY_MS)
}

function exists(day: Day): boolean {
  const back = fromTime(toTime(day))
  return back.month === day.month && back.day === day.day
}
