import { type FieldPolicy, fieldPolicies } from '../field-policy.ts'
import type { PiiType } from '../pii-type.ts'
import type { Redactor } from '../redactor.ts'
import { type RawRow, rowOf } from './row.ts'

/** Rows to redact together, as plain data. */
export interface Batch {
  readonly rows: readonly RawRow[]
  /** Decisions on columns, by path. */
  readonly policies: Readonly<Record<string, FieldPolicy>>
}

export interface BatchOutcome {
  readonly text: string
  /** Without headers. */
  readonly rows: number
  readonly asText: number
  readonly values: readonly (readonly [PiiType, number])[]
}

/** Redacts rows; what stands in one does not depend on the others. */
export async function redactBatch({ rows: raw, policies }: Batch, redactor: Redactor): Promise<BatchOutcome> {
  const rows = raw.map(rowOf)
  const { texts, spans, later } = await redactor.redactFields(
    rows.map(({ fields }) => fields),
    fieldPolicies(policies),
  )
  const values = new Map<PiiType, number>()
  for (const span of [...spans.flat(2), ...later.flat(2)]) values.set(span.type, (values.get(span.type) ?? 0) + 1)
  return {
    text: rows.map((row, r) => row.write(texts[r]!)).join(''),
    rows: raw.filter(({ kind }) => kind !== 'verbatim').length,
    asText: rows.filter(({ asText }) => asText).length,
    values: [...values],
  }
}
