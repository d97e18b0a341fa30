import { type Interval, wilson } from '../../../util/statistics.ts'
import type { Span } from '../detector.ts'
import { typeOfField } from '../field-names.ts'
import type { FieldPolicy } from '../field-policy.ts'
import { isPiiType, type PiiType } from '../pii-type.ts'
import type { Field } from '../record-fields.ts'

/** One decision for a column, with what it rests on. */
export interface ColumnDecision {
  readonly path: string
  /** `whole`: every value goes in full. `scan`: each is looked at, and what is found in it goes. */
  readonly decision: 'whole' | 'scan'
  /** For `whole`: what the values are. */
  readonly type: PiiType | null
  /** Type that the column's name promises. */
  readonly promised: PiiType | null
  /** Values of the sample that are not blank. */
  readonly n: number
  /** Of these, how many are one value of `type` (for `scan`: of the most frequent type) and nothing else. */
  readonly k: number
  /** Of k/n, Wilson 95 %. */
  readonly interval: Interval
  /** Values in which something was found, in part or as a whole. */
  readonly touched: number
}

/** Fewest values on which a column is decided by what they are. */
const MIN_VALUES = 5
/** Share of the values that must be of one type, by the lower bound of its interval … */
const MOSTLY = 0.5
/** … and where the name promises that type, by the share itself. */
const PROMISED = 0.3

/** What the values of columns were, counted row by row. */
export class ColumnSample {
  readonly #columns = new Map<
    string,
    { field: string | undefined; n: number; touched: number; whole: Map<PiiType, number> }
  >()

  add(field: Field, spans: readonly Span[]): void {
    const value = field.text.trim()
    if (value === '' || field.path === 'meta key') return
    let column = this.#columns.get(field.path)
    if (column === undefined) {
      column = { field: field.field, n: 0, touched: 0, whole: new Map() }
      this.#columns.set(field.path, column)
    }
    column.n += 1
    if (spans.length > 0) column.touched += 1
    const type = wholeType(field.text, spans)
    if (type !== undefined) column.whole.set(type, (column.whole.get(type) ?? 0) + 1)
  }

  /** Most frequent path first where two are alike; else in the order in which they came. */
  decide(): readonly ColumnDecision[] {
    return [...this.#columns].map(([path, { field, n, touched, whole }]) => {
      const promise = field === undefined ? undefined : typeOfField(field)?.type
      const promised = promise !== undefined && isPiiType(promise) ? promise : null
      const [type, k] = [...whole].sort(([a, x], [b, y]) => y - x || (a < b ? -1 : 1))[0] ?? [null, 0]
      const interval = wilson(k, n)
      const mostly = n >= MIN_VALUES && interval.lower >= MOSTLY
      const kept = type !== null && type === promised && n >= MIN_VALUES && k / n >= PROMISED
      const decision = mostly || kept ? 'whole' : 'scan'
      return { path, decision, type: decision === 'whole' ? type : null, promised, n, k, interval, touched }
    })
  }
}

/** The type where one span covers all letters and digits of the text. */
function wholeType(text: string, spans: readonly Span[]): PiiType | undefined {
  const [span] = spans
  if (span === undefined || spans.length > 1) return undefined
  const outside = text.slice(0, span.start) + text.slice(span.end)
  return /[\p{L}\p{N}]/u.test(outside) ? undefined : span.type
}

/** The decisions as field policies: a column decided as a whole is redacted in every row, whatever a value looks like. */
export function columnPolicies(decisions: readonly ColumnDecision[]): Readonly<Record<string, FieldPolicy>> {
  return Object.fromEntries(
    decisions.flatMap(({ path, decision, type, n, k, promised }) =>
      decision === 'whole' && type !== null
        ? [
            [
              path,
              {
                as: type,
                because: `${k} of ${n} values in the sample are ${type}${promised === type ? ', as its name says' : ''}`,
              },
            ] as const,
          ]
        : [],
    ),
  )
}
