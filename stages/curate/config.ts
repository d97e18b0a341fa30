import { type Static, Type } from '../../util/schema-type.ts'
import { RULE_NAMES, RULES } from './rules.ts'

const strict = { additionalProperties: false } as const

function ruleField(name: keyof typeof RULES) {
  const { reason, kind, chat, document, description } = RULES[name]
  const own =
    kind === 'switch'
      ? Type.Boolean()
      : kind === 'share'
        ? Type.Number({ minimum: 0, maximum: 1 })
        : Type.Number({ minimum: 0 })
  const shown = (value: number | boolean | null): string => (value === null ? 'off' : String(value))
  return Type.Union([Type.Literal('preset'), Type.Literal('off'), own], {
    default: 'preset',
    description: `${description} Reason: ${reason}. chat: ${shown(chat)}, document: ${shown(document)}.`,
  })
}

const ScoreRule = Type.Object(
  {
    score: Type.String({
      pattern: '^[A-Za-z_][A-Za-z0-9_]*(\\.[A-Za-z_][A-Za-z0-9_]*)+$',
      description: 'Path of a number in the notes of a record: `toxicity.scores.severe_toxicity`.',
    }),
    at_least: Type.Optional(Type.Number({ description: 'Drop where the score is this or more.' })),
    at_most: Type.Optional(Type.Number({ description: 'Drop where the score is this or less.' })),
    reason: Type.Optional(
      Type.String({
        pattern: '^[a-z][a-z0-9_]*$',
        description: 'Reason written with a dropped row. Else the first part of the path.',
      }),
    ),
    missing: Type.Union([Type.Literal('error'), Type.Literal('drop'), Type.Literal('keep')], {
      default: 'error',
      description: 'What to do with a record that has no such score.',
    }),
    because: Type.Optional(Type.String({ description: 'Why this threshold.' })),
  },
  { ...strict, description: 'One threshold: exactly one of at_least and at_most.' },
)

export const CurateConfig = Type.Object(
  {
    preset: Type.Union([Type.Literal('chat'), Type.Literal('document'), Type.Literal('none')], {
      default: 'chat',
      description: 'Quality rules to start from: chat (tickets, dialogues), document (Gopher, C4, FineWeb) or none.',
    }),
    rules: Type.Object(Object.fromEntries(RULE_NAMES.map((name) => [name, ruleField(name)])), {
      ...strict,
      default: {},
      description: 'Single rules: `preset`, `off` or a value of your own.',
    }),
    drop_when: Type.Array(ScoreRule, {
      default: [],
      description: 'Thresholds on scores that earlier stages wrote into the notes.',
    }),
    language: Type.Object(
      {
        allow: Type.Array(Type.String({ pattern: '^[a-z]{2,3}$' }), {
          default: [],
          description: 'ISO 639-1 codes to keep. Empty: all.',
        }),
        undetermined: Type.Union([Type.Literal('keep'), Type.Literal('drop')], {
          default: 'keep',
          description: 'What to do with `und` (too short or unsure) where `allow` is not empty.',
        }),
        min_letters: Type.Integer({ default: 12, minimum: 1, description: 'Fewer letters than this are `und`.' }),
        min_confidence: Type.Number({
          default: 0.3,
          minimum: 0,
          maximum: 1,
          description: 'A best score below this is `und`.',
        }),
      },
      { ...strict, default: {}, description: 'Language of each record.' },
    ),
    duplicates: Type.Object(
      {
        exact: choice('drop', 'keep', 'Records with the same content (roles included).'),
        near: choice('drop', 'keep', 'Records whose estimated Jaccard similarity reaches the threshold.'),
        threshold: Type.Number({
          default: 0.75,
          minimum: 0.05,
          maximum: 1,
          description: 'Jaccard similarity of the shingle sets from which two records are near-duplicates.',
        }),
        bands: Type.Integer({ default: 20, minimum: 1, maximum: 64, description: 'Bands of the LSH.' }),
        rows: Type.Integer({ default: 6, minimum: 1, maximum: 32, description: 'Minima per band.' }),
        shingle_unit: Type.Union([Type.Literal('word'), Type.Literal('character')], {
          default: 'word',
          description: 'What a shingle is made of.',
        }),
        shingle_size: Type.Integer({
          default: 3,
          minimum: 1,
          maximum: 64,
          description: 'Words or characters per shingle.',
        }),
        mask_numbers: Type.Boolean({
          default: true,
          description: 'Take every word with a digit for the same word, so that order numbers do not hide a duplicate.',
        }),
        keep: Type.Union([Type.Literal('longest'), Type.Literal('first'), Type.Literal('smallest_id')], {
          default: 'longest',
          description:
            'Which of a cluster stays: the longest (then the smallest id), the first in the data, the smallest id.',
        }),
      },
      { ...strict, default: {}, description: 'Exact and near-duplicates (MinHash-LSH).' },
    ),
    split: Type.Object(
      {
        valid: Type.Number({
          default: 0.05,
          minimum: 0,
          maximum: 0.5,
          description: 'Share of the clusters for valid.',
        }),
        test: Type.Number({ default: 0.1, minimum: 0, maximum: 0.5, description: 'Share of the clusters for test.' }),
        group_by: Type.Array(Type.String({ minLength: 1 }), {
          default: [],
          description: 'Keys of `meta` (customer, say): records with the same value always stay on one side.',
        }),
      },
      { ...strict, default: {}, description: 'Train gets the rest. Near-duplicates always stay on one side.' },
    ),
    canaries: Type.Object(
      {
        count: Type.Integer({
          default: 12,
          minimum: 0,
          maximum: 1000,
          description: 'How many secrets to plant. 0: none.',
        }),
        repeats: Type.Array(Type.Integer({ minimum: 0, maximum: 1000 }), {
          default: [0, 1, 4, 16],
          minItems: 1,
          description: 'Copies of each, taken in turn. 0: a control that the model never sees.',
        }),
        alphabet: Type.String({
          default: 'bcdfghjkmnpqrstvwxz',
          minLength: 2,
          maxLength: 256,
          description:
            'Characters of a secret. No vowels and no digits: no words, and nothing that looks like a phone number.',
        }),
        length: Type.Integer({ default: 8, minimum: 2, maximum: 64, description: 'Characters per secret.' }),
      },
      { ...strict, default: {}, description: 'Secrets planted in train, so that evaluate can measure memorisation.' },
    ),
  },
  strict,
)

export type CurateConfig = Static<typeof CurateConfig>

function choice(byDefault: 'drop' | 'keep', other: 'drop' | 'keep', description: string) {
  return Type.Union([Type.Literal(byDefault), Type.Literal(other)], { default: byDefault, description })
}
