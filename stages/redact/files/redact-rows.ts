import { type FieldPolicy, fieldPolicies } from '../field-policy.ts'
import type { Redactor } from '../redactor.ts'
import type { BatchPool } from './batch-pool.ts'
import { type ColumnDecision, ColumnSample, columnPolicies } from './columns.ts'
import type { BatchOutcome } from './redact-batch.ts'
import { type RawRow, rowOf, unitsOf } from './row.ts'

export interface RowOptions {
  /** Rows that the decision on columns rests on; 0: no column is decided as a whole. */
  readonly sample: number
}

/** Filled while the rows come. */
export interface RowReport {
  rows: number
  /** Rows that were no rows of the format and were redacted as text. */
  asText: number
  readonly values: Map<string, number>
  columns: readonly ColumnDecision[]
}

/** Rows that are looked at together, and most UTF-16 units of them. */
const BATCH_ROWS = 512
const BATCH_UNITS = 1_000_000
/** A sample of long rows ends early. */
const SAMPLE_UNITS = 16_000_000

/**
 * Redacts the rows of a file, in their order. The first rows are looked at twice: from what they hold it is decided once for
 * each column whether all its values go in full. Fields that the config decides are not decided again. The output does not
 * depend on how many batches are under way.
 */
export async function* redactRows(
  rows: AsyncIterable<RawRow>,
  redactor: Redactor,
  pool: BatchPool,
  options: RowOptions,
  report: RowReport,
): AsyncGenerator<string> {
  const configured = redactor.config.fields as Readonly<Record<string, FieldPolicy>>
  let policies: Readonly<Record<string, FieldPolicy>> = configured
  const under: Promise<BatchOutcome>[] = []
  const start = (batch: readonly RawRow[]): void => {
    const outcome = pool.run({ rows: batch, policies })
    // It is awaited in its turn; until then a failure must not count as unhandled.
    outcome.catch(() => {})
    under.push(outcome)
  }
  const next = async (): Promise<string> => {
    const outcome = await under.shift()!
    for (const [type, n] of outcome.values) report.values.set(type, (report.values.get(type) ?? 0) + n)
    report.rows += outcome.rows
    report.asText += outcome.asText
    return outcome.text
  }
  let sampled = options.sample === 0
  for await (const batch of inBatches(rows, sampled ? undefined : options.sample)) {
    if (!sampled) {
      report.columns = await decideColumns(batch, redactor)
      policies = { ...columnPolicies(report.columns), ...configured }
      sampled = true
    }
    start(batch)
    if (under.length >= pool.width) yield await next()
  }
  while (under.length > 0) yield await next()
}

async function decideColumns(rows: readonly RawRow[], redactor: Redactor): Promise<readonly ColumnDecision[]> {
  const configured = redactor.config.fields as Readonly<Record<string, FieldPolicy>>
  const policies = fieldPolicies(configured)
  const found = await redactor.findFields(
    rows.map((row) => rowOf(row).fields),
    policies,
  )
  const sample = new ColumnSample()
  for (const finding of found.flat()) sample.add(finding, finding.spans)
  return sample.decide().filter(({ path }) => configured[path] === undefined)
}

/** @param first rows of the first batch, where it is another number */
async function* inBatches(rows: AsyncIterable<RawRow>, first: number | undefined): AsyncGenerator<readonly RawRow[]> {
  let batch: RawRow[] = []
  let units = 0
  let [mostRows, mostUnits] = first === undefined ? [BATCH_ROWS, BATCH_UNITS] : [first, SAMPLE_UNITS]
  for await (const row of rows) {
    batch.push(row)
    units += unitsOf(row)
    if (batch.length < mostRows && units < mostUnits) continue
    yield batch
    batch = []
    units = 0
    mostRows = BATCH_ROWS
    mostUnits = BATCH_UNITS
  }
  if (batch.length > 0) yield batch
}
