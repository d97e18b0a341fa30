import type { Table } from '../../artifacts/evaluation.ts'
import type { Metric, MetricSpec } from '../../artifacts/metric.ts'
import type { Tally } from '../../artifacts/tally.ts'
import { clopperPearson, wilson } from '../../util/statistics.ts'
import type { Summary } from '../stage.ts'
import type { RedactConfig } from './config.ts'
import { typesOf } from './options.ts'
import { PACK_METRICS, packEvidence } from './packs/evidence.ts'
import { packOf } from './packs/packs.ts'
import { withPack } from './packs/with-pack.ts'
import { reportedTypes } from './pii-type.ts'
import { QUASI_METRICS, summarizeQuasiIdentifiers } from './quasi-identifiers/summary.ts'

export const METRICS: readonly MetricSpec[] = [
  { name: 'records', unit: 'count', better: 'neither', description: 'Records looked at.' },
  {
    name: 'records_with_pii',
    unit: 'ratio',
    better: 'neither',
    range: [0, 1],
    description: 'Share of the records in which at least one value was found.',
  },
  { name: 'spans', unit: 'count', better: 'neither', labels: ['type'], description: 'Values found, by type.' },
  {
    name: 'seeded_recall',
    unit: 'ratio',
    better: 'higher',
    labels: ['type'],
    range: [0, 1],
    description:
      'Of the made-up values of a type that were put into copies of these records, the share found in full. A value of which a letter or digit stays readable counts as missed.',
  },
  {
    name: 'seeded_recall_overall',
    unit: 'ratio',
    better: 'higher',
    range: [0, 1],
    description: 'The same over all types, each type counting by the values tried.',
  },
  {
    name: 'seeded_partial',
    unit: 'ratio',
    better: 'lower',
    range: [0, 1],
    description: 'Share of the made-up values of which only a part was found.',
  },
  {
    name: 'decoys_flagged',
    unit: 'ratio',
    better: 'lower',
    range: [0, 1],
    description:
      'Over-redaction: of the made-up texts that look like personal data and are none (order numbers, versions, product names), put into copies of these records, the share that was touched.',
  },
  {
    name: 'tool_call_fields_redacted',
    unit: 'count',
    better: 'neither',
    description: 'Values inside tool calls’ JSON arguments that were changed.',
  },
  {
    name: 'chars_redacted_share',
    unit: 'ratio',
    better: 'neither',
    range: [0, 1],
    description:
      'Share of the characters of all texts that were part of a found value. Very high: something is over-redacted.',
  },
  {
    name: 'operator_fallbacks',
    unit: 'count',
    better: 'neither',
    description:
      'Values that their operator could not write and that became `<TYPE>`: too short for fpe, no date to shift.',
  },
  ...PACK_METRICS,
  ...QUASI_METRICS,
]

const LIMITS: readonly string[] = [
  'Names are found by a small trained tagger and by the words around them: rare names, names in lower case without an introduction and names that are plain words are missed at times. See seeded_recall{PERSON} and models/weights/tagger/card.md.',
  'Personal data that has no form of its own is not found: health, beliefs, a job title or a rare event that points to one person.',
  'Seeded recall measures made-up values in these texts. Real values may be written in ways that were not made up.',
  'Ids of records are digests over their original content and source; names of functions, ids of calls and names of source files are left as they are.',
]

