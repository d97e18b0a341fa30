import { type Encoded, isCandidate } from './encode.ts'
import { paddingOf, radiusOf, type TaggerShape } from './network.ts'

/** Tokens to each side of a candidate that are answered for as well: "van der" in a name. */
const BESIDE = 2
/** Longest stretch in tokens; a longer one is cut where a candidate is, with all the context that decides about it. */
const LONGEST = 4096

/** What of a text the network reads, and what it answers for. Ranges of tokens, `to` exclusive. */
export interface Stretch {
  readonly from: number
  readonly to: number
  /** Tokens to answer for, rising. Each token of a text is asked for in one stretch at most. */
  readonly asked: readonly number[]
}

/** The stretches around the candidates of a text: what is outside them cannot change an answer. */
export function stretchesOf(encoded: Encoded, shape: TaggerShape): readonly Stretch[] {
  const { count } = encoded.tokens
  const radius = radiusOf(shape)
  const padding = paddingOf(shape)
  const out: { from: number; to: number; asked: number[] }[] = []
  let last: { from: number; to: number; asked: number[] } | undefined
  let next = 0
  for (let i = 0; i < count; i++) {
    if (!isCandidate(encoded, i)) continue
    const first = Math.max(next, i - BESIDE)
    next = Math.min(count, i + BESIDE + 1)
    const from = Math.max(0, first - radius)
    const to = Math.min(count, next + radius)
    // A short gap costs less than the padding and the context on both sides of a cut.
    if (last === undefined || from > last.to + padding || to - last.from > LONGEST) {
      last = { from, to, asked: [] }
      out.push(last)
    } else last.to = to
    for (let k = first; k < next; k++) last.asked.push(k)
  }
  return out
}
