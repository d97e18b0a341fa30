import { Environment, type ParseResult } from '@marcbachmann/cel-js'
import type { Operand } from './decision.ts'
import type { EvidenceMetric } from './evidence.ts'
import { labelText, metricName } from './evidence.ts'
import type { EvidenceIndex } from './evidence-index.ts'
import type { Truth } from './truth.ts'

/** A CEL expression that was parsed and whose type is right. */
export interface CelExpression {
  readonly text: string
  /** Every metric it names by a literal, for the check before a run. */
  readonly references: readonly string[]
  evaluate(evidence: EvidenceIndex): { readonly truth: Truth; readonly operands: readonly Operand[] }
}

/** What is wrong with an expression. Its own text may be quoted: it stands in the policy file. */
export interface CelProblem {
  readonly message: string
  /** 0-based place in the expression. */
  readonly offset: number
}

/** Thrown by a lookup that finds nothing usable: then the verdict is `no_evidence` or `error`, not an answer. */
class Unusable extends Error {
  readonly truth: 'no_evidence' | 'error'
  constructor(truth: 'no_evidence' | 'error') {
    super(truth)
    this.truth = truth
  }
}

interface Lookup {
  readonly evidence: EvidenceIndex
  readonly operands: Operand[]
}

/** The evaluation under way. Evaluation is synchronous, so there is never more than one. */
let current: Lookup | undefined

const environment = makeEnvironment()
const parsed = new Map<string, CelExpression | CelProblem>()

/**
 * Parses and checks an expression; it must give a boolean. The functions it has:
 * `value(ref)`, `lower(ref)`, `upper(ref)`, `n(ref)`, each also with a map of labels as the second argument,
 * `measured(ref)`, and `values(ref)`: a list of `{value, lower, upper, n, labels}` for `all` and `exists`.
 */
export function parseCel(text: string): CelExpression | CelProblem {
  let known = parsed.get(text)
  if (known === undefined) {
    known = compile(text)
    parsed.set(text, known)
  }
  return known
}

export function isCelProblem(cel: CelExpression | CelProblem): cel is CelProblem {
  return 'offset' in cel
}

function compile(text: string): CelExpression | CelProblem {
  let program: ParseResult
  try {
    program = environment.parse(text)
  } catch (error) {
    return problem(error)
  }
  const check = program.check()
  if (!check.valid) return problem(check.error)
  if (check.type !== 'bool') return { message: `it gives a ${check.type ?? 'value'}, not true or false`, offset: 0 }
  return { text, references: references(text), evaluate: (evidence) => run(program, text, evidence) }
}

function problem(error: unknown): CelProblem {
  const { summary, range } = error as { readonly summary?: string; readonly range?: { readonly start: number } }
  return { message: (summary ?? 'it cannot be parsed').split('\n')[0]!.trim(), offset: range?.start ?? 0 }
}

