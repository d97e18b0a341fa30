import type { Metric } from '../../artifacts/metric.ts'
import type { HistogramJson } from '../../artifacts/tally.ts'
import type { RunRecord, StageRecord } from '../../pipelines/engine/run-record.ts'
import type { Json } from '../../util/json.ts'
import { decimal, humanise } from '../format.ts'
import type { Limit } from './charts.ts'

/** Finding things in a run record. Everything here gives nothing, never a guess, where the record has nothing. */

/** The first stage that uses what is named. */
export function stageUsing(record: RunRecord, uses: string): StageRecord | undefined {
  return record.stages.find((stage) => stage.uses === uses)
}

/** The first metric of a stage with one of these names, without labels or with the given ones. */
export function findMetric(
  stage: StageRecord | undefined,
  names: readonly string[],
  labels: Readonly<Record<string, string>> = {},
): Metric | undefined {
  for (const name of names) {
    const found = stage?.metrics.find((metric) => metric.name === name && sameLabels(metric.labels ?? {}, labels))
    if (found !== undefined) return found
  }
  return undefined
}

/** All metrics of one name that carry labels, in the order of the stage. */
export function family(stage: StageRecord, name: string): readonly Metric[] {
  return stage.metrics.filter((metric) => metric.name === name && metric.labels !== undefined)
}

/** Metrics by name: single figures, and families measured for several things. */
export function groupMetrics(stage: StageRecord): {
  readonly singles: readonly Metric[]
  readonly families: readonly (readonly [string, readonly Metric[]])[]
} {
  const labelled = (metric: Metric): boolean => metric.labels !== undefined && Object.keys(metric.labels).length > 0
  const names = [...new Set(stage.metrics.filter(labelled).map((metric) => metric.name))]
  return {
    singles: stage.metrics.filter((metric) => !labelled(metric)),
    families: names.map(
      (name) => [name, stage.metrics.filter((metric) => metric.name === name && labelled(metric))] as const,
    ),
  }
}

/** The one number that a policy compared a metric of this stage with, over all its labels; none if they differ. Rules that
 * are enforced count before those that only warn. */
export function policyLimit(record: RunRecord, stage: StageRecord, name: string): number | undefined {
  const wanted = new RegExp(
    `^(?:${escapeRegExp(stage.id)}|${escapeRegExp(stage.uses)})\\.${escapeRegExp(name)}(?:\\{|$)|^${escapeRegExp(name)}(?:\\{|$)`,
  )
  const enforced = new Set<number>()
  const others = new Set<number>()
  for (const { gate, decision } of record.decisions) {
    for (const rule of decision.rules) {
      for (const operand of rule.operands) {
        const here = wanted.test(operand.metric) && (operand.metric.includes('.') || gate === stage.id)
        const bounds = operand.comparison === 'at_least' || operand.comparison === 'at_most'
        if (here && bounds && typeof operand.limit === 'number')
          (rule.mode === 'enforce' ? enforced : others).add(operand.limit)
      }
    }
  }
  const limits = enforced.size > 0 ? enforced : others
  return limits.size === 1 ? [...limits][0] : undefined
}

export interface NamedHistogram {
  /** As the tally calls it. */
  readonly name: string
  readonly title: string
  readonly histogram: HistogramJson
  readonly limits: readonly Limit[]
}

/** Every histogram of a stage's tally with the score thresholds that the pipeline sets for it. */
export function histograms(record: RunRecord, stage: StageRecord): readonly NamedHistogram[] {
  return Object.entries(stage.tally?.histograms ?? {}).map(([name, histogram]) => {
    const subject = histogramSubject(name)
    const range: readonly [number, number] = [histogram.edges[0] ?? 0, histogram.edges.at(-1) ?? 1]
    const limits = thresholds(record, stage, subject).filter(({ at }) => at >= range[0] && at <= range[1])
    return { name, title: humanise(subject), histogram, limits }
  })
}

/** `scores{toxicity}`, `score{toxicity.scores.toxicity}` and `score.toxicity` are all about `toxicity`. */
function histogramSubject(name: string): string {
  return (/\{([^}]*)\}/.exec(name)?.[1] ?? name).split(/[.:/=]/).at(-1) || name
}

/** Where scores are judged: `drop_when` rules of any stage about this one's notes, and the stage's own `toxic_at`. */
function thresholds(record: RunRecord, stage: StageRecord, subject: string): readonly Limit[] {
  const found: Limit[] = []
  for (const other of record.stages) {
    for (const rule of dropRules(other.config)) {
      const path = rule.score.split('.')
      const about = path.at(-1) === subject && (other.id === stage.id || path[0] === stage.uses || path[0] === stage.id)
      if (!about) continue
      if (rule.at_least !== undefined)
        found.push({ at: rule.at_least, label: `${other.id} drops from ${decimal(rule.at_least)}` })
      if (rule.at_most !== undefined)
        found.push({ at: rule.at_most, label: `${other.id} drops up to ${decimal(rule.at_most)}` })
    }
  }
  walk(stage.config, [], (path, value) => {
    const last = path.at(-1) ?? ''
    const own = last === subject || /^(?:threshold|toxic_at|flag_at)$/.test(last)
    if (own && !found.some(({ at }) => at === value))
      found.push({ at: value, label: `counted from ${decimal(value)}`, colour: 'var(--quiet)' })
  })
  return found
}

interface DropRule {
  readonly score: string
  readonly at_least?: number
  readonly at_most?: number
}

function dropRules(config: Json): readonly DropRule[] {
  const rules = config !== null && typeof config === 'object' && 'drop_when' in config ? config['drop_when'] : undefined
  return Array.isArray(rules) ? (rules.filter((rule) => typeof rule?.score === 'string') as readonly DropRule[]) : []
}

function walk(value: Json, path: readonly string[], visit: (path: readonly string[], value: number) => void): void {
  if (typeof value === 'number') visit(path, value)
  else if (value !== null && typeof value === 'object' && !Array.isArray(value)) {
    for (const [key, child] of Object.entries(value)) walk(child as Json, [...path, key], visit)
  }
}

function sameLabels(a: Readonly<Record<string, string>>, b: Readonly<Record<string, string>>): boolean {
  const keys = Object.keys(a)
  return keys.length === Object.keys(b).length && keys.every((key) => a[key] === b[key])
}

function escapeRegExp(text: string): string {
  return text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')
}
