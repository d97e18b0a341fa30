import type { TextRecord } from '../../artifacts/record.ts'
import type { Detector, Span } from './detector.ts'
import { lexicon } from './lexicon.ts'
import { type ApplyOptions, applySpans } from './operators.ts'
import { isPlaceholder } from './placeholder.ts'
import { type Field, rewriteRecord } from './record-fields.ts'
import { isWord } from './subject.ts'

/** A field of a record with what was found in it. */
export interface Finding extends Field {
  readonly spans: readonly Span[]
}

/**
 * Finds what a record holds, field by field, in the order of `rewriteRecord`. Names that one field gives away are
 * looked for in the others: "my name is Lily Chen" in one message, "Lily" under another.
 */
export function findInRecord(record: TextRecord, detector: Detector, propagate = true): readonly Finding[] {
  const findings: Finding[] = []
  rewriteRecord(record, (field) => {
    findings.push({ ...field, spans: wholeNumbers(field, detector.find(field.text, field.field)) })
    return field.text
  })
  const names: ReadonlySet<string> = propagate ? knownNames(findings) : new Set()
  if (names.size === 0) return findings
  return findings.map((finding) => (finding.number ? finding : withNames(finding, names)))
}

/** Writes the replacements for what `findInRecord` found. */
export function redactRecord(
  record: TextRecord,
  findings: readonly Finding[],
  options: ApplyOptions,
  detector: Detector,
): TextRecord {
  let index = 0
  return rewriteRecord(record, (field) => {
    const finding = findings[index]
    index += 1
    if (finding === undefined || finding.text !== field.text)
      throw new Error('the fields of a record moved between two passes')
    if (finding.spans.length === 0) return field.text
    return settle(applySpans(field.text, finding.spans, options), field, options, detector)
  })
}

/** Most passes over one text. Two are enough for nearly every text; each pass can only find less. */
const MAX_PASSES = 5

/**
 * Redaction changes what stands near a value, so a second look may see what the first did not (and an address cut out
 * joins its neighbours). Looks again until nothing is found: the output is then a fixed point, redacting it again gives
 * the same text.
 */
function settle(text: string, field: Field, options: ApplyOptions, detector: Detector): string {
  // From the second pass on nothing is cut out: a placeholder keeps neighbours apart.
  const safer: ApplyOptions = {
    ...options,
    operatorOf: (type) => {
      const operator = options.operatorOf(type)
      return operator.operator === 'redact' ? { operator: 'replace' } : operator
    },
  }
  let current = text
  for (let pass = 1; pass < MAX_PASSES && !isPlaceholder(current); pass++) {
    const spans = detector
      .find(current, field.field)
      .filter((span) => options.operatorOf(span.type).operator !== 'keep')
    if (spans.length === 0) return current
    current = applySpans(current, spans, safer)
  }
  return current
}

/** Redacts one text on its own. */
export function redactText(text: string, detector: Detector, options: ApplyOptions, fieldName?: string): string {
  const field: Field = { text, field: fieldName, kind: 'text', number: false }
  const spans = detector.find(text, fieldName)
  return spans.length === 0 ? text : settle(applySpans(text, spans, options), field, options, detector)
}

/** A JSON number is one value: it goes as a whole or not at all. */
function wholeNumbers(field: Field, spans: readonly Span[]): readonly Span[] {
  if (!field.number || spans.length === 0) return spans
  const best = spans.reduce((a, b) => (b.score > a.score ? b : a))
  return best.end - best.start >= field.text.length - 1 ? [{ ...best, start: 0, end: field.text.length }] : []
}

/** Parts of names that are safe to look for elsewhere: at least three letters, no plain words. */
function knownNames(findings: readonly Finding[]): ReadonlySet<string> {
  const words = lexicon()
  const names = new Set<string>()
  for (const { text, spans } of findings) {
    for (const span of spans) {
      if (span.type !== 'PERSON' || span.score < 0.6) continue
      for (const part of text.slice(span.start, span.end).split(/[^\p{L}\p{M}]+/u)) {
        const lower = part.toLowerCase()
        // A field called `customer_name` or "my name is" is believed where a guess is not: then plain words ("Grace Young") count too.
        const sure = span.recognizer === 'keyed-value' || span.recognizer === 'introduced-name'
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

function withNames(finding: Finding, names: ReadonlySet<string>): Finding {
  const { text } = finding
  const found: Span[] = []
  let index = 0
  for (const match of text.matchAll(NAME_WORD)) {
    if (!names.has(match[0])) continue
    const start = match.index
    const end = start + match[0].length
    while (index < finding.spans.length && finding.spans[index]!.end <= start) index += 1
    if (isWord(text, start - 1) || isWord(text, end) || (finding.spans[index]?.start ?? text.length) < end) continue
    // `@lily`, `/chen`, `lily.chen`, `<…>`: parts of other things.
    if (/[@#/\\<•]/.test(text[start - 1] ?? ' ') || /[@\\/>•]/.test(text[end] ?? ' ')) continue
    found.push({ start, end, type: 'PERSON', score: 0.6, recognizer: 'same-record' })
  }
  if (found.length === 0) return finding
  return { ...finding, spans: [...finding.spans, ...found].sort((a, b) => a.start - b.start) }
}
