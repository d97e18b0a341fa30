import { int32, type Session } from '../graph/session.ts'
import type { NetworkConfig } from '../network/config.ts'
import { createCache } from './cache.ts'
import { stepFeeds } from './generate.ts'
import { batchTokens, checkLength } from './score.ts'
import type { WeightFeeds } from './weights.ts'

/**
 * log p of every token of each continuation, given the prefix and the tokens before it. The prefix is computed once
 * and its keys and values are shared, so n continuations cost n times their own length only.
 */
export async function scoreContinuations(
  /** `generationGraph` for the prefix, `continuationGraph` for what follows it. */
  sessions: { readonly step: Session; readonly score: Session },
  weights: WeightFeeds,
  config: NetworkConfig,
  pad: number,
  prefix: readonly number[],
  continuations: readonly (readonly number[])[],
): Promise<readonly Float32Array[]> {
  if (prefix.length === 0) throw new RangeError('a continuation needs at least one token before it')
  for (const [i, tail] of continuations.entries()) checkLength(prefix.length + tail.length, config.context, i)
  const start = createCache(config, 1)
  const first = await sessions.step.run({ ...weights, ...stepFeeds(start, [prefix], pad) })
  start.append(first, [prefix.length])
  const firstLogits = (first['logits']!.data as Float32Array).slice(0, config.vocabulary)

  const results = continuations.map((tail) => new Float32Array(tail.length))
  const longest = Math.max(1, ...continuations.map((tail) => tail.length))
  const batch = Math.max(1, Math.floor(batchTokens(config) / longest))
  // The last token predicts nothing that is asked for, so a continuation of one token needs no run of its own.
  const order = continuations.map((_, i) => i).filter((i) => continuations[i]!.length > 1)
  for (let from = 0; from < order.length; from += batch) {
    const group = order.slice(from, from + batch)
    const pending = group.map((i) => continuations[i]!.slice(0, -1))
    const sequence = Math.max(...pending.map((ids) => ids.length))
    const wanted = pending.flatMap((ids, b) => ids.map((_, t) => b * sequence + t))
    const feeds = stepFeeds(start.select(new Array<number>(group.length).fill(0)), pending, pad)
    const { nll } = await sessions.score.run({
      ...weights,
      ...feeds,
      rows: int32(Int32Array.from(wanted)),
      targets: int32(Int32Array.from(group.flatMap((i) => continuations[i]!.slice(1)))),
    })
    let row = 0
    for (const i of group) {
      for (let t = 1; t < continuations[i]!.length; t++) results[i]![t] = -(nll!.data as Float32Array)[row++]!
    }
  }
  for (const [i, tail] of continuations.entries()) {
    if (tail.length > 0) results[i]![0] = logProbability(firstLogits, tail[0]!)
  }
  return results
}

function logProbability(logits: Float32Array, token: number): number {
  let highest = Number.NEGATIVE_INFINITY
  for (const x of logits) if (x > highest) highest = x
  let total = 0
  for (const x of logits) total += Math.exp(x - highest)
  return logits[token]! - highest - Math.log(total)
}
