import type { Metric, MetricSpec } from '../../artifacts/metric.ts'
import type { Tally } from '../../artifacts/tally.ts'
import { clopperPearson } from '../../util/statistics.ts'
import type { SourceBatch, Summary } from '../stage.ts'
import type { IngestConfig } from './config.ts'

const CHAR_EDGES = [1, 16, 64, 256, 512, 1024, 2048, 4096, 8192, 16_384, 65_536, 262_144, 1_048_576]
const MESSAGE_EDGES = [1, 2, 3, 4, 6, 8, 12, 16, 24, 32, 64, 128]

export const INGEST_METRICS: readonly MetricSpec[] = [
  { name: 'rows_in', unit: 'count', better: 'neither', description: 'Rows read from all sources.' },
  { name: 'records', unit: 'count', better: 'higher', description: 'Records made.' },
  {
    name: 'joined',
    unit: 'count',
    better: 'neither',
    description: 'Rows that became part of the record of another row.',
  },
  {
    name: 'quarantined_share',
    unit: 'ratio',
    better: 'lower',
    description: 'Share of rows that could not become a record.',
    range: [0, 1],
  },
  {
    name: 'quarantined',
    unit: 'count',
    better: 'lower',
    description: 'Rows set aside, by reason.',
    labels: ['reason'],
  },
  {
    name: 'duplicate_ids',
    unit: 'count',
    better: 'lower',
    description: 'Rows whose own id occurred in an earlier row of any source. n is the number of rows with an id.',
  },
  {
    name: 'source_licence',
    unit: 'text',
    better: 'neither',
    description: 'Licence that the pipeline file declares for a source.',
    labels: ['source'],
  },
  {
    name: 'source_lawful_basis',
    unit: 'text',
    better: 'neither',
    description: 'Lawful basis that the pipeline file declares for a source.',
    labels: ['source'],
  },
  {
    name: 'source_purpose',
    unit: 'text',
    better: 'neither',
    description: 'Purpose that the pipeline file declares for a source.',
    labels: ['source'],
  },
  {
    name: 'source_digest',
    unit: 'text',
    better: 'neither',
    description: 'SHA-256 over the sorted SHA-256 digests of the files of a source.',
    labels: ['source'],
  },
  { name: 'source_files', unit: 'count', better: 'neither', description: 'Files of a source.', labels: ['source'] },
  {
    name: 'source_bytes',
    unit: 'bytes',
    better: 'neither',
    description: 'Bytes of the files of a source.',
    labels: ['source'],
  },
  { name: 'source_rows', unit: 'count', better: 'neither', description: 'Rows of a source.', labels: ['source'] },
  {
    name: 'source_quarantined_share',
    unit: 'ratio',
    better: 'lower',
    description: 'Share of the rows of a source that could not become a record.',
    labels: ['source'],
    range: [0, 1],
  },
]

/** Adds one batch of a source to the tally. */
export function countBatch(tally: Tally, source: string, batch: SourceBatch): void {
  tally.count(`rows{${source}}`, batch.rowsIn)
  tally.count(`records{${source}}`, batch.kept.length)
  tally.count(`joined{${source}}`, batch.joined ?? 0)
  tally.count(`quarantined{${source}}`, batch.quarantined.length)
  for (const { code } of batch.quarantined) tally.category('quarantined', code)
  for (const record of batch.kept) {
    let chars = record.text?.length ?? 0
    for (const message of record.messages ?? []) chars += message.content.length
    tally.histogram('record_chars', CHAR_EDGES, chars)
    if (record.messages !== undefined) tally.histogram('messages', MESSAGE_EDGES, record.messages.length)
  }
}

