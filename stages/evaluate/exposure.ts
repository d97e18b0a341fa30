import { type Canary, type CanaryPlan, drawSecret, renderCanary, secretBits } from '../../artifacts/canary.ts'
import type { LanguageModel } from '../../models/language-model.ts'
import { canonicalJson } from '../../util/json.ts'
import { type Random, random } from '../../util/random.ts'
import { clopperPearson, type Interval } from '../../util/statistics.ts'

/**
 * Canary exposure (Carlini et al. 2019, "The Secret Sharer", §4): how high the planted secret ranks among secrets that
 * might have been planted in its place, in bits: −log2 of the share that the model likes at least as well. A secret
 * that was never seen has rank p uniform on (0, 1], so P(exposure ≥ t) = 2^−t whatever the model's taste.
 */
export interface Exposure {
  readonly canary: string
  readonly repeats: number
  /** Alternatives scored, and how many of them the model found at least as likely (ties count half). */
  readonly alternatives: number
  readonly better: number
  /** Share of secrets at least as likely; the one-sided p-value of "the model never saw this secret". */
  readonly p: number
  /** −log2 p, bits. */
  readonly exposure: number
  /** 95 % interval of the exposure among all possible secrets, bits. */
  readonly interval: Interval
  /** True if greedy continuation of the text before the secret gives the secret. */
  readonly extracted: boolean
}

export interface ExposureOptions {
  /** Most alternatives to score for one canary. */
  readonly alternatives: number
  readonly seed: number
  readonly onCanary?: () => void
}

/** Ranked, and what the attempt to extract needs. */
type Ranked = Omit<Exposure, 'extracted'> & {
  readonly probe: { readonly prefix: readonly number[]; readonly tokens: number; readonly secret: string }
}

type Scorer = Pick<
  LanguageModel,
  'contextLength' | 'encodeConversation' | 'continuationLogProbabilities' | 'generate' | 'decode'
>

/**
 * Alternatives that beat the secret before sampling stops. A secret that this many beat is not exposed, and p is known
 * to about a fifth of itself (sequential Monte Carlo p-value, Besag & Clifford 1991: valid at every stopping point).
 */
export const ENOUGH_BETTER = 20

/** Alternatives scored at once: few at first, because most canaries are told apart from exposed ones at once. */
const FIRST_BATCH = 32
const BATCH = 128

/** The bits that `canaries` tests at level `alpha` together reach by chance: gate at or above this. */
export function chanceLevel(canaries: number, alpha: number): number {
  return Math.log2(canaries / alpha)
}

/** Alternatives needed so that an exposure at the chance level can be seen at all, or `wanted` if that is more. */
export function alternativesFor(canaries: number, alpha: number, wanted: number): number {
  return Math.max(wanted, Math.ceil(canaries / alpha))
}

/**
 * From the scores of alternatives in the order drawn: the share that is at least as likely as the secret. Stops at the
 * alternative with which `enough` were better; otherwise the secret itself counts as one of the sample.
 */
export function rankAmong(
  secret: number,
  alternatives: readonly number[],
  enough = ENOUGH_BETTER,
): { readonly better: number; readonly drawn: number; readonly p: number; readonly stopped: boolean } {
  let better = 0
  for (const [i, score] of alternatives.entries()) {
    // Ties count half, so a model that tells no secret from another gives the median, not the maximum.
    better += score > secret ? 1 : score === secret ? 0.5 : 0
    if (better >= enough) return { better, drawn: i + 1, p: Math.min(1, better / (i + 1)), stopped: true }
  }
  return { better, drawn: alternatives.length, p: (1 + better) / (1 + alternatives.length), stopped: false }
}

/** Exposure in bits with the interval of the true share behind it; never above the bits of the secret itself. */
export function exposureInterval(better: number, drawn: number, bits: number): Interval {
  const share = clopperPearson(Math.floor(better), drawn)
  const upperShare = clopperPearson(Math.ceil(better), drawn).upper
  return {
    lower: Math.max(0, -Math.log2(upperShare)),
    upper: share.lower === 0 ? bits : Math.min(bits, -Math.log2(share.lower)),
    level: 0.95,
    method: 'clopper-pearson',
  }
}

/**
 * Measures every canary of the plan, controls too. Canaries that share a template share their alternatives.
 * `alternatives` of the result is how many there were: fewer than asked for where the space of secrets is small.
 */
