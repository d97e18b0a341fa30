import type { Series, Table } from '../../artifacts/evaluation.ts'
import type { Metric, MetricSpec } from '../../artifacts/metric.ts'
import { compareSamples, compareTexts, type Measured } from '../../util/drift-null.ts'
import { random } from '../../util/random.ts'
import type { AnswerFeatures } from './features.ts'

const FEATURE_LABEL = { labels: ['feature'] } as const

export const DRIFT_METRICS: readonly MetricSpec[] = [
  {
    name: 'drift_psi',
    unit: 'index',
    better: 'lower',
    description: 'population stability index of the outputs against the reference; read it beside drift_psi_bound',
    ...FEATURE_LABEL,
  },
  {
    name: 'drift_psi_expected',
    unit: 'index',
    better: 'neither',
    description: 'mean PSI at the same n where nothing drifted',
    ...FEATURE_LABEL,
  },
  {
    name: 'drift_psi_bound',
    unit: 'index',
    better: 'neither',
    description: 'PSI that chance alone passes with probability alpha / features',
    ...FEATURE_LABEL,
  },
  {
    name: 'drift_psi_excess',
    unit: 'index',
    better: 'lower',
    description: 'PSI less the value expected by chance, 0 where chance can explain it: the one to gate',
    ...FEATURE_LABEL,
  },
  {
    name: 'drift_js',
    unit: 'bits',
    better: 'lower',
    description: 'Jensen–Shannon divergence of the outputs from the reference',
    range: [0, 1],
    ...FEATURE_LABEL,
  },
  {
    name: 'drift_js_bound',
    unit: 'bits',
    better: 'neither',
    description: 'Jensen–Shannon divergence that chance alone passes with probability alpha / features',
    range: [0, 1],
    ...FEATURE_LABEL,
  },
  {
    name: 'drift_ks',
    unit: 'index',
    better: 'lower',
    description: 'Kolmogorov–Smirnov distance of a numeric feature',
    range: [0, 1],
    ...FEATURE_LABEL,
  },
  {
    name: 'drift_ks_bound',
    unit: 'index',
    better: 'neither',
    description: 'Kolmogorov–Smirnov distance that chance alone passes with probability alpha / features',
    range: [0, 1],
    ...FEATURE_LABEL,
  },
  {
    name: 'drift_p',
    unit: 'ratio',
    better: 'higher',
    description:
      'permutation p-value of no drift: by Kolmogorov–Smirnov for numbers, PSI for yes/no, Jensen–Shannon for words',
    range: [0, 1],
    ...FEATURE_LABEL,
  },
  {
    name: 'drift_flag',
    unit: 'flag',
    better: 'neither',
    description: 'true where drift_p is at most alpha / features',
    ...FEATURE_LABEL,
  },
  {
    name: 'drift_flagged',
    unit: 'count',
    better: 'lower',
    description:
      'features that drifted; n = features. Where nothing drifted it is 0 with probability 1 − alpha at least',
  },
]

export interface DriftOptions {
  readonly bins: number
  readonly words: number
  readonly permutations: number
  readonly alpha: number
  readonly minN: number
  readonly seed: number
}

interface FeatureDrift {
  readonly feature: string
  readonly kind: 'number' | 'yes/no' | 'words'
  readonly psi: Measured
  readonly js: Measured
  readonly ks: Measured | null
  /** Of the closed form (Kolmogorov–Smirnov for numbers, χ² for yes/no): a second opinion for the table. */
  readonly limitP: number | null
  readonly reference: readonly number[]
  readonly current: readonly number[]
  readonly edges: readonly number[]
}

const NUMBERS = ['words', 'word_length', 'toxicity', 'repetition'] as const
const FLAGS = ['pii', 'refusal'] as const
export const FEATURES: readonly string[] = [...NUMBERS, ...FLAGS, 'vocabulary']

export interface DriftReport {
  readonly metrics: readonly Metric[]
  readonly tables: readonly Table[]
  readonly series: readonly Series[]
}

/** Every feature of the outputs against the reference, with what chance alone would show. */
export function driftReport(
  reference: readonly AnswerFeatures[],
  outputs: readonly AnswerFeatures[],
  options: DriftOptions,
): DriftReport {
  const n = outputs.length
  if (Math.min(n, reference.length) < options.minN) return notEnough(n, reference.length, options.minN)
  const alpha = options.alpha / FEATURES.length
  const found: FeatureDrift[] = []
  for (const feature of NUMBERS) found.push(numberDrift(feature, reference, outputs, options.bins, alpha, options))
  for (const feature of FLAGS) found.push(numberDrift(feature, reference, outputs, [1], alpha, options))
  const words = wordDrift(reference, outputs, alpha, options)
  if (words !== null) found.push(words)

  const flagged = found.filter((one) => main(one).p <= alpha)
  const metrics = found.flatMap((one) => featureMetrics(one, n, reference.length, alpha))
  if (words === null) {
    metrics.push({ name: 'drift_psi', labels: { feature: 'vocabulary' }, value: null, n, note: 'a side has no words' })
  }
  return {
    metrics: [...metrics, { name: 'drift_flagged', value: flagged.length, n: found.length }],
    tables: [table(found, alpha, reference.length, n)],
    series: found.filter((one) => one.kind === 'number').flatMap(histograms),
  }
}

function notEnough(n: number, reference: number, minN: number): DriftReport {
  const note = `not enough evidence: ${n} outputs and ${reference} reference answers, ${minN} needed of each`
  const names = DRIFT_METRICS.filter((spec) => spec.labels !== undefined).map((spec) => spec.name)
  return {
    metrics: [
      ...FEATURES.flatMap((feature) =>
        names.map((name): Metric => ({ name, labels: { feature }, value: null, n, note })),
      ),
      { name: 'drift_flagged', value: null, n: 0, note },
    ],
    tables: [],
    series: [],
  }
}