/** Pure: what the merged tally says, as metrics, a table and limits. */
export function summarize(tally: Tally, given: RedactConfig): Summary {
  const config = withPack(given)
  const pack = packOf(config)
  const evidence = pack === undefined ? undefined : packEvidence(tally, config, pack)
  const quasi =
    config.quasi_identifiers === undefined ? undefined : summarizeQuasiIdentifiers(tally, config.quasi_identifiers)
  const records = tally.getCount('records')
  const withPii = tally.getCount('records_with_pii')
  const found = new Map(tally.getCategories('spans'))
  const inRecords = new Map(tally.getCategories('records_by_type'))
  const tried = new Map(tally.getCategories('seeded'))
  const full = new Map(tally.getCategories('seeded_full'))
  const part = new Map(tally.getCategories('seeded_part'))
  const wanted = new Set(typesOf(config.types, config.countries))
  const types = reportedTypes([...found.keys(), ...tried.keys()]).filter((type) => wanted.has(type) || found.has(type))
  const metrics: Metric[] = [
    { name: 'records', value: records },
    rate('records_with_pii', withPii, records, wilson),
    ...types.map((type): Metric => ({ name: 'spans', labels: { type }, value: found.get(type) ?? 0, n: records })),
    ...types
      .filter((type) => tried.has(type))
      .map((type) => rate('seeded_recall', full.get(type) ?? 0, tried.get(type) ?? 0, clopperPearson, { type })),
    rate('seeded_recall_overall', total(full), total(tried), clopperPearson),
    rate('seeded_partial', total(part), total(tried), clopperPearson),
    rate('decoys_flagged', tally.getCount('decoys_flagged'), tally.getCount('decoys'), clopperPearson),
    { name: 'tool_call_fields_redacted', value: tally.getCount('tool_call_fields_redacted') },
    {
      name: 'chars_redacted_share',
      value: ratio(tally.getCount('chars_redacted'), tally.getCount('chars')),
      n: tally.getCount('chars'),
    },
    { name: 'operator_fallbacks', value: total(new Map(tally.getCategories('operator_fallbacks'))) },
    ...(evidence?.metrics ?? []),
    ...(quasi?.metrics ?? []),
  ]
  return {
    metrics,
    tables: [
      ...(evidence?.tables ?? []),
      {
        name: 'redaction_by_type',
        title: 'What was redacted, and how much of what was put in was found',
        columns: [
          { key: 'type', title: 'Type' },
          { key: 'spans', title: 'Found' },
          { key: 'records', title: 'Records' },
          { key: 'operator', title: 'Operator' },
          { key: 'seeded', title: 'Seeded' },
          { key: 'full', title: 'Found in full' },
          { key: 'part', title: 'In part' },
          { key: 'recall', title: 'Seeded recall' },
          { key: 'lower', title: 'Lower bound (95 %)' },
        ],
        rows: types.map((type) => {
          const n = tried.get(type) ?? 0
          const k = full.get(type) ?? 0
          return {
            type,
            spans: found.get(type) ?? 0,
            records: inRecords.get(type) ?? 0,
            operator: (config.operators[type] ?? config.operators['default'])?.operator ?? 'replace',
            seeded: n,
            full: k,
            part: part.get(type) ?? 0,
            recall: ratio(k, n),
            lower: n === 0 ? null : clopperPearson(k, n).lower,
          }
        }),
      },
      ...keyTable(tally),
      ...(quasi?.tables ?? []),
    ],
    limits: [...(evidence?.limits ?? []), ...LIMITS, ...(quasi?.limits ?? [])],
    data: { samples: tally.getSamples('redacted') },
  }
}

/** Which keys wrote the values: their ids, never the keys. */
function keyTable(tally: Tally): readonly Table[] {
  const rows = tally.getCategories('operator_keys').map(([text, records]) => {
    const [key = '', id = ''] = text.split(' ')
    return { key, id, records }
  })
  if (rows.length === 0) return []
  const columns = [
    { key: 'key', title: 'Key' },
    { key: 'id', title: 'Id' },
    { key: 'records', title: 'Records' },
  ]
  return [{ name: 'redaction_keys', title: 'Keys that values were written with', columns, rows }]
}

function rate(
  name: string,
  k: number,
  n: number,
  interval: typeof wilson,
  labels?: Readonly<Record<string, string>>,
): Metric {
  const base = { name, n, ...(labels === undefined ? {} : { labels }) }
  if (n === 0) return { ...base, value: null, note: 'nothing to measure: no values were tried or no records came' }
  return { ...base, value: k / n, interval: interval(k, n) }
}

function ratio(k: number, n: number): number | null {
  return n === 0 ? null : k / n
}

function total(counts: ReadonlyMap<string, number>): number {
  return [...counts.values()].reduce((sum, n) => sum + n, 0)
}
