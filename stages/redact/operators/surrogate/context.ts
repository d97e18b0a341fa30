import type { PiiType } from '../../pii-type.ts'
import type { Entities } from '../entities.ts'

/** What the makers of surrogates share. Holds nothing that one value leaves for the next. */
export interface SurrogateContext {
  /** Key of the surrogates alone (see `keys.ts`). */
  readonly key: Uint8Array
  /** Regions in which a phone number is read. */
  readonly regions: readonly string[]
  /** Who is who in the record. */
  readonly entities: Entities
  /** Whether 03/04/2024 is the third of April. */
  readonly dayFirst: boolean
}

/** Gives a value of the same type and shape, never the same one; `undefined` where it cannot: then a token is written. */
export type SurrogateMaker = (value: string, context: SurrogateContext, type: PiiType) => string | undefined
