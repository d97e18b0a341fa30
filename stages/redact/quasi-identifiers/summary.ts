import type { Table } from '../../../artifacts/evaluation.ts'
import type { GroupJson, GroupsJson } from '../../../artifacts/groups.ts'
import type { Metric, MetricSpec } from '../../../artifacts/metric.ts'
import type { Tally } from '../../../artifacts/tally.ts'
import type { Interval } from '../../../util/statistics.ts'
import { normalDeviate } from '../../../util/statistics.ts'
import type { QuasiIdentifiers } from './config.ts'
import { GROUPS } from './count.ts'

export const QUASI_METRICS: readonly MetricSpec[] = [
  {
    name: 'k_anonymity_min',
    unit: 'count',
    better: 'higher',
    description: 'Size of the smallest group of records that share their quasi-identifiers, after redaction.',
  },
  {
    name: 'records_below_k',
    unit: 'ratio',
    better: 'lower',
    labels: ['k'],
    range: [0, 1],
    description: 'Share of the records in groups smaller than k.',
  },
  {
    name: 'quasi_identifier_groups',
    unit: 'count',
    better: 'neither',
    description: 'Different combinations of quasi-identifiers.',
  },
  {
    name: 'l_diversity_min',
    unit: 'index',
    better: 'higher',
    labels: ['field', 'kind'],
    description:
      'Least diversity of a sensitive field within a group: `distinct` counts its different values, `entropy` is e to the entropy of their shares.',
  },
  {
    name: 'records_below_l',
    unit: 'ratio',
    better: 'lower',
    labels: ['field', 'l'],
    range: [0, 1],
    description: 'Share of the records in groups where a sensitive field has fewer than l different values.',
  },
]

export interface QuasiSummary {
  readonly metrics: readonly Metric[]
  readonly tables: readonly Table[]
  readonly limits: readonly string[]
}

/** What the tally says of groups. Exact up to `MAX_GROUPS` combinations, else an estimate from a random sample of them. */
export function summarizeQuasiIdentifiers(tally: Tally, config: QuasiIdentifiers): QuasiSummary {
  const counted = tally.getGroups(GROUPS)
  const records = tally.getCount('records')
  if (counted === undefined || records === 0) return nothing(config)
  const sample = sampleOf(counted, records)
  const sizes = sample.groups.map(({ n }) => n)
  const least = Math.min(...sizes)
  return {
    metrics: [
      minimum('k_anonymity_min', least, 1, sample),
      share('records_below_k', (group) => (group.n < config.k ? group.n : 0), config.k - 1, sample, {
        k: String(config.k),
      }),
      {
        name: 'quasi_identifier_groups',
        value: Math.round(sample.total),
        n: records,
        interval: sample.exact ? exactly(sample.total) : around(sample.total, sample.total / Math.sqrt(sizes.length)),
      },
      ...config.sensitive.flatMap((field) => diversity(field, config.l, sample)),
    ],
    tables: [sizeTable(sample)],
    limits: [
      'k-anonymity counts records, not people: someone with several records makes a group look larger. It says nothing of fields that are not configured, nor of the texts.',
      ...(sample.exact
        ? []
        : [
            `There are more than ${sizes.length} combinations of quasi-identifiers: shares are estimated from a random sample of that many, and a smaller group than the smallest seen may exist.`,
          ]),
    ],
  }
}

/** Groups whose digest lies below `rate` of the digests' range: a random sample at that rate; all of them at 1. */
interface Sample {
  readonly groups: readonly GroupJson[]
  readonly rate: number
  readonly exact: boolean
  /** Groups there are, or are estimated to be. */
  readonly total: number
  readonly records: number
}

const DIGITS = 12

function sampleOf({ groups, truncated }: GroupsJson, records: number): Sample {
  const all = Object.entries(groups)
  if (!truncated) {
    return { groups: all.map(([, group]) => group), rate: 1, exact: true, total: all.length, records }
  }
  // The largest key that stayed sets the rate and is itself not counted (Beyer et al. 2007: unbiased for k − 1 others).
  const last = all.at(-1)![0]
  const rate = (Number.parseInt(last.slice(0, DIGITS), 16) + 0.5) / 16 ** DIGITS
  const sampled = all.slice(0, -1).map(([, group]) => group)
  return { groups: sampled, rate, exact: false, total: sampled.length / rate, records }
}

/** A minimum over groups: exact where all were seen or none can be lower, else only an upper bound. */
function minimum(
  name: string,
  seen: number,
  lowest: number,
  sample: Sample,
  labels?: Readonly<Record<string, string>>,
): Metric {
  const base = { name, value: seen, n: sample.records, ...(labels === undefined ? {} : { labels }) }
  if (sample.exact || seen <= lowest) return { ...base, interval: exactly(seen) }
  return {
    ...base,
    interval: { lower: lowest, upper: seen, level: 1, method: 'exact' },
    note: 'the least of a sample of the groups: the true one is at most this',
  }
}

/**
 * Share of all records, from what each group adds. In a sample by the Horvitz–Thompson estimator with its normal interval:
 * groups are in it independently, each with the probability `rate`. Where the sample has none, three groups of the
 * largest part may still have been missed (the rule of three, Hanley & Lippman-Hand 1983).
 */
