import type { Metric } from '../artifacts/metric.ts'
import type { RunRecord, StageRecord } from '../pipelines/engine/run-record.ts'

/** A figure with what a reader needs to judge it. `value` is null where it could not be measured; then `note` says why. */
export interface Figure {
  readonly metric: string
  readonly value: Metric['value']
  readonly labels?: Readonly<Record<string, string>>
  readonly n?: number
  readonly interval?: {
    readonly lower: number
    readonly upper: number
    readonly level: number
    readonly method: string
  }
  readonly note?: string
}

/** A source as the pipeline declares it, and what ingest counted in it. */
export interface SourceFacts {
  readonly id: string
  readonly uri: string
  readonly licence?: string
  readonly lawful_basis?: string
  readonly purpose?: string
  readonly contains?: readonly string[]
  /** Of the files' digests, as ingest gives it. */
  readonly digest?: string
  readonly files?: number
  readonly bytes?: number
  readonly rows?: number
}

/** The declared sources with what ingest measured of each; what nobody declared or measured is absent. */
export function sourceFacts(record: RunRecord): readonly SourceFacts[] {
  const measured = record.stages.flatMap((stage) => stage.metrics)
  return record.sources.map((source) => {
    const of = (name: string): Metric['value'] | undefined =>
      measured.find((metric) => metric.name === name && metric.labels?.['source'] === source.id)?.value
    const digest = of('source_digest')
    const numbers = (['files', 'bytes', 'rows'] as const).flatMap((name) => {
      const value = of(`source_${name}`)
      return typeof value === 'number' ? [[name, value] as const] : []
    })
    return { ...source, ...(typeof digest === 'string' ? { digest } : {}), ...Object.fromEntries(numbers) }
  })
}

/**
 * Languages that the data really has, most frequent first, with their rows: codes that the first stage counted that
 * counts languages. Detectors of short texts see a few rows of everything, so below 1 % of the rows it is noise.
 */
export function languages(record: RunRecord): readonly (readonly [code: string, rows: number])[] {
  for (const stage of record.stages)
    for (const [name, { counts }] of Object.entries(stage.tally?.categories ?? {})) {
      if (!/^languages?$/.test(name)) continue
      const total = Object.values(counts).reduce((sum, n) => sum + n, 0)
      const codes = Object.entries(counts).filter(([code, n]) => /^[a-z]{2,3}$/.test(code) && n >= total / 100)
      if (codes.length > 0) return codes.sort(([a, x], [b, y]) => y - x || (a < b ? -1 : 1))
    }
  return []
}

/** Names of the types of personal data that redaction looked for, with what it found and how well it finds. */
export function redactionFigures(record: RunRecord): readonly Figure[] {
  return figuresOf(record, 'redact', /^(?:spans|found|residual|seeded_|records_with_pii|decoys_flagged|chars_redacted)/)
}

/** Bias and toxicity of the data, not of the model. */
export function dataQualityFigures(record: RunRecord): readonly Figure[] {
  return [...figuresOf(record, 'toxicity', /./), ...figuresOf(record, 'bias', /./)]
}

/** Metrics of every stage of a kind whose name matches, as `stage.name`. */
function figuresOf(record: RunRecord, uses: string, name: RegExp): readonly Figure[] {
  return record.stages
    .filter((stage) => stage.uses === uses)
    .flatMap((stage) => stage.metrics.filter((metric) => name.test(metric.name)).map((metric) => figure(stage, metric)))
}

function figure(stage: StageRecord, { name, value, labels, n, interval, note }: Metric): Figure {
  return {
    metric: `${stage.id}.${name}`,
    value,
    ...(labels === undefined ? {} : { labels }),
    ...(n === undefined ? {} : { n }),
    ...(interval === undefined
      ? {}
      : {
          interval: {
            lower: interval.lower,
            upper: interval.upper,
            level: interval.level,
            method: interval.method,
          },
        }),
    ...(note === undefined ? {} : { note }),
  }
}

/** Stages that work on data, by what they are: their limits are limits of the data. */
const DATA_STAGES: ReadonlySet<string> = new Set(['ingest', 'redact', 'toxicity', 'bias', 'curate'])

/** What the measurements of the data do not cover, as the stages say it. */
export function dataLimits(record: RunRecord): readonly { readonly stage: string; readonly limit: string }[] {
  return dataStages(record).flatMap((stage) => stage.limits.map((limit) => ({ stage: stage.id, limit })))
}

/** Stages that read or make the data, that ran. */
export function dataStages(record: RunRecord): readonly StageRecord[] {
  return record.stages.filter(
    ({ uses, outputs, state }) =>
      state !== 'skipped' &&
      state !== 'pending' &&
      (DATA_STAGES.has(uses) || Object.values(outputs).some(({ kind }) => kind === 'dataset')),
  )
}
