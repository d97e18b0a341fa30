import type { Span } from './detector.ts'
import { applySpans as apply } from './operators/apply.ts'
import { createOperators, type Operator } from './operators/create.ts'
import type { PiiType } from './pii-type.ts'

export { placeholder } from './operators/apply.ts'
export { canonicalValue } from './operators/canonical.ts'
export type { Operator } from './operators/create.ts'

export interface ApplyOptions {
  readonly operatorOf: (type: PiiType) => Operator
  /** Key of the pseudonyms. Required where an operator is `pseudonym`. */
  readonly key?: Uint8Array
  /** Regions in which a phone number is read before it is turned into a pseudonym. */
  readonly regions: readonly string[]
}

/** Replaces the spans (sorted, disjoint) and leaves every other character as it is. */
export function applySpans(text: string, spans: readonly Span[], options: ApplyOptions): string {
  const { operatorOf, regions, key } = options
  const operators = createOperators({ operatorOf, regions, keys: key === undefined ? {} : { pseudonym: key } })
  return apply(text, spans, operators.forRecord(undefined, []))
}
