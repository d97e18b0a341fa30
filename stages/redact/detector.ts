import { DEFAULT_MIN_SCORE, DEFAULT_REGIONS } from './detector-defaults.ts'
import { resolveOverlaps } from './overlaps.ts'
import { DEFAULT_TYPES, type PiiType } from './pii-type.ts'
import { protectedRanges } from './placeholder.ts'
import type { Candidate, Recognizer } from './recognizer.ts'
import { recognizers } from './registry.ts'
import { Subject } from './subject.ts'

/** A found value: `[start, end)` in UTF-16 code units of the text given to `find`. */
export interface Span {
  readonly start: number
  readonly end: number
  readonly type: PiiType
  /** 0…1. */
  readonly score: number
  /** Name of the recognizer that claimed it. */
  readonly recognizer: string
}

export interface DetectorOptions {
  /** Types to look for. Default: all but HANDLE. */
  readonly types?: readonly PiiType[]
  /** Least score by type; `default` for the others (0.5). */
  readonly minScore?: Readonly<Record<string, number>>
  /** Regions (ISO 3166 two-letter) in which a phone number without `+` is tried. */
  readonly regions?: readonly string[]
  /** Exact strings that are never personal data (own addresses, a hotline). */
  readonly allow?: readonly string[]
  /** Whether names and places are looked for at all. Default true. */
  readonly names?: boolean
}

export interface Detector {
  /**
   * Every span of the text that reaches its type's least score: valid offsets, sorted, disjoint. `field` is the
   * name of the JSON field or column that holds it: it says what the value is (`phone`, `customer_name`). Placeholders that redaction wrote are never found again.
   */
  find(text: string, field?: string): readonly Span[]
}

/**
 * Builds a detector. Deterministic, without state between calls, linear in the text.
 *
 * @example
 * createDetector().find('write to ada@example.org') // [{start: 9, end: 24, type: 'EMAIL', …}]
 */
export function createDetector(options: DetectorOptions = {}): Detector {
  const wanted = new Set<PiiType>(options.types ?? DEFAULT_TYPES)
  if (options.names === false) {
    wanted.delete('PERSON')
    wanted.delete('LOCATION')
    wanted.delete('ADDRESS')
  }
  const allowed = new Set(options.allow ?? [])
  const least = (type: PiiType): number =>
    options.minScore?.[type] ?? options.minScore?.['default'] ?? DEFAULT_MIN_SCORE
  const active = recognizers({ regions: options.regions ?? DEFAULT_REGIONS }).filter((recognizer) =>
    recognizer.types.some((type) => wanted.has(type)),
  )
  const find = (text: string, field: string | undefined): readonly Span[] => {
    const subject = new Subject(text, field)
    const claims: (Span & { priority: number })[] = []
    for (const recognizer of active) {
      if (!canMatch(recognizer, subject)) continue
      recognizer.find(subject, ({ start, end, type, score }: Candidate) => {
        if (!wanted.has(type) || score < least(type)) return
        if (allowed.size > 0 && allowed.has(text.slice(start, end))) return
        claims.push({ start, end, type, score, recognizer: recognizer.name, priority: recognizer.priority })
      })
    }
    if (claims.length === 0) return NONE
    return resolveOverlaps(outside(claims, protectedRanges(text)), text).map(
      ({ start, end, type, score, recognizer }) => ({ start, end, type, score, recognizer }),
    )
  }
  // Fields repeat their values (`plan: Basic`): short ones are looked at once. Only a memory of a pure function.
  const memo = new Map<string, readonly Span[]>()
  return {
    find(text, field) {
      if (text.length < 3) return NONE
      if (field === undefined || text.length > 32) return find(text, field)
      const key = `${field}\n${text}`
      let spans = memo.get(key)
      if (spans === undefined) {
        spans = find(text, field)
        if (memo.size >= 8192) memo.clear()
        memo.set(key, spans)
      }
      return spans
    },
  }
}

const NONE: readonly Span[] = []

function canMatch(recognizer: Recognizer, subject: Subject): boolean {
  if ((subject.features & recognizer.needs) !== recognizer.needs) return false
  return recognizer.hints === undefined || recognizer.hints.some((hint) => subject.lower.includes(hint))
}

/** Leaves out claims that touch what redaction itself wrote. */
function outside<C extends { readonly start: number; readonly end: number }>(
  claims: readonly C[],
  ranges: readonly (readonly [number, number])[],
): readonly C[] {
  if (ranges.length === 0) return claims
  return claims.filter((claim) => {
    // First range that ends after the claim starts.
    let low = 0
    let high = ranges.length
    while (low < high) {
      const middle = (low + high) >> 1
      if (ranges[middle]![1] <= claim.start) low = middle + 1
      else high = middle
    }
    return low === ranges.length || ranges[low]![0] >= claim.end
  })
}
