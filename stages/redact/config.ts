import { type Static, Type } from 'typebox'
import { DEFAULT_MIN_SCORE, DEFAULT_REGIONS } from './detector-defaults.ts'
import { DEFAULT_TYPES, PII_TYPES } from './pii-type.ts'

const closed = { additionalProperties: false } as const

const OperatorSchema = Type.Object(
  {
    operator: Type.Union(
      [
        Type.Literal('replace'),
        Type.Literal('mask'),
        Type.Literal('redact'),
        Type.Literal('keep'),
        Type.Literal('pseudonym'),
      ],
      {
        description:
          'replace: `<EMAIL>`. mask: dots for letters and digits. redact: taken out. keep: left as it is, but counted. pseudonym: `<PERSON_7f3a91c2>`, the same for the same value in the whole dataset.',
      },
    ),
    keep_last: Type.Optional(
      Type.Integer({
        minimum: 0,
        maximum: 4,
        default: 0,
        description: 'For mask: letters or digits that stay readable at the end, never more than a third of the value.',
      }),
    ),
  },
  closed,
)

const SecretSchema = Type.Union(
  [
    Type.Object({ store: Type.String({ description: 'Name of a secret that the store makes on first use.' }) }, closed),
    Type.Object({ env: Type.String({ description: 'Environment variable that holds the secret.' }) }, closed),
    Type.Object({ file: Type.String({ description: 'File that holds the secret.' }) }, closed),
  ],
  {
    default: { store: 'pseudonym' },
    description:
      'Key of the pseudonyms (HMAC-SHA-256). Another key gives other pseudonyms. Its fingerprint is part of the stage key.',
  },
)

export const RedactConfig = Type.Object(
  {
    types: Type.Array(Type.String(), {
      default: [...DEFAULT_TYPES],
      description: `What to look for: ${PII_TYPES.join(', ')}. HANDLE (@names) is off unless listed.`,
    }),
    names: Type.Boolean({
      default: true,
      description: 'Whether people, places and addresses are looked for. Off, only values with a checkable form are.',
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
    same_record_names: Type.Boolean({
      default: true,
      description: 'Whether a name found in one message is looked for in the other messages of its record.',
    }),
    allow: Type.Array(Type.String({ minLength: 1 }), {
      default: [],
      description: 'Exact strings that are no personal data: own addresses, a hotline.',
    }),
    seeding: Type.Object(
      {
        share: Type.Number({
          minimum: 0,
          maximum: 1,
          default: 0.1,
          description:
            'Share of the records, chosen by hash, into copies of which made-up values are put to measure recall. 0 turns it off.',
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
        default: { share: 0.1, values_per_record: 4, per_type_max: 400 },
        description: 'Measures recall on the company’s own text. The seeded copies are never written anywhere.',
      },
    ),
  },
  closed,
)

export type RedactConfig = Static<typeof RedactConfig>

/** Whether any type's operator needs the pseudonym key. */
export function usesPseudonyms(config: RedactConfig): boolean {
  return Object.values(config.operators).some((operator) => operator.operator === 'pseudonym')
}
