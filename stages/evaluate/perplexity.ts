import type { Metric, MetricSpec } from '../../artifacts/metric.ts'
import type { Random } from '../../util/random.ts'
import { bootstrapRatio } from '../../util/resample.ts'
import type { Interval } from '../../util/statistics.ts'
import type { Likelihood } from './likelihood.ts'

export const PERPLEXITY_METRICS: readonly MetricSpec[] = [
  {
    name: 'perplexity',
    unit: 'perplexity',
    better: 'lower',
    description:
      'exp of the mean negative log-likelihood of a held-out answer token; n = tokens, interval by bootstrap over conversations',
  },
  {
    name: 'bits_per_byte',
    unit: 'bits',
    better: 'lower',
    description: 'held-out bits per byte of answer text: comparable between models with different tokenizers',
  },
  {
    name: 'perplexity_uniform',
    unit: 'perplexity',
    better: 'neither',
    description: 'perplexity of a model that knows nothing: the size of the vocabulary',
  },
  {
    name: 'perplexity_unigram',
    unit: 'perplexity',
    better: 'neither',
    description: 'held-out perplexity of token frequencies alone, counted in the sampled train rows (add-one)',
  },
  {
    name: 'perplexity_ratio',
    unit: 'ratio-of-rates',
    better: 'lower',
    description: 'perplexity over that of the unigram baseline: below 1 the model has learnt from context',
  },
]

export interface PerplexityInput {
  readonly heldOut: readonly Likelihood[]
  readonly vocabulary: number
  /** Held-out −Σ ln p under the unigram baseline; `null` without train rows. */
  readonly unigramNats: number | null
  readonly random: Random
}

/** Held-out perplexity with its baselines. Conversations without an answer carry no tokens and do not count. */
export function perplexityMetrics(input: PerplexityInput): readonly Metric[] {
  const rows = input.heldOut.filter((row) => row.tokens > 0)
  const tokens = sum(rows.map((row) => row.tokens))
  const nats = sum(rows.map((row) => row.nats))
  const bytes = sum(rows.map((row) => row.bytes))
  const uniform: Metric = { name: 'perplexity_uniform', value: input.vocabulary }
  if (tokens === 0) {
    const note = 'no held-out conversation has an answer to score'
    const missing = ['perplexity', 'bits_per_byte', 'perplexity_unigram', 'perplexity_ratio']
    return [...missing.map((name): Metric => ({ name, value: null, n: 0, note })), uniform]
  }
  const spread = bootstrapRatio(
    rows.map((row) => row.nats),
    rows.map((row) => row.tokens),
    input.random,
  )
  const perplexity = Math.exp(nats / tokens)
  const interval = spread === null ? null : mapInterval(spread, Math.exp)
  const unigram = input.unigramNats === null ? null : Math.exp(input.unigramNats / tokens)
  const withBytes = rows.filter((row) => row.bytes > 0)
  const perByte =
    withBytes.length === 0
      ? null
      : bootstrapRatio(
          rows.map((row) => row.nats / Math.LN2),
          rows.map((row) => row.bytes),
          input.random,
        )
  const noTrain = 'needs the train dataset'
  return [
    {
      name: 'perplexity',
      value: perplexity,
      n: tokens,
      ...(interval === null ? {} : { interval }),
      note: `${rows.length} conversations`,
    },
    {
      name: 'bits_per_byte',
      value: bytes === 0 ? null : nats / Math.LN2 / bytes,
      n: bytes,
      ...(perByte === null ? {} : { interval: perByte }),
    },
    uniform,
    { name: 'perplexity_unigram', value: unigram, n: tokens, ...(unigram === null ? { note: noTrain } : {}) },
    {
      name: 'perplexity_ratio',
      value: unigram === null ? null : perplexity / unigram,
      n: tokens,
      ...(unigram === null ? { note: noTrain } : {}),
      ...(unigram === null || interval === null ? {} : { interval: mapInterval(interval, (x) => x / unigram) }),
    },
  ]
}

/**
 * −Σ ln p of held-out tokens under token frequencies with one added to every entry of the vocabulary (Laplace).
 *
 * @param train - counts of train tokens; @param heldOut - counts of held-out tokens
 */
export function unigramNats(
  train: ReadonlyMap<number, number>,
  heldOut: ReadonlyMap<number, number>,
  vocabulary: number,
): number {
  const total = sum([...train.values()]) + vocabulary
  let nats = 0
  for (const [token, count] of heldOut) nats -= count * Math.log(((train.get(token) ?? 0) + 1) / total)
  return nats
}

/** The interval of an increasing function of what the interval is about. */
export function mapInterval(interval: Interval, f: (x: number) => number): Interval {
  return { ...interval, lower: f(interval.lower), upper: f(interval.upper) }
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0)
}
