import type { Metric, MetricSpec } from '../artifacts/metric.ts'
import type { Json } from '../util/json.ts'

/**
 * How every report and the terminal write numbers. English grouping, no clock, no locale of the machine: the same
 * record gives the same words everywhere.
 */

/** `12,345`. */
export function integer(n: number): string {
  return Math.round(n).toLocaleString('en-GB')
}

/** A number at about three significant digits: `0.0123`, `4.57`, `1,234`. */
export function decimal(x: number): string {
  if (!Number.isFinite(x)) return String(x)
  if (Number.isInteger(x)) return integer(x)
  const size = Math.abs(x)
  if (size >= 1000) return integer(x)
  if (size < 1e-4)
    return x
      .toExponential(1)
      .replace('e-', ' × 10⁻')
      .replace(/⁻(\d+)$/, (_, digits) => `⁻${superscript(digits)}`)
  const digits = size >= 100 ? 1 : size >= 1 ? 2 : Math.min(6, 2 - Math.floor(Math.log10(size)))
  return trimZeros(x.toFixed(digits))
}

/** A share of one as a percentage. Never rounds to 0 % or 100 % what is not exactly that. */
export function percent(share: number): string {
  if (!Number.isFinite(share)) return String(share)
  const value = share * 100
  if (share === 0 || share === 1) return `${value}%`
  for (let digits = value < 1 ? 2 : 1; digits <= 6; digits++) {
    const text = value.toFixed(digits)
    if (Number(text) !== 0 && Number(text) !== 100) return `${trimZeros(text)}%`
  }
  return value < 50 ? '<0.000001%' : '>99.999999%'
}

/** `4.2 s`, `1 min 32 s`, `2 h 05 min`. */
export function duration(seconds: number): string {
  if (seconds < 0.0995) return `${Math.round(seconds * 1000)} ms`
  if (seconds < 9.95) return `${seconds.toFixed(1)} s`
  const whole = Math.round(seconds)
  if (whole < 60) return `${whole} s`
  if (whole < 3600) return `${Math.floor(whole / 60)} min ${String(whole % 60).padStart(2, '0')} s`
  const minutes = Math.round(whole / 60)
  return `${Math.floor(minutes / 60)} h ${String(minutes % 60).padStart(2, '0')} min`
}

/** `12.3 MB` (powers of 1000). */
export function byteSize(n: number): string {
  const units = ['bytes', 'kB', 'MB', 'GB', 'TB']
  let value = n
  let unit = 0
  while (value >= 999.5 && unit < units.length - 1) {
    value /= 1000
    unit += 1
  }
  return `${unit === 0 || value >= 99.5 ? integer(value) : trimZeros(value.toFixed(1))} ${units[unit]}`
}

/** The first twelve digits of a digest, for reading; the whole one stands in the reproducibility section. */
export function shortDigest(digest: string): string {
  return digest.replace(/^sha256:/, '').slice(0, 12)
}

/** `2026-11-23 07:05 UTC`. */
export function moment(iso: string): string {
  const match = /^(\d{4}-\d{2}-\d{2})T(\d{2}:\d{2})/.exec(iso)
  return match === null ? iso : `${match[1]} ${match[2]} UTC`
}

/** A metric's value in its unit. Without a declared unit, see `guessUnit`. */
export function metricValue(metric: Metric, unit: MetricSpec['unit'] | undefined): string {
  const { value } = metric
  if (value === null) return 'not measured'
  if (typeof value !== 'number') return typeof value === 'boolean' ? (value ? 'yes' : 'no') : value
  return quantity(value, unit ?? guessUnit(metric))
}

/** A number in a unit: `97.3%`, `12.4 bits`. */
export function quantity(value: number, unit: MetricSpec['unit'] | undefined): string {
  if (unit === 'ratio') return percent(value)
  if (unit === 'bytes') return byteSize(value)
  if (unit === 'ratio-of-rates') return `${decimal(value)} ×`
  if (unit === 'bits' || unit === 'nats' || unit === 'tokens') return `${decimal(value)} ${unit}`
  return decimal(value)
}

/** The unit a metric most likely has, for stages whose declarations are not in the record. */
export function guessUnit(metric: Metric): MetricSpec['unit'] | undefined {
  if (typeof metric.value !== 'number') return undefined
  const named = /(?:^|_)(?:share|rate|recall)(?:_|$)/.test(metric.name)
  if (named && metric.value >= 0 && metric.value <= 1) return 'ratio'
  if (metric.interval === undefined) return undefined
  const { lower, upper } = metric.interval
  const share = lower >= 0 && upper <= 1 && metric.interval.method !== 'bootstrap'
  return share ? 'ratio' : undefined
}

/** `95% interval 96.1% to 98.2%`. */
export function intervalWords(metric: Metric, unit: MetricSpec['unit'] | undefined): string | undefined {
  if (metric.interval === undefined) return undefined
  const known = unit ?? guessUnit(metric)
  const { lower, upper, level } = metric.interval
  return `${percent(level)} interval ${quantity(lower, known)} to ${quantity(upper, known)}`
}

/** A value of a table cell, an operand or a setting, as a person writes it. */
export function plain(value: Json | undefined): string {
  if (value === undefined || value === null) return '—'
  if (typeof value === 'number') return decimal(value)
  if (typeof value === 'boolean') return value ? 'yes' : 'no'
  if (typeof value === 'string') return value
  if (Array.isArray(value)) return value.map((item) => plain(item as Json)).join(', ')
  return JSON.stringify(value)
}

/** `seeded_recall` → `Seeded recall`. Words in capitals stay (`EMAIL`). */
export function humanise(name: string): string {
  const words = name
    .replace(/[_.-]+/g, ' ')
    .trim()
    .replace(/\b[a-z]+\b/g, (word) => (ABBREVIATIONS.has(word) ? word.toUpperCase() : word))
  return words === '' ? name : words.charAt(0).toUpperCase() + words.slice(1)
}

const ABBREVIATIONS = new Set([
  'pii',
  'iban',
  'url',
  'api',
  'ip',
  'id',
  'auc',
  'tpr',
  'fpr',
  'roc',
  'psi',
  'ks',
  'json',
  'html',
])

/** `1 row`, `2 rows`. */
export function count(n: number, one: string, many = `${one}s`): string {
  return `${integer(n)} ${n === 1 ? one : many}`
}

/** `a, b and c`. */
export function list(words: readonly string[]): string {
  if (words.length <= 1) return words.join('')
  return `${words.slice(0, -1).join(', ')} and ${words.at(-1)}`
}

function trimZeros(text: string): string {
  return text.includes('.') ? text.replace(/\.?0+$/, '') : text
}

function superscript(digits: string): string {
  return [...digits].map((digit) => '⁰¹²³⁴⁵⁶⁷⁸⁹'[Number(digit)]).join('')
}
