import type { Metric, MetricSpec } from '../../artifacts/metric.ts'
import type { Adapter } from './adapter.ts'
import { normalInterval, ofTool } from './adapter.ts'
import type { Cursor } from './json-cursor.ts'
import { contradiction, finite, invalid, member, members, optional, parseJson, whole } from './json-cursor.ts'

/** Metrics of the harness that are shares of one; a policy that asks for 75 of them is refused. */
const RATIOS = new Set(['acc', 'acc_norm', 'acc_bytes', 'acc_mutual_info', 'exact_match'])
/** What the harness writes for a number that it did not compute. */
const NOT_COMPUTED = 'N/A'
/** With `predict_only` nothing is judged, and every value is 999. */
const NOT_JUDGED = 'bypass'

/** One value of the file. */
interface Score {
  readonly metric: Metric
  /** As the harness calls it: `pass@1`. */
  readonly own: string
  readonly better: MetricSpec['better']
}

/**
 * The results file of lm-evaluation-harness (`results_*.json`, 0.4 and later): `results[task]["acc,none"]` with
 * `acc_stderr,none` beside it, and the same for `groups`. The metric has the harness' own name (`lm-eval.acc`) and the labels
 * `task` and `filter`; signs that a policy cannot write become `_` (`pass@1` → `pass_1`). `n` is `n-samples.effective`.
 *
 * @throws SluiceError `METRICS_EMPTY`, `METRICS_SYNTAX`, `METRICS_INVALID`, `METRICS_INCONSISTENT`, `METRICS_TWICE`
 */
export const readLmEval: Adapter = (bytes, at) => {
  const root = parseJson(bytes, at)
  const tasks = members(member(root, 'results'))
  const names = new Set(tasks.map(([task]) => task))
  const groups = optional(root, 'groups')
  // Some versions list a group in both places, with the same figures.
  const rest = groups === undefined || groups.value === null ? [] : members(groups).filter(([name]) => !names.has(name))
  const scores = [...tasks, ...rest].flatMap(([task, entry]) => taskScores(root, task, entry))
  checkNames(scores, root)
  const shares = tasks.flatMap(([task]) => sampleShare(root, task))
  return {
    metrics: ofTool('lm-eval', scores.length === 0 ? [] : [...scores.map(({ metric }) => metric), ...shares], at),
    catalogue: new Map([['lm-eval', [...specsOf(scores), SHARE_SPEC]]]),
    open: true,
  }
}

function taskScores(root: Cursor, task: string, entry: Cursor): readonly Score[] {
  const n = samplesOf(root, task)?.effective
  return members(entry).flatMap(([key, value]) => {
    const comma = key.lastIndexOf(',')
    if (comma < 0) {
      const old = typeof value.value === 'number' && optional(entry, `${key}_stderr`) !== undefined
      if (old) throw invalid(value, 'names no filter: this file is of a version before 0.4', 'run a newer lm-eval')
      return []
    }
    const [own, filter] = [key.slice(0, comma), key.slice(comma + 1)]
    if (own.endsWith('_stderr')) {
      if (optional(entry, `${own.slice(0, -'_stderr'.length)},${filter}`) === undefined)
        throw contradiction(value, 'a standard error without its value')
      return []
    }
    if (own === NOT_JUDGED) return []
    const metric = { name: nameOf(own), labels: { task, filter }, ...(n === undefined ? {} : { n }) }
    return [{ own, better: betterOf(root, task, own), metric: { ...metric, ...figure(entry, own, filter, value) } }]
  })
}

function figure(
  entry: Cursor,
  own: string,
  filter: string,
  value: Cursor,
): Pick<Metric, 'value' | 'interval' | 'note'> {
  if (value.value === NOT_COMPUTED) return { value: null, note: 'the harness did not compute it' }
  const estimate = finite(value)
  const beside = optional(entry, `${own}_stderr,${filter}`)
  if (beside === undefined || beside.value === NOT_COMPUTED) return { value: estimate, note: 'no standard error' }
  const error = finite(beside)
  if (error < 0) throw invalid(beside, 'is below 0')
  const interval = normalInterval(estimate, error)
  if (interval !== undefined && !Number.isFinite(interval.upper - interval.lower)) {
    throw invalid(beside, 'is too large for an interval')
  }
  return interval === undefined
    ? { value: estimate, note: 'its standard error is 0, which gives no interval' }
    : { value: estimate, interval }
}

function samplesOf(root: Cursor, task: string): { readonly original: number; readonly effective: number } | undefined {
  const all = optional(root, 'n-samples')
  const own = all === undefined || all.value === null ? undefined : optional(all, task)
  if (own === undefined) return undefined
  const [original, effective] = [whole(member(own, 'original')), whole(member(own, 'effective'))]
  if (effective > original) throw contradiction(own, 'more samples were used than there are')
  return { original, effective }
}

/** How much of a task was run (`--limit`). */
function sampleShare(root: Cursor, task: string): readonly Metric[] {
  const samples = samplesOf(root, task)
  if (samples === undefined || samples.original === 0) return []
  const { original, effective } = samples
  return [{ name: SHARE_SPEC.name, value: effective / original, labels: { task } }]
}

const SHARE_SPEC: MetricSpec = {
  name: 'samples_share',
  unit: 'ratio',
  better: 'higher',
  description: 'Of the samples of a task, those that were run.',
  labels: ['task'],
}

function betterOf(root: Cursor, task: string, own: string): MetricSpec['better'] {
  const all = optional(root, 'higher_is_better')
  const entry = all === undefined || all.value === null ? undefined : optional(all, task)
  const answer = entry === undefined || entry.value === null ? undefined : optional(entry, own)?.value
  return answer === true ? 'higher' : answer === false ? 'lower' : 'neither'
}

/** `pass@1` → `pass_1`; `F1` → `f1`. */
function nameOf(own: string): string {
  const name = own.toLowerCase().replaceAll(/[^a-z0-9_]/g, '_')
  return /^[a-z]/.test(name) ? name : `m_${name}`
}

/** Two metrics of the harness under one name of ours would be one in a policy. */
function checkNames(scores: readonly Score[], root: Cursor): void {
  const owns = new Map<string, string>()
  for (const { own, metric } of scores) {
    if (metric.name === SHARE_SPEC.name || (owns.get(metric.name) ?? own) !== own)
      throw contradiction({ ...root, path: 'results' }, `two metrics have the name \`${metric.name}\` in a policy`)
    owns.set(metric.name, own)
  }
}

function specsOf(scores: readonly Score[]): readonly MetricSpec[] {
  return [...new Map(scores.map((score) => [score.metric.name, score])).values()].map(({ own, metric, better }) => {
    const values = scores.flatMap((score) => (score.own === own ? [score.metric.value] : []))
    const ratio = RATIOS.has(own) && values.every((value) => typeof value !== 'number' || (value >= 0 && value <= 1))
    return {
      name: metric.name,
      unit: ratio ? 'ratio' : 'index',
      better,
      description: `${own} of a task, after a filter of its answers.`,
      labels: ['task', 'filter'],
    }
  })
}
