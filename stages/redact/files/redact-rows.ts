import { type FieldPolicies, type FieldPolicy, fieldPolicies } from '../field-policy.ts'
import type { Redactor } from '../redactor.ts'
import { type ColumnDecision, ColumnSample, columnPolicies } from './columns.ts'
import type { Row } from './row.ts'

export interface RowOptions {
  /** Rows that the decision on columns rests on; 0: no column is decided as a whole. */
  readonly sample: number
}

export interface RowReport {
  rows: number
  /** Rows that were no rows of the format and were redacted as text. */
  asText: number
  readonly values: Map<string, number>
  columns: readonly ColumnDecision[]
}

/** Rows that are looked at together, and most UTF-16 units of them. */
const BATCH_ROWS = 512
const BATCH_UNITS = 2_000_000
/** A sample of long rows ends early. */
const SAMPLE_UNITS = 16_000_000

/**
 * Redacts the rows of a file. The first rows are looked at twice: from what they hold it is decided once for each column
 * whether all its values go in full. Fields that the config decides are not decided again.
 */
export async function* redactRows(
  rows: AsyncIterable<Row>,
  redactor: Redactor,
  options: RowOptions,
  report: RowReport,
): AsyncGenerator<string> {
  const configured = redactor.config.fields as Readonly<Record<string, FieldPolicy>>
  let policies: FieldPolicies | undefined = fieldPolicies(configured)
  let sample: Row[] | undefined = options.sample > 0 ? [] : undefined

  const decide = async (): Promise<void> => {
    const counts = new ColumnSample()
    for (const batch of batches(sample ?? [])) {
      const found = await redactor.findFields(
        batch.map((row) => row.fields),
        policies,
      )
      for (const finding of found.flat()) counts.add(finding, finding.spans)
    }
    report.columns = counts.decide().filter(({ path }) => configured[path] === undefined)
    policies = fieldPolicies({ ...columnPolicies(report.columns), ...configured })
  }
  const write = async (batch: readonly Row[]): Promise<string> => {
    const { texts, spans } = await redactor.redactFields(
      batch.map((row) => row.fields),
      policies,
    )
    for (const span of spans.flat(2)) report.values.set(span.type, (report.values.get(span.type) ?? 0) + 1)
    // A header has no fields and is no row.
    report.rows += batch.filter((row) => row.fields.length > 0).length
    report.asText += batch.filter((row) => row.asText === true).length
    return batch.map((row, r) => row.write(texts[r]!)).join('')
  }

  let batch: Row[] = []
  let units = 0
  for await (const row of rows) {
    if (sample !== undefined) {
      sample.push(row)
      units += unitsOf(row)
      if (sample.length < options.sample && units < SAMPLE_UNITS) continue
      units = 0
      await decide()
      for (const part of batches(sample)) yield await write(part)
      sample = undefined
      continue
    }
    batch.push(row)
    units += unitsOf(row)
    if (batch.length < BATCH_ROWS && units < BATCH_UNITS) continue
    yield await write(batch)
    batch = []
    units = 0
  }
  if (sample !== undefined) {
    await decide()
    for (const part of batches(sample)) yield await write(part)
  }
  if (batch.length > 0) yield await write(batch)
}

function unitsOf(row: Row): number {
  return row.fields.reduce((sum, field) => sum + field.text.length, 0)
}

function* batches(rows: readonly Row[]): Generator<readonly Row[]> {
  let batch: Row[] = []
  let units = 0
  for (const row of rows) {
    batch.push(row)
    units += unitsOf(row)
    if (batch.length === BATCH_ROWS || units >= BATCH_UNITS) {
      yield batch
      batch = []
      units = 0
    }
  }
  if (batch.length > 0) yield batch
}
