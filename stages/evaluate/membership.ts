import type { Series } from '../../artifacts/evaluation.ts'
import type { Metric, MetricSpec } from '../../artifacts/metric.ts'
import { areaUnderCurve, truePositivesAt } from '../../util/roc.ts'
import type { Likelihood } from './likelihood.ts'

export const MEMBERSHIP_METRICS: readonly MetricSpec[] = [
  {
    name: 'membership_auc',
    unit: 'ratio',
    better: 'lower',
    description:
      'chance that a train conversation has a lower loss than a held-out one (0.5: no attack by loss works); n = conversations',
    range: [0, 1],
  },
  {
    name: 'membership_tpr',
    unit: 'ratio',
    better: 'lower',
    description: 'share of train conversations that an attack by loss names at this false-positive rate',
    labels: ['fpr'],
    range: [0, 1],
  },
]

/** The loss attack (Yeom et al. 2018): members have a lower mean loss per answer token. */
export function membershipMetrics(
  members: readonly Likelihood[],
  others: readonly Likelihood[],
): { readonly metrics: readonly Metric[]; readonly series: readonly Series[] } {
  const inside = scores(members)
  const outside = scores(others)
  const n = inside.length + outside.length
  if (inside.length === 0 || outside.length === 0) {
    const note = 'needs train and held-out conversations with answers'
    return {
      metrics: [
        { name: 'membership_auc', value: null, n, note },
        { name: 'membership_tpr', labels: { fpr: '0.01' }, value: null, n, note },
      ],
      series: [],
    }
  }
  const { area, interval } = areaUnderCurve(inside, outside)
  const at = truePositivesAt(inside, outside, 0.01)
  return {
    metrics: [
      { name: 'membership_auc', value: area, n, interval, note: `${inside.length} train, ${outside.length} held out` },
      at === null
        ? {
            name: 'membership_tpr',
            labels: { fpr: '0.01' },
            value: null,
            n: outside.length,
            note: 'a false-positive rate of 1 % needs at least 100 held-out conversations',
          }
        : {
            name: 'membership_tpr',
            labels: { fpr: '0.01' },
            value: at.rate,
            n: at.n,
            interval: at.interval,
            note: 'interval at the threshold found; the spread of the threshold itself is not in it',
          },
    ],
    series: [
      { name: 'membership_roc', x: 'false-positive rate', y: 'true-positive rate', points: curve(inside, outside) },
    ],
  }
}

function scores(rows: readonly Likelihood[]): readonly number[] {
  return rows.filter((row) => row.tokens > 0).map((row) => -row.nats / row.tokens)
}

/** The ROC curve at 0, 1, 2, … 100 percent of the negatives. */
function curve(inside: readonly number[], outside: readonly number[]): readonly (readonly [number, number])[] {
  const negatives = [...outside].sort((a, b) => b - a)
  return Array.from({ length: 101 }, (_, percent) => {
    const allowed = Math.floor((percent / 100) * negatives.length)
    const threshold = negatives[allowed] ?? Number.NEGATIVE_INFINITY
    const rate = (list: readonly number[]): number => list.filter((x) => x > threshold).length / list.length
    return [rate(outside), rate(inside)] as const
  })
}
