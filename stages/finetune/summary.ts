import type { Series } from '../../artifacts/evaluation.ts'
import type { Metric, MetricSpec } from '../../artifacts/metric.ts'
import type { Sensitivity } from '../../artifacts/refs.ts'
import { parameterCounts } from '../../models/network/config.ts'
import { PRIVACY_METRICS, type PrivacyEvidence, privacyEvidence } from '../../models/privacy/evidence.ts'
import type { TrainingJob, TrainingOutcome } from '../../models/training/loop.ts'
import { parameterSize } from '../../models/training/method.ts'
import type { Json } from '../../util/json.ts'
import { wilson } from '../../util/statistics.ts'
import { runtimePin } from '../runtime-pin.ts'
import type { Summary } from '../stage.ts'
import type { FoundBase } from './base.ts'
import { baseCompute, trainingFlops } from './compute.ts'
import type { FinetuneConfig } from './config.ts'
import type { RowFates } from './prepare.ts'

export const FINETUNE_METRICS: readonly MetricSpec[] = [
  spec('train_loss', 'nats', 'lower', 'Mean loss per trained token over the last tenth of the steps.'),
  spec('valid_loss', 'nats', 'lower', 'Held-out loss per trained token of the parameters that were kept.'),
  spec('valid_perplexity', 'perplexity', 'lower', 'exp(valid_loss).'),
  spec(
    'untrained_valid_perplexity',
    'perplexity',
    'neither',
    'The same before the first step: that of the base, or about the vocabulary for a new network.',
  ),
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
  spec('trained_parameters', 'count', 'neither', 'Numbers that were trained: the factors of LoRA, or all parameters.'),
  spec('from_scratch', 'flag', 'neither', 'True for a new network, false where a base was tuned.'),
  spec('vocabulary', 'count', 'neither', 'Tokens of the vocabulary.'),
  spec('epochs', 'count', 'neither', 'Passes over the training rows that were made.'),
  spec('steps', 'count', 'neither', 'Optimizer steps that were made.'),
  spec('kept_step', 'count', 'neither', 'The step whose parameters were kept: the lowest held-out loss.'),
  spec(
    'training_flops',
    'count',
    'neither',
    'Estimate: per token 6 operations for each trained parameter (Kaplan et al. 2020), 4 for each that is frozen under LoRA.',
  ),
  {
    ...spec(
      'compute_of_base',
      'ratio-of-rates',
      'neither',
      'training_flops divided by the operations that trained the base, where the base says what those were.',
    ),
  },
  spec('input_redacted', 'flag', 'neither', 'True where all training data came out of redaction.'),
  spec(
    'adapter_round_trip',
    'flag',
    'higher',
    'True where the written adapter, read back and merged, gave the loss of the trained one.',
  ),
  ...PRIVACY_METRICS.map(({ name, unit, better, description }) => spec(name, unit, better, description)),
]

export interface FinetuneFacts {
  readonly config: FinetuneConfig
  readonly job: TrainingJob
  readonly outcome: TrainingOutcome & { readonly evidence?: Readonly<Record<string, Json>> }
  readonly base: FoundBase | undefined
  readonly train: RowFates
  readonly valid: RowFates
  readonly validRowsLeftOut: number
  /** Longest sequence that was trained, in tokens. */
  readonly context: number
  readonly sensitivity: Sensitivity
  readonly energyMeasured: boolean
}

/** Metrics, loss curves and limits of a finished run. */
export function summarizeTraining(facts: FinetuneFacts): Summary {
  const { outcome, train, valid, config, job } = facts
  const { network, method } = job.config
  const flops = trainingFlops(network, method, outcome.tokens)
  const ofBase = baseCompute(config.base)
  const privacy = job.dp === undefined ? undefined : privacyEvidence(job.dp, outcome.steps, outcome.counters)
  const untrained = Math.exp(outcome.validLoss[0]![1])
  const perplexity = Math.exp(outcome.best.loss)
  const losses = outcome.trainLoss.filter((loss) => loss !== null)
  const tail = losses.slice(-Math.max(1, Math.ceil(losses.length / 10)))
  const metrics: Metric[] = [
    ...(tail.length === 0 ? [] : [{ name: 'train_loss', value: mean(tail), n: tail.length }]),
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
    { name: 'parameters', value: parameterCounts(network).all },
    { name: 'trained_parameters', value: parameterSize(network, method) },
    { name: 'from_scratch', value: facts.base === undefined },
    { name: 'vocabulary', value: network.vocabulary },
    { name: 'epochs', value: (config.epochs * outcome.steps) / outcome.planned },
    { name: 'steps', value: outcome.steps },
    { name: 'kept_step', value: outcome.best.step },
    { name: 'training_flops', value: flops },
    ...(ofBase === undefined ? [] : [{ name: 'compute_of_base', value: flops / ofBase }]),
    { name: 'input_redacted', value: facts.sensitivity === 'redacted' },
    // A round trip that fails stops the run.
    ...(outcome.roundTrip === undefined ? [] : [{ name: 'adapter_round_trip', value: true }]),
    ...privacyMetrics(privacy),
  ]
  return { metrics, series: lossCurves(outcome), limits: limitsOf(facts, privacy), data: evidenceOf(facts) }
}

function privacyMetrics(evidence: PrivacyEvidence | undefined): readonly Metric[] {
  if (evidence === undefined) return []
  return PRIVACY_METRICS.flatMap((metric) => {
    const value = metric.value(evidence)
    return value === null ? [] : [{ name: metric.name, value }]
  })
}

/** What the model was made from, for the record. */
function evidenceOf({ base, job, outcome }: FinetuneFacts): Json {
  const { method } = job.config
  return {
    base: base === undefined ? null : { name: base.name, digest: base.digest },
    method: method.kind === 'lora' ? { kind: 'lora', ...method.lora } : { kind: 'full' },
    // Two losses of one batch: with private held-out rows they are nobody's business.
    round_trip: outcome.roundTrip === undefined || job.dp?.heldOut === 'private' ? null : { ...outcome.roundTrip },
    trainer: outcome.evidence ?? { trainer: 'sluice', ...runtimePin() },
  } as unknown as Json
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

function limitsOf(facts: FinetuneFacts, privacy: PrivacyEvidence | undefined): readonly string[] {
  const { train, config, base, job } = facts
  const millions = (parameterCounts(job.config.network).all / 1e6).toFixed(1)
  const lines = [
    base === undefined
      ? `The model has ${millions} million parameters and learned language from ${train.kept} rows alone, starting from random weights: it imitates the form of the data and knows nothing else.`
      : `The model is ${base.name} (${millions} million parameters) tuned on ${train.kept} rows: what the base learned before, its errors and its biases included, was not examined here.`,
    `It was trained on sequences of at most ${facts.context} tokens.`,
    config.loss_on === 'all'
      ? 'Loss falls on every token.'
      : 'Loss falls on what the assistant says; for plain texts on every token.',
    'The bytes of the model repeat on machines with the same type of processor; another type may round differently.',
  ]
  if (privacy !== undefined && !privacy.private) {
    lines.push('The noise of differential privacy was not cryptographic, so epsilon promises nothing.')
  }
  if (privacy !== undefined) {
    lines.push(
      `Epsilon speaks of the training rows of this run alone, unit: ${privacy.unit}. What the tokenizer, the base and earlier runs saw of them is not in it.`,
    )
  }
  if (!facts.energyMeasured) lines.push('Energy was not measured: this machine gives no counter that may be read.')
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