/** Literals that stand where a metric is named. */
function references(text: string): readonly string[] {
  const calls = text.matchAll(/\b(?:value|values|lower|upper|n|measured)\(\s*(?:'([^'\\]{1,200})'|"([^"\\]{1,200})")/g)
  return [...new Set([...calls].map((call) => (call[1] ?? call[2])!))]
}

/**
 * Whatever goes wrong inside is a verdict, and no message of the evaluator gets out: it could quote the data. Only
 * literal `true` passes.
 */
function run(program: ParseResult, text: string, evidence: EvidenceIndex): ReturnType<CelExpression['evaluate']> {
  const before = current
  const lookup: Lookup = { evidence, operands: [] }
  current = lookup
  let truth: Truth
  let note: string | undefined
  try {
    const answer: unknown = program({})
    truth = answer === true ? 'true' : answer === false ? 'false' : 'error'
    if (truth === 'error') note = 'the expression gave neither true nor false'
  } catch (error) {
    truth = error instanceof Unusable ? error.truth : 'error'
    note = truth === 'error' ? 'the expression could not be evaluated' : 'a value it needs was not measured'
  } finally {
    current = before
  }
  const holds = truth === 'true' ? true : truth === 'false' ? false : null
  const whole: Operand = {
    metric: 'cel',
    value: holds,
    bound: 'point',
    comparison: 'cel',
    limit: text,
    holds,
    ...(note === undefined ? {} : { note }),
  }
  return { truth, operands: [whole, ...lookup.operands] }
}

type Labels = Readonly<Record<string, unknown>>

function makeEnvironment(): Environment {
  const env = new Environment({ limits: { maxAstNodes: 1000, maxDepth: 60, maxListElements: 200, maxMapEntries: 50 } })
  const both = (name: string, type: string, act: (reference: string, labels?: Labels) => unknown): void => {
    env.registerFunction(`${name}(string): ${type}`, (reference: string) => act(reference))
    env.registerFunction(`${name}(string, map<string, string>): ${type}`, (reference: string, labels: unknown) =>
      act(reference, labelMap(labels)),
    )
  }
  both('value', 'dyn', (reference, labels) => usable(one(reference, labels), 'point'))
  both('lower', 'double', (reference, labels) => usable(one(reference, labels), 'lower'))
  both('upper', 'double', (reference, labels) => usable(one(reference, labels), 'upper'))
  both('n', 'int', (reference, labels) => observations(one(reference, labels)))
  both('measured', 'bool', (reference, labels) => {
    const found = find(reference, labels)
    return found.length > 0 && found.every((metric) => metric.value !== null)
  })
  env.registerFunction('values(string): list<dyn>', (reference: string) => {
    const found = find(reference)
    if (found.length === 0) throw new Unusable('no_evidence')
    return found.map((metric) => ({
      value: usable(metric, 'point'),
      labels: { ...metric.labels },
      ...(metric.n === undefined ? {} : { n: observations(metric) }),
      ...(metric.interval === undefined
        ? {}
        : { lower: usable(metric, 'lower', false), upper: usable(metric, 'upper', false) }),
    }))
  })
  // Metrics are doubles and literals are often written without a point: `2 * value('x')` means what it says.
  const arithmetic: readonly (readonly [string, (a: number, b: number) => number])[] = [
    ['+', (a, b) => a + b],
    ['-', (a, b) => a - b],
    ['*', (a, b) => a * b],
    ['/', (a, b) => a / b],
  ]
  for (const [sign, act] of arithmetic) {
    env.registerOperator(`double ${sign} int`, (a: number, b: bigint) => act(a, Number(b)))
    env.registerOperator(`int ${sign} double`, (a: bigint, b: number) => act(Number(a), b))
  }
  return env
}

function labelMap(labels: unknown): Labels {
  return labels instanceof Map ? Object.fromEntries(labels as Map<string, unknown>) : (labels as Labels)
}

function find(reference: string, labels: Labels = {}): readonly EvidenceMetric[] {
  const { metrics } = current!.evidence.find(reference)
  return metrics
    .filter((metric) => Object.entries(labels).every(([name, value]) => metric.labels?.[name] === value))
    .sort((a, b) => (metricName(a) < metricName(b) ? -1 : 1))
}

function one(reference: string, labels?: Labels): EvidenceMetric {
  const found = find(reference, labels)
  const [metric] = found
  if (metric === undefined) {
    const name = `${reference}${labelText(labels as Record<string, string> | undefined)}`
    note({
      metric: name,
      value: null,
      bound: 'point',
      comparison: 'present',
      limit: null,
      holds: null,
      note: 'not measured',
    })
    throw new Unusable('no_evidence')
  }
  // Of several values none is the one that was meant.
  if (found.length > 1) throw new Unusable('error')
  return metric
}

/** The number, word or flag that an expression may use. What is not finite is broken evidence. */
function usable(metric: EvidenceMetric, bound: Operand['bound'], say = true): number | string | boolean {
  const { interval } = metric
  const value = bound === 'point' ? metric.value : interval === undefined ? null : interval[bound]
  const seen: Operand = {
    metric: metricName(metric),
    value: typeof value === 'number' && !Number.isFinite(value) ? null : value,
    bound,
    comparison: 'present',
    limit: null,
    holds: null,
    ...(metric.n === undefined || !Number.isFinite(metric.n) ? {} : { n: metric.n }),
  }
  if (say) note(seen)
  if (value === null) throw new Unusable('no_evidence')
  if (typeof value === 'number' && !Number.isFinite(value)) throw new Unusable('error')
  if (bound !== 'point' && !(interval!.lower <= interval!.upper)) throw new Unusable('error')
  return value
}

function observations(metric: EvidenceMetric): bigint {
  if (metric.n === undefined) throw new Unusable('no_evidence')
  if (!Number.isSafeInteger(metric.n) || metric.n < 0) throw new Unusable('error')
  return BigInt(metric.n)
}

/** A long list of groups would bury the rule in the report. */
const MOST_OPERANDS = 20

function note(operand: Operand): void {
  if (current!.operands.length < MOST_OPERANDS) current!.operands.push(operand)
}
