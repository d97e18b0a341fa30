import { clopperPearson, type Interval, normalDeviate } from './statistics.ts'

/**
 * Area under the ROC curve: the chance that a positive has a higher score than a negative, ties counted half
 * (Mann & Whitney 1947). The interval is Newcombe's method 5 (2006): a score interval that also holds where the area
 * is 0 or 1.
 */
export function areaUnderCurve(
  positives: readonly number[],
  negatives: readonly number[],
  level = 0.95,
): { readonly area: number; readonly interval: Interval } {
  const m = positives.length
  const n = negatives.length
  if (m === 0 || n === 0) throw new RangeError('an area needs at least one positive and one negative')
  const all = [...positives.map((x) => [x, 1] as const), ...negatives.map((x) => [x, 0] as const)]
  all.sort((a, b) => a[0] - b[0])
  let wins = 0
  let below = 0
  for (let i = 0; i < all.length; ) {
    let j = i
    let p = 0
    while (j < all.length && all[j]![0] === all[i]![0]) {
      p += all[j]![1]
      j += 1
    }
    const q = j - i - p
    wins += p * (below + q / 2)
    below += q
    i = j
  }
  const area = wins / (m * n)
  return { area, interval: areaInterval(area, m, n, level) }
}

/** Newcombe 2006, "Confidence intervals for an effect size measure based on the Mann–Whitney statistic", method 5. */
function areaInterval(area: number, m: number, n: number, level: number): Interval {
  const z = normalDeviate(level)
  const half = (m + n) / 2
  const reach = (theta: number): number =>
    z *
    Math.sqrt((theta * (1 - theta) * (1 + (half - 1) * ((1 - theta) / (2 - theta) + theta / (1 + theta)))) / (m * n))
  return {
    lower: area === 0 ? 0 : bisect(0, area, (theta) => area - theta - reach(theta)),
    upper: area === 1 ? 1 : 1 - bisect(0, 1 - area, (gap) => 1 - gap - area - reach(1 - gap)),
    level,
    method: 'wilson',
  }
}

/** Where `f`, positive at `low` and not at `high`, changes sign. */
function bisect(low: number, high: number, f: (x: number) => number): number {
  let a = low
  let b = high
  for (let i = 0; i < 60; i++) {
    const middle = (a + b) / 2
    if (f(middle) > 0) a = middle
    else b = middle
  }
  return (a + b) / 2
}

/**
 * True-positive rate at a false-positive rate of at most `fpr`, with the exact interval at that threshold. `null`
 * where there are too few negatives for such a rate to be seen (fewer than 1 / fpr).
 */
export function truePositivesAt(
  positives: readonly number[],
  negatives: readonly number[],
  fpr: number,
  level = 0.95,
): { readonly rate: number; readonly n: number; readonly interval: Interval } | null {
  const allowed = Math.floor(fpr * negatives.length + 1e-9)
  if (allowed < 1 || positives.length === 0) return null
  // Scores above this one are called members: exactly `allowed` negatives lie above it, fewer where they tie.
  const threshold = [...negatives].sort((a, b) => b - a)[allowed] ?? Number.NEGATIVE_INFINITY
  const k = positives.filter((x) => x > threshold).length
  return { rate: k / positives.length, n: positives.length, interval: clopperPearson(k, positives.length, level) }
}
