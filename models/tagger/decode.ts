import type { Encoded } from './encode.ts'
import { CLASSES, type Entity } from './example.ts'
import { Casing, Known } from './features.ts'
import type { Scores } from './session.ts'

/** Probabilities from which a type is marked, and from which a marked name goes on. */
export interface Thresholds {
  readonly begin: readonly [number, number, number]
  readonly goOn: readonly [number, number, number]
}

export interface ScoredEntity extends Entity {
  /** The largest probability in it. */
  readonly probability: number
}

/**
 * Entities from the scores of tokens. A token is of its likeliest type beside `O` where that reaches the type's
 * threshold; a name goes on over neighbours that reach the lower one. Marks and line ends stay only inside a name.
 */
export function decode(
  { tokens, types }: Encoded,
  scores: Scores,
  { begin, goOn }: Thresholds,
): readonly ScoredEntity[] {
  const { count, start, end } = tokens
  const n = CLASSES.length
  if (!anyReaches(scores, begin)) return NONE
  const label = new Uint8Array(count)
  const soft = new Uint8Array(count)
  for (let i = 0; i < count; i++) {
    let best = 1
    for (let c = 2; c < n; c++) if (scores[i * n + c]! > scores[i * n + best]!) best = c
    const p = scores[i * n + best]!
    if (p >= begin[best - 1]!) label[i] = best
    if (p >= goOn[best - 1]!) soft[i] = best
  }
  const entities: ScoredEntity[] = []
  for (let i = 0; i < count; i++) {
    const type = label[i]!
    if (type === 0) continue
    let from = i
    while (from > 0 && soft[from - 1] === type && label[from - 1] === 0) from -= 1
    let to = i + 1
    while (to < count && (label[to] === type || (label[to] === 0 && soft[to] === type))) to += 1
    const next = to
    const isWord = (k: number): boolean => (types[k]!.known & Known.LETTERS) !== 0
    let first = from
    while (first < to && !isWord(first)) first += 1
    while (to > first && !isWord(to - 1)) to -= 1
    // One letter is a variable or a footnote more often than a person.
    if (
      first < to &&
      (to - first > 1 || end[first]! - start[first]! > (types[first]!.casing === Casing.INITIAL ? 2 : 1))
    ) {
      let probability = 0
      for (let k = first; k < to; k++) probability = Math.max(probability, scores[k * n + type]!)
      entities.push({ start: start[first]!, end: end[to - 1]!, type: CLASSES[type] as Entity['type'], probability })
    }
    i = next - 1
  }
  return entities
}

const NONE: readonly ScoredEntity[] = []

/** Whether there is anything to decode: most texts hold no name. */
function anyReaches(scores: Scores, begin: Thresholds['begin']): boolean {
  const n = CLASSES.length
  for (let i = 0; i < scores.length; i += n) {
    if (scores[i] === 1) continue
    for (let c = 1; c < n; c++) if (scores[i + c]! >= begin[c - 1]!) return true
  }
  return false
}
