import { TOXICITY_HEADS } from '../../models/toxicity/heads.ts'
import { type Finding, repetition, wordsOf } from '../evaluate/outputs.ts'
import { isRefusal } from './refusal.ts'

/** What drift is measured on, one entry per answer. */
export interface AnswerFeatures {
  readonly words: number
  /** Mean letters a word; 0 without words. */
  readonly word_length: number
  /** Probability of the head `toxicity`. */
  readonly toxicity: number
  readonly repetition: number
  readonly pii: boolean
  readonly refusal: boolean
  /** The answer's words, lower case, in order. */
  readonly vocabulary: readonly string[]
}

const TOXICITY = TOXICITY_HEADS.indexOf('toxicity')

export function featuresOf(finding: Finding): AnswerFeatures {
  // Placeholders are no words of the answer: `<EMAIL>` would count as one that only redacted text has.
  const vocabulary = wordsOf(finding.text.replaceAll(/<[A-Z_]+(?:_[0-9a-f]+)?>/g, ' '))
  return {
    words: vocabulary.length,
    word_length: vocabulary.length === 0 ? 0 : vocabulary.join('').length / vocabulary.length,
    toxicity: finding.toxicity[TOXICITY]!,
    repetition: repetition(finding.text),
    pii: finding.spans.length > 0,
    refusal: isRefusal(finding.text),
    vocabulary,
  }
}
