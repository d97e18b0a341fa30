import { SluiceError } from '../../util/errors.ts'
import { type Static, Type } from '../../util/schema-type.ts'
import { validate } from '../../util/yaml-document.ts'
import type { Adapter } from './adapter.ts'
import { distinct } from './adapter.ts'
import { invalid, parseJson } from './json-cursor.ts'

const closed = { additionalProperties: false } as const

const IntervalSchema = Type.Object(
  {
    lower: Type.Number(),
    upper: Type.Number(),
    level: Type.Number({ exclusiveMinimum: 0, exclusiveMaximum: 1, description: 'Confidence level: 0.95.' }),
    method: Type.Enum(['wilson', 'clopper-pearson', 'bootstrap', 'normal', 'exact']),
  },
  { ...closed, description: 'Confidence interval of the value. Without it no rule can ask for a bound.' },
)

const MetricSchema = Type.Object(
  {
    stage: Type.String({
      pattern: '^[^\\s{}.]{1,64}$',
      description: 'Who measured it: the STAGE of `STAGE.METRIC` in a policy.',
    }),
    name: Type.String({ pattern: '^[a-z][a-z0-9_]{0,63}$' }),
    value: Type.Unsafe<number | string | boolean | null>({
      type: ['number', 'string', 'boolean', 'null'],
      description: '`null`: it could not be measured; `note` says why.',
    }),
    labels: Type.Optional(
      Type.Record(Type.String(), Type.String(), { description: 'What the value is about: `{"group": "women"}`.' }),
    ),
    n: Type.Optional(Type.Integer({ minimum: 0, description: 'Observations behind the value.' })),
    interval: Type.Optional(IntervalSchema),
    note: Type.Optional(Type.String({ maxLength: 500 })),
  },
  closed,
)

/** The JSON Schema of a metrics file: what any tool can write so that `sluice gate` judges it. */
export const METRICS_SCHEMA = Type.Object(
  {
    $schema: Type.Optional(Type.String()),
    apiVersion: Type.Optional(Type.Literal('sluice/v1')),
    kind: Type.Optional(Type.Literal('Metrics')),
    metrics: Type.Array(MetricSchema),
  },
  closed,
)

/**
 * The format of this project: `{"metrics": [{"stage": "eval", "name": "accuracy", "value": 0.93, "n": 500}]}`.
 *
 * @throws SluiceError `METRICS_EMPTY`, `METRICS_SYNTAX`, `METRICS_UNKNOWN_KEY`, `METRICS_INVALID`, `METRICS_TWICE`
 */
export const readSluice: Adapter = (bytes, at) => {
  const garak = Buffer.from(bytes.subarray(0, 4096)).includes('"entry_type"')
  const root = garak ? { value: null, path: '', at } : parseJson(bytes, at)
  const guess = garak ? 'garak' : otherTool(root.value)
  if (guess !== undefined)
    throw invalid(root, `is not a metrics file of Sluice; it looks like one of ${guess}`, `add --format ${guess}`)
  const [problem] = validate(METRICS_SCHEMA, root.value)
  if (problem !== undefined) {
    throw new SluiceError({
      code: `METRICS_${problem.code}`,
      message: problem.message,
      next: problem.next ?? 'sluice schema metrics prints the schema',
      at,
    })
  }
  const { metrics } = root.value as unknown as Static<typeof METRICS_SCHEMA>
  metrics.forEach(({ interval, value }, i) => {
    const cursor = { ...root, path: `metrics[${i}]` }
    if (interval !== undefined && interval.lower > interval.upper)
      throw invalid({ ...cursor, path: `${cursor.path}.interval` }, 'is upside down')
    if (typeof value === 'string' && /^[+-]?(?:nan|inf|infinity)$/i.test(value))
      throw invalid({ ...cursor, path: `${cursor.path}.value` }, 'is no number; write null and a note')
  })
  return {
    metrics: distinct(
      metrics.map((metric) => ({ ...metric, uses: metric.stage })),
      at,
    ),
    catalogue: new Map(),
    open: true,
  }
}

/** Whose file it is, where `--format` was forgotten. */
function otherTool(value: unknown): string | undefined {
  if (value === null || typeof value !== 'object' || 'metrics' in value || !('results' in value)) return undefined
  const { results } = value
  if (results === null || typeof results !== 'object' || Array.isArray(results)) return undefined
  return 'stats' in results && 'results' in results ? 'promptfoo' : 'lm-eval'
}
