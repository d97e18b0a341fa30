import type { PiiType } from './pii-type.ts'
import type { Candidate, Recognizer } from './recognizer.ts'
import { recognizers } from './registry.ts'
import { Subject } from './subject.ts'

/** A candidate with where it comes from. */
export interface Claimed extends Candidate {
  readonly recognizer: string
  readonly priority: number
}

/** The recognizers that rules alone decide, for a set of types. Without state between calls, linear in the text. */
export interface Rules {
  /** Every candidate in the text, of any score; with `tracing` also those that were rejected, with score 0. */
  scan(text: string, field: string | undefined, emit: (claim: Claimed) => void, tracing?: boolean): void
}

export interface RuleOptions {
  readonly types: ReadonlySet<PiiType>
  readonly regions: readonly string[]
  /** Recognizers that a tagger stands in for. */
  readonly without?: ReadonlySet<string>
}

export function createRules({ types, regions, without }: RuleOptions): Rules {
  const active = recognizers({ regions }).filter(
    (recognizer) => without?.has(recognizer.name) !== true && recognizer.types.some((type) => types.has(type)),
  )
  return {
    scan(text, field, emit, tracing = false) {
      const subject = new Subject(text, field, tracing)
      for (const recognizer of active) {
        if (!canMatch(recognizer, subject)) continue
        recognizer.find(subject, (candidate) => {
          if (types.has(candidate.type))
            emit({ ...candidate, recognizer: candidate.rule ?? recognizer.name, priority: recognizer.priority })
        })
      }
    },
  }
}

function canMatch(recognizer: Recognizer, subject: Subject): boolean {
  if ((subject.features & recognizer.needs) !== recognizer.needs) return false
  return recognizer.hints === undefined || recognizer.hints.some((hint) => subject.lower.includes(hint))
}
