import type { Metric } from '../../../artifacts/metric.ts'
import { poissonInterval } from '../../../util/poisson.ts'
import { clopperPearson, type Interval, normalDeviate } from '../../../util/statistics.ts'
import type { Label, LabelFile } from './label.ts'

/** What one or more labellers saw of a sample. */
export interface Residual {
  /** Items that somebody judged. */
  readonly judged: number
  readonly skipped: number
  /** … of a sample of this many, drawn from that many. */
  readonly sample: number
  readonly of: number
  readonly withLeft: number
  readonly withOver: number
  readonly values: number
  readonly types: readonly { readonly type: string; readonly items: number; readonly values: number }[]
  readonly agreements: readonly Agreement[]
}

export interface Agreement {
  readonly labellers: readonly [string, string]
  /** Items that both judged. */
  readonly n: number
  /** Share on which they say the same. */
  readonly same: number
  /** Cohen's kappa; null where chance alone explains everything (both always say the same). */
  readonly kappa: number | null
  readonly interval: Interval | null
}

/**
 * Sums up files of labels over one sample. Where two labellers judged an item, what either saw counts, and the larger
 * number of values: an oversight is likelier than an invention.
 */
export function residual(files: readonly LabelFile[]): Residual {
  const items = new Map<string, { left: Map<string, number>; over: number }>()
  const skipped = new Set<string>()
  for (const { labels } of files) {
    for (const { id, verdict, left, over } of labels) {
      if (verdict === 'skipped') {
        skipped.add(id)
        continue
      }
      const item = items.get(id) ?? { left: new Map<string, number>(), over: 0 }
      const mine = new Map<string, number>()
      for (const { type, count } of left) mine.set(type, (mine.get(type) ?? 0) + count)
      for (const [type, count] of mine) item.left.set(type, Math.max(item.left.get(type) ?? 0, count))
      item.over = Math.max(item.over, over)
      items.set(id, item)
    }
  }
  const judged = [...items.values()]
  const types = new Map<string, { items: number; values: number }>()
  for (const { left } of judged) {
    for (const [type, count] of left) {
      const known = types.get(type) ?? { items: 0, values: 0 }
      types.set(type, { items: known.items + 1, values: known.values + count })
    }
  }
  return {
    judged: judged.length,
    skipped: [...skipped].filter((id) => !items.has(id)).length,
    sample: Math.max(0, ...files.map(({ header }) => header.sample)),
    of: Math.max(0, ...files.map(({ header }) => header.of)),
    withLeft: judged.filter(({ left }) => left.size > 0).length,
    withOver: judged.filter(({ over }) => over > 0).length,
    values: [...types.values()].reduce((sum, { values }) => sum + values, 0),
    types: [...types]
      .map(([type, counts]) => ({ type, ...counts }))
      .sort((a, b) => b.values - a.values || (a.type < b.type ? -1 : 1)),
    agreements: files.flatMap((a, i) => files.slice(i + 1).map((b) => agreement(a, b))),
  }
}

/**
 * Cohen's kappa (1960) on whether anything is left, over the items that both judged, with the large-sample interval of
 * Fleiss, Cohen & Everitt (1969) in its simple form.
 */
export function agreement(a: LabelFile, b: LabelFile): Agreement {
  const says = ({ labels }: LabelFile): ReadonlyMap<string, boolean> =>
    new Map(
      labels
        .filter(({ verdict }: Label) => verdict === 'judged')
        .map(({ id, left }: Label) => [id, left.length > 0] as const),
    )
  const [first, second] = [says(a), says(b)]
  const both = [...first].flatMap(([id, left]) => (second.has(id) ? [[left, second.get(id)!] as const] : []))
  const n = both.length
  const labellers = [a.header.labeller, b.header.labeller] as const
  if (n === 0) return { labellers, n, same: 0, kappa: null, interval: null }
  const same = both.filter(([x, y]) => x === y).length / n
  const p = both.filter(([x]) => x).length / n
  const q = both.filter(([, y]) => y).length / n
  const chance = p * q + (1 - p) * (1 - q)
  if (chance === 1) return { labellers, n, same, kappa: null, interval: null }
  const kappa = (same - chance) / (1 - chance)
  const half = (normalDeviate(0.95) * Math.sqrt((same * (1 - same)) / n)) / (1 - chance)
  return {
    labellers,
    n,
    same,
    kappa,
    interval: { lower: Math.max(-1, kappa - half), upper: Math.min(1, kappa + half), level: 0.95, method: 'normal' },
  }
}

/** The figures as metrics that a policy can judge. */
export function residualMetrics(summary: Residual): readonly Metric[] {
  const { judged: n, withLeft, withOver, values, types, agreements } = summary
  if (n === 0) {
    const note = 'nothing was judged'
    return ['residual_record_rate', 'residual_values_per_1000', 'over_redaction_rate'].map((name) => ({
      name,
      value: null,
      n,
      note,
    }))
  }
  return [
    { name: 'labelled_records', value: n },
    { name: 'residual_record_rate', value: withLeft / n, n, interval: clopperPearson(withLeft, n) },
    { name: 'residual_values_per_1000', value: perThousand(values, n), n, interval: valuesInterval(values, n) },
    ...types.map(
      (each): Metric => ({
        name: 'residual_values_per_1000',
        labels: { type: each.type },
        value: perThousand(each.values, n),
        n,
        interval: valuesInterval(each.values, n),
      }),
    ),
    { name: 'over_redaction_rate', value: withOver / n, n, interval: clopperPearson(withOver, n) },
    ...agreements.map(
      ({ labellers, n: overlap, kappa, interval }): Metric => ({
        name: 'label_agreement_kappa',
        labels: { labellers: labellers.join('+') },
        value: kappa,
        n: overlap,
        ...(interval === null ? {} : { interval }),
        ...(kappa === null ? { note: 'both always say the same, or judged nothing together' } : {}),
      }),
    ),
  ]
}

export function perThousand(values: number, items: number): number {
  return (1000 * values) / items
}

export function valuesInterval(values: number, items: number): Interval {
  const { lower, upper, ...rest } = poissonInterval(values)
  return { lower: perThousand(lower, items), upper: perThousand(upper, items), ...rest }
}
