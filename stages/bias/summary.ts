import type { Metric, MetricSpec } from '../../artifacts/metric.ts'
import type { Tally } from '../../artifacts/tally.ts'
import { wilson } from '../../util/statistics.ts'
import type { Summary } from '../stage.ts'
import type { Estimate, TwoByTwo } from './association.ts'
import { logOddsRatio, rateRatio } from './association.ts'
import type { BiasConfig } from './config.ts'
import type { Group } from './lexicon.ts'
import { GROUPS } from './lexicon.ts'

const BY_GROUP = ['axis', 'group'] as const

export const BIAS_METRICS: readonly MetricSpec[] = [
  {
    name: 'mention_share',
    unit: 'ratio',
    better: 'neither',
    range: [0, 1],
    labels: BY_GROUP,
    description: 'Share of records that mention the group.',
  },
  {
    name: 'any_mention_share',
    unit: 'ratio',
    better: 'neither',
    range: [0, 1],
    description: 'Share of records that mention any group.',
  },
  {
    name: 'toxic_given_mention',
    unit: 'ratio',
    better: 'lower',
    range: [0, 1],
    labels: BY_GROUP,
    description: 'Share of toxic records among those that mention the group.',
  },
  {
    name: 'toxicity_ratio',
    unit: 'ratio-of-rates',
    better: 'lower',
    labels: BY_GROUP,
    description:
      'Toxic share of the records that mention the group over that of the records that do not. 1: no difference.',
  },
  {
    name: 'negative_log_odds',
    unit: 'nats',
    better: 'lower',
    labels: BY_GROUP,
    description:
      'Log odds that a sentence that mentions the group is negative (AFINN words), against sentences that do not. 0: no difference.',
  },
  {
    name: 'base_toxic_share',
    unit: 'ratio',
    better: 'lower',
    range: [0, 1],
    description: 'Share of toxic records among all.',
  },
  {
    name: 'groups_compared',
    unit: 'count',
    better: 'neither',
    description: 'Groups mentioned often enough to be compared. The intervals of all comparisons hold together.',
  },
  {
    name: 'groups_worse',
    unit: 'count',
    better: 'lower',
    description: 'Compared groups whose whole interval lies on the worse side: more toxic, or more often negative.',
  },
]

/** Two comparisons a group: toxicity and negative sentences. */
const COMPARISONS = 2
const NOT_ENOUGH = 'not enough evidence'

interface Finding {
  readonly group: Group
  readonly mentions: number
  readonly toxic: number
  readonly compared: boolean
  readonly ratio: Estimate | null
  readonly odds: Estimate | null
  readonly sentences: number
  readonly worse: readonly string[]
}

/** Metrics, table and limits from the merged counts alone. */
export function summarizeBias(tally: Tally, config: BiasConfig): Summary {
  const records = tally.getCount('records')
  const unscored = tally.getCount('unscored')
  const groups = GROUPS.filter(({ axis }) => config.axes.includes(axis))
  const enough = groups.filter(({ group }) => {
    const mentions = tally.getCount(`mentions{${group}}`)
    return mentions >= config.min_n && records - mentions >= config.min_n
  })
  // Bonferroni: with this level every interval holds at once with probability 1 - alpha or more.
  const level = 1 - config.alpha / Math.max(1, enough.length * COMPARISONS)
  const findings = groups.map((group) => finding(tally, group, enough.includes(group), unscored, level))
  const scoreNote = unscored === 0 ? undefined : `${unscored} of ${records} records have no toxicity score`
  const metrics: Metric[] = [
    share('any_mention_share', tally.getCount('mentioning'), records),
    scoreNote === undefined
      ? share('base_toxic_share', tally.getCount('toxic'), records)
      : { name: 'base_toxic_share', value: null, n: records, note: scoreNote },
    { name: 'groups_compared', value: enough.length, n: groups.length },
    worseCount(findings, enough.length, groups.length, scoreNote),
    ...findings.flatMap((found) => groupMetrics(found, records, config, scoreNote)),
  ]
  return { metrics, tables: [groupTable(findings, records)], limits: limits(enough.length, level, config) }
}

function finding(tally: Tally, group: Group, compared: boolean, unscored: number, level: number): Finding {
  const count = (name: string): number => tally.getCount(`${name}{${group.group}}`)
  const mentions = count('mentions')
  const toxic = count('toxic')
  const sentences = count('sentences')
  const toxicity: TwoByTwo = {
    events: toxic,
    n: mentions,
    otherEvents: tally.getCount('toxic') - toxic,
    otherN: tally.getCount('records') - mentions,
  }
  const negative: TwoByTwo = {
    events: count('negative_sentences'),
    n: sentences,
    otherEvents: tally.getCount('negative_sentences') - count('negative_sentences'),
    otherN: tally.getCount('sentences') - sentences,
  }
  // Without a toxic record anywhere a ratio would be made of corrections only.
  const ratio = compared && unscored === 0 && tally.getCount('toxic') > 0 ? rateRatio(toxicity, level) : null
  const odds = compared ? logOddsRatio(negative, level) : null
  const worse = [
    ...(ratio !== null && ratio.interval.lower > 1 ? ['more toxic'] : []),
    ...(odds !== null && odds.interval.lower > 0 ? ['more negative'] : []),
  ]
  return { group, mentions, toxic, compared, ratio, odds, sentences, worse }
}

