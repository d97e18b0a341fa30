import {
  binCounts,
  chiSquareTest,
  jensenShannon,
  kolmogorovSmirnov,
  kolmogorovSmirnovP,
  populationStability,
  quantileEdges,
} from './drift.ts'
import type { Random } from './random.ts'

export interface CompareOptions {
  /** A number of quantile bins of the reference, or fixed inner edges (`[1]` for a yes/no feature). */
  readonly bins: number | readonly number[]
  /** Shuffles of the pooled sample that make the null distribution. */
  readonly permutations: number
  /** Chance that a bound is passed where nothing drifted. */
  readonly alpha: number
  readonly random: Random
}

/** One distance with what chance alone gives at the same n. */
export interface Measured {
  readonly value: number
  /** Mean where nothing drifted. */
  readonly expected: number
  /** The 1 − alpha quantile where nothing drifted. */
  readonly bound: number
  /** P(distance ≥ value) where nothing drifted. */
  readonly p: number
}

export interface Comparison {
  readonly n1: number
  readonly n2: number
  /** Inner edges used for PSI and Jensen–Shannon, and the counts by bin. */
  readonly edges: readonly number[]
  readonly reference: readonly number[]
  readonly current: readonly number[]
  readonly psi: Measured
  /** Bits. */
  readonly js: Measured
  readonly ks: Measured
  /** Closed forms of the same tests, as a second opinion that needs no simulation. */
  readonly ksLimitP: number
  readonly chiSquareP: number
}

/**
 * Compares two samples and says what the same comparison gives by chance: the pooled values are dealt out again at
 * random `permutations` times, bins are laid anew on each shuffled reference, and the distances are measured again.
 * Where nothing drifted the real split is one such deal like any other, so the p-values are exact at every n, with
 * ties or without (permutation test, Fisher 1935; p = (1 + hits) / (1 + permutations), Phipson & Smyth 2010).
 *
 * Time: O(N log N + permutations · (N + bins)).
 */
export function compareSamples(
  reference: readonly number[],
  current: readonly number[],
  options: CompareOptions,
): Comparison {
  const n1 = reference.length
  const n2 = current.length
  if (n1 === 0 || n2 === 0) throw new RangeError('a comparison needs at least one value on each side')
  const pooled = Float64Array.from([...reference, ...current])
  const sortedReference = Float64Array.from(reference).sort()
  const sortedCurrent = Float64Array.from(current).sort()
  const real = measure(sortedReference, sortedCurrent, options.bins)

  const order = pooled.sort()
  const left = new Float64Array(n1)
  const right = new Float64Array(n2)
  const psi: number[] = []
  const js: number[] = []
  const ks: number[] = []
  for (let i = 0; i < options.permutations; i++) {
    deal(order, left, right, options.random)
    const shuffled = measure(left, right, options.bins)
    psi.push(shuffled.psi)
    js.push(shuffled.js)
    ks.push(shuffled.ks)
  }
  return {
    n1,
    n2,
    edges: real.edges,
    reference: real.reference,
    current: real.current,
    psi: judge(real.psi, psi, options.alpha),
    js: judge(real.js, js, options.alpha),
    ks: judge(real.ks, ks, options.alpha),
    ksLimitP: kolmogorovSmirnovP(real.ks, n1, n2),
    chiSquareP: chiSquareTest(real.reference, real.current).p,
  }
}

function measure(sortedReference: Float64Array, sortedCurrent: Float64Array, bins: number | readonly number[]) {
  const edges = typeof bins === 'number' ? quantileEdges(sortedReference, bins) : bins
  const reference = binCounts(sortedReference, edges)
  const current = binCounts(sortedCurrent, edges)
  return {
    edges,
    reference,
    current,
    psi: populationStability(reference, current),
    js: jensenShannon(reference, current),
    ks: kolmogorovSmirnov(sortedReference, sortedCurrent),
  }
}

/** Deals ascending values to two hands of fixed size, every deal equally likely; both hands stay ascending. */
function deal(order: Float64Array, left: Float64Array, right: Float64Array, random: Random): void {
  let l = 0
  let r = 0
  for (const value of order) {
    const leftToDeal = left.length - l
    // Selection sampling (Knuth, TAOCP 2, algorithm 3.4.2 S).
    if (random.next() * (leftToDeal + right.length - r) < leftToDeal) {
      left[l] = value
      l += 1
    } else {
      right[r] = value
      r += 1
    }
  }
}

function judge(value: number, shuffled: number[], alpha: number): Measured {
  shuffled.sort((a, b) => a - b)
  // Sums in another order differ in the last digits: what is equal up to rounding counts as a hit.
  const hits = shuffled.filter((other) => other >= value - 1e-12).length
  const m = shuffled.length
  return {
    value,
    expected: m === 0 ? 0 : shuffled.reduce((sum, other) => sum + other, 0) / m,
    bound: shuffled[Math.min(m - 1, Math.ceil((1 - alpha) * (m + 1)) - 1)] ?? 0,
    p: (1 + hits) / (1 + m),
  }
}

/**
 * The same for whole texts: each row lists the bins of its words (a word may occur more than once). Texts are dealt
 * out as wholes, because the words of one text hang together. Lay the bins from both samples together, or from
 * neither: bins of one sample alone would favour it.
 */
export function compareTexts(
  reference: readonly (readonly number[])[],
  current: readonly (readonly number[])[],
  bins: number,
  options: Omit<CompareOptions, 'bins'>,
): {
  readonly psi: Measured
  readonly js: Measured
  readonly reference: readonly number[]
  readonly current: readonly number[]
} {
  const rows = [...reference, ...current]
  const total = countBins(rows, bins)
  const measureFirst = (first: readonly (readonly number[])[]) => {
    const left = countBins(first, bins)
    const right = total.map((count, bin) => count - left[bin]!)
    if (left.every((count) => count === 0) || right.every((count) => count === 0)) return null
    return { left, right, psi: populationStability(left, right), js: jensenShannon(left, right) }
  }
  const real = measureFirst(reference)
  if (real === null) throw new RangeError('a comparison needs at least one word on each side')
  const psi: number[] = []
  const js: number[] = []
  for (let i = 0; i < options.permutations; i++) {
    const shuffled = measureFirst(options.random.shuffle(rows).slice(0, reference.length))
    // A hand without a word is as far from the other as can be.
    psi.push(shuffled?.psi ?? Number.POSITIVE_INFINITY)
    js.push(shuffled?.js ?? 1)
  }
  return {
    psi: judge(real.psi, psi, options.alpha),
    js: judge(real.js, js, options.alpha),
    reference: real.left,
    current: real.right,
  }
}

function countBins(rows: readonly (readonly number[])[], bins: number): number[] {
  const counts = new Array<number>(bins).fill(0)
  for (const row of rows) for (const bin of row) counts[bin] = counts[bin]! + 1
  return counts
}
