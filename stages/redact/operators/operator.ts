import type { TextRecord } from '../../../artifacts/record.ts'
import type { Span } from '../detector.ts'
import type { Finding } from '../finding.ts'
import type { PiiType } from '../pii-type.ts'

/** Gives what shall stand where `value` stood. */
export type Replacer<S = Span> = (value: string, span: S) => string

/** What is written where values stood, by type, with keys. Built once per shard from the config; holds no state of records. */
export interface Operators {
  /** Ids (8 hex digits) of the keys it was given, by the name that the config has for them: `reversible_key`. For the evidence. */
  readonly keyIds: Readonly<Record<string, string>>
  /** True where the type's values stay as they are and are only counted. */
  keeps(type: PiiType): boolean
  /**
   * The replacer of one record: it knows all that was found in it, so that mentions of one person go together and dates of
   * one subject move by the same number of days. `record` is undefined for a text on its own.
   */
  forRecord(record: TextRecord | undefined, findings: readonly Finding[]): Replacer
}
