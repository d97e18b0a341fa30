import type { Decision, Outcome } from './decision.ts'
import { DEFAULT_MIN_SCORE, DEFAULT_REGIONS } from './detector-defaults.ts'
import { type AllowEntry, allowList, type DenyEntry, denyList } from './lists.ts'
import { resolveOverlaps } from './overlaps.ts'
import { DEFAULT_TYPES, type PiiType } from './pii-type.ts'
import { protectedRanges } from './placeholder.ts'
import { type Claimed, createRules } from './rules.ts'
import type { SpanTagger, TaggedSpan } from './span-tagger.ts'

/** A found value: `[start, end)` in UTF-16 code units of the text given. */
export interface Span {
  readonly start: number
  readonly end: number
  readonly type: PiiType
  /** 0…1. */
  readonly score: number
  /** Name of the recognizer, id rule or model that claimed it. */
  readonly recognizer: string
}

export interface TextInput {
  readonly text: string
  /** Name of the JSON field or column that holds the text: it says what the value is (`phone`, `customer_name`). */
  readonly field?: string | undefined
}

export interface DetectorOptions {
  /** Types to look for. Default: `DEFAULT_TYPES`. */
  readonly types?: readonly PiiType[]
  /** Least score by type; `default` for the others (0.5). */
  readonly minScore?: Readonly<Record<string, number>>
  /** Regions (ISO 3166 two-letter) in which a phone number without `+` is tried. */
  readonly regions?: readonly string[]
  readonly allow?: readonly AllowEntry[]
  readonly deny?: readonly DenyEntry[]
  /** Whether names, organisations and places are looked for at all. Default true. */
  readonly names?: boolean
  /** Models that look as well. */
  readonly taggers?: readonly SpanTagger[]
  /** Rule recognizers whose guesses count only where a model has a suspicion too, by name. Without models they count. */
  readonly guesses?: readonly string[]
}

export interface Detector {
  /**
   * Every span of each text that reaches its type's least score: valid offsets, sorted, disjoint. What redaction
   * itself wrote is never found. Texts do not depend on each other.
   */
  findAll(inputs: readonly TextInput[]): Promise<readonly (readonly Span[])[]>
  /** Every candidate of one text with what became of it, found or not: sorted by start, then by score. */
  explain(input: TextInput): Promise<readonly Decision[]>
  close(): Promise<void>
}

/** The part of a detector that needs no model: recognizers and lists, on one text, at once. */
export interface RuleDetector {
  find(text: string, field?: string): readonly Span[]
}

/** Types that only names, places and organisations are. */
export const NAME_TYPES: readonly PiiType[] = ['PERSON', 'ORGANIZATION', 'LOCATION', 'COUNTRY', 'ADDRESS']

/**
 * Builds a detector. Deterministic, without state between calls, linear in the text.
 *
 * @example
 * await createDetector().findAll([{ text: 'write to ada@example.org' }]) // [[{start: 9, end: 24, type: 'EMAIL', …}]]
 */
export function createDetector(options: DetectorOptions = {}): Detector {
  const judge = createJudge(options)
  const taggers = (options.taggers ?? []).filter((tagger) => tagger.types.some((type) => judge.wanted.has(type)))
  const tagAll = async (texts: readonly string[]): Promise<(readonly Tagged[])[]> => {
    const all = await Promise.all(taggers.map((tagger) => tagger.tag(texts)))
    return texts.map((_, i) =>
      all.flatMap((answers, t) => (answers[i] ?? []).map((span) => ({ ...span, tagger: taggers[t]!.name }))),
    )
  }
  return {
    async findAll(inputs) {
      if (taggers.length === 0) return inputs.map(({ text, field }) => judge.find(text, field, NO_TAGS))
      const tagged = await tagAll(inputs.map(({ text }) => text))
      return inputs.map(({ text, field }, i) => judge.find(text, field, tagged[i]!))
    },
    async explain({ text, field }) {
      const [tagged = NO_TAGS] = await tagAll([text])
      return judge.explain(text, field, tagged)
    },
    async close() {
      await Promise.all(taggers.map((tagger) => tagger.close()))
    },
  }
}

/** The rules and lists of `options`, without its models. */
export function createRuleDetector(options: Omit<DetectorOptions, 'taggers'> = {}): RuleDetector {
  const judge = createJudge(options)
  return { find: (text, field) => judge.find(text, field, NO_TAGS) }
}

interface Tagged extends TaggedSpan {
  readonly tagger: string
}

const NO_TAGS: readonly Tagged[] = []
/** Equal scores: what a rule claims comes before what a model claims. */
const TAGGER_PRIORITY = 0
/** A listed value beats every recognizer. */
const DENY_PRIORITY = 100

interface Judge {
  readonly wanted: ReadonlySet<PiiType>
  find(text: string, field: string | undefined, tagged: readonly Tagged[]): readonly Span[]
  explain(text: string, field: string | undefined, tagged: readonly Tagged[]): readonly Decision[]
}

