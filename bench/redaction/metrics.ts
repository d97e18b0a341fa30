import { type Interval, wilson } from '../../util/statistics.ts'
import type { Judged, TypedSpan } from './labelled-text.ts'
import { countingTokens } from './skip-words.ts'

/** Counts of which precision and recall follow; they add up over texts. */
export interface Counts {
  /** Predicted things that are right, and predicted things. */
  readonly right: number
  readonly predicted: number
  /** True things that were found, and true things. */
  readonly found: number
  readonly gold: number
}

export interface Score extends Counts {
  readonly precision: number
  readonly recall: number
  /** F with recall four times the weight of precision (van Rijsbergen 1979, beta = 2): a leak costs more than a mask too many. */
  readonly f2: number
}

/** `k` of `n` with its Wilson interval. */
export interface Rate {
  readonly k: number
  readonly n: number
  readonly rate: number
  readonly interval: Interval
}

export function rate(k: number, n: number): Rate {
  return { k, n, rate: n === 0 ? Number.NaN : k / n, interval: wilson(k, n) }
}

const NOTHING: Counts = { right: 0, predicted: 0, found: 0, gold: 0 }

/** Without predictions precision is 1, without true things recall is 1: nothing was got wrong. */
export function score(parts: readonly Counts[]): Score {
  const total = parts.reduce(add, NOTHING)
  const precision = total.predicted === 0 ? 1 : total.right / total.predicted
  const recall = total.gold === 0 ? 1 : total.found / total.gold
  const f2 = precision + recall === 0 ? 0 : (5 * precision * recall) / (4 * precision + recall)
  return { ...total, precision, recall, f2 }
}

function add(a: Counts, b: Counts): Counts {
  return {
    right: a.right + b.right,
    predicted: a.predicted + b.predicted,
    found: a.found + b.found,
    gold: a.gold + b.gold,
  }
}

/**
 * Characters, whatever the types: a code unit counts as found where any predicted span covers it. White space does not
 * count, so that "Lily Chen" in one span or two is the same. One entry a text.
 */
export function charCounts(items: readonly Judged[]): readonly Counts[] {
  return items.map(({ text, gold, predicted }) => {
    const isGold = mask(text, gold)
    const isPredicted = mask(text, predicted)
    let right = 0
    let nPredicted = 0
    let nGold = 0
    for (let at = 0; at < text.length; at++) {
      if (isWhite(text, at)) continue
      nPredicted += isPredicted[at]!
      nGold += isGold[at]!
      right += isPredicted[at]! & isGold[at]!
    }
    return { right, predicted: nPredicted, found: right, gold: nGold }
  })
}

/**
 * Spans of any type against true spans of any type at IoU ≥ `threshold`: the "PII" figure of presidio-research's
 * `SpanEvaluator` (as of August 2025, with which the published 0.6178 and 0.8453 were computed). As there:
 * - neighbours of one type with only skip words or punctuation between them become one span, on both sides;
 * - skip words and punctuation at the edges of a span do not count; a span of nothing else is dropped;
 * - a true span takes, from left to right, each unused prediction that overlaps it and raises the IoU of all taken;
 * - at the threshold it is found, those predictions are used up and count as one; each other one counts as wrong.
 *
 * Differences: our skip words are fewer, offsets are those of the spans (theirs are widened to spaCy's tokens), and the
 * IoU is of the characters themselves (theirs counts one more at the end of the first span).
 */
export function spanCounts(items: readonly Judged[], threshold = 0.5): readonly Counts[] {
  return items.map((item) => {
    const predictions = mergeNeighbours(item.text, item.predicted)
    const gold = mergeNeighbours(item.text, item.gold)
    const used = new Set<TypedSpan>()
    let found = 0
    for (const truth of gold) {
      const taken = coverOf(
        truth,
        predictions.filter((span) => !used.has(span)),
      )
      if (iou(truth, taken) < threshold) continue
      found += 1
      for (const span of taken) used.add(span)
    }
    const wrong = predictions.length - used.size
    return { right: found, predicted: found + wrong, found, gold: gold.length }
  })
}

