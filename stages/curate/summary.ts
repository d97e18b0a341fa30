import { type CanaryPlan, canaryPlanDigest, secretBits } from '../../artifacts/canary.ts'
import type { Series, Table } from '../../artifacts/evaluation.ts'
import type { Metric } from '../../artifacts/metric.ts'
import type { Tally } from '../../artifacts/tally.ts'
import { wilson } from '../../util/statistics.ts'
import type { RowCounts, Summary } from '../stage.ts'
import type { CurateConfig } from './config.ts'
import type { ClusterFacts } from './decide.ts'
import { meetingProbability } from './minhash.ts'
import { scoreHistogram, scoreReason } from './scores.ts'
import { SPLITS } from './split.ts'

export interface Curated {
  readonly rows: RowCounts
  readonly facts: ClusterFacts
  readonly plan: CanaryPlan
}

/** Metrics, charts and tables of a curated dataset, from the merged tally of both passes and the coordinator's facts. */
export function summarizeCurate(config: CurateConfig, tally: Tally, curated: Curated): Summary {
  const { rows, facts, plan } = curated
  const duplicates = facts.exactDuplicates + facts.nearDuplicates
  const bySplit = new Map(tally.getCategories('split'))
  const metrics: Metric[] = [
    share('kept_share', rows.kept, rows.in),
    { name: 'dropped_rows', value: rows.dropped, n: rows.in },
    ...tally.getCategories('dropped').map(([reason, n]) => ({ ...share('dropped', n, rows.in), labels: { reason } })),
    { name: 'exact_duplicates', value: facts.exactDuplicates, n: facts.compared },
    { name: 'near_duplicates', value: facts.nearDuplicates, n: facts.compared },
    share('duplicate_share', duplicates, facts.compared),
    { name: 'clusters', value: facts.clusters, n: facts.compared },
    ...SPLITS.map((split) => ({ name: 'split_rows', labels: { split }, value: bySplit.get(split) ?? 0, n: rows.kept })),
    { name: 'split_leakage', value: facts.leakage, n: rows.kept },
    share('largest_group_share', facts.largestGroup, rows.kept),
    { name: 'canaries', value: plan.canaries.filter((canary) => canary.repeats > 0).length },
    { name: 'canary_rows', value: rows.added },
    ...tally
      .getCategories('language')
      .map(([language, n]) => ({ ...share('language_share', n, rows.in), labels: { language } })),
  ]
  return {
    metrics,
    series: [...scoreSeries(config, tally), curve(config)],
    tables: [
      thresholds(config, tally, rows.in),
      reasons(tally, rows.in),
      languages(tally, rows.in),
      sizes(facts),
    ].filter((table) => table.rows.length > 0),
    limits: limits(config, tally, curated),
    data: {
      keep_rule: config.duplicates.keep,
      canary_plan: canaryPlanDigest(plan),
      thresholds: config.drop_when.map((rule) => ({
        score: rule.score,
        series: scoreHistogram(rule.score),
        ...(rule.at_least === undefined ? {} : { at_least: rule.at_least }),
        ...(rule.at_most === undefined ? {} : { at_most: rule.at_most }),
      })),
    },
  }
}

/** What the `canaries` port carries: the plan as data, and the figures a reader wants. */
export function summarizeCanaries(plan: CanaryPlan): Required<Summary> {
  const repeats = [...new Set(plan.canaries.map((canary) => canary.repeats))].sort((a, b) => a - b)
  return {
    metrics: [
      { name: 'canaries', value: plan.canaries.length },
      { name: 'secret_bits', value: secretBits(plan) },
    ],
    series: [],
    tables: [
      {
        name: 'canaries',
        title: 'Planted secrets by number of copies',
        columns: [
          { key: 'repeats', title: 'copies of each' },
          { key: 'canaries', title: 'secrets' },
        ],
        rows: repeats.map((count) => ({
          repeats: count,
          canaries: plan.canaries.filter((canary) => canary.repeats === count).length,
        })),
      },
    ],
    limits: [],
    data: plan as unknown as Required<Summary>['data'],
  }
}

function share(name: string, k: number, n: number): Metric {
  if (n === 0) return { name, value: null, n, note: 'no rows to measure on' }
  return { name, value: k / n, n, interval: wilson(k, n) }
}

function scoreSeries(config: CurateConfig, tally: Tally): readonly Series[] {
  return [...new Set(config.drop_when.map((rule) => rule.score))].flatMap((score) => {
    const histogram = tally.getHistogram(scoreHistogram(score))
    if (histogram === undefined) return []
    // Bucket i begins at edge i − 1; the first is drawn at 0.
    const points = histogram.counts.map((count, i) => [i === 0 ? 0 : histogram.edges[i - 1]!, count] as const)
    return [{ name: scoreHistogram(score), x: score, y: 'records', points }]
  })
}

