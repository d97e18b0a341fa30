import { dirname } from 'node:path'
import type { Place } from '../../util/errors.ts'
import { nearest } from '../../util/nearest.ts'
import { type Static, Type } from '../../util/schema-type.ts'
import { clopperPearson } from '../../util/statistics.ts'
import { type KeyPath, loadYaml, problemsToError, type YamlDocument } from '../../util/yaml-document.ts'
import { decide } from './decide.ts'
import type { Verdict } from './decision.ts'
import type { EvidenceMetric } from './evidence.ts'
import { labelText, metricName } from './evidence.ts'
import { splitReference } from './evidence-index.ts'
import { type LoadedPolicy, loadPolicies } from './load.ts'
import type { Rule } from './schema.ts'

const closed = { additionalProperties: false } as const

const Given = Type.Object(
  {
    metric: Type.String({
      pattern: '^(?:[a-z][a-z0-9-]*\\.)?[a-z][a-z0-9_]*$',
      description: '`STAGE.METRIC`, or the bare name of a metric of the gated stage.',
    }),
    where: Type.Optional(Type.Record(Type.String(), Type.String(), { description: 'Its labels.' })),
    value: Type.Optional(
      Type.Unsafe<number | string | boolean | null>({
        type: ['number', 'string', 'boolean', 'null'],
        description: 'What was measured; `null`: it could not be.',
      }),
    ),
    absent: Type.Optional(Type.Literal(true, { description: 'In place of `value`: it is not reported at all.' })),
    n: Type.Optional(Type.Integer({ minimum: 0, description: 'Observations.' })),
    interval: Type.Optional(
      Type.Array(Type.Number(), {
        minItems: 2,
        maxItems: 2,
        description: 'Lower and upper bound. Default for a share with `n`: Clopper–Pearson, 95 %.',
      }),
    ),
  },
  closed,
)

const VERDICTS = ['pass', 'fail', 'error', 'no_evidence', 'not_applicable'] as const
const Expected = Type.Record(Type.String(), Type.Enum([...VERDICTS]), {
  minProperties: 1,
  description: 'Rule id → the verdict it must have.',
})

const Case = Type.Object(
  {
    name: Type.String({ minLength: 1 }),
    given: Type.Optional(Type.Array(Given, { description: 'Instead of, or beside, what is given for all cases.' })),
    each: Type.Optional(
      Type.Array(Given, {
        minItems: 1,
        description: 'The case is run once with each of these, and the rest as given.',
      }),
    ),
    without: Type.Optional(
      Type.Array(Type.String(), { description: 'Metrics (all their labels) that were not measured in this case.' }),
    ),
    now: Type.Optional(Type.String({ pattern: '^\\d{4}-\\d{2}-\\d{2}$', description: 'Day of the decision.' })),
    expect: Expected,
    blocks: Type.Optional(
      Type.Array(Type.String(), { description: 'Exactly the rules that stop the run in this case.' }),
    ),
  },
  closed,
)

/** The JSON Schema of a table of policy tests. */
export const POLICY_TEST_SCHEMA = Type.Object(
  {
    apiVersion: Type.Literal('sluice/v1'),
    kind: Type.Literal('PolicyTest'),
    policy: Type.String({ minLength: 1, description: 'The policy under test, relative to this file.' }),
    gate: Type.Optional(
      Type.String({ pattern: '^[a-z][a-z0-9-]*$', description: 'What the gated stage uses; absent for a release.' }),
    ),
    given: Type.Optional(
      Type.Array(Given, { description: 'What was measured, in every case that does not say otherwise.' }),
    ),
    cases: Type.Array(Case, { minItems: 1 }),
  },
  closed,
)

export type PolicyTestFile = Static<typeof POLICY_TEST_SCHEMA>
export type PolicyCase = Static<typeof Case>

/** A table of tests with the policy it is about. */
export interface PolicyTest {
  readonly file: string
  readonly policy: LoadedPolicy
  readonly gate: string | undefined
  readonly cases: readonly {
    readonly name: string
    readonly at: Place
    readonly metrics: readonly EvidenceMetric[]
    readonly now: Date
    readonly expect: Readonly<Record<string, Verdict>>
    /** Ids of all rules that stop the run; `undefined` where the case does not say. */
    readonly blocks: readonly string[] | undefined
  }[]
}

/** A case that did not come out as it should. */
export interface CaseFailure {
  readonly name: string
  readonly at: Place
  readonly rule: string
  readonly expected: Verdict | 'blocks' | 'does not block'
  /** `absent`: the policy has no such rule any more. */
  readonly actual: Verdict | 'absent' | 'blocks' | 'does not block'
  readonly explanation: string
}

/**
 * Reads a table of tests.
 *
 * @throws SluiceError `POLICY_TEST_SYNTAX`, `POLICY_TEST_UNKNOWN_KEY`, `POLICY_TEST_INVALID`, `POLICY_TEST_UNKNOWN_RULE`, each
 * with its place; and what loading the policy throws.
 */
