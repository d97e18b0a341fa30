import type { PiiType } from '../pii-type.ts'
import { type DateReading, readDate } from './dates/written-date.ts'

export interface BucketForm {
  /** Width of a band of ages, in years. */
  readonly years: number
  /** Bounds of the bands for numbers of any type, ascending. Instead of the rule for the type. */
  readonly edges?: readonly number[]
  /** The day (ISO) at which somebody born then would be how old. Needed for dates of birth. */
  readonly reference_date?: string
  readonly dayFirst: boolean
}

/**
 * A coarser value: ages to bands with 90+ at the top, US ZIP codes to three digits, dates to their year, numbers to bands; the
 * rules of HIPAA Safe Harbor, 45 CFR 164.514(b)(2). `undefined` where there is no rule or the value cannot be read. A band
 * stays the band it is.
 */
export function bucket(type: PiiType, value: string, form: BucketForm): string | undefined {
  if (form.edges !== undefined) return bucketNumber(value, form.edges)
  switch (type) {
    case 'AGE':
      return bucketAge(value, form.years)
    case 'POSTAL_CODE':
      return bucketZip(value)
    case 'DATE':
      return bucketDate(value, form)
    case 'DATE_OF_BIRTH':
      return form.reference_date === undefined ? undefined : bucketBirth(value, form.reference_date, form)
    default:
      return undefined
  }
}

/** 45 CFR 164.514(b)(2)(i)(C): all ages over 89 are one. */
const TOP = 90

/** "34" → "30-39", "34yo" → "30-39yo", "ninety-two" → "90+", "7 months" → "0-9". */
export function bucketAge(value: string, width: number): string | undefined {
  if (/^\s*(?:\d{1,2}-\d{1,2}|90\+)/.test(value)) return value
  const match = /\d{1,3}(?:[.,]\d+|½)?/.exec(value)
  const spelled = match === null ? spelledNumber(value) : undefined
  const small = /month|week|day|mois|monat|woche|tag|mes|sett/i.test(value)
  const age = small ? 0 : match === null ? spelled : Math.floor(Number(match[0].replace(',', '.').replace('½', '')))
  if (age === undefined || age > 150) return undefined
  const from = Math.floor(age / width) * width
  const band = age >= TOP ? `${TOP}+` : `${from}-${Math.min(from + width, TOP) - 1}`
  return match === null || small
    ? band
    : value.slice(0, match.index) + band + value.slice(match.index + match[0].length)
}

const ONES =
  'zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen eighteen nineteen'.split(
    ' ',
  )
const TENS = 'twenty thirty forty fifty sixty seventy eighty ninety'.split(' ')

function spelledNumber(value: string): number | undefined {
  const words = value.toLowerCase().match(/[a-z]+/g) ?? []
  const [first = '', second = ''] = words
  const tens = TENS.indexOf(first)
  if (tens >= 0) return (tens + 2) * 10 + Math.max(0, ONES.indexOf(second))
  const ones = ONES.indexOf(first)
  return ones < 0 ? undefined : ones
}

/**
 * First three digits of ZIP codes whose areas have 20,000 people or fewer, written 000: HHS, "Guidance Regarding Methods for
 * De-identification" (2012), which lists 17 by the Census of 2000, and those that the same count by the Census of 2010 adds
 * (205, 369, 753, 772). Both lists together: a prefix in either is hidden.
 */
const RESTRICTED_ZIPS: ReadonlySet<string> = new Set(
  '036 059 063 102 203 205 369 556 692 753 772 790 821 823 830 831 878 879 884 890 893'.split(' '),
)

/** A US ZIP code, with or without its four more digits, to its first three. */
export function bucketZip(value: string): string | undefined {
  const match = /^\s*(?:(\d{3})\d{2}(?:[- ]?\d{4})?|(\d{3}))\s*$/.exec(value)
  const prefix = match?.[1] ?? match?.[2]
  if (prefix === undefined) return undefined
  return RESTRICTED_ZIPS.has(prefix) ? '000' : prefix
}

function bucketDate(value: string, reading: DateReading): string | undefined {
  const date = readDate(value, reading)
  return date?.has.year === true ? String(date.year) : undefined
}

/**
 * The year of birth; for whoever is or becomes over 89 in the year of the reference only "before 1937", since a year would tell
 * the age (45 CFR 164.514(b)(2)(i)(C): "all elements of dates (including year) indicative of such age").
 */
function bucketBirth(value: string, reference: string, reading: DateReading): string | undefined {
  if (/^before \d{4}$/.test(value)) return value
  const now = Number(reference.slice(0, 4))
  const date = readDate(value, reading)
  if (date?.has.year !== true) return undefined
  // Two digits: the latest such year that has begun.
  const year = date.shortYear ? now - ((((now - date.year) % 100) + 100) % 100) : date.year
  return year <= now - TOP ? `before ${now - TOP + 1}` : String(year)
}

/** The band that a number falls into: "1,250.00 €" with edges 0, 1000, 5000 → "1000-5000". Lower bounds belong to a band. */
export function bucketNumber(value: string, edges: readonly number[]): string | undefined {
  const first = edges[0]!
  const last = edges.at(-1)!
  if (value === `<${first}` || value === `${last}+`) return value
  if (edges.some((edge, i) => value === `${edge}-${edges[i + 1]}`)) return value
  const number = readNumber(value)
  if (number === undefined) return undefined
  if (number < first) return `<${first}`
  if (number >= last) return `${last}+`
  const at = edges.findIndex((edge, i) => number >= edge && number < edges[i + 1]!)
  return `${edges[at]}-${edges[at + 1]}`
}

/** One number in a text: a comma or a point before exactly two last digits is decimal, else it groups. */
function readNumber(value: string): number | undefined {
  const found = value.match(/[-−]?\d[\d.,' \u00a0\u202f]*/g) ?? []
  if (found.length !== 1) return undefined
  const text = found[0]
    .replace('−', '-')
    .replace(/[' \u00a0\u202f]/g, '')
    .replace(/[.,]$/, '')
  const decimal = /[.,](\d{1,2})$/.exec(text)
  const whole = (decimal === null ? text : text.slice(0, decimal.index)).replace(/[.,]/g, '')
  const number = Number(decimal === null ? whole : `${whole}.${decimal[1]}`)
  return Number.isFinite(number) ? number : undefined
}