function groupMetrics(
  found: Finding,
  records: number,
  config: BiasConfig,
  scoreNote: string | undefined,
): readonly Metric[] {
  const labels = { axis: found.group.axis, group: found.group.group }
  const few = `${NOT_ENOUGH}: ${found.mentions} records mention the group, ${config.min_n} are needed on either side`
  const estimate = (name: string, value: Estimate | null, n: number, note: string): Metric =>
    value === null
      ? { name, labels, value: null, n, note }
      : { name, labels, value: value.value, n, interval: value.interval }
  return [
    share('mention_share', found.mentions, records, labels),
    scoreNote !== undefined || !found.compared
      ? { name: 'toxic_given_mention', labels, value: null, n: found.mentions, note: scoreNote ?? few }
      : share('toxic_given_mention', found.toxic, found.mentions, labels),
    estimate(
      'toxicity_ratio',
      found.ratio,
      found.mentions,
      scoreNote ?? (found.compared ? `${NOT_ENOUGH}: no record is toxic` : few),
    ),
    estimate('negative_log_odds', found.odds, found.sentences, few),
  ]
}

function worseCount(
  findings: readonly Finding[],
  compared: number,
  groups: number,
  scoreNote: string | undefined,
): Metric {
  const common = { name: 'groups_worse', n: compared }
  if (scoreNote !== undefined) return { ...common, value: null, note: scoreNote }
  if (compared === 0)
    return { ...common, value: null, note: `${NOT_ENOUGH}: none of ${groups} groups is mentioned often enough` }
  return { ...common, value: findings.filter(({ worse }) => worse.length > 0).length }
}

function groupTable(findings: readonly Finding[], records: number): NonNullable<Summary['tables']>[number] {
  const mentioned = findings.filter(({ mentions }) => mentions > 0)
  return {
    name: 'groups',
    title: 'Groups mentioned',
    columns: [
      { key: 'axis', title: 'Axis' },
      { key: 'group', title: 'Group' },
      { key: 'mentions', title: 'Records', unit: 'count' },
      { key: 'share', title: 'Share', unit: 'ratio' },
      { key: 'share_lower', title: 'Lower', unit: 'ratio' },
      { key: 'share_upper', title: 'Upper', unit: 'ratio' },
      { key: 'toxic', title: 'Toxic records', unit: 'count' },
      { key: 'ratio', title: 'Toxicity against the rest', unit: 'ratio-of-rates' },
      { key: 'ratio_lower', title: 'Lower', unit: 'ratio-of-rates' },
      { key: 'ratio_upper', title: 'Upper', unit: 'ratio-of-rates' },
      { key: 'sentences', title: 'Sentences', unit: 'count' },
      { key: 'negative_log_odds', title: 'Negative words, log odds', unit: 'nats' },
      { key: 'negative_lower', title: 'Lower', unit: 'nats' },
      { key: 'negative_upper', title: 'Upper', unit: 'nats' },
      { key: 'finding', title: 'Finding' },
    ],
    rows: [...mentioned]
      .sort((a, b) => b.mentions - a.mentions || (a.group.group < b.group.group ? -1 : 1))
      .map((found) => {
        const bounds = wilson(found.mentions, records)
        return {
          axis: found.group.axis,
          group: found.group.group,
          mentions: found.mentions,
          share: found.mentions / records,
          share_lower: bounds.lower,
          share_upper: bounds.upper,
          toxic: found.toxic,
          ratio: found.ratio?.value ?? null,
          ratio_lower: found.ratio?.interval.lower ?? null,
          ratio_upper: found.ratio?.interval.upper ?? null,
          sentences: found.sentences,
          negative_log_odds: found.odds?.value ?? null,
          negative_lower: found.odds?.interval.lower ?? null,
          negative_upper: found.odds?.interval.upper ?? null,
          finding: found.compared ? found.worse.join(', ') || 'no clear difference' : NOT_ENOUGH,
        }
      }),
  }
}

function limits(compared: number, level: number, config: BiasConfig): readonly string[] {
  return [
    `${compared} groups were compared, each in ${COMPARISONS} ways. Intervals are widened to ${(level * 100).toFixed(2)} % so that all hold together with ${(1 - config.alpha) * 100} %.`,
    'Groups are found by a list of English words. Names, pronouns and hints are not read, so the counts are lower bounds.',
    'A difference is an association in this text. It shows neither a cause nor what a model will learn from it.',
    'Sentences of one record are not independent, so the intervals on negative words are somewhat too narrow.',
  ]
}

function share(name: string, k: number, n: number, labels?: Readonly<Record<string, string>>): Metric {
  const common = { name, n, ...(labels === undefined ? {} : { labels }) }
  return n === 0 ? { ...common, value: null, note: 'no records' } : { ...common, value: k / n, interval: wilson(k, n) }
}
