import type { Random } from '../../util/random.ts'

export interface SamplingOptions {
  /** 0 takes the most likely token. */
  readonly temperature: number
  /** Only the k most likely tokens. */
  readonly topK?: number
  /** Only the most likely tokens that together reach this probability (Holtzman et al. 2020). */
  readonly topP?: number
}

/** Chooses a token from logits. Ties go to the smaller id, so the choice is a function of logits and generator. */
export function sample(logits: ArrayLike<number>, options: SamplingOptions, random: Random): number {
  let best = 0
  for (let id = 1; id < logits.length; id++) if (logits[id]! > logits[best]!) best = id
  if (options.temperature === 0) return best
  const weights = new Float64Array(logits.length)
  let total = 0
  for (let id = 0; id < logits.length; id++) {
    weights[id] = Math.exp((logits[id]! - logits[best]!) / options.temperature)
    total += weights[id]!
  }
  const { topK = logits.length, topP = 1 } = options
  if (topK >= logits.length && topP >= 1) return draw(weights, undefined, total, random)
  const limit = topP * total
  const order = candidates(weights, topK, total - limit).sort((a, b) => weights[b]! - weights[a]! || a - b)
  let kept = 0
  let mass = 0
  while (kept < Math.min(topK, order.length) && (kept === 0 || mass < limit)) mass += weights[order[kept++]!]!
  return draw(weights, order.slice(0, kept), mass, random)
}

/**
 * Tokens that can be in the nucleus, so that a few are sorted and not the vocabulary. Those whose weight is below an
 * even share of what may be left out weigh less than that together, so the others alone reach the limit.
 */
function candidates(weights: Float64Array, topK: number, leftOut: number): number[] {
  const least = topK < weights.length ? 0 : leftOut / weights.length / 2
  const found: number[] = []
  for (let id = 0; id < weights.length; id++) if (weights[id]! >= least) found.push(id)
  return found
}

function draw(weights: Float64Array, order: readonly number[] | undefined, total: number, random: Random): number {
  let rest = random.next() * total
  const count = order?.length ?? weights.length
  let last = 0
  for (let i = 0; i < count; i++) {
    const id = order === undefined ? i : order[i]!
    if (weights[id] === 0) continue
    last = id
    rest -= weights[id]!
    if (rest < 0) break
  }
  return last
}
