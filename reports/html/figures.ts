import type { Metric } from '../../artifacts/metric.ts'
import type { RunRecord, StageRecord } from '../../pipelines/engine/run-record.ts'
import { count, decimal, duration, integer, intervalWords, metricValue, percent, quantity } from '../format.ts'
import { totalCounts, VERDICTS } from '../verdict.ts'
import { family, findMetric, stageUsing } from './evidence.ts'
import { specOf } from './parts.tsx'

/** A figure of the first page: what it is, how much, and what to compare it with. */
export interface Figure {
  readonly label: string
  readonly value: string
  readonly note?: string | undefined
}

/** The figures a reader asks for first. Only what the record holds: a stage that did not run leaves no tile. */
export function keyFigures(record: RunRecord): readonly Figure[] {
  const counts = totalCounts(record.decisions.map(({ decision }) => decision))
  const rules = VERDICTS.reduce((sum, verdict) => sum + counts[verdict], 0)
  const figures: (Figure | undefined)[] = [
    {
      label: 'Rules passed',
      value: `${counts.pass} of ${rules}`,
      note: `in ${count(record.decisions.length, 'gate')}`,
    },
    rowsFigure(record),
    trainFigure(record),
    recallFigure(stageUsing(record, 'redact')),
    perplexityFigure(stageUsing(record, 'evaluate')),
    exposureFigure(stageUsing(record, 'evaluate')),
    parametersFigure(stageUsing(record, 'finetune')),
    {
      label: 'Time',
      value: duration(record.seconds),
      note: `${count(record.environment.jobs, 'worker')}, ${count(cached(record), 'stage')} from the cache`,
    },
  ]
  return figures.filter((figure) => figure !== undefined)
}

function rowsFigure(record: RunRecord): Figure | undefined {
  const first = record.stages.find((stage) => stage.needs.length === 0 && stage.rows !== null)
  if (first?.rows == null) return undefined
  const { rows } = first
  return {
    label: 'Rows read',
    value: integer(rows.in),
    note: `${count(rows.kept, 'record')}${rows.quarantined > 0 ? `, ${integer(rows.quarantined)} quarantined` : ''}`,
  }
}

function trainFigure(record: RunRecord): Figure | undefined {
  const curate = stageUsing(record, 'curate')
  const train = curate?.outputs['train']?.rows
  if (curate?.rows == null || train === undefined) return undefined
  return {
    label: 'Rows to train on',
    value: integer(train),
    note: `${integer(curate.rows.dropped)} dropped on the way, ${integer(curate.rows.kept)} kept in all splits`,
  }
}

/** The weakest type: a mean would hide it. */
function recallFigure(stage: StageRecord | undefined): Figure | undefined {
  if (stage === undefined) return undefined
  const measured = family(stage, 'seeded_recall').filter(
    (metric): metric is Metric & { value: number } => typeof metric.value === 'number',
  )
  if (measured.length === 0) return undefined
  const worst = measured.reduce((low, metric) =>
    (metric.interval?.lower ?? metric.value) < (low.interval?.lower ?? low.value) ? metric : low,
  )
  const type = Object.values(worst.labels ?? {}).join(' ')
  return {
    label: 'Planted personal data found, weakest type',
    value: percent(worst.value),
    note: `${type}${worst.interval === undefined ? '' : `, at least ${percent(worst.interval.lower)} by its interval`}`,
  }
}

function perplexityFigure(stage: StageRecord | undefined): Figure | undefined {
  const metric = findMetric(stage, ['perplexity'])
  if (stage === undefined || typeof metric?.value !== 'number') return undefined
  const baseline = findMetric(stage, ['perplexity_unigram', 'perplexity_uniform'])
  return {
    label: 'Held-out perplexity',
    value: metricValue(metric, specOf(stage, 'perplexity')?.unit),
    note:
      typeof baseline?.value === 'number'
        ? `${decimal(baseline.value)} by word frequency alone`
        : intervalWords(metric, 'perplexity'),
  }
}

function exposureFigure(stage: StageRecord | undefined): Figure | undefined {
  const metric = findMetric(stage, ['canary_exposure_max'])
  if (typeof metric?.value !== 'number') return undefined
  const chance = findMetric(stage, ['canary_chance_level'])
  return {
    label: 'Highest canary exposure',
    value: quantity(metric.value, 'bits'),
    note: typeof chance?.value === 'number' ? `chance alone reaches ${quantity(chance.value, 'bits')}` : undefined,
  }
}

function parametersFigure(stage: StageRecord | undefined): Figure | undefined {
  const metric = findMetric(stage, ['parameters'])
  if (typeof metric?.value !== 'number') return undefined
  const { value } = metric
  return { label: 'Parameters of the model', value: value >= 1e6 ? `${decimal(value / 1e6)} million` : integer(value) }
}

function cached(record: RunRecord): number {
  return record.stages.filter((stage) => stage.state === 'cached').length
}
