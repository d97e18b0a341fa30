import type { Span } from './detector.ts'
import type { PiiType } from './pii-type.ts'
import type { Field } from './record-fields.ts'

/** What is decided for a field of `meta` or a column as a whole, whatever its values look like. */
export type FieldPolicy =
  /** Every value that is not blank is of this type, in full. */
  | { readonly as: PiiType; readonly because: string }
  /** Values stay and are not looked at. */
  | { readonly keep: true; readonly because: string }

export interface FieldPolicies {
  /** What stands in the field by its policy; `undefined` where it has none and is looked at like any text. */
  spansOf(field: Field): { readonly place: -1; readonly spans: readonly Span[] } | undefined
  keeps(field: Field): boolean
}

/** @param policies by path: `meta.customer.email`, `meta.items[].owner`, or `customer_id` for a column of a table */
export function fieldPolicies(policies: Readonly<Record<string, FieldPolicy>>): FieldPolicies | undefined {
  const byPath = new Map(Object.entries(policies))
  if (byPath.size === 0) return undefined
  const policyOf = (field: Field): FieldPolicy | undefined => byPath.get(field.path)
  return {
    spansOf(field) {
      const policy = policyOf(field)
      if (policy === undefined) return undefined
      if ('keep' in policy) return { place: -1, spans: [] }
      const value = field.text.trim()
      if (value === '') return { place: -1, spans: [] }
      const start = field.text.indexOf(value)
      return {
        place: -1,
        spans: [{ start, end: start + value.length, type: policy.as, score: 1, recognizer: 'field-policy' }],
      }
    },
    keeps(field) {
      const policy = policyOf(field)
      return policy !== undefined && 'keep' in policy
    },
  }
}
