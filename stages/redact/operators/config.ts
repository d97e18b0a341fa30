import { type Static, Type } from '../../../util/schema-type.ts'
import type { PlanContext, Problem, SecretRef } from '../../stage.ts'
import { keyOfOperator, OPERATOR_DEFAULTS, type OperatorKeys } from './kinds.ts'

const closed = { additionalProperties: false } as const

const OPERATORS = {
  replace: '`<EMAIL>`',
  mask: 'dots for letters and digits',
  redact: 'taken out',
  keep: 'left as it is, but counted',
  pseudonym: '`<PERSON_7f3a91c2>`, the same for one person in the whole dataset',
  hash: '`<IBAN_H_…>`, HMAC-SHA-256',
  surrogate: 'a made-up value of the same type and shape, the same for the same value in the whole dataset',
  encrypt: '`<EMAIL_E_…>`, AES-SIV; `sluice reidentify` turns it back',
  fpe: 'digits under format-preserving encryption (FF1), separators kept; `sluice reidentify` turns it back',
  shift_date: 'all dates of a subject moved by the same number of days',
  bucket: 'ages to bands, US ZIP codes to three digits, dates to years, numbers to bands',
} as const

type Name = keyof typeof OPERATORS

/** Fields that only some operators have. Without JSON defaults: a field that was not written must not look like one that was. */
const FIELDS = {
  keep_last: {
    of: ['mask'],
    schema: Type.Integer({
      minimum: 0,
      maximum: 4,
      description: `For mask: letters or digits that stay readable at the end, never more than a third of the value. Default ${OPERATOR_DEFAULTS.keep_last}.`,
    }),
  },
  bits: {
    of: ['hash'],
    schema: Type.Integer({
      minimum: 64,
      maximum: 256,
      multipleOf: 8,
      description: `For hash: bits of the digest that are written. Default ${OPERATOR_DEFAULTS.bits}.`,
    }),
  },
  encoding: {
    of: ['hash'],
    schema: Type.Union([Type.Literal('hex'), Type.Literal('base64url')], {
      description: 'For hash: how the digest is written. Default hex.',
    }),
  },
  alphabet: {
    of: ['fpe'],
    schema: Type.Union([Type.Literal('digits'), Type.Literal('alphanumeric')], {
      description:
        'For fpe: what is encrypted: digits (at least 6), or digits and the letters A–Z and a–z (at least 4). A shorter value becomes `<TYPE>`. Default digits.',
    }),
  },
  max_days: {
    of: ['shift_date'],
    schema: Type.Integer({
      minimum: 1,
      maximum: 3650,
      description: `For shift_date: most days by which dates move, forwards or back, never 0. Default ${OPERATOR_DEFAULTS.max_days}.`,
    }),
  },
  subject: {
    of: ['shift_date'],
    schema: Type.String({
      pattern: '^meta(\\.[^.]+)+$',
      description:
        'For shift_date: path of the field that says whom a record is about (`meta.customer_id`); all their dates move alike. Default: each record is a subject of its own.',
    }),
  },
  day_first: {
    of: ['shift_date', 'bucket', 'surrogate'],
    schema: Type.Boolean({
      description: 'Whether 03/04/2024 is the third of April. With dots it always is. Default false.',
    }),
  },
  years: {
    of: ['bucket'],
    schema: Type.Integer({
      minimum: 2,
      maximum: 45,
      description: `For bucket, ages: width of a band; from 90 on all are \`90+\`. Default ${OPERATOR_DEFAULTS.years}.`,
    }),
  },
  edges: {
    of: ['bucket'],
    schema: Type.Array(Type.Number(), {
      minItems: 2,
      description:
        'For bucket: bounds of the bands, ascending, for whatever number the value holds, instead of the rule for the type. No default.',
    }),
  },
  reference_date: {
    of: ['bucket'],
    schema: Type.String({
      pattern: '^\\d{4}-\\d{2}-\\d{2}$',
      description:
        'For bucket, dates of birth: the day of reference (ISO date); years of birth of people who are 90 by the end of its year become `before YEAR`. Required for DATE_OF_BIRTH.',
    }),
  },
} as const satisfies Readonly<Record<string, { readonly of: readonly Name[]; readonly schema: unknown }>>

export const OperatorSchema = Type.Object(
  {
    operator: Type.Union(
      [
        Type.Literal('replace'),
        Type.Literal('mask'),
        Type.Literal('redact'),
        Type.Literal('keep'),
        Type.Literal('pseudonym'),
        Type.Literal('hash'),
        Type.Literal('surrogate'),
        Type.Literal('encrypt'),
        Type.Literal('fpe'),
        Type.Literal('shift_date'),
        Type.Literal('bucket'),
      ],
      {
        description: `${Object.entries(OPERATORS)
          .map(([name, what]) => `${name}: ${what}`)
          .join('. ')}.`,
      },
    ),
    keep_last: Type.Optional(FIELDS.keep_last.schema),
    bits: Type.Optional(FIELDS.bits.schema),
    encoding: Type.Optional(FIELDS.encoding.schema),
    alphabet: Type.Optional(FIELDS.alphabet.schema),
    max_days: Type.Optional(FIELDS.max_days.schema),
    subject: Type.Optional(FIELDS.subject.schema),
    day_first: Type.Optional(FIELDS.day_first.schema),
    years: Type.Optional(FIELDS.years.schema),
    edges: Type.Optional(FIELDS.edges.schema),
    reference_date: Type.Optional(FIELDS.reference_date.schema),
  },
  closed,
)

