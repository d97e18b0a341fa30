import type { Featuriser, TokenFeatures } from './features.ts'
import { windowStarts } from './features.ts'
import type { Window } from './network.ts'

/** Short windows, beside the model's own: an insult in a long calm message must not be averaged away. */
const SHORT = { window: 32, stride: 24 }

/**
 * A piece out of context has to say more before it counts: its odds are divided by this. Chosen on held-out Jigsaw
 * comments: with 1 long comments lose two points of AUC, from 4 on they lose none, and insults in long messages fade.
 */
const SHORT_ODDS = 4

/** The probability that a short window contributes to its text. */
export function discounted(probability: number): number {
  return probability / (probability + (1 - probability) * SHORT_ODDS)
}

/** What is scored of a text. Every token is in a window of each kind that the text has. */
export interface TextWindows {
  /** Overlapping windows of the model's own length; one empty window for a text without tokens. */
  readonly long: readonly Window[]
  /** Overlapping short windows of a text that is longer than one of them. */
  readonly short: readonly Window[]
}

export function windowsOf(text: string, featuriser: Featuriser): TextWindows {
  const tokens = featuriser.tokens(text)
  return {
    long: cut(tokens, featuriser, featuriser.shape),
    short: tokens.length <= SHORT.window ? [] : cut(tokens, featuriser, SHORT),
  }
}

/** The windows of the model's own length alone: what it learns from. */
export function longWindowsOf(text: string, featuriser: Featuriser): readonly Window[] {
  return cut(featuriser.tokens(text), featuriser, featuriser.shape)
}

function cut(
  tokens: readonly TokenFeatures[],
  featuriser: Featuriser,
  size: { readonly window: number; readonly stride: number },
): readonly Window[] {
  return windowStarts(tokens.length, size).map((start) => {
    const part = tokens.slice(start, start + size.window)
    return {
      tokens: part.map((token) => token.rows),
      pairs: Int32Array.from(part, (token, i) => featuriser.pair(part[i - 1], token)),
    }
  })
}
