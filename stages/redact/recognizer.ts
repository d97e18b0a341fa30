import type { PiiType } from './pii-type.ts'
import type { Subject } from './subject.ts'

/** A stretch of text that a recognizer claims. Offsets are UTF-16 code units, `end` exclusive. */
export interface Candidate {
  readonly start: number
  readonly end: number
  readonly type: PiiType
  /** 0…1: how sure. A passed checksum gives 0.9 or more, a bare shape less than 0.5. 0: looked at and rejected, for the trace. */
  readonly score: number
  /** For the trace: the rule within the recognizer (`uk-nhs`, `github`). Never the value. */
  readonly rule?: string
  /** For the trace: what decided, in fixed words (`luhn`, `named`, `check digits`). Never text of the data. */
  readonly why?: string
}

/**
 * One kind of value and how to find it. `needs` is a mask of `Feature` bits that a text must have (all of them) before
 * `find` is called; `hints` are lower-case substrings of which one must occur. Both only save time: a recognizer must
 * give the same candidates without them. `find` must be linear in the length of the text.
 */
export interface Recognizer {
  readonly name: string
  readonly types: readonly PiiType[]
  readonly needs: number
  readonly hints?: readonly string[]
  /** Breaks ties between equal scores and lengths; higher wins. */
  readonly priority: number
  find(subject: Subject, emit: (candidate: Candidate) => void): void
}

/** A recognizer as data: a linear pattern, a check, words that raise the score. */
export interface PatternRecognizer {
  readonly name: string
  readonly type: PiiType
  readonly needs: number
  readonly hints?: readonly string[]
  readonly priority?: number
  /** Flag `g` is required, and no match is empty. Must be linear: no two adjacent unbounded repeats over the same characters. */
  readonly pattern: RegExp
  /** Capture group that is the value; 0 is the whole match. Needs flag `d` unless it is 0. */
  readonly group?: number
  /** Score of a bare match, and of one with a context word before it. */
  readonly score: number
  readonly contextScore?: number
  /** Tested against the lower-cased text before the match. */
  readonly context?: RegExp
  /** Code units of context, default 48. */
  readonly contextWindow?: number
  /** Returns the score, given the value and the score so far; 0 rejects. */
  validate?(value: string, score: number, subject: Subject, start: number, end: number): number
  /** Letters or digits may touch the match (they decide in the pattern itself). Default: they may not. */
  readonly glued?: boolean
}

/** Turns the data form into a recognizer. */
export function pattern(spec: PatternRecognizer): Recognizer {
  const group = spec.group ?? 0
  return {
    name: spec.name,
    types: [spec.type],
    needs: spec.needs,
    ...(spec.hints === undefined ? {} : { hints: spec.hints }),
    priority: spec.priority ?? 0,
    find(subject, emit) {
      const { text } = subject
      // Not `matchAll`: it makes a copy of the pattern each time, and most texts have no match.
      spec.pattern.lastIndex = 0
      for (let match = spec.pattern.exec(text); match !== null; match = spec.pattern.exec(text)) {
        const [start, end] =
          group === 0 ? [match.index, match.index + match[0].length] : (match.indices?.[group] ?? [0, 0])
        if (end <= start) continue
        if (spec.glued !== true && subject.touchesWord(start, end)) continue
        let score = spec.score
        const told = spec.context?.test(subject.before(start, spec.contextWindow)) === true
        if (told) score = spec.contextScore ?? score
        if (spec.validate !== undefined) score = spec.validate(text.slice(start, end), score, subject, start, end)
        if (score > 0) emit({ start, end, type: spec.type, score, ...(told ? { why: 'named' } : {}) })
        else if (subject.tracing) emit({ start, end, type: spec.type, score: 0, why: 'validation' })
      }
    },
  }
}
