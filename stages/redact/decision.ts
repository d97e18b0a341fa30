import type { PiiType } from './pii-type.ts'

/** What became of a candidate. Only `found` is redacted. */
export type Outcome =
  | 'found'
  /** A check failed: digits, structure, a word that makes it another thing. */
  | 'rejected'
  /** Below the least score of its type. */
  | 'below_min_score'
  /** On the allow list. */
  | 'allowed'
  /** Another candidate over the same characters ranks higher; what it covers beyond that one stays covered. */
  | 'overlapped'
  /** Touches a placeholder that redaction wrote. */
  | 'placeholder'

/** One line of the decision trace: offsets and fixed words, never text of the data. */
export interface Decision {
  readonly start: number
  readonly end: number
  readonly type: PiiType
  readonly score: number
  /** Recognizer or model; for ids the rule (`uk-nhs`). */
  readonly recognizer: string
  /** What decided, in the recognizer's words: `named`, `check digits`. */
  readonly why: string | null
  readonly outcome: Outcome
  /** For `below_min_score` the bar; for `allowed` the index of the entry; for `overlapped` the winner. */
  readonly detail: string | null
}
