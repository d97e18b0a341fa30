import { type Static, Type } from '../../util/schema-type.ts'

const whole = (value: number, minimum: number, description: string) =>
  Type.Integer({ default: value, minimum, description })

export const MonitorConfig = Type.Object(
  {
    source: Type.Union([Type.Literal('auto'), Type.Literal('model'), Type.Literal('outputs')], {
      default: 'auto',
      description:
        'What is watched: answers sampled from `model`, or the logged rows of `outputs`. auto: the logged rows where there are any.',
    }),
    outputs: whole(80, 1, 'Answers to sample from the model.'),
    logged_rows: whole(2000, 1, 'Most logged rows to measure; the canary search reads all of them.'),
    reference_rows: whole(400, 1, 'Most reference rows to compare with.'),
    max_tokens: whole(64, 1, 'Longest sampled answer, in tokens. Reference answers are cut at the same length.'),
    temperature: Type.Number({ default: 0.8, minimum: 0, maximum: 5, description: 'Of the sampled answers.' }),
    top_p: Type.Number({
      default: 0.95,
      exclusiveMinimum: 0,
      maximum: 1,
      description: 'Nucleus of the sampled answers.',
    }),
    toxic_at: Type.Number({
      default: 0.5,
      minimum: 0,
      maximum: 1,
      description: 'An answer is toxic for a head where its probability is this or more.',
    }),
    bins: whole(10, 2, 'Quantile bins of the reference for PSI and Jensen–Shannon. Ties merge bins.'),
    words: whole(200, 10, 'Most frequent words (of both sides together) that the feature `vocabulary` tells apart.'),
    permutations: whole(999, 99, 'Shuffles that make the distribution under no drift.'),
    alpha: Type.Number({
      default: 0.05,
      exclusiveMinimum: 0,
      maximum: 0.5,
      description: 'Chance that any feature is flagged where nothing drifted; shared out evenly over the features.',
    }),
    min_n: whole(20, 2, 'Fewer answers than this on either side: drift is not judged.'),
  },
  { additionalProperties: false },
)

export type MonitorConfig = Static<typeof MonitorConfig>
