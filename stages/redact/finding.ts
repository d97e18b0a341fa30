import type { Span } from './detector.ts'
import type { Field } from './record-fields.ts'

/** A field of a record with what was found in it. */
export interface Finding extends Field {
  readonly spans: readonly Span[]
}
