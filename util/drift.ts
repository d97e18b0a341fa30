import { createRequire } from 'node:module'

const require = createRequire(import.meta.url)

/** Many small files: loaded when a p-value is asked for. */
const gammainc = (x: number, s: number, regularized: boolean, upper: boolean): number =>
  (require('@stdlib/math-base-special-gammainc') as (x: number, s: number, r: boolean, u: boolean) => number)(
    x,
    s,
    regularized,
    upper,
  )

/**
 * How far two samples are apart. All functions are pure; `reference` is what was normal, `current` what is watched.
 * None of these numbers means anything without the value that chance alone gives at the same n: see
 * `util/drift-null.ts`.
 */

/**
 * Inner edges of at most `bins` bins with about equal shares of the reference. Ties merge bins, so there may be fewer;
 * an edge never equals the smallest reference value. Bin i holds edges[i-1] ≤ x < edges[i].
 *
 * @param sorted - reference values, ascending
 */
export function quantileEdges(sorted: ArrayLike<number>, bins: number): readonly number[] {
  const edges: number[] = []
  for (let i = 1; i < bins; i++) {
    const edge = sorted[Math.floor((i * sorted.length) / bins)]
    if (edge !== undefined && edge > (edges.at(-1) ?? sorted[0]!)) edges.push(edge)
  }
  return edges
}

/** Counts of values by bin; `edges.length + 1` entries. */
export function binCounts(values: ArrayLike<number>, edges: readonly number[]): number[] {
  const counts = new Array<number>(edges.length + 1).fill(0)
  for (let i = 0; i < values.length; i++) {
    let low = 0
    let high = edges.length
    while (low < high) {
      const middle = (low + high) >> 1
      if (edges[middle]! <= values[i]!) low = middle + 1
      else high = middle
    }
    counts[low] = counts[low]! + 1
  }
  return counts
}

/**
 * Population stability index Σ (q − p) ln(q / p) of two rows of counts (Siddiqi 2006; the symmetric Kullback–Leibler
 * divergence, Jeffreys 1946). Half a count is added to every bin, so an empty bin does not give infinity.
 */
export function populationStability(reference: readonly number[], current: readonly number[]): number {
  checkPair(reference, current)
  const p = smoothed(reference)
  const q = smoothed(current)
  let sum = 0
  for (let i = 0; i < p.length; i++) sum += (q[i]! - p[i]!) * Math.log(q[i]! / p[i]!)
  return sum
}

/** PSI to expect where nothing drifted: (bins − 1)(1/n₁ + 1/n₂), the mean of its χ² limit (Yurdakul & Naranjo 2020). */
export function expectedStability(bins: number, n1: number, n2: number): number {
  return (bins - 1) * (1 / n1 + 1 / n2)
}

/** Jensen–Shannon divergence of two rows of counts, in bits: 0 for equal shares, 1 for disjoint ones (Lin 1991). */
export function jensenShannon(a: readonly number[], b: readonly number[]): number {
  checkPair(a, b)
  const na = total(a)
  const nb = total(b)
  let sum = 0
  for (let i = 0; i < a.length; i++) {
    const p = a[i]! / na
    const q = b[i]! / nb
    const m = (p + q) / 2
    if (p > 0) sum += (p / 2) * Math.log2(p / m)
    if (q > 0) sum += (q / 2) * Math.log2(q / m)
  }
  return Math.max(0, sum)
}

/**
 * Jensen–Shannon divergence (bits) to expect where nothing drifted. Near equality it is an eighth of the χ² distance
 * that PSI is near to, so its mean is (bins − 1)(1/n₁ + 1/n₂) / (8 ln 2).
 */
export function expectedJensenShannon(bins: number, n1: number, n2: number): number {
  return expectedStability(bins, n1, n2) / (8 * Math.LN2)
}

/** Largest distance between two empirical distribution functions (Smirnov 1939). Both inputs ascending. */
export function kolmogorovSmirnov(a: ArrayLike<number>, b: ArrayLike<number>): number {
  let i = 0
  let j = 0
  let largest = 0
  while (i < a.length && j < b.length) {
    const x = Math.min(a[i]!, b[j]!)
    while (i < a.length && a[i]! === x) i += 1
    while (j < b.length && b[j]! === x) j += 1
    largest = Math.max(largest, Math.abs(i / a.length - j / b.length))
  }
  return largest
}

/**
 * P(D ≥ d) where nothing drifted: the limit law with Stephens' correction for small n (Stephens 1970). Conservative
 * where values tie.
 */
export function kolmogorovSmirnovP(d: number, n1: number, n2: number): number {
  const n = Math.sqrt((n1 * n2) / (n1 + n2))
  const t = (n + 0.12 + 0.11 / n) * d
  // Below this the series has not begun to fall and the probability is 1 to twelve digits.
  if (t < 0.2) return 1
  let sum = 0
  for (let k = 1; k <= 100; k++) {
    const term = Math.exp(-2 * k * k * t * t)
    sum += k % 2 === 1 ? term : -term
    if (term < 1e-16) break
  }
  return Math.min(1, Math.max(0, 2 * sum))
}

/** D to expect where nothing drifted: E[K] = √(π/2) ln 2 over √(n₁n₂/(n₁+n₂)) (mean of Kolmogorov's law). */
export function expectedKolmogorovSmirnov(n1: number, n2: number): number {
  return (Math.sqrt(Math.PI / 2) * Math.LN2) / Math.sqrt((n1 * n2) / (n1 + n2))
}

/** Pearson's χ² test that two rows of counts have equal shares. Bins that are empty in both are left out. */
export function chiSquareTest(
  a: readonly number[],
  b: readonly number[],
): { readonly statistic: number; readonly df: number; readonly p: number } {
  checkPair(a, b)
  const na = total(a)
  const nb = total(b)
  let statistic = 0
  let used = 0
  for (let i = 0; i < a.length; i++) {
    const both = a[i]! + b[i]!
    if (both === 0) continue
    used += 1
    const ea = (both * na) / (na + nb)
    const eb = (both * nb) / (na + nb)
    statistic += (a[i]! - ea) ** 2 / ea + (b[i]! - eb) ** 2 / eb
  }
  const df = Math.max(0, used - 1)
  // P(χ²_df ≥ x) is the regularised upper incomplete gamma function Q(df/2, x/2).
  return { statistic, df, p: df === 0 ? 1 : gammainc(statistic / 2, df / 2, true, true) }
}

function smoothed(counts: readonly number[]): number[] {
  const n = total(counts) + counts.length / 2
  return counts.map((count) => (count + 0.5) / n)
}

function total(counts: readonly number[]): number {
  return counts.reduce((sum, count) => sum + count, 0)
}

function checkPair(a: readonly number[], b: readonly number[]): void {
  if (a.length !== b.length || total(a) === 0 || total(b) === 0) {
    throw new RangeError('two rows of counts must have the same bins and at least one observation each')
  }
}