function numberDrift(
  feature: (typeof NUMBERS)[number] | (typeof FLAGS)[number],
  reference: readonly AnswerFeatures[],
  outputs: readonly AnswerFeatures[],
  bins: number | readonly number[],
  alpha: number,
  { permutations, seed }: DriftOptions,
): FeatureDrift {
  const values = (rows: readonly AnswerFeatures[]): readonly number[] => rows.map((row) => Number(row[feature]))
  const source = random(seed, 'drift', feature)
  const found = compareSamples(values(reference), values(outputs), { bins, permutations, alpha, random: source })
  const isNumber = typeof bins === 'number'
  return {
    feature,
    kind: isNumber ? 'number' : 'yes/no',
    psi: found.psi,
    js: found.js,
    ks: isNumber ? found.ks : null,
    limitP: isNumber ? found.ksLimitP : found.chiSquareP,
    reference: found.reference,
    current: found.current,
    edges: found.edges,
  }
}

/** Which words are used: the most frequent of both sides together, all others as one. */
function wordDrift(
  reference: readonly AnswerFeatures[],
  outputs: readonly AnswerFeatures[],
  alpha: number,
  { permutations, seed, words }: DriftOptions,
): FeatureDrift | null {
  const counts = new Map<string, number>()
  for (const row of [...reference, ...outputs]) {
    for (const word of row.vocabulary) counts.set(word, (counts.get(word) ?? 0) + 1)
  }
  const kept = [...counts].sort(([a, x], [b, y]) => y - x || (a < b ? -1 : 1)).slice(0, words)
  const bin = new Map(kept.map(([word], i) => [word, i]))
  const rows = (side: readonly AnswerFeatures[]): readonly (readonly number[])[] =>
    side.map((row) => row.vocabulary.map((word) => bin.get(word) ?? kept.length))
  const [left, right] = [rows(reference), rows(outputs)]
  if (left.every((row) => row.length === 0) || right.every((row) => row.length === 0)) return null
  const source = random(seed, 'drift', 'vocabulary')
  const found = compareTexts(left, right, kept.length + 1, { permutations, alpha, random: source })
  return { feature: 'vocabulary', kind: 'words', ...found, ks: null, limitP: null, edges: [] }
}

/** The distance that decides, fixed by the kind of feature and not by what the data show. */
function main(one: FeatureDrift): Measured {
  return one.kind === 'number' ? one.ks! : one.kind === 'yes/no' ? one.psi : one.js
}

function featureMetrics(one: FeatureDrift, n: number, reference: number, alpha: number): Metric[] {
  const labels = { feature: one.feature }
  const note = `${reference} reference answers`
  const metric = (name: string, value: number | boolean): Metric => ({ name, labels, value, n, note })
  return [
    metric('drift_psi', one.psi.value),
    metric('drift_psi_expected', one.psi.expected),
    metric('drift_psi_bound', one.psi.bound),
    metric('drift_psi_excess', one.psi.p <= alpha ? Math.max(0, one.psi.value - one.psi.expected) : 0),
    metric('drift_js', one.js.value),
    metric('drift_js_bound', one.js.bound),
    ...(one.ks === null ? [] : [metric('drift_ks', one.ks.value), metric('drift_ks_bound', one.ks.bound)]),
    metric('drift_p', main(one).p),
    metric('drift_flag', main(one).p <= alpha),
  ]
}

function table(found: readonly FeatureDrift[], alpha: number, n1: number, n2: number): Table {
  return {
    name: 'drift',
    title: `Drift of ${n2} outputs against ${n1} reference answers (a feature is flagged at p ≤ ${alpha.toPrecision(2)})`,
    columns: [
      { key: 'feature', title: 'Feature' },
      { key: 'kind', title: 'Kind' },
      { key: 'psi', title: 'PSI' },
      { key: 'psi_expected', title: 'by chance' },
      { key: 'psi_bound', title: 'chance bound' },
      { key: 'js', title: 'Jensen–Shannon', unit: 'bits' },
      { key: 'js_expected', title: 'by chance', unit: 'bits' },
      { key: 'js_bound', title: 'chance bound', unit: 'bits' },
      { key: 'ks', title: 'Kolmogorov–Smirnov D' },
      { key: 'ks_expected', title: 'by chance' },
      { key: 'ks_bound', title: 'chance bound' },
      { key: 'p', title: 'p (permutation)' },
      { key: 'limit_p', title: 'p (closed form)' },
      { key: 'flagged', title: 'Drifted' },
    ],
    rows: found.map((one) => ({
      feature: one.feature,
      kind: one.kind,
      psi: one.psi.value,
      psi_expected: one.psi.expected,
      psi_bound: one.psi.bound,
      js: one.js.value,
      js_expected: one.js.expected,
      js_bound: one.js.bound,
      ks: one.ks?.value ?? null,
      ks_expected: one.ks?.expected ?? null,
      ks_bound: one.ks?.bound ?? null,
      p: main(one).p,
      limit_p: one.limitP,
      flagged: main(one).p <= alpha,
    })),
  }
}

/** Shares by bin: x is the bin's number, because quantile bins have no even width. */
function histograms(one: FeatureDrift): readonly Series[] {
  const shares = (counts: readonly number[]): readonly (readonly [number, number])[] => {
    const total = counts.reduce((sum, count) => sum + count, 0)
    return counts.map((count, i) => [i + 1, count / total] as const)
  }
  const axes = { x: 'quantile bin of the reference', y: 'share of answers' }
  return [
    { name: `${one.feature}_reference`, ...axes, points: shares(one.reference) },
    { name: `${one.feature}_outputs`, ...axes, points: shares(one.current) },
  ]
}
