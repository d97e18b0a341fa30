import { Type } from '../../util/schema-type.ts'
import type { Mode, Severity } from './decision.ts'

/** A policy file. `docs/policies.md` explains every key. */
export interface PolicyFile {
  readonly apiVersion: 'sluice/v1'
  readonly kind: 'Policy'
  readonly name: string
  /** Raised by hand when the meaning changes; the digest changes by itself. */
  readonly version: number
  readonly title: string
  readonly description?: string
  /** Policies whose rules it takes over, in order. Its own may add to them and make them stricter, nothing else. */
  readonly extends?: readonly string[]
  /** What waivers of its rules may look like. */
  readonly waivers?: WaiverLimits
  readonly rules: readonly Rule[]
}

export interface WaiverLimits {
  /** Longest life of a waiver, in days. Default 90. */
  readonly max_days?: number
  /** Whether a waiver for every pipeline may cover a rule that blocks. */
  readonly any_pipeline?: boolean
}

export interface Rule {
  readonly id: string
  readonly title: string
  readonly severity: Severity
  readonly mode?: Mode
  /** `YYYY-MM-DD`, UTC: before this day an enforced rule only warns. */
  readonly effective?: string
  /** `false`: nobody can waive it. */
  readonly waivable?: boolean
  readonly when?: Condition
  readonly require: Condition
  readonly because: string
  readonly remediation: string
  readonly refs?: readonly string[]
}

/**
 * Exactly one of `metric`, `all`, `any`, `not`, `cel`. One flat shape instead of a union, so that a slip gets one clear message;
 * `condition-shape.ts` checks what belongs together.
 */
export interface Condition {
  /** `seeded_recall` of the gated stage, or `redact.seeded_recall` by the stage's id or by what it uses. */
  readonly metric?: string
  readonly where?: Readonly<Record<string, string>>
  /** Label, or labels: every group must satisfy the condition. */
  readonly for_each?: string | readonly string[]
  /** Groups of a single `for_each` label that must be there. */
  readonly groups?: readonly string[]
  readonly if_none?: 'no_evidence' | 'not_applicable'
  readonly min_n?: number
  readonly if_few?: 'no_evidence' | 'not_applicable'
  readonly bound?: 'point' | 'upper' | 'lower'
  readonly at_most?: Limit
  readonly at_least?: Limit
  readonly equals?: Scalar
  readonly one_of?: readonly Scalar[]
  readonly present?: true
  readonly all?: readonly Condition[]
  readonly any?: readonly Condition[]
  readonly not?: Condition
  /** An expression of the Common Expression Language that gives true or false. */
  readonly cel?: string
}

export type Scalar = string | number | boolean
export type Limit = number | MetricLimit

/** Another metric as the limit: `times`·value + `plus`. */
export interface MetricLimit {
  readonly metric: string
  readonly bound?: 'point' | 'upper' | 'lower'
  readonly times?: number
  readonly plus?: number
}

const closed = { additionalProperties: false } as const
const bound = Type.Enum(['point', 'upper', 'lower'], {
  description: 'Which figure is compared: the point estimate (default) or a bound of its confidence interval.',
})
const metric = Type.String({
  pattern: '^(?:[^\\s{}]+\\.)?[a-z][a-z0-9_]*$',
  description: '`seeded_recall` of the gated stage, or `redact.seeded_recall` (stage id, or what the stage uses).',
})
const missing = Type.Enum(['no_evidence', 'not_applicable'])
const scalar = Type.Unsafe<Scalar>({ type: ['string', 'number', 'boolean'] })
const limit = (description: string) =>
  Type.Unsafe<Limit>({
    type: ['number', 'object'],
    description,
    properties: { metric, bound, times: Type.Number(), plus: Type.Number() },
    required: ['metric'],
    additionalProperties: false,
  })

