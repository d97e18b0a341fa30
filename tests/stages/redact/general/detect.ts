import { createRuleDetector } from '../../../../stages/redact/detector.ts'
import { PII_TYPES, type PiiType } from '../../../../stages/redact/pii-type.ts'

const everything = createRuleDetector({ types: PII_TYPES })

/** Spans of the whole detector with every type on, as `TYPE:value`. */
export function found(text: string, field?: string): readonly string[] {
  return everything.find(text, field).map((span) => `${span.type}:${text.slice(span.start, span.end)}`)
}

/** Values of one type. */
export function valuesOf(type: PiiType, text: string, field?: string): readonly string[] {
  return found(text, field)
    .filter((hit) => hit.startsWith(`${type}:`))
    .map((hit) => hit.slice(type.length + 1))
}

/** A text with its values between ⟦ and ⟧ → the text, and the values. */
export function marked(text: string): { readonly text: string; readonly values: readonly string[] } {
  return { text: text.replace(/[⟦⟧]/g, ''), values: [...text.matchAll(/⟦([^⟧]*)⟧/g)].map((match) => match[1]!) }
}

export interface Cases {
  readonly type: PiiType
  /** The values are between ⟦ and ⟧. */
  readonly yes: readonly string[]
  /** Near misses: nothing of this type may be found. */
  readonly no: readonly string[]
}
