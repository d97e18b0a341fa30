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
  /** Every candidate in the text, of any score. */
  scan(text: string, field: string | undefined, emit: (claim: Claimed) => void, options?: ScanOptions): void
}

export interface ScanOptions {
  /** Candidates that were rejected come too, with score 0. */
  readonly tracing?: boolean
  /** Recognizers that are not asked. */
  readonly without?: ReadonlySet<string> | undefined
}

export interface RuleOptions {
  readonly types: ReadonlySet<PiiType>
  readonly regions: readonly string[]
}

export function createRules({ types, regions }: RuleOptions): Rules {
  const active = recognizers({ regions }).filter((recognizer) => recognizer.types.some((type) => types.has(type)))
  return {
    scan(text, field, emit, { tracing = false, without } = {}) {
      const subject = new Subject(text, field, tracing)
      const { features } = subject
      // One closure for all: most texts are short, and most recognizers find nothing.
      let finding = active[0]
      const take = (candidate: Candidate): void => {
        if (types.has(candidate.type))
          emit({ ...candidate, recognizer: candidate.rule ?? finding!.name, priority: finding!.priority })
      }
      for (let i = 0; i < active.length; i++) {
        finding = active[i]!
        if ((features & finding.needs) !== finding.needs || !isHinted(finding, subject)) continue
        if (without?.has(finding.name) === true) continue
        finding.find(subject, take)
      }
    },
  }
}

function isHinted({ hints }: Recognizer, subject: Subject): boolean {
  return hints === undefined || hints.some((hint) => subject.lower.includes(hint))
}
