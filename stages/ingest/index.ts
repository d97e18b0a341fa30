import { sha256Json } from '../../util/digest.ts'
import type { Problem, SourceStage } from '../stage.ts'
import { type IngestConfig, ingestConfig } from './config.ts'
import { selectSources, sourceProblems } from './files.ts'
import { INGEST_METRICS, summarizeIngest } from './summary.ts'

/**
 * Reads files into records: JSON Lines, JSON, CSV and TSV, Parquet and plain text, each also gzipped. Every row ends as a
 * record, as part of one, or in quarantine with a reason; a file that is damaged as a whole is an error.
 */
export const ingest: SourceStage<typeof ingestConfig> = {
  kind: 'source',
  name: 'ingest',
  version: 1,
  summary: 'Reads files into records and sets bad rows aside.',
  config: ingestConfig,
  takes: {},
  gives: { data: { kind: 'dataset', description: 'The records, one for each row or conversation.' } },
  metrics: INGEST_METRICS,
  // What is declared about a source is evidence: a changed licence must not be answered from the cache.
  pins: (config, context) => ({ sources: sha256Json(selectSources(config, context.sources)) }),
  check: (config, context) => [...sourceProblems(config, context.sources, context.baseDir), ...contradictions(config)],
  summarize: summarizeIngest,
  split: async (config, context) => (await import('./split.ts')).splitSources(config, context),
  openSource: async (config, context) => (await import('./worker.ts')).sourceWorker(config, context),
}

function contradictions(config: IngestConfig): readonly Problem[] {
  const problems: Problem[] = []
  const { fields } = config
  const problem = (message: string, next: string, path: Problem['path']): void => {
    problems.push({ code: 'INGEST_CONFIG', message, next, ...(path === undefined ? {} : { path }) })
  }
  if (fields.text !== '' && (fields.messages !== '' || fields.turns.length > 0)) {
    problem('a record has a text or messages, not both', 'leave out `fields.text` or the other one', ['fields', 'text'])
  }
  if (config.group_by !== '' && fields.messages !== '') {
    problem('with `group_by` each row is one message', 'leave out `fields.messages`', ['fields', 'messages'])
  }
  if (config.group_by === '' && config.order_by !== '') {
    problem('`order_by` orders the rows of a conversation', 'set `group_by` too', ['order_by'])
  }
  if (config.delimiter.length > 1 || /[^\t\x20-\x7e]|["\n\r]/.test(config.delimiter)) {
    problem('`delimiter` is one ASCII character, and not a quote', 'use "," or ";" or "\\t"', ['delimiter'])
  }
  return problems
}
