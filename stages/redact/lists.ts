import type { PiiType } from './pii-type.ts'
import { isWord, lowerSameLength } from './subject.ts'

/** One entry of an allow or deny list: a policy object, with somebody who answers for it and an end. */
export interface ListEntry {
  /** What is listed, as it is written. Compared as whole words. */
  readonly values: readonly string[]
  /** Default false: case does not count. */
  readonly match_case?: boolean
  readonly owner: string
  readonly reason: string
  /** ISO date, the last day on which the entry counts. After it the configuration is refused until somebody renews or removes it. */
  readonly expires: string
}

/** Leaves values alone. */
export interface AllowEntry extends ListEntry {
  /** Only for these types; all if absent. */
  readonly types?: readonly PiiType[]
}

/** Redacts values whatever the recognizers say. */
export interface DenyEntry extends ListEntry {
  readonly type: PiiType
}

/** Whether a found value is on the allow list. `undefined`: it is not; else the index of the entry. */
export type AllowList = (value: string, type: PiiType) => number | undefined

export function allowList(entries: readonly AllowEntry[]): AllowList {
  const exact = new Map<string, number[]>()
  const folded = new Map<string, number[]>()
  for (const [index, entry] of entries.entries()) {
    const map = entry.match_case === true ? exact : folded
    for (const value of entry.values) {
      const key = entry.match_case === true ? value : value.toLowerCase()
      map.set(key, [...(map.get(key) ?? []), index])
    }
  }
  return (value, type) => {
    if (entries.length === 0) return undefined
    const found = [...(exact.get(value) ?? []), ...(folded.get(value.toLowerCase()) ?? [])]
    return found.find((index) => entries[index]?.types?.includes(type) ?? true)
  }
}

export interface Denied {
  readonly start: number
  readonly end: number
  readonly type: PiiType
  readonly entry: number
}

/**
 * Finds every listed value that stands as whole words, by one look-up a word: the values are kept by their first word.
 * Linear in the text for lists whose values do not all begin alike.
 */
export function denyList(entries: readonly DenyEntry[]): (text: string) => readonly Denied[] {
  const byStart = new Map<string, { readonly value: string; readonly entry: number; readonly matchCase: boolean }[]>()
  for (const [index, entry] of entries.entries()) {
    for (const value of entry.values) {
      const lower = lowerSameLength(value)
      const key = firstWord(lower, 0)
      const matchCase = entry.match_case === true
      byStart.set(key, [...(byStart.get(key) ?? []), { value: matchCase ? value : lower, entry: index, matchCase }])
    }
  }
  for (const list of byStart.values()) list.sort((a, b) => b.value.length - a.value.length || a.entry - b.entry)
  if (byStart.size === 0) return () => []
  return (text) => {
    const lower = lowerSameLength(text)
    const found: Denied[] = []
    for (let at = 0; at < text.length; ) {
      if (isWord(text, at - 1) && isWord(text, at)) {
        at += 1
        continue
      }
      const word = firstWord(lower, at)
      const hit = byStart
        .get(word)
        ?.find(
          ({ value, matchCase }) =>
            (matchCase ? text : lower).startsWith(value, at) && !isWordInside(text, at + value.length),
        )
      if (hit === undefined) at += Math.max(1, word.length)
      else {
        found.push({ start: at, end: at + hit.value.length, type: entries[hit.entry]!.type, entry: hit.entry })
        at += hit.value.length
      }
    }
    return found
  }
}

function isWordInside(text: string, at: number): boolean {
  return isWord(text, at) && isWord(text, at - 1)
}

const WORD = /[\p{L}\p{N}\p{M}_]+/uy

/** The word at `at`; where none starts there, the one character. */
function firstWord(lower: string, at: number): string {
  WORD.lastIndex = at
  return WORD.exec(lower)?.[0] ?? lower.slice(at, at + 1)
}

/** Entries that no longer count on the day of `now`, by index. An `expires` that is no date counts as expired. */
export function expiredEntries(entries: readonly ListEntry[], now: Date): readonly number[] {
  return entries.flatMap((entry, index) => {
    const end = Date.parse(`${entry.expires}T23:59:59.999Z`)
    return Number.isNaN(end) || end < now.getTime() ? [index] : []
  })
}