/** How likely two texts of a similarity are to be compared at all. */
function curve(config: CurateConfig): Series {
  const points = Array.from({ length: 21 }, (_, i) => {
    const similarity = i / 20
    return [similarity, Math.round(meetingProbability(similarity, config.duplicates) * 1e6) / 1e6] as const
  })
  return { name: 'lsh_recall', x: 'Jaccard similarity', y: 'probability that a pair is compared', points }
}

function thresholds(config: CurateConfig, tally: Tally, rows: number): Table {
  return {
    name: 'score_thresholds',
    title: 'Thresholds on scores',
    columns: [
      { key: 'score', title: 'score' },
      { key: 'rule', title: 'drops where' },
      { key: 'reason', title: 'reason' },
      { key: 'reached', title: 'rows that reached it' },
      { key: 'missing', title: 'rows without the score' },
      { key: 'rows', title: 'rows' },
    ],
    rows: config.drop_when.map((rule, index) => ({
      score: rule.score,
      rule: rule.at_least === undefined ? `≤ ${rule.at_most}` : `≥ ${rule.at_least}`,
      reason: scoreReason(rule),
      reached: tally.getCount(`score_reached{${index}}`),
      missing: tally.getCount(`score_missing{${rule.score}}`),
      rows,
    })),
  }
}

function reasons(tally: Tally, rows: number): Table {
  return {
    name: 'dropped',
    title: 'Rows dropped, by reason',
    columns: [
      { key: 'reason', title: 'reason' },
      { key: 'rows', title: 'rows' },
      { key: 'share', title: 'share of all rows', unit: 'ratio' },
    ],
    rows: tally.getCategories('dropped').map(([reason, n]) => ({ reason, rows: n, share: n / rows })),
  }
}

function languages(tally: Tally, rows: number): Table {
  return {
    name: 'languages',
    title: 'Languages',
    columns: [
      { key: 'language', title: 'language (ISO 639-1; und = cannot be told)' },
      { key: 'rows', title: 'rows' },
      { key: 'share', title: 'share of all rows', unit: 'ratio' },
    ],
    rows: tally.getCategories('language').map(([language, n]) => ({ language, rows: n, share: n / rows })),
  }
}

function sizes(facts: ClusterFacts): Table {
  const most = 20
  const all = [...facts.sizes]
  const tail = all.slice(most)
  const rest = tail.reduce((sum, [, n]) => sum + n, 0)
  return {
    name: 'cluster_sizes',
    title: 'Clusters of duplicates, by size',
    columns: [
      { key: 'size', title: 'rows in the cluster' },
      { key: 'clusters', title: 'clusters' },
    ],
    rows: [
      ...all.slice(0, most).map(([size, n]) => ({ size: String(size), clusters: n })),
      ...(rest === 0 ? [] : [{ size: `${tail[0]![0]}–${tail.at(-1)![0]}`, clusters: rest }]),
    ],
  }
}

const SHOWN_RECALL = [0.6, 0.7, 0.8, 0.9] as const

function limits(config: CurateConfig, tally: Tally, { facts, rows, plan }: Curated): readonly string[] {
  const { threshold } = config.duplicates
  const permutations = config.duplicates.bands * config.duplicates.rows
  const recall = SHOWN_RECALL.map((s) => `${s}: ${(meetingProbability(s, config.duplicates) * 100).toFixed(1)} %`).join(
    ', ',
  )
  const error = Math.sqrt((threshold * (1 - threshold)) / permutations)
  const out = [
    `Similarity is estimated from ${permutations} minima (standard error about ${error.toFixed(3)} at the threshold). A pair is compared where one band agrees; by similarity that happens for ${recall}.`,
    'Near-duplicates are found by words in common. Two records that say the same in other words are not found.',
  ]
  for (const key of config.split.group_by) {
    const missing = tally.getCount(`group_missing{${key}}`)
    if (missing > 0)
      out.push(`${missing} rows have no \`${key}\` in their meta: they are split by their cluster alone.`)
  }
  if (facts.largestGroup > rows.kept / 10)
    out.push(
      `The largest set of rows that must stay on one side holds ${facts.largestGroup} of ${rows.kept} rows, so the shares of the splits can be far from what was asked.`,
    )
  for (const [index, split] of SPLITS.entries()) {
    const asked = split === 'train' || config.split[split] > 0
    if (asked && facts.splitRows[index] === 0) out.push(`No row fell into ${split}: there are too few clusters.`)
  }
  if (facts.leakage > 0)
    out.push(`${facts.leakage} pairs of near-duplicates are still on different sides of the split.`)
  if (plan.canaries.length > 0)
    out.push(
      `Train holds ${rows.added} rows made by Sluice (canaries). They are no data of yours and must not be published as such.`,
    )
  return out
}