function createJudge(options: DetectorOptions): Judge {
  const wanted = new Set<PiiType>(options.types ?? DEFAULT_TYPES)
  if (options.names === false) for (const type of NAME_TYPES) wanted.delete(type)
  const allowed = allowList(options.allow ?? [])
  const denied = denyList(options.deny ?? [])
  const rules = createRules({
    types: wanted,
    regions: options.regions ?? DEFAULT_REGIONS,
  })
  const guesses = new Set((options.taggers ?? []).length === 0 ? [] : (options.guesses ?? []))
  const { minScore = {} } = options
  const usual = minScore['default'] ?? DEFAULT_MIN_SCORE
  const least = (type: PiiType): number => minScore[type] ?? usual

  const claimsIn = (
    text: string,
    field: string | undefined,
    tagged: readonly Tagged[],
    tracing: boolean,
  ): readonly Claimed[] => {
    const claims: Claimed[] = []
    const take = (claim: Claimed): void => {
      if (!guesses.has(claim.recognizer) || (claim.score >= GUESS_LEAST && isSuspected(claim, tagged)))
        claims.push(claim)
      else if (tracing) claims.push({ ...claim, score: 0, why: 'no model agrees' })
    }
    // Guesses are slow and decide only what no model is sure of.
    const unsure = guesses.size > 0 && (tracing || tagged.some(({ type, score }) => score < least(type)))
    rules.scan(text, field, take, {
      tracing,
      without: unsure ? undefined : guesses,
      guesses: unsure && !tracing ? { names: guesses, near: tagged.toSorted((a, b) => a.start - b.start) } : undefined,
      least: tracing ? undefined : least,
    })
    for (const { start, end, type, score, tagger } of tagged) {
      if (wanted.has(type) && (tracing || score >= least(type)))
        claims.push({ start, end, type, score, recognizer: tagger, priority: TAGGER_PRIORITY })
    }
    for (const { start, end, type } of denied(text))
      claims.push({ start, end, type, score: 1, recognizer: 'deny-list', priority: DENY_PRIORITY })
    return claims
  }
  const isAllowed = (text: string, claim: Claimed): number | undefined =>
    claim.recognizer === 'deny-list' ? undefined : allowed(text.slice(claim.start, claim.end), claim.type)

  const find = (text: string, field: string | undefined, tagged: readonly Tagged[]): readonly Span[] => {
    const claims = claimsIn(text, field, tagged, false)
    if (claims.length === 0) return NONE
    const touches = overlap(protectedRanges(text))
    const kept = claims.filter((claim) => isAllowed(text, claim) === undefined && !touches(claim))
    return resolveOverlaps(kept, text).map(({ start, end, type, score, recognizer }) => ({
      start,
      end,
      type,
      score,
      recognizer,
    }))
  }
  // Fields repeat their values (`plan: Basic`): short ones are looked at once. Only a memory of a pure function.
  const memo = new Map<string, readonly Span[]>()
  return {
    wanted,
    find(text, field, tagged) {
      if (text.length < 2) return NONE
      if (field === undefined || text.length > 32 || tagged.length > 0) return find(text, field, tagged)
      const key = `${field}\n${text}`
      let spans = memo.get(key)
      if (spans === undefined) {
        spans = find(text, field, tagged)
        if (memo.size >= 8192) memo.clear()
        memo.set(key, spans)
      }
      return spans
    },
    explain(text, field, tagged) {
      const found = find(text, field, tagged)
      const touches = overlap(protectedRanges(text))
      const decisions = claimsIn(text, field, tagged, true).map((claim): Decision => {
        const { start, end, type, score, recognizer, why = null } = claim
        const outcome = ((): readonly [Outcome, string | null] => {
          if (score === 0) return ['rejected', null]
          if (score < least(type)) return ['below_min_score', String(least(type))]
          const entry = isAllowed(text, claim)
          if (entry !== undefined) return ['allowed', String(entry)]
          if (touches(claim)) return ['placeholder', null]
          const winner = found.find((span) => span.start < end && span.end > start)
          return winner === undefined || (winner.recognizer === recognizer && winner.type === type)
            ? ['found', null]
            : ['overlapped', winner.recognizer]
        })()
        return { start, end, type, score, recognizer, why, outcome: outcome[0], detail: outcome[1] }
      })
      return decisions.sort((a, b) => a.start - b.start || b.score - a.score || a.end - b.end)
    },
  }
}

const NONE: readonly Span[] = []

/** Least score of a rule's guess that a model's suspicion can confirm. */
const GUESS_LEAST = 0.6

/** Whether a model marks any part of the claim as the same type, however unsurely. */
function isSuspected(claim: Claimed, tagged: readonly Tagged[]): boolean {
  return tagged.some(({ start, end, type }) => type === claim.type && start < claim.end && end > claim.start)
}

type Range = { readonly start: number; readonly end: number }

/** Whether a claim touches one of the ranges (sorted, disjoint). */
function overlap(ranges: readonly (readonly [number, number])[]): (claim: Range) => boolean {
  if (ranges.length === 0) return () => false
  return (claim) => {
    // First range that ends after the claim starts.
    let low = 0
    let high = ranges.length
    while (low < high) {
      const middle = (low + high) >> 1
      if (ranges[middle]![1] <= claim.start) low = middle + 1
      else high = middle
    }
    return low < ranges.length && ranges[low]![0] < claim.end
  }
}