/** Metrics, tables and limits from the merged tally. */
export function summarizeIngest(tally: Tally, config: IngestConfig): Summary {
  const sources = tally
    .getCategories('sources')
    .map(([id]) => id)
    .sort()
  const total = (name: string): number => sources.reduce((sum, id) => sum + tally.getCount(`${name}{${id}}`), 0)
  const rows = total('rows')
  const quarantined = total('quarantined')
  const metrics: Metric[] = [
    { name: 'rows_in', value: rows },
    { name: 'records', value: total('records') },
    { name: 'joined', value: total('joined') },
    { name: 'quarantined_share', ...share(quarantined, rows) },
    ...tally.getCategories('quarantined').map(([reason, n]) => ({
      name: 'quarantined',
      value: n,
      labels: { reason },
      n: rows,
    })),
    duplicateIds(tally, config),
    ...sources.flatMap((source) => sourceMetrics(tally, source)),
  ]
  return {
    metrics,
    tables: [sourceTable(tally, sources), reasonTable(tally)],
    limits: [
      'Licence, lawful basis and purpose are what the pipeline file says; Sluice does not check whether it is true.',
      ...(quarantined === 0 ? [] : ['Quarantined rows are not part of anything measured later.']),
    ],
  }
}

function sourceMetrics(tally: Tally, source: string): readonly Metric[] {
  const labels = { source }
  const rows = tally.getCount(`rows{${source}}`)
  const declared = (fact: string): Metric => {
    const value = tally.getCategories(`${fact}{${source}}`)[0]?.[0]
    const name = `source_${fact}`
    if (value !== undefined) return { name, value, labels }
    return { name, value: null, labels, note: `the pipeline file declares no \`${fact}\` for this source` }
  }
  return [
    ...['licence', 'lawful_basis', 'purpose', 'digest'].map(declared),
    { name: 'source_files', value: tally.getCount(`files{${source}}`), labels },
    { name: 'source_bytes', value: tally.getCount(`bytes{${source}}`), labels },
    { name: 'source_rows', value: rows, labels },
    { name: 'source_quarantined_share', labels, ...share(tally.getCount(`quarantined{${source}}`), rows) },
  ]
}

function share(k: number, n: number): Pick<Metric, 'value' | 'n' | 'interval' | 'note'> {
  if (n === 0) return { value: null, n, note: 'there were no rows' }
  return { value: k / n, n, interval: clopperPearson(k, n) }
}

function duplicateIds(tally: Tally, config: IngestConfig): Metric {
  const name = 'duplicate_ids'
  const n = tally.getCount('rows_with_id')
  if (config.on_duplicate_id === 'ignore') return { name, value: null, note: '`on_duplicate_id` is `ignore`' }
  if (config.group_by !== '') return { name, value: null, note: 'rows are grouped, their ids are not compared' }
  if (n === 0) return { name, value: null, n, note: `no row has an id at \`${config.fields.id}\`` }
  return { name, value: tally.getCount('duplicate_ids'), n }
}

function sourceTable(tally: Tally, sources: readonly string[]) {
  const fact = (name: string, source: string): string | null =>
    tally
      .getCategories(`${name}{${source}}`)
      .map(([value]) => value)
      .sort()
      .join(', ') || null
  return {
    name: 'sources',
    title: 'Sources',
    columns: [
      { key: 'source', title: 'source' },
      { key: 'files', title: 'files' },
      { key: 'bytes', title: 'size', unit: 'bytes' },
      { key: 'rows', title: 'rows' },
      { key: 'records', title: 'records' },
      { key: 'quarantined', title: 'quarantined' },
      { key: 'licence', title: 'licence' },
      { key: 'lawful_basis', title: 'lawful basis' },
      { key: 'purpose', title: 'purpose' },
      { key: 'contains', title: 'contains' },
      { key: 'digest', title: 'digest of the files' },
    ],
    rows: sources.map((source) => ({
      source,
      files: tally.getCount(`files{${source}}`),
      bytes: tally.getCount(`bytes{${source}}`),
      rows: tally.getCount(`rows{${source}}`),
      records: tally.getCount(`records{${source}}`),
      quarantined: tally.getCount(`quarantined{${source}}`),
      licence: fact('licence', source),
      lawful_basis: fact('lawful_basis', source),
      purpose: fact('purpose', source),
      contains: fact('contains', source),
      digest: fact('digest', source),
    })),
  }
}

function reasonTable(tally: Tally) {
  return {
    name: 'quarantine_reasons',
    title: 'Why rows were set aside',
    columns: [
      { key: 'reason', title: 'reason' },
      { key: 'rows', title: 'rows' },
    ],
    rows: tally.getCategories('quarantined').map(([reason, rows]) => ({ reason, rows })),
  }
}
