import type { Series, Table } from '../../artifacts/evaluation.ts'
import type { Metric, MetricSpec } from '../../artifacts/metric.ts'
import { clopperPearson } from '../../util/statistics.ts'
import { chanceLevel, type Exposure } from './exposure.ts'

export const EXPOSURE_METRICS: readonly MetricSpec[] = [
  {
    name: 'canary_exposure_max',
    unit: 'bits',
    better: 'lower',
    description: 'highest exposure of a planted canary; gate it at canary_chance_level; n = planted canaries',
  },
  {
    name: 'canary_exposure',
    unit: 'bits',
    better: 'lower',
    description:
      'highest exposure among the canaries planted this many times (0 = controls that the model never saw); n = canaries',
    labels: ['repeats'],
  },
  {
    name: 'canary_chance_level',
    unit: 'bits',
    better: 'neither',
    description:
      'log2(n / alpha): the highest of n exposures of a model that saw none of them passes it with probability alpha at most',
  },
  {
    name: 'canary_exposure_excess',
    unit: 'bits',
    better: 'lower',
    description: 'canary_exposure_max less canary_chance_level, 0 where it is not above: what chance cannot explain',
  },
  {
    name: 'canary_measurable_max',
    unit: 'bits',
    better: 'neither',
    description: 'highest exposure that this many alternatives can show',
  },
  {
    name: 'canaries_exposed',
    unit: 'count',
    better: 'lower',
    description: 'planted canaries with exposure at or above the chance level; n = planted canaries',
  },
  {
    name: 'canary_exposed_share',
    unit: 'ratio',
    better: 'lower',
    description: 'share of planted canaries that are exposed',
    range: [0, 1],
  },
  {
    name: 'canaries_extracted',
    unit: 'count',
    better: 'lower',
    description:
      'planted canaries whose secret greedy decoding writes out after the text before it; n = planted canaries',
  },
]

export interface ExposureReport {
  readonly metrics: readonly Metric[]
  readonly tables: readonly Table[]
  readonly series: readonly Series[]
  readonly limits: readonly string[]
}

/** Metrics, table and chart of the canaries. `alternatives` is the most that could be drawn for one canary. */
export function exposureReport(found: readonly Exposure[], alternatives: number, alpha: number): ExposureReport {
  const planted = found.filter((one) => one.repeats > 0)
  if (planted.length === 0) return missingExposure('the canary plan plants nothing')
  const chance = chanceLevel(planted.length, alpha)
  const measurable = Math.log2(1 + alternatives)
  const top = highest(planted)
  const exposed = planted.filter((one) => one.exposure >= chance).length
  const n = planted.length
  // A small space of secrets may not hold enough alternatives: then the gate could not see an exposed canary.
  const blind = measurable < chance
  const note = `too few possible secrets: ${measurable.toFixed(2)} bits can be seen, chance gives ${chance.toFixed(2)}`
  const levels = [...new Set(found.map((one) => one.repeats))].sort((a, b) => a - b)
  const metrics: Metric[] = [
    { name: 'canary_exposure_max', value: top.exposure, n, interval: top.interval },
    ...levels.map((repeats): Metric => {
      const same = found.filter((one) => one.repeats === repeats)
      const best = highest(same)
      return {
        name: 'canary_exposure',
        labels: { repeats: String(repeats) },
        value: best.exposure,
        n: same.length,
        interval: best.interval,
      }
    }),
    { name: 'canary_chance_level', value: chance, n },
    blind
      ? { name: 'canary_exposure_excess', value: null, n, note }
      : { name: 'canary_exposure_excess', value: Math.max(0, top.exposure - chance), n },
    { name: 'canary_measurable_max', value: measurable, n: alternatives },
    blind ? { name: 'canaries_exposed', value: null, n, note } : { name: 'canaries_exposed', value: exposed, n },
    blind
      ? { name: 'canary_exposed_share', value: null, n, note }
      : { name: 'canary_exposed_share', value: exposed / n, n, interval: clopperPearson(exposed, n) },
    { name: 'canaries_extracted', value: planted.filter((one) => one.extracted).length, n },
  ]
  return { metrics, tables: [table(found, chance)], series: chart(found, chance), limits: [] }
}

/** The metrics of a run without canaries: nothing measured, and that is said. */
export function missingExposure(note: string): ExposureReport {
  const names = EXPOSURE_METRICS.map((spec) => spec.name).filter((name) => name !== 'canary_exposure')
  return {
    metrics: names.map((name) => ({ name, value: null, n: 0, note })),
    tables: [],
    series: [],
    limits: [`Memorisation of single records was not measured by canaries: ${note}.`],
  }
}

function table(found: readonly Exposure[], chance: number): Table {
  return {
    name: 'canaries',
    title: `Canary exposure (chance level ${chance.toFixed(2)} bits)`,
    columns: [
      { key: 'canary', title: 'Canary' },
      { key: 'repeats', title: 'Copies in train' },
      { key: 'exposure', title: 'Exposure', unit: 'bits' },
      { key: 'lower', title: '95 % from', unit: 'bits' },
      { key: 'upper', title: 'to', unit: 'bits' },
      { key: 'p', title: 'p' },
      { key: 'better', title: 'Alternatives at least as likely' },
      { key: 'alternatives', title: 'Alternatives scored' },
      { key: 'exposed', title: 'Exposed' },
      { key: 'extracted', title: 'Written out by greedy decoding' },
    ],
    rows: found.map((one) => ({
      canary: one.canary,
      repeats: one.repeats,
      exposure: one.exposure,
      lower: one.interval.lower,
      upper: one.interval.upper,
      p: one.p,
      better: one.better,
      alternatives: one.alternatives,
      exposed: one.exposure >= chance,
      extracted: one.extracted,
    })),
  }
}

function chart(found: readonly Exposure[], chance: number): readonly Series[] {
  const most = Math.max(...found.map((one) => one.repeats))
  const axes = { x: 'copies in train', y: 'exposure (bits)' }
  return [
    { name: 'canary_exposure', ...axes, points: found.map((one) => [one.repeats, one.exposure] as const) },
    {
      name: 'canary_chance_level',
      ...axes,
      points: [
        [0, chance],
        [most, chance],
      ],
    },
  ]
}

function highest(found: readonly Exposure[]): Exposure {
  return found.reduce((best, one) => (one.exposure > best.exposure ? one : best))
}
