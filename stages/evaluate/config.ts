import { type Static, Type } from '../../util/schema-type.ts'

const whole = (value: number, minimum: number, description: string) =>
  Type.Integer({ default: value, minimum, description })

export const EvaluateConfig = Type.Object(
  {
    heldout_rows: whole(
      280,
      1,
      'Held-out conversations to score for perplexity; they are the non-members of the membership attack too.',
    ),
    member_rows: whole(280, 0, 'Train conversations to score as members. 0: no membership attack.'),
    alternatives: whole(
      1000,
      100,
      'Most secrets to rank a canary among. Raised by itself where the chance level would not be measurable.',
    ),
    alpha: Type.Number({
      default: 0.01,
      exclusiveMinimum: 0,
      maximum: 0.5,
      description: 'Chance that any canary of a model that saw none passes the chance level.',
    }),
    extraction_rows: whole(40, 0, 'Train conversations, and as many held-out ones, to continue greedily. 0: none.'),
    extraction_prefix: whole(8, 0, 'Tokens of the answer that the attacker knows, after all that came before it.'),
    extraction_suffix: whole(16, 1, 'Tokens that greedy decoding must repeat to count as extraction.'),
    outputs: whole(80, 0, 'Answers to sample for personal data, toxicity and repetition. 0: none.'),
    max_tokens: whole(64, 1, 'Longest sampled answer, in tokens.'),
    temperature: Type.Number({
      default: 0.8,
      minimum: 0,
      maximum: 5,
      description: 'Of the sampled answers. 0: greedy.',
    }),
    top_p: Type.Number({
      default: 0.95,
      exclusiveMinimum: 0,
      maximum: 1,
      description: 'Nucleus: sample from the fewest tokens that have this probability together.',
    }),
    toxic_at: Type.Number({
      default: 0.5,
      minimum: 0,
      maximum: 1,
      description: 'An answer is toxic for a head where its probability is this or more.',
    }),
    samples: whole(6, 0, 'Answers to show in the report, every value that the detector finds replaced by its type.'),
  },
  { additionalProperties: false },
)

export type EvaluateConfig = Static<typeof EvaluateConfig>
