import type { FeatureShape } from './features.ts'
import { type Featuriser, windowStarts } from './features.ts'
import type { Window } from './network.ts'

/** The windows of a text: one for a short text, overlapping ones for a long one. A text without tokens has one empty window. */
export function windowsOf(text: string, featuriser: Featuriser): readonly Window[] {
  const shape: FeatureShape = featuriser.shape
  const tokens = featuriser.tokens(text)
  return windowStarts(tokens.length, shape).map((start) => {
    const part = tokens.slice(start, start + shape.window)
    return {
      tokens: part.map((token) => token.rows),
      pairs: Int32Array.from(part, (token, i) => featuriser.pair(part[i - 1], token)),
    }
  })
}