/** The same with types: only predictions of the true span's type can find it. */
export function spanScoresByType(items: readonly Judged[], threshold = 0.5): ReadonlyMap<string, Score> {
  const types = new Set(items.flatMap(({ gold, predicted }) => [...gold, ...predicted].map(({ type }) => type)))
  return new Map(
    [...types].sort().map((type) => {
      const only = items.map(({ text, gold, predicted }) => ({
        text,
        gold: gold.filter((span) => span.type === type),
        predicted: predicted.filter((span) => span.type === type),
      }))
      return [type, score(spanCounts(only, threshold))]
    }),
  )
}

/** By true type: values of which every letter and digit lies inside predicted spans, of whatever type. Half a value is a leak. */
export function fullCover(items: readonly Judged[]): ReadonlyMap<string, Rate> {
  const tally = new Map<string, { k: number; n: number }>()
  for (const { text, gold, predicted } of items) {
    const covered = mask(text, predicted)
    for (const { start, end, type } of gold) {
      const entry = tally.get(type) ?? { k: 0, n: 0 }
      entry.n += 1
      if (isCovered(text, start, end, covered)) entry.k += 1
      tally.set(type, entry)
    }
  }
  return new Map([...tally].sort(([a], [b]) => (a < b ? -1 : 1)).map(([type, { k, n }]) => [type, rate(k, n)]))
}

/** Texts in which something is found. */
export function flagged(items: readonly Pick<Judged, 'predicted'>[]): Rate {
  return rate(items.filter(({ predicted }) => predicted.length > 0).length, items.length)
}

const LETTER_OR_DIGIT = /[\p{L}\p{N}]/u

function isCovered(text: string, start: number, end: number, covered: Uint8Array): boolean {
  for (let at = start; at < end; ) {
    const char = String.fromCodePoint(text.codePointAt(at)!)
    if (covered[at] === 0 && LETTER_OR_DIGIT.test(char)) return false
    at += char.length
  }
  return true
}

function mask(text: string, spans: readonly TypedSpan[]): Uint8Array {
  const covered = new Uint8Array(text.length)
  for (const { start, end } of spans) covered.fill(1, start, end)
  return covered
}

function isWhite(text: string, at: number): boolean {
  return /\s/.test(text[at]!)
}

function mergeNeighbours(text: string, spans: readonly TypedSpan[]): readonly TypedSpan[] {
  const merged: TypedSpan[] = []
  for (const span of [...spans].sort((a, b) => a.start - b.start || a.end - b.end)) {
    const trimmed = trim(text, span)
    if (trimmed === undefined) continue
    const last = merged.at(-1)
    const near = last?.type === trimmed.type && countingTokens(text, last.end, trimmed.start).length === 0
    if (near) merged[merged.length - 1] = { ...last, end: Math.max(last.end, trimmed.end) }
    else merged.push(trimmed)
  }
  return merged
}

function trim(text: string, span: TypedSpan): TypedSpan | undefined {
  const tokens = countingTokens(text, span.start, span.end)
  return tokens.length === 0 ? undefined : { type: span.type, start: tokens[0]!.start, end: tokens.at(-1)!.end }
}

/** The predictions that together cover `truth` best, taken from left to right. */
function coverOf(truth: TypedSpan, candidates: readonly TypedSpan[]): readonly TypedSpan[] {
  let taken: readonly TypedSpan[] = []
  for (const span of candidates) {
    if (span.start >= truth.end || span.end <= truth.start) continue
    const more = [...taken, span]
    if (iou(truth, more) > iou(truth, taken)) taken = more
  }
  return taken
}

/** Characters in both over characters in either. Predictions may overlap one another. */
function iou(truth: TypedSpan, predictions: readonly TypedSpan[]): number {
  if (predictions.length === 0) return 0
  const both = new Set<number>()
  const either = new Set<number>()
  for (let at = truth.start; at < truth.end; at++) either.add(at)
  for (const { start, end } of predictions) {
    for (let at = start; at < end; at++) {
      if (at >= truth.start && at < truth.end) both.add(at)
      either.add(at)
    }
  }
  return both.size / either.size
}
