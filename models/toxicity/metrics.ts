/**
 * Area under the ROC curve: the chance that a positive scores above a negative, ties counted half (Mann–Whitney).
 * `null` without both kinds.
 */
export function auc(scores: ArrayLike<number>, positive: ArrayLike<boolean | number>): number | null {
  const order = Array.from({ length: scores.length }, (_, i) => i).sort((a, b) => scores[a]! - scores[b]!)
  let positives = 0
  let rankSum = 0
  for (let i = 0; i < order.length; ) {
    let end = i
    while (end < order.length && scores[order[end]!] === scores[order[i]!]) end += 1
    const rank = (i + 1 + end) / 2
    for (; i < end; i++) {
      if (positive[order[i]!]) {
        positives += 1
        rankSum += rank
      }
    }
  }
  const negatives = order.length - positives
  if (positives === 0 || negatives === 0) return null
  return (rankSum - (positives * (positives + 1)) / 2) / (positives * negatives)
}

/**
 * 95 % interval of an AUC (Hanley & McNeil 1982, eq. 2). Its variance is 0 at an area of 1, which a few positives do not
 * prove; there it is taken as if half of one of them had been missed.
 */
export function aucInterval(measured: number, positives: number, negatives: number): readonly [number, number] {
  const area = Math.min(measured, 1 - 0.5 / Math.min(positives, negatives))
  const q1 = area / (2 - area)
  const q2 = (2 * area * area) / (1 + area)
  const variance =
    (area * (1 - area) + (positives - 1) * (q1 - area * area) + (negatives - 1) * (q2 - area * area)) /
    (positives * negatives)
  const half = 1.96 * Math.sqrt(Math.max(0, variance))
  return [Math.max(0, area - half), Math.min(1, measured + half)]
}

/** The lowest threshold whose share of `negatives` at or above it is at most `rate`. */
export function thresholdAt(negatives: readonly number[], rate: number): number {
  const sorted = [...negatives].sort((a, b) => b - a)
  const allowed = Math.floor(rate * sorted.length)
  const first = sorted[allowed]
  return first === undefined ? 1 : first + 1e-6
}