function share(
  name: string,
  part: (group: GroupJson) => number,
  largestPart: number,
  sample: Sample,
  labels: Readonly<Record<string, string>>,
): Metric {
  const parts = sample.groups.map(part)
  const sum = parts.reduce((a, b) => a + b, 0)
  const base = { name, labels, n: sample.records }
  if (sample.exact) return { ...base, value: sum / sample.records, interval: exactly(sum / sample.records) }
  const { rate, records } = sample
  const deviation = Math.sqrt((1 - rate) * parts.reduce((a, b) => a + b * b, 0)) / rate / records
  const value = Math.min(1, sum / rate / records)
  const { lower, upper, ...rest } = around(value, deviation)
  const most = sum === 0 ? (3 * largestPart) / rate / records : upper
  return { ...base, value, interval: { lower: Math.max(0, lower), upper: Math.min(1, most), ...rest } }
}

function diversity(field: string, l: number, sample: Sample): readonly Metric[] {
  const seen = sample.groups.flatMap(({ values }) => (values?.[field] === undefined ? [] : [values[field]]))
  if (seen.length === 0) {
    const note = 'no record has a value that redaction left'
    return [
      { name: 'l_diversity_min', labels: { field, kind: 'distinct' }, value: null, n: 0, note },
      { name: 'l_diversity_min', labels: { field, kind: 'entropy' }, value: null, n: 0, note },
      { name: 'records_below_l', labels: { field, l: String(l) }, value: null, n: 0, note },
    ]
  }
  const least = Math.min(...seen.map(distinctValues))
  // To six places, so that sums in another order give the same bytes.
  const entropy = Math.round(Math.min(...seen.map(entropyDiversity)) * 1e6) / 1e6
  return [
    minimum('l_diversity_min', least, 1, sample, { field, kind: 'distinct' }),
    minimum('l_diversity_min', entropy, 1, sample, { field, kind: 'entropy' }),
    share(
      'records_below_l',
      ({ n, values }) => (values?.[field] !== undefined && distinctValues(values[field]) < l ? n : 0),
      Math.max(...sample.groups.map(({ n }) => n)),
      sample,
      { field, l: String(l) },
    ),
  ]
}

type Values = NonNullable<GroupJson['values']>[string]

function distinctValues({ counts, truncated }: Values): number {
  return Object.keys(counts).length + (truncated ? 1 : 0)
}

/** e^H (Machanavajjhala et al. 2007). Values beyond the limit count as one: never too high. */
function entropyDiversity({ n, counts }: Values): number {
  const known = Object.values(counts)
  const rest = n - known.reduce((a, b) => a + b, 0)
  const shares = [...known, ...(rest > 0 ? [rest] : [])].sort((a, b) => a - b).map((count) => count / n)
  return Math.exp(-shares.reduce((sum, p) => sum + p * Math.log(p), 0))
}

const BANDS: readonly (readonly [number, number])[] = [
  [1, 1],
  [2, 2],
  [3, 4],
  [5, 9],
  [10, 19],
  [20, 49],
  [50, 99],
  [100, Number.POSITIVE_INFINITY],
]

function sizeTable({ groups, rate, records, exact }: Sample): Table {
  return {
    name: 'quasi_identifier_groups',
    title: `Groups of records with the same quasi-identifiers, by size${exact ? '' : ' (estimated from a sample)'}`,
    columns: [
      { key: 'size', title: 'Size' },
      { key: 'groups', title: 'Groups' },
      { key: 'records', title: 'Records' },
      { key: 'share', title: 'Share of records' },
    ],
    rows: BANDS.map(([from, to]) => {
      const band = groups.filter(({ n }) => n >= from && n <= to)
      const members = band.reduce((sum, { n }) => sum + n, 0) / rate
      return {
        size: to === Number.POSITIVE_INFINITY ? `${from}+` : from === to ? String(from) : `${from}–${to}`,
        groups: Math.round(band.length / rate),
        records: Math.round(members),
        share: Math.min(1, members / records),
      }
    }),
  }
}

function nothing(config: QuasiIdentifiers): QuasiSummary {
  const note = 'no records came'
  return {
    metrics: [
      { name: 'k_anonymity_min', value: null, n: 0, note },
      { name: 'records_below_k', labels: { k: String(config.k) }, value: null, n: 0, note },
      ...config.sensitive.flatMap((field): Metric[] => [
        { name: 'l_diversity_min', labels: { field, kind: 'distinct' }, value: null, n: 0, note },
        { name: 'l_diversity_min', labels: { field, kind: 'entropy' }, value: null, n: 0, note },
        { name: 'records_below_l', labels: { field, l: String(config.l) }, value: null, n: 0, note },
      ]),
    ],
    tables: [],
    limits: [],
  }
}

/** All groups were counted: no error of sampling. */
function exactly(value: number): Interval {
  return { lower: value, upper: value, level: 1, method: 'exact' }
}

function around(value: number, deviation: number): Interval {
  const half = normalDeviate(0.95) * deviation
  return { lower: value - half, upper: value + half, level: 0.95, method: 'normal' }
}