export function loadPolicyTest(file: string): PolicyTest {
  const document = loadYaml(file, POLICY_TEST_SCHEMA, 'POLICY_TEST') as YamlDocument<PolicyTestFile>
  const table = document.value
  const [policy] = loadPolicies([table.policy], { baseDir: dirname(file) })
  const known = policy!.rules.map((rule) => rule.id)
  const unknown = table.cases.flatMap((one, i) =>
    [
      ...Object.keys(one.expect).map((rule) => ({ rule, path: ['expect', rule] })),
      ...(one.blocks ?? []).map((rule, k) => ({ rule, path: ['blocks', k] })),
    ]
      .filter(({ rule }) => !known.includes(rule))
      .map(({ rule, path }) => {
        const guess = nearest(rule, known)
        return {
          code: 'UNKNOWN_RULE',
          message: `the policy has no rule \`${rule}\``,
          ...(guess === undefined ? {} : { next: `did you mean \`${guess}\`?` }),
          at: document.at(['cases', i, ...path]),
        }
      }),
  )
  const problems = [...givenProblems(table, document), ...unknown]
  if (problems.length > 0) throw problemsToError(problems, 'POLICY_TEST')
  return {
    file,
    policy: policy!,
    gate: table.gate,
    cases: table.cases.flatMap((one, i) =>
      (one.each ?? [undefined]).map((alone, k) => ({
        name: alone === undefined ? one.name : `${one.name}: ${alone.metric}${labelText(alone.where)}`,
        at: document.at(alone === undefined ? ['cases', i] : ['cases', i, 'each', k]),
        metrics: metricsOf(table, one, alone),
        now: new Date(`${one.now ?? '2030-01-01'}T12:00:00.000Z`),
        expect: one.expect,
        blocks: one.blocks,
      })),
    ),
  }
}

/** Runs a table, against its own policy or against other rules in its place. */
export function runPolicyTest(test: PolicyTest, rules: readonly Rule[] = test.policy.rules): readonly CaseFailure[] {
  return test.cases.flatMap((one) => {
    const decision = decide({
      gate: test.gate ?? 'release',
      ...(test.gate === undefined ? {} : { uses: test.gate }),
      policies: [{ ...test.policy, rules }],
      evidence: { metrics: one.metrics },
      now: one.now,
      engine: 'policy test',
    })
    const results = new Map(decision.rules.map((rule) => [rule.id, rule]))
    const { name, at } = one
    const verdicts = Object.entries(one.expect).flatMap(([rule, expected]) => {
      const { verdict: actual, explanation } = results.get(rule) ?? { verdict: 'absent' as const, explanation: '' }
      return actual === expected ? [] : [{ name, at, rule, expected, actual, explanation }]
    })
    if (one.blocks === undefined) return verdicts
    const stops = decision.rules.flatMap(({ id, blocks, explanation }) =>
      blocks === one.blocks?.includes(id)
        ? []
        : [{ name, at, rule: id, explanation, ...(blocks ? UNEXPECTED_BLOCK : MISSING_BLOCK) }],
    )
    return [...verdicts, ...stops]
  })
}

const UNEXPECTED_BLOCK = { expected: 'does not block', actual: 'blocks' } as const
const MISSING_BLOCK = { expected: 'blocks', actual: 'does not block' } as const

type GivenMetric = Static<typeof Given>

/** A figure has a value or is absent: a slip must not be read as either. */
function givenProblems(table: PolicyTestFile, document: YamlDocument<PolicyTestFile>): readonly Problem[] {
  const check = (list: readonly GivenMetric[] | undefined, path: KeyPath): readonly Problem[] =>
    (list ?? []).flatMap((given, i) =>
      (given.value === undefined) === (given.absent === true)
        ? []
        : [
            {
              code: 'INVALID',
              message: `\`${given.metric}\` needs \`value\`, or \`absent: true\`, and not both`,
              at: document.at([...path, i]),
            },
          ],
    )
  return [
    ...check(table.given, ['given']),
    ...table.cases.flatMap((one, i) => [
      ...check(one.given, ['cases', i, 'given']),
      ...check(one.each, ['cases', i, 'each']),
    ]),
  ]
}

interface Problem {
  readonly code: string
  readonly message: string
  readonly at: Place
}

function metricsOf(table: PolicyTestFile, one: PolicyCase, alone: GivenMetric | undefined): readonly EvidenceMetric[] {
  const gone = new Set((one.without ?? []).map((name) => fullName(name, table.gate)))
  const metrics = new Map<string, EvidenceMetric>()
  const put = (given: GivenMetric): void => {
    const metric = toMetric(given, table.gate)
    const key = metricName(metric)
    if (given.absent === true) metrics.delete(key)
    else metrics.set(key, metric)
  }
  for (const given of table.given ?? []) if (!gone.has(fullName(given.metric, table.gate))) put(given)
  for (const given of one.given ?? []) put(given)
  if (alone !== undefined) put(alone)
  return [...metrics.values()]
}

function fullName(reference: string, gate: string | undefined): string {
  const { stage, name } = splitReference(reference)
  return `${stage ?? gate ?? ''}.${name}`
}

function toMetric(given: GivenMetric, gate: string | undefined): EvidenceMetric {
  const { stage, name } = splitReference(given.metric)
  const owner = stage ?? gate ?? ''
  const { value, n, where } = given
  const [lower, upper] = given.interval ?? []
  const interval =
    lower !== undefined && upper !== undefined
      ? { lower, upper, level: 0.95, method: 'exact' as const }
      : typeof value === 'number' && value >= 0 && value <= 1 && n !== undefined
        ? clopperPearson(Math.round(value * n), n)
        : undefined
  return {
    stage: owner,
    uses: owner,
    name,
    value: value ?? null,
    ...(where === undefined ? {} : { labels: where }),
    ...(n === undefined ? {} : { n }),
    ...(interval === undefined ? {} : { interval }),
  }
}
