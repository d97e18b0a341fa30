import { random } from '../../util/random.ts'
import { type Feed, float32, int32, type Session } from '../graph/session.ts'
import type { NetworkConfig } from '../network/config.ts'
import { createCache, type KeyValueCache } from './cache.ts'
import { type SamplingOptions, sample } from './sampling.ts'
import { checkLength } from './score.ts'
import type { WeightFeeds } from './weights.ts'

export interface GenerateOptions extends SamplingOptions {
  /** Most new tokens per prompt. */
  readonly maxTokens: number
  readonly seed: number
}

export interface GenerationTokens {
  readonly pad: number
  /** A sequence stops before any of these. */
  readonly ends: ReadonlySet<number>
  /** Never written: the tokens that open turns. */
  readonly banned: readonly number[]
}

/** Prompts written at once. */
const BATCH = 32
const HIDDEN = -1e9

/** Continues prompts in batches of similar length, with cached keys and values. */
export async function generate(
  session: Session,
  weights: WeightFeeds,
  config: NetworkConfig,
  tokens: GenerationTokens,
  prompts: readonly (readonly number[])[],
  options: GenerateOptions,
): Promise<readonly number[][]> {
  for (const [i, prompt] of prompts.entries()) checkLength(prompt.length + 1, config.context, i)
  const order = prompts.map((_, i) => i).sort((a, b) => prompts[a]!.length - prompts[b]!.length || a - b)
  const results: number[][] = prompts.map(() => [])
  for (let start = 0; start < order.length; start += BATCH) {
    const group = order.slice(start, start + BATCH)
    await generateGroup(session, weights, config, tokens, prompts, group, options, results)
  }
  return results
}

async function generateGroup(
  session: Session,
  weights: WeightFeeds,
  config: NetworkConfig,
  tokens: GenerationTokens,
  prompts: readonly (readonly number[])[],
  group: readonly number[],
  options: GenerateOptions,
  results: number[][],
): Promise<void> {
  const generators = new Map(group.map((i) => [i, random(options.seed, 'generate', i)]))
  let active = [...group]
  let cache = createCache(config, active.length)
  let pending: readonly (readonly number[])[] = active.map((i) => prompts[i]!)

  for (let round = 0; round < options.maxTokens && active.length > 0; round++) {
    const out = await session.run({ ...weights, ...stepFeeds(cache, pending, tokens.pad) })
    cache.append(
      out,
      pending.map((ids) => ids.length),
    )
    const logits = out['logits']!.data as Float32Array
    const kept: number[] = []
    const next: number[][] = []
    for (const [row, i] of active.entries()) {
      const scores = logits.subarray(row * config.vocabulary, (row + 1) * config.vocabulary)
      for (const id of tokens.banned) scores[id] = Number.NEGATIVE_INFINITY
      const id = sample(scores, options, generators.get(i)!)
      if (tokens.ends.has(id)) continue
      results[i]!.push(id)
      if (prompts[i]!.length + results[i]!.length >= config.context) continue
      kept.push(row)
      next.push([id])
    }
    if (kept.length < active.length) {
      active = kept.map((row) => active[row]!)
      cache = cache.select(kept)
    }
    pending = next
  }
}

/** The feeds of one step: `pending` are the tokens that follow what the cache holds; asks for the last one's successor. */
export function stepFeeds(
  cache: KeyValueCache,
  pending: readonly (readonly number[])[],
  pad: number,
): Readonly<Record<string, Feed>> {
  const batch = pending.length
  const sequence = Math.max(...pending.map((ids) => ids.length))
  const past = cache.capacity
  const keys = past + sequence
  const ids = new Int32Array(batch * sequence).fill(pad)
  const places = new BigInt64Array(batch * sequence)
  const mask = new Float32Array(batch * sequence * keys).fill(HIDDEN)
  const rows = new Int32Array(batch)
  for (const [b, row] of pending.entries()) {
    ids.set(row, b * sequence)
    rows[b] = b * sequence + row.length - 1
    const used = cache.lengths[b]!
    for (let t = 0; t < row.length; t++) {
      places[b * sequence + t] = BigInt(used + t)
      const at = (b * sequence + t) * keys
      mask.fill(0, at, at + used)
      mask.fill(0, at + past, at + past + t + 1)
    }
  }
  return {
    ids: int32(ids, [batch, sequence]),
    places: { type: 'int64', data: places, shape: [batch, sequence] },
    mask: float32(mask, [batch, 1, sequence, keys]),
    rows: int32(rows),
    ...cache.feeds(),
  }
}