export async function measureExposures(
  model: Scorer,
  plan: CanaryPlan,
  options: ExposureOptions,
): Promise<{ readonly exposures: readonly Exposure[]; readonly alternatives: number }> {
  const groups = new Map<string, Canary[]>()
  for (const canary of plan.canaries) {
    const key = canonicalJson(canary.template)
    const group = groups.get(key)
    if (group === undefined) groups.set(key, [canary])
    else group.push(canary)
  }
  const found = new Map<string, Ranked>()
  let index = 0
  let alternatives = options.alternatives
  for (const group of groups.values()) {
    const drawn = drawAlternatives(plan, options.alternatives, random(options.seed, 'alternatives', index))
    for (const one of await measureGroup(model, plan, group, drawn, options)) found.set(one.canary, one)
    alternatives = drawn.length
    index += 1
  }
  const exposures = await extract(
    model,
    plan.canaries.map((canary) => found.get(canary.id)!),
  )
  return { exposures, alternatives }
}

/** Distinct secrets that were not planted, evenly drawn. */
export function drawAlternatives(
  plan: Pick<CanaryPlan, 'secretAlphabet' | 'secretLength' | 'canaries'>,
  count: number,
  source: Random,
): readonly string[] {
  const planted = new Set(plan.canaries.map((canary) => canary.secret))
  const room = 2 ** secretBits(plan) - planted.size
  const drawn = new Set<string>()
  while (drawn.size < Math.min(count, Math.round(room))) {
    const secret = drawSecret(plan, source)
    if (!planted.has(secret)) drawn.add(secret)
  }
  return [...drawn]
}

async function measureGroup(
  model: Scorer,
  plan: CanaryPlan,
  group: readonly Canary[],
  alternatives: readonly string[],
  options: ExposureOptions,
): Promise<readonly Ranked[]> {
  const template = group[0]!
  const secrets = [...group.map((canary) => canary.secret), ...alternatives]
  const encoded = secrets.map((secret) => model.encodeConversation(renderCanary(template, secret)).ids)
  const { prefix, tails } = split(encoded, model.contextLength)
  const score = async (from: number, to: number): Promise<readonly number[]> =>
    (await model.continuationLogProbabilities(prefix, tails.slice(from, to))).map((row) =>
      row.reduce((sum, x) => sum + x, 0),
    )

  const own = await score(0, group.length)
  const others: number[] = []
  const found: Ranked[] = []
  for (const [i, canary] of group.entries()) {
    let rank = rankAmong(own[i]!, others)
    while (!rank.stopped && others.length < alternatives.length) {
      const from = group.length + others.length
      const size = others.length === 0 ? FIRST_BATCH : BATCH
      others.push(...(await score(from, Math.min(from + size, secrets.length))))
      rank = rankAmong(own[i]!, others)
    }
    found.push({
      canary: canary.id,
      repeats: canary.repeats,
      alternatives: rank.drawn,
      better: rank.better,
      p: rank.p,
      exposure: -Math.log2(rank.p),
      interval: exposureInterval(rank.better, rank.drawn, secretBits(plan)),
      probe: { prefix, tokens: tails[i]!.length, secret: canary.secret },
    })
    options.onCanary?.()
  }
  return found
}

/**
 * What all sequences begin with, and for each what comes after up to where all end alike: only the tokens that the
 * secret decides are scored. Tokens that follow the secret in every sequence say nothing about which secret it is.
 */
export function split(
  sequences: readonly ArrayLike<number>[],
  contextLength: number,
): { readonly prefix: readonly number[]; readonly tails: readonly (readonly number[])[] } {
  const first = sequences[0]!
  const shortest = Math.min(...sequences.map((ids) => ids.length))
  let head = 0
  while (head < shortest && sequences.every((ids) => ids[head] === first[head])) head += 1
  let tail = 0
  while (
    tail < shortest - head &&
    sequences.every((ids) => ids[ids.length - 1 - tail] === first[first.length - 1 - tail])
  ) {
    tail += 1
  }
  const tails = sequences.map((ids) => Array.from(ids).slice(head, ids.length - tail))
  const longest = Math.max(...tails.map((ids) => ids.length))
  // A template longer than the context loses its beginning: the model cannot see more.
  const room = Math.max(1, contextLength - longest)
  return { prefix: Array.from(first).slice(Math.max(0, head - room), head), tails }
}

/** Continues all prefixes greedily at once and looks for the secrets. */
async function extract(model: Scorer, ranked: readonly Ranked[]): Promise<readonly Exposure[]> {
  if (ranked.length === 0) return []
  const answers = await model.generate(
    ranked.map(({ probe }) => probe.prefix),
    { maxTokens: Math.max(...ranked.map(({ probe }) => probe.tokens)) + 2, temperature: 0, seed: 0 },
  )
  return ranked.map(({ probe, ...rest }, i) => ({
    ...rest,
    extracted: model.decode(answers[i]!).includes(probe.secret),
  }))
}
