import type { Series } from '../../artifacts/evaluation.ts'
import type { Metric, MetricSpec } from '../../artifacts/metric.ts'
import type { Sensitivity } from '../../artifacts/refs.ts'
import type { TrainingOutcome } from '../../models/training/loop.ts'
import { wilson } from '../../util/statistics.ts'
import type { Summary } from '../stage.ts'
import type { FinetuneConfig } from './config.ts'
import type { RowFates } from './prepare.ts'

export const FINETUNE_METRICS: readonly MetricSpec[] = [
  spec('train_loss', 'nats', 'lower', 'Mean loss per trained token over the last tenth of the steps.'),
  spec('valid_loss', 'nats', 'lower', 'Held-out loss per trained token of the parameters that were kept.'),
  spec('valid_perplexity', 'perplexity', 'lower', 'exp(valid_loss).'),
  spec('untrained_valid_perplexity', 'perplexity', 'neither', 'The same before the first step: about the vocabulary.'),
  spec('perplexity_ratio', 'ratio-of-rates', 'lower', 'valid_perplexity divided by untrained_valid_perplexity.'),
  spec('tokens_seen', 'tokens', 'neither', 'Tokens read in all steps, without padding.'),
  spec('supervised_tokens', 'tokens', 'neither', 'Tokens that were trained, over all steps.'),
  {
    ...spec('supervised_share', 'ratio', 'neither', 'Share of the training tokens that carry loss.'),
    range: [0, 1],
  },
  spec('training_rows', 'count', 'higher', 'Rows that were trained, whole or in part.'),
  { ...spec('dropped_rows', 'count', 'lower', 'Rows left out, by reason.'), labels: ['reason'] },
  spec('truncated_rows', 'count', 'lower', 'Rows of which the end was left out (`over_length: truncate`).'),
  spec('split_rows', 'count', 'neither', 'Rows cut into several sequences (`over_length: split`).'),
  spec('empty_turn_rows', 'count', 'lower', 'Rows in which the user or the assistant says nothing.'),
  spec('parameters', 'count', 'neither', 'Parameters of the network.'),
  spec('vocabulary', 'count', 'neither', 'Tokens of the vocabulary.'),
  spec('epochs', 'count', 'neither', 'Passes over the training rows that were made.'),
  spec('steps', 'count', 'neither', 'Optimizer steps that were made.'),
  spec('kept_step', 'count', 'neither', 'The step whose parameters were kept: the lowest held-out loss.'),
  spec('training_flops', 'count', 'neither', 'Estimate 6 · parameters · tokens (Kaplan et al. 2020).'),
  spec('input_redacted', 'flag', 'neither', 'True where all training data came out of redaction.'),
]

export interface FinetuneFacts {
  readonly config: FinetuneConfig
  readonly outcome: TrainingOutcome
  readonly train: RowFates
  readonly valid: RowFates
  readonly validRowsLeftOut: number
  readonly parameters: number
  readonly vocabulary: number
  readonly sensitivity: Sensitivity
}

/** Metrics, loss curves and limits of a finished run. */
export function summarizeTraining(facts: FinetuneFacts): Summary {
  const { outcome, train, valid, config } = facts
  const untrained = Math.exp(outcome.validLoss[0]![1])
  const perplexity = Math.exp(outcome.best.loss)
  const losses = outcome.trainLoss.filter((loss) => loss !== null)
  const tail = losses.slice(-Math.max(1, Math.ceil(losses.length / 10)))
  const metrics: Metric[] = [
    { name: 'train_loss', value: mean(tail), n: tail.length },
    { name: 'valid_loss', value: outcome.best.loss, n: valid.supervised },
    { name: 'valid_perplexity', value: perplexity, n: valid.supervised },
    { name: 'untrained_valid_perplexity', value: untrained, n: valid.supervised },
    { name: 'perplexity_ratio', value: perplexity / untrained, n: valid.supervised },
    { name: 'tokens_seen', value: outcome.tokens },
    { name: 'supervised_tokens', value: outcome.trainedTokens },
    {
      name: 'supervised_share',
      value: train.supervised / train.tokens,
      n: train.tokens,
      interval: wilson(train.supervised, train.tokens),
    },
    { name: 'training_rows', value: train.kept },
    ...Object.entries(train.dropped).map(([reason, value]) => ({ name: 'dropped_rows', value, labels: { reason } })),
    { name: 'truncated_rows', value: train.truncated },
    { name: 'split_rows', value: train.split },
    { name: 'empty_turn_rows', value: train.emptyTurns },
    { name: 'parameters', value: facts.parameters },
    { name: 'vocabulary', value: facts.vocabulary },
    { name: 'epochs', value: (config.epochs * outcome.steps) / outcome.planned },
    { name: 'steps', value: outcome.steps },
    { name: 'kept_step', value: outcome.best.step },
    { name: 'training_flops', value: 6 * facts.parameters * outcome.tokens },
    { name: 'input_redacted', value: facts.sensitivity === 'redacted' },
  ]
  return { metrics, series: lossCurves(outcome), limits: limitsOf(facts) }
}

/** Most points of a curve; neighbouring steps are averaged above that. */
const MAX_POINTS = 240

function lossCurves(outcome: TrainingOutcome): readonly Series[] {
  const group = Math.max(1, Math.ceil(outcome.trainLoss.length / MAX_POINTS))
  const points: (readonly [number, number])[] = []
  for (let start = 0; start < outcome.trainLoss.length; start += group) {
    const part = outcome.trainLoss.slice(start, start + group)
    const losses = part.filter((loss) => loss !== null)
    if (losses.length > 0) points.push([start + part.length, mean(losses)])
  }
  return [
    { name: 'train_loss', x: 'step', y: 'nats per trained token', points },
    { name: 'valid_loss', x: 'step', y: 'nats per trained token', points: outcome.validLoss },
  ]
}

function limitsOf(facts: FinetuneFacts): readonly string[] {
  const { train, config } = facts
  const millions = (facts.parameters / 1e6).toFixed(1)
  const lines = [
    `The model has ${millions} million parameters and learned language from ${train.kept} rows alone, starting from random weights: it imitates the form of the data and knows nothing else.`,
    `It reads at most ${config.context} tokens at a time.`,
    'Loss falls on what the assistant says; for plain texts on every token.',
    'The bytes of the model repeat on machines with the same type of processor; another type may round differently.',
  ]
  if (facts.validRowsLeftOut > 0) {
    lines.push(
      `The held-out loss is measured on ${facts.valid.read} rows; ${facts.validRowsLeftOut} more held-out rows were not read (validation_rows).`,
    )
  }
  if (facts.outcome.steps < facts.outcome.planned)
    lines.push('Training stopped early: the held-out loss no longer fell.')
  if (facts.sensitivity === 'raw') {
    lines.push('The training data was not redacted: the model may repeat personal data.')
  }
  return lines
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length
}

function spec(name: string, unit: MetricSpec['unit'], better: MetricSpec['better'], description: string): MetricSpec {
  return { name, unit, better, description }
}
