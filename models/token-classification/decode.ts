import type { LabelSet } from './labels.ts'

/** A run of words with one entity: words [from, to). */
export interface WordSpan {
  readonly from: number
  readonly to: number
  readonly entity: string
  /** Probability of the entity (all its labels together): mean over the words. */
  readonly mean: number
  /** … and of the least sure word. */
  readonly least: number
}

/**
 * What a step against the scheme costs: a factor of twenty. Training data and models break their own schemes; a hard
 * rule would then drop entities that the model is sure of.
 */
const BROKEN = Math.log(0.05)
const FLOOR = 1e-12

/**
 * The most probable sequence of labels (Viterbi 1967) under the scheme, as spans.
 *
 * In BIO an `I-` after `O` may begin an entity, as in the IOB1 files that many models learnt from; its probability there
 * counts together with `B-`. Another entity right after one needs its `B-`. In BIOES every step has its rule.
 *
 * @param rows probabilities, one row of `labels.length` a word
 */
export function decode(rows: Float32Array, words: number, set: LabelSet): readonly WordSpan[] {
  const { labels } = set
  const width = labels.length
  if (words === 0) return []
  const entityOf = Int32Array.from(labels, ({ entity }) => set.entities.indexOf(entity))
  const rules = labels.map((_, to) => stepInto(to, set))
  const back = new Uint16Array(words * width)
  let scores = new Float64Array(width)
  let next = new Float64Array(width)
  const rowLog = new Float64Array(width)
  const startLog = new Float64Array(width)
  for (let t = 0; t < words; t++) {
    for (let j = 0; j < width; j++) {
      const p = rows[t * width + j]!
      rowLog[j] = Math.log(Math.max(p, FLOOR))
      const begin = rules[j]!.begin
      startLog[j] = begin === -1 ? rowLog[j]! : Math.log(Math.max(p + rows[t * width + begin]!, FLOOR))
    }
    if (t === 0) {
      for (let j = 0; j < width; j++) scores[j] = rules[j]!.starts ? startLog[j]! : rowLog[j]! + BROKEN
      continue
    }
    // The best of all, the best that closes an entity or has none, the best that has none.
    const best = bestOf(scores, labels, () => true)
    const closed = bestOf(scores, labels, (place) => place === 'outside' || closes(place, set.scheme))
    const none = bestOf(scores, labels, (place) => place === 'outside')
    for (let j = 0; j < width; j++) {
      const rule = rules[j]!
      let from = best
      let value = best === -1 ? 0 : scores[best]! + rowLog[j]! + BROKEN
      const offer = (candidate: number, score: number): void => {
        if (score > value || (score === value && candidate < from)) {
          value = score
          from = candidate
        }
      }
      if (rule.after === 'closed' && closed !== -1) offer(closed, scores[closed]! + rowLog[j]!)
      if (rule.begin !== -1 && none !== -1) offer(none, scores[none]! + startLog[j]!)
      for (const i of rule.own) offer(i, scores[i]! + rowLog[j]!)
      next[j] = value
      back[t * width + j] = from
    }
    ;[scores, next] = [next, scores]
  }
  let last = 0
  for (let j = 1; j < width; j++) if (final(j) > final(last)) last = j
  const path = new Uint16Array(words)
  for (let t = words - 1; t >= 0; t--) {
    path[t] = last
    last = back[t * width + last]!
  }
  return spans(path, rows, set, entityOf)

  /** An entity left open at the end breaks the scheme. */
  function final(j: number): number {
    const { place } = labels[j]!
    return scores[j]! + (place === 'outside' || closes(place, set.scheme) ? 0 : BROKEN)
  }
}

interface Step {
  /** `closed`: may follow `O` or the end of any entity. `own`: only labels of its own entity. */
  readonly after: 'closed' | 'own'
  /** Labels of its own entity that it continues. */
  readonly own: readonly number[]
  /** In BIO, the `B-` whose probability counts too where this `I-` begins an entity; −1 for none. */
  readonly begin: number
  readonly starts: boolean
}

function stepInto(to: number, { labels, scheme }: LabelSet): Step {
  const { place, entity } = labels[to]!
  const mine = (wanted: readonly string[]): readonly number[] =>
    labels.flatMap((label, i) => (label.entity === entity && wanted.includes(label.place) ? [i] : []))
  if (scheme === 'io' || place === 'outside' || place === 'begin' || place === 'single') {
    return { after: 'closed', own: [], begin: -1, starts: true }
  }
  if (scheme === 'bioes') {
    const own = mine(['begin', 'inside'])
    // An entity that has no label to begin with is a plain one.
    return own.length === 0 || mine(['begin', 'single']).length === 0
      ? { after: 'closed', own, begin: -1, starts: true }
      : { after: 'own', own, begin: -1, starts: false }
  }
  const begins = mine(['begin'])
  if (begins.length === 0) return { after: 'closed', own: [to], begin: -1, starts: true }
  return { after: 'own', own: [...begins, to], begin: begins[0]!, starts: true }
}

function closes(place: string, scheme: LabelSet['scheme']): boolean {
  return scheme !== 'bioes' || place === 'end' || place === 'single' || place === 'outside'
}

function bestOf(
  scores: Float64Array,
  labels: LabelSet['labels'],
  counts: (place: LabelSet['labels'][number]['place']) => boolean,
): number {
  let best = -1
  for (let i = 0; i < scores.length; i++) {
    if (counts(labels[i]!.place) && (best === -1 || scores[i]! > scores[best]!)) best = i
  }
  return best
}

function spans(path: Uint16Array, rows: Float32Array, set: LabelSet, entityOf: Int32Array): readonly WordSpan[] {
  const { labels } = set
  const width = labels.length
  const out: WordSpan[] = []
  for (let t = 0; t < path.length; ) {
    const { place, entity } = labels[path[t]!]!
    if (place === 'outside') {
      t += 1
      continue
    }
    let end = t + 1
    while (end < path.length && continues(labels[path[end - 1]!]!, labels[path[end]!]!)) end += 1
    let sum = 0
    let least = 1
    for (let word = t; word < end; word++) {
      let p = 0
      for (let j = 0; j < width; j++) if (entityOf[j] === entityOf[path[t]!]) p += rows[word * width + j]!
      sum += p
      least = Math.min(least, p)
    }
    out.push({ from: t, to: end, entity, mean: round(sum / (end - t)), least: round(least) })
    t = end
  }
  return out
}

function continues(before: LabelSet['labels'][number], after: LabelSet['labels'][number]): boolean {
  if (after.entity !== before.entity || after.place === 'outside') return false
  if (after.place === 'begin' || after.place === 'single') return false
  return before.place === 'begin' || before.place === 'inside'
}

/** To four places: rounding of matrix products in the last bits must not show. */
function round(p: number): number {
  return Math.min(1, Math.round(p * 1e4) / 1e4)
}
