import { createRuleDetector } from '../../../../stages/redact/detector.ts'
import { PII_TYPE_TABLE, type PiiType } from '../../../../stages/redact/pii-type.ts'

const detector = createRuleDetector()
const NATIONAL: ReadonlySet<PiiType> = new Set(
  PII_TYPE_TABLE.filter(({ group }) => group === 'national').map(({ name }) => name),
)
const OF_A_COUNTRY: ReadonlySet<PiiType> = new Set(
  PII_TYPE_TABLE.filter((info) => 'country' in info).map(({ name }) => name),
)

/** Spans of the whole detector as `TYPE:value`. */
export function found(text: string, field?: string): readonly string[] {
  return detector.find(text, field).map((span) => `${span.type}:${text.slice(span.start, span.end)}`)
}

/** Only those of a country that is told: a number of another form may still be a passport of some country. */
export function ofACountryIn(text: string): readonly string[] {
  return found(text).filter((hit) => OF_A_COUNTRY.has(hit.slice(0, hit.indexOf(':')) as PiiType))
}

/** Only those of authorities. */
export function nationalIn(text: string, field?: string): readonly string[] {
  return found(text, field).filter((hit) => NATIONAL.has(hit.slice(0, hit.indexOf(':')) as PiiType))
}

export interface IdCases {
  readonly type: PiiType
  /** True numbers, between ⟦ and ⟧, in words that name them or in a form that needs none. */
  readonly yes: readonly string[]
  /** Wrong check digits, dates or ranges, and near misses of the same shape: no number of any authority is found. */
  readonly no: readonly string[]
}
