import { random } from '../../util/random.ts'
import type { Interval } from '../../util/statistics.ts'
import { type Counts, type Score, score } from './metrics.ts'

/**
 * 95 % interval of a figure that is no plain rate, such as F2, by drawing whole texts with replacement (Efron & Tibshirani
 * 1993, ch. 13, percentile method): spans of one text are not independent, texts nearly are.
 */
export function bootstrapInterval(
  parts: readonly Counts[],
  figure: (score: Score) => number,
  { resamples = 500, seed = 1 }: { readonly resamples?: number; readonly seed?: number } = {},
): Interval {
  if (parts.length === 0) return { lower: 0, upper: 1, level: 0.95, method: 'bootstrap' }
  const rng = random(seed, 'bootstrap')
  const values: number[] = []
  for (let i = 0; i < resamples; i++) {
    const sum = { right: 0, predicted: 0, found: 0, gold: 0 }
    for (let j = 0; j < parts.length; j++) {
      const part = parts[rng.integer(parts.length)]!
      sum.right += part.right
      sum.predicted += part.predicted
      sum.found += part.found
      sum.gold += part.gold
    }
    values.push(figure(score([sum])))
  }
  values.sort((a, b) => a - b)
  const at = (p: number): number => values[Math.min(values.length - 1, Math.floor(p * values.length))]!
  return { lower: at(0.025), upper: at(0.975), level: 0.95, method: 'bootstrap' }
}