const condition = Type.Object(
  {
    metric: Type.Optional(metric),
    where: Type.Optional(
      Type.Record(Type.String(), Type.String(), { description: 'Only the values with these labels.' }),
    ),
    for_each: Type.Optional(
      Type.Unsafe<string | readonly string[]>({
        type: ['string', 'array'],
        items: { type: 'string' },
        minItems: 1,
        description: 'Label, or labels: the condition must hold for every group.',
      }),
    ),
    groups: Type.Optional(
      Type.Array(Type.String(), {
        minItems: 1,
        uniqueItems: true,
        description: 'Groups that must have been measured.',
      }),
    ),
    if_none: Type.Optional({ ...missing, description: 'Verdict if the stage ran and there is no group at all.' }),
    min_n: Type.Optional(Type.Integer({ minimum: 1, description: 'Fewest observations that count as evidence.' })),
    if_few: Type.Optional({ ...missing, description: 'Verdict for a value with fewer than `min_n` observations.' }),
    bound: Type.Optional(bound),
    at_most: Type.Optional(limit('Largest value that passes: a number, or another metric.')),
    at_least: Type.Optional(limit('Smallest value that passes: a number, or another metric.')),
    equals: Type.Optional(scalar),
    one_of: Type.Optional(Type.Array(scalar, { minItems: 1, uniqueItems: true })),
    present: Type.Optional(Type.Literal(true, { description: 'It was measured; any value passes.' })),
    all: Type.Optional(Type.Array(Type.Ref('Condition'), { minItems: 1 })),
    any: Type.Optional(Type.Array(Type.Ref('Condition'), { minItems: 1 })),
    not: Type.Optional(Type.Ref('Condition')),
    cel: Type.Optional(
      Type.String({
        minLength: 1,
        maxLength: 4000,
        description: 'Where the other keys do not reach: a CEL expression.',
      }),
    ),
  },
  closed,
)

const word = '^[a-z][a-z0-9-]{0,63}$'
const rule = Type.Object(
  {
    id: Type.String({ pattern: word, description: 'Stable; appears in every report.' }),
    title: Type.String({ minLength: 1 }),
    severity: Type.Enum(['block', 'major', 'minor', 'info'], { description: '`block` and `major` stop a run.' }),
    mode: Type.Optional(Type.Enum(['enforce', 'warn', 'shadow'], { default: 'enforce' })),
    effective: Type.Optional(
      Type.String({ pattern: '^\\d{4}-\\d{2}-\\d{2}$', description: 'Before this day (UTC) the rule only warns.' }),
    ),
    waivable: Type.Optional(Type.Boolean({ default: true, description: '`false`: nobody can waive it.' })),
    when: Type.Optional(Type.Ref('Condition')),
    require: Type.Ref('Condition'),
    because: Type.String({ minLength: 1, description: 'Why this rule, and why this number.' }),
    remediation: Type.String({ minLength: 1, description: 'What to do when it fails.' }),
    refs: Type.Optional(Type.Array(Type.String({ minLength: 1 }), { default: [] })),
  },
  closed,
)

const file = Type.Object(
  {
    apiVersion: Type.Literal('sluice/v1'),
    kind: Type.Literal('Policy'),
    name: Type.String({ pattern: word }),
    version: Type.Integer({ minimum: 1 }),
    title: Type.String({ minLength: 1 }),
    description: Type.Optional(Type.String()),
    extends: Type.Optional(
      Type.Array(Type.String({ minLength: 1 }), {
        minItems: 1,
        uniqueItems: true,
        description:
          'Policies whose rules it takes over, in order: a path, `sluice:NAME`, `npm:PACKAGE/path.yaml`, `git:FOLDER@COMMIT#path.yaml`. It may add rules and make theirs stricter.',
      }),
    ),
    waivers: Type.Optional(
      Type.Object(
        {
          max_days: Type.Optional(
            Type.Integer({ minimum: 1, maximum: 366, default: 90, description: 'Longest life of a waiver, in days.' }),
          ),
          any_pipeline: Type.Optional(
            Type.Boolean({
              default: false,
              description: 'Whether a waiver with `pipeline: *` may cover a rule of severity `block`.',
            }),
          ),
        },
        { ...closed, description: 'What waivers of its rules may look like.' },
      ),
    ),
    rules: Type.Array(Type.Ref('Rule'), { description: 'May be empty where something is extended.' }),
  },
  closed,
)

/** The JSON Schema of a policy file. */
export const POLICY_SCHEMA = Type.Cyclic({ Condition: condition, Rule: rule, Policy: file }, 'Policy')
