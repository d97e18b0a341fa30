import { type Static, Type } from '../../util/schema-type.ts'
import { DEFAULT_MIN_SCORE, DEFAULT_REGIONS } from './detector-defaults.ts'
import { OperatorSchema, ReversibleKeySchema, SecretSchema } from './operators/config.ts'
import { PACK_FIELDS } from './packs/pack-config.ts'
import { COMMON_TYPES } from './pii-type.ts'
import { QuasiIdentifiersSchema } from './quasi-identifiers/config.ts'

const closed = { additionalProperties: false } as const

const listed = {
  values: Type.Array(Type.String({ minLength: 1 }), {
    minItems: 1,
    description: 'What is listed, compared as whole words.',
  }),
  match_case: Type.Optional(Type.Boolean({ default: false, description: 'Whether capitals must agree.' })),
  owner: Type.String({ minLength: 1, description: 'Who answers for the entry: a team or a role, no name.' }),
  reason: Type.String({ minLength: 1, description: 'Why it is there.' }),
  expires: Type.String({
    pattern: '^\\d{4}-\\d{2}-\\d{2}$',
    description:
      'Last day on which the entry counts (ISO date). After it nothing runs until somebody renews or removes it.',
  }),
}

const AllowSchema = Type.Object(
  {
    ...listed,
    types: Type.Optional(Type.Array(Type.String(), { description: 'Only for these types. Left out: for all.' })),
  },
  closed,
)

const DenySchema = Type.Object({ ...listed, type: Type.String({ description: 'What the values are.' }) }, closed)

const because = Type.String({ minLength: 1, description: 'Why.' })
const FieldSchema = Type.Union([
  Type.Object(
    { as: Type.String({ description: 'Every value that is not blank is of this type, in full.' }), because },
    closed,
  ),
  Type.Object({ keep: Type.Literal(true, { description: 'Values stay and are not looked at.' }), because }, closed),
])

const ModelSchema = Type.Object(
  {
    path: Type.String({
      description: 'Folder with `config.json`, `tokenizer.json` and `model.onnx`, relative to the pipeline file.',
    }),
    labels: Type.Optional(
      Type.Record(Type.String(), Type.Union([Type.String(), Type.Null()]), {
        description:
          'Type by label of the model (without B- and I-); null: the label is not used. Common labels are known.',
      }),
    ),
    min_score: Type.Optional(
      Type.Number({ minimum: 0, maximum: 1, default: 0.5, description: 'Least probability of a span.' }),
    ),
  },
  closed,
)

export const RedactConfig = Type.Object(
  {
    ...PACK_FIELDS,
    types: Type.Array(Type.String(), {
      default: ['default'],
      description:
        'What to look for: types (`EMAIL`), groups (`financial`, `national`), `default` (all but the types marked as opt-in), `all`; `-LOCATION` takes one out again.',
    }),
    countries: Type.Array(Type.String({ pattern: '^[A-Z]{2}$' }), {
      default: [],
      description: 'Of the national numbers, only those of these countries (ISO 3166). Empty: of all.',
    }),
    names: Type.Boolean({
      default: true,
      description:
        'Whether people, organisations, places and addresses are looked for. Off, only values with a checkable form are.',
    }),
    tagger: Type.Boolean({
      default: true,
      description:
        'Whether the trained tagger that ships looks for people, organisations and places besides the rules.',
    }),
    models: Type.Array(ModelSchema, {
      default: [],
      description: 'Token-classification models in the form of Hugging Face that look as well.',
    }),
    min_score: Type.Record(Type.String(), Type.Number({ minimum: 0, maximum: 1 }), {
      default: {},
      description: `Least score (0…1) by type; \`default\` for the others (${DEFAULT_MIN_SCORE}). Lower finds more and errs more.`,
    }),
    regions: Type.Array(Type.String({ pattern: '^[A-Z]{2}$' }), {
      default: [...DEFAULT_REGIONS],
      description: 'Countries (ISO 3166) in which phone numbers without a country code are tried.',
    }),
    operators: Type.Record(Type.String(), OperatorSchema, {
      default: {},
      description: 'What happens to a value, by type; `default` for the others (replace).',
    }),
    pseudonym_key: SecretSchema,
    reversible_key: ReversibleKeySchema,
    same_record_names: Type.Boolean({
      default: true,
      description: 'Whether a name found in one message is looked for in the other messages of its record.',
    }),
    fields: Type.Record(Type.String(), FieldSchema, {
      default: {},
      description: 'Decisions on whole fields by path: `meta.customer.email`, `meta.items[].owner`.',
    }),
    allow: Type.Array(AllowSchema, {
      default: [],
      description: 'Values that are no personal data: own addresses, a hotline.',
    }),
    deny: Type.Array(DenySchema, {
      default: [],
      description: 'Values that are redacted whatever the recognizers say: a project name, a list of staff.',
    }),
    quasi_identifiers: Type.Optional(QuasiIdentifiersSchema),
    seeding: Type.Object(
      {
        share: Type.Number({
          minimum: 0,
          maximum: 1,
          default: 0.1,
          description:
            'Share of the records, chosen by hash, into copies of which made-up values are put to measure recall. 0 turns it off.',
        }),
        types: Type.Array(Type.String(), {
          default: [...COMMON_TYPES],
          description:
            'Types of the values that are tried, of those that are looked for. `all`: every one that can be made up.',
        }),
        values_per_record: Type.Integer({
          minimum: 1,
          maximum: 50,
          default: 4,
          description: 'Values tried per chosen record, each in a copy of its own.',
        }),
        per_type_max: Type.Integer({
          minimum: 1,
          maximum: 100_000,
          default: 400,
          description: 'Most values of one type tried per shard: bounds the time on large data.',
        }),
      },
      {
        additionalProperties: false,
        default: { share: 0.1, types: [...COMMON_TYPES], values_per_record: 4, per_type_max: 400 },
        description: 'Measures recall on the company’s own text. The seeded copies are never written anywhere.',
      },
    ),
  },
  closed,
)

export type RedactConfig = Static<typeof RedactConfig>