type OperatorConfig = Static<typeof OperatorSchema>
type OperatorsConfig = Readonly<Record<string, OperatorConfig>>

const SECRET_FORMS = [
  Type.Object({ store: Type.String({ description: 'Name of a secret that the store makes on first use.' }) }, closed),
  Type.Object({ env: Type.String({ description: 'Environment variable that holds the secret.' }) }, closed),
  Type.Object({ file: Type.String({ description: 'File that holds the secret.' }) }, closed),
] as const

export const SecretSchema = Type.Union([...SECRET_FORMS], {
  default: { store: 'pseudonym' },
  description:
    'Key of the operators that cannot be turned back: pseudonym, hash, surrogate, shift_date. Each derives a key of its own from it (HKDF). Another key gives other values. Its fingerprint is part of the stage key.',
})

export const ReversibleKeySchema = Type.Union([...SECRET_FORMS], {
  default: { store: 'reversible' },
  description:
    'Key of the operators that can be turned back: encrypt and fpe. Whoever has it can restore the values; keep it apart from the data. Its fingerprint is part of the stage key, its id of every token.',
})

/** Which of the two keys the operators of a config need. */
export function keysUsed(
  operators: Readonly<Record<string, { readonly operator: string }>>,
): ReadonlySet<keyof OperatorKeys> {
  return new Set(
    Object.values(operators).flatMap(({ operator }) => {
      const key = keyOfOperator(operator)
      return key === undefined ? [] : [key]
    }),
  )
}

/** Fingerprints of the keys that the config uses, for the stage key and the evidence. */
export function keyPins(
  config: { readonly operators: OperatorsConfig; readonly pseudonym_key: unknown; readonly reversible_key: unknown },
  context: Omit<PlanContext, 'storeRoot'>,
): Readonly<Record<string, string>> {
  const used = keysUsed(config.operators)
  return {
    ...(used.has('pseudonym') ? { pseudonym_key: context.secretId(config.pseudonym_key as SecretRef) } : {}),
    ...(used.has('reversible') ? { reversible_key: context.secretId(config.reversible_key as SecretRef) } : {}),
  }
}

/** Types that `bucket` has a rule for without `edges`. */
const BUCKETS = ['AGE', 'POSTAL_CODE', 'DATE', 'DATE_OF_BIRTH']

/** What contradicts itself in the operators of a config. */
export function checkOperators(operators: OperatorsConfig): readonly Problem[] {
  return Object.entries(operators).flatMap(([type, operator]) => {
    const path = ['operators', type]
    const wrong = (message: string, next: string): Problem => ({ code: 'REDACT_CONTRADICTION', message, next, path })
    const foreign = Object.entries(FIELDS).flatMap(([field, { of }]) =>
      operator[field as keyof typeof FIELDS] === undefined || (of as readonly string[]).includes(operator.operator)
        ? []
        : [
            wrong(
              `${field} is only for the operator ${of.join(', ')}, not for ${operator.operator}`,
              `leave ${field} out or use ${of.join(' or ')}`,
            ),
          ],
    )
    return [...foreign, ...checkOne(type, operator, wrong)]
  })
}

function checkOne(
  type: string,
  operator: OperatorConfig,
  wrong: (message: string, next: string) => Problem,
): readonly Problem[] {
  if (operator.operator === 'shift_date' && type !== 'DATE' && type !== 'DATE_OF_BIRTH') {
    return [wrong(`shift_date moves dates, and ${type} is none`, 'use it for DATE and DATE_OF_BIRTH')]
  }
  if (operator.operator !== 'bucket') return []
  if (operator.edges !== undefined) {
    const rising = operator.edges.every((edge, i, all) => i === 0 || edge > all[i - 1]!)
    return rising ? [] : [wrong('the edges do not ascend', 'write them from the least to the greatest, each once')]
  }
  if (!BUCKETS.includes(type)) {
    return [
      wrong(
        `bucket has no rule for ${type}`,
        `give edges, or use it for ${BUCKETS.join(', ')} (dates and ages are off unless listed in types)`,
      ),
    ]
  }
  const reference = operator.reference_date
  if (type === 'DATE_OF_BIRTH' && (reference === undefined || Number.isNaN(Date.parse(reference)))) {
    return [wrong('bucket needs the day of reference for dates of birth', 'add reference_date: YYYY-MM-DD')]
  }
  return []
}
