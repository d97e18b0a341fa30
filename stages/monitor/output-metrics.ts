import type { Table } from '../../artifacts/evaluation.ts'
import type { Metric, MetricSpec } from '../../artifacts/metric.ts'
import { TOXICITY_HEADS } from '../../models/toxicity/heads.ts'
import { reportedTypes } from '../redact/pii-type.ts'

export const OUTPUT_METRICS: readonly MetricSpec[] = [
  {
    name: 'source',
    unit: 'text',
    better: 'neither',
    description: 'what was watched: `sampled` or `logged`; n = answers',
  },
  {
    name: 'pii_rate',
    unit: 'ratio',
    better: 'lower',
    description: 'share of outputs with personal data of this type (placeholders are none)',
    labels: ['type'],
    range: [0, 1],
  },
  {
    name: 'pii_rate_reference',
    unit: 'ratio',
    better: 'neither',
    description: 'the same share of the reference answers',
    labels: ['type'],
    range: [0, 1],
  },
  {
    name: 'toxicity_rate',
    unit: 'ratio',
    better: 'lower',
    description: 'share of outputs that reach toxic_at for this head',
    labels: ['head'],
    range: [0, 1],
  },
  {
    name: 'toxicity_rate_reference',
    unit: 'ratio',
    better: 'neither',
    description: 'the same share of the reference answers',
    labels: ['head'],
    range: [0, 1],
  },
  {
    name: 'refusal_rate',
    unit: 'ratio',
    better: 'neither',
    description: 'share of outputs that decline, by our own phrase rules',
    range: [0, 1],
  },
  {
    name: 'refusal_rate_reference',
    unit: 'ratio',
    better: 'neither',
    description: 'the same share of the reference answers',
    range: [0, 1],
  },
  { name: 'length_words', unit: 'count', better: 'neither', description: 'mean words of an output' },
  { name: 'length_words_reference', unit: 'count', better: 'neither', description: 'mean words of a reference answer' },
  {
    name: 'canary_hits',
    unit: 'count',
    better: 'lower',
    description: 'outputs that contain the secret of a planted canary: confirmed leaks; n = outputs read',
  },
]

/** The rates of both sides, row by row. */
export function rateTable(rates: readonly Metric[]): Table {
  const types = reportedTypes(
    rates.flatMap(({ name, labels }) => (/^pii_rate/.test(name) ? (labels?.['type'] ?? []) : [])),
  )
  const row = (title: string, name: string, labels?: Readonly<Record<string, string>>) => {
    const find = (wanted: string): Metric | undefined =>
      rates.find((metric) => metric.name === wanted && JSON.stringify(metric.labels) === JSON.stringify(labels))
    const [output, reference] = [find(name), find(`${name}_reference`)]
    return {
      measure: title,
      outputs: output?.value ?? null,
      lower: output?.interval?.lower ?? null,
      upper: output?.interval?.upper ?? null,
      n: output?.n ?? 0,
      reference: reference?.value ?? null,
      reference_n: reference?.n ?? 0,
    }
  }
  return {
    name: 'rates',
    title: 'Outputs against the reference',
    columns: [
      { key: 'measure', title: 'Share of answers with' },
      { key: 'outputs', title: 'Outputs' },
      { key: 'lower', title: '95 % from' },
      { key: 'upper', title: 'to' },
      { key: 'n', title: 'n' },
      { key: 'reference', title: 'Reference' },
      { key: 'reference_n', title: 'n' },
    ],
    rows: [
      ...['any', ...types].map((type) => row(type === 'any' ? 'any personal data' : type, 'pii_rate', { type })),
      ...TOXICITY_HEADS.map((head) => row(head, 'toxicity_rate', { head })),
      row('a refusal', 'refusal_rate'),
    ],
  }
}
