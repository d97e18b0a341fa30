import type { PiiType } from './pii-type.ts'
import type { Candidate, Recognizer } from './recognizer.ts'
import { recognizers } from './registry.ts'
import { SECRET_HEADS } from './secrets/scan.ts'
import type { Stretches } from './stretches.ts'
import { Subject } from './subject.ts'
import { hintBit, textScanner } from './text-scan.ts'

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
  /** Recognizers that guess: of what they claim, only what touches one of the stretches is of use. */
  readonly guesses?: { readonly names: ReadonlySet<string>; readonly near: Stretches } | undefined
  /** Candidates of a lower score are dropped. */
  readonly least?: ((type: PiiType) => number) | undefined
}

export interface RuleOptions {
  readonly types: ReadonlySet<PiiType>
  readonly regions: readonly string[]
}

export function createRules({ types, regions }: RuleOptions): Rules {
  const active = recognizers({ regions }).filter((recognizer) => recognizer.types.some((type) => types.has(type)))
  const hinted = active.filter(({ hints }) => hints !== undefined)
  const scanner = textScanner(
    hinted.map((recognizer) => recognizer.hints!),
    SECRET_HEADS,
  )
  const plans = active.map((recognizer): Plan => {
    const index = hinted.indexOf(recognizer)
    return { recognizer, needs: recognizer.needs, hint: index < 0 ? 0 : hintBit(index) }
  })
  return {
    scan(text, field, emit, { tracing = false, without, guesses, least } = {}) {
      const subject = new Subject(text, field, tracing, scanner)
      const { features, hints } = subject
      // One closure for all: most texts are short, and most recognizers find nothing.
      let finding = active[0]!
      const take = (candidate: Candidate): void => {
        const { start, end, type, score, rule, why } = candidate
        if (!types.has(type) || (least !== undefined && score < least(type))) return
        const { priority } = finding
        const recognizer = rule ?? finding.name
        emit(
          why === undefined
            ? { start, end, type, score, recognizer, priority }
            : { start, end, type, score, why, recognizer, priority },
        )
      }
      for (let i = 0; i < plans.length; i++) {
        const { recognizer, needs, hint } = plans[i]!
        if ((features & needs) !== needs) continue
        if (hint !== 0 && (hints & hint) === 0 && (subject.hint === undefined || !promises(subject, recognizer)))
          continue
        if (without?.has(recognizer.name) === true) continue
        finding = recognizer
        subject.suspected = guesses?.names.has(recognizer.name) === true ? guesses.near : undefined
        recognizer.find(subject, take)
      }
    },
  }
}

/** A recognizer with the tests that keep it from texts. */
interface Plan {
  readonly recognizer: Recognizer
  readonly needs: number
  /** 0: it has no hints. */
  readonly hint: number
}

/** The name of the field is a hint as well. */
function promises({ hint }: Subject, { types }: Recognizer): boolean {
  return hint !== undefined && types.includes(hint)
}
