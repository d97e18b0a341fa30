import { lexicon } from '../../models/lexicon/lexicon.ts'
import type { Span } from './detector.ts'
import type { Finding } from './finding.ts'
import { isWord } from './subject.ts'

/** Recognizers that say who somebody is; where they are believed, plain words count as names too ("Grace Young"). */
const SURE: ReadonlySet<string> = new Set(['keyed-value', 'introduced-name', 'field-policy'])

/** Parts of the names that a record gives away and that are safe to look for elsewhere in it: three letters, no plain words. */
export function namesGivenAway(findings: readonly Pick<Finding, 'text' | 'spans'>[]): ReadonlySet<string> {
  const words = lexicon()
  const names = new Set<string>()
  for (const { text, spans } of findings) {
    for (const span of spans) {
      if (span.type !== 'PERSON' || span.score < 0.6) continue
      for (const part of text.slice(span.start, span.end).split(/[^\p{L}\p{M}]+/u)) {
        const lower = part.toLowerCase()
        const sure = SURE.has(span.recognizer)
        if (part.length < 3 || (sure ? words.isFunction(lower) : words.isCommon(lower) || words.isPlace(lower)))
          continue
        names.add(part[0]!.toUpperCase() + part.slice(1))
        names.add(part.toUpperCase())
        // In lower case only what is a name and nothing else.
        if (!words.isCommon(lower) && (sure || words.isGiven(lower) || words.isSurname(lower))) names.add(lower)
      }
    }
  }
  return names
}

const NAME_WORD = /\p{L}[\p{L}\p{M}]*/gu

/** The spans of a field with the places where one of the names stands besides. */
export function withNames(finding: Pick<Finding, 'text' | 'spans'>, names: ReadonlySet<string>): readonly Span[] {
  const { text, spans } = finding
  const found: Span[] = []
  let index = 0
  for (const match of text.matchAll(NAME_WORD)) {
    if (!names.has(match[0])) continue
    const start = match.index
    const end = start + match[0].length
    while (index < spans.length && spans[index]!.end <= start) index += 1
    if (isWord(text, start - 1) || isWord(text, end) || (spans[index]?.start ?? text.length) < end) continue
    // `@lily`, `/chen`, `lily.chen`, `<…>`: parts of other things.
    if (/[@#/\\<•]/.test(text[start - 1] ?? ' ') || /[@\\/>•]/.test(text[end] ?? ' ')) continue
    found.push({ start, end, type: 'PERSON', score: 0.6, recognizer: 'same-record' })
  }
  return found.length === 0 ? spans : [...spans, ...found].sort((a, b) => a.start - b.start)
}
