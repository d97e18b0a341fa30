import type { Featuriser, TokenFeatures } from './features.ts'
import { windowStarts } from './features.ts'
import type { Window } from './network.ts'

/** Short windows, beside the model's own: an insult in a long calm message must not be averaged away. */
const SHORT = { window: 16, stride: 12 }

/** Texts up to this many tokens are scored in one piece. */
const ONE_PIECE = 24

/**
 * A piece out of context has to say more before it counts: its odds are divided by this. Chosen on held-out Jigsaw and
 * on the Wikipedia development comments: with 1 they lose 2 and 5 points of AUC, with 8 to 20 none or a fraction, and an
 * insult in a long calm message is still flagged.
 */
const SHORT_ODDS = 12

/** The probability that a short window contributes to its text. */
export function discounted(probability: number): number {
  return probability / (probability + (1 - probability) * SHORT_ODDS)
}

/** What is scored of a text. Every token is in a window of each kind that the text has. */
export interface TextWindows {
  /** Overlapping windows of the model's own length; one empty window for a text without tokens. */
  readonly long: readonly Window[]
  /** Overlapping short windows of a text that is too long for one piece. */
  readonly short: readonly Window[]
}

/** Cuts a text into the windows that are scored. */
export function windowsOf(text: string, featuriser: Featuriser): TextWindows {
  const tokens = featuriser.tokens(text)
  return {
    long: cut(tokens, featuriser, featuriser.shape),
    short: tokens.length <= ONE_PIECE ? [] : cut(tokens, featuriser, SHORT),
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
