import { raw } from 'hono/html'
import type { Child } from 'hono/jsx'
import type { Series, Table } from '../../artifacts/evaluation.ts'
import type { Metric, MetricSpec } from '../../artifacts/metric.ts'
import type { StageRecord } from '../../pipelines/engine/run-record.ts'
import type { Json } from '../../util/json.ts'
import { humanise, integer, intervalWords, metricValue, plain, quantity } from '../format.ts'
import { IntervalBar, rangeOf } from './bars.tsx'
import { lineChart } from './charts.ts'

/** Building blocks of the stage sections. All are driven by the generic shapes of evidence. */

/** A table in a box that scrolls sideways on narrow screens; the box can be reached with the keyboard. */
export function ScrollTable({
  label,
  look = '',
  children,
}: {
  label: string
  look?: 'tight' | 'dense' | 'clauses' | ''
  children: Child
}) {
  return (
    // It can be focused: a scrolling region must be reachable without a mouse (WCAG 2.1.1).
    <section class="scroll" tabindex={0} aria-label={label}>
      <table class={look}>{children}</table>
    </section>
  )
}

/** Text of a policy or a stage; what it sets in backticks becomes code. */
export function Words({ text }: { text: string }) {
  return (
    <span>
      {text.split('`').map((part, i, all) => (i % 2 === 1 && i < all.length - 1 ? <code>{part}</code> : part))}
    </span>
  )
}

/** SVG text that a chart function made (which escapes its labels). */
export function Drawing({ svg }: { svg: string }) {
  return <>{raw(svg)}</>
}

export function specOf(stage: StageRecord, name: string): MetricSpec | undefined {
  return stage.specs?.find((spec) => spec.name === name)
}

/** One metric measured for several things (types, groups, heads): a row each, with its interval drawn. */
export function FamilyTable({
  stage,
  name,
  metrics,
  limit,
  title,
  extra,
}: {
  stage: StageRecord
  name: string
  metrics: readonly Metric[]
  limit?: number | undefined
  title?: string
  /** One more column: header, and its cell by metric. */
  extra?: { readonly title: string; readonly cell: (metric: Metric) => Child }
}) {
  const spec = specOf(stage, name)
  const labels = [...new Set(metrics.flatMap((metric) => Object.keys(metric.labels ?? {})))]
  const drawn = metrics.some((metric) => metric.interval !== undefined)
  const counted = metrics.some((metric) => metric.n !== undefined)
  const range = rangeOf(metrics, limit === undefined ? [] : [limit])
  const noted = metrics.some((metric) => metric.note !== undefined)
  const heading = title ?? humanise(name)
  const measured = metrics.filter((metric) => metric.value !== null)
  if (metrics.length - measured.length > MOST_UNMEASURED) {
    const missing = metrics.filter((metric) => metric.value === null)
    return (
      <>
        {measured.length === 0 ? (
          <h4>{heading}</h4>
        ) : (
          <FamilyTable stage={stage} name={name} metrics={measured} limit={limit} title={heading} />
        )}
        <details class="more-data">
          <summary>{`${heading}: not measured for ${integer(missing.length)}${measured.length === 0 ? '' : ' more'}`}</summary>
          <p class="soft small">{`${missing.map(unmeasuredWords).join('; ')}.`}</p>
        </details>
      </>
    )
  }
  return (
    <ScrollTable label={heading}>
      <caption>
        <div class="cap">
          {heading}
          {spec === undefined ? null : <span class="soft">. {spec.description}</span>}
        </div>
      </caption>
      <thead>
        <tr>
          {labels.map((label) => (
            <th scope="col">{humanise(label)}</th>
          ))}
          {extra === undefined ? null : <th scope="col">{extra.title}</th>}
          <th scope="col" class="num">
            Value
          </th>
          {drawn ? <th scope="col">{limit === undefined ? 'With interval' : 'With interval and limit'}</th> : null}
          {drawn ? <th scope="col">Interval</th> : null}
          {counted ? (
            <th scope="col" class="num">
              n
            </th>
          ) : null}
          {noted ? <th scope="col">Note</th> : null}
        </tr>
      </thead>
      <tbody>
        {metrics.map((metric) => (
          <tr>
            {labels.map((label, i) =>
              i === 0 ? <th scope="row">{metric.labels?.[label] ?? ''}</th> : <td>{metric.labels?.[label] ?? ''}</td>,
            )}
            {extra === undefined ? null : <td>{extra.cell(metric)}</td>}
            <td class="num">{metricValue(metric, spec?.unit)}</td>
            {drawn ? (
              <td>
                <IntervalBar metric={metric} range={range} limit={limit} />
              </td>
            ) : null}
            {drawn ? (
              <td class="soft nowrap">{intervalWords(metric, spec?.unit)?.replace(/^.* interval /, '') ?? '—'}</td>
            ) : null}
            {counted ? <td class="num">{metric.n === undefined ? '—' : integer(metric.n)}</td> : null}
            {noted ? <td class="soft words">{metric.note ?? ''}</td> : null}
          </tr>
        ))}
      </tbody>
    </ScrollTable>
  )
}

/** More rows without a value than this are named in one paragraph. */
const MOST_UNMEASURED = 6

function unmeasuredWords(metric: Metric): string {
  const n = metric.n === undefined ? '' : ` (n = ${integer(metric.n)})`
  return `${Object.values(metric.labels ?? {}).join(', ')}${n}`
}

/** Single figures side by side. */
export function FactList({ stage, metrics }: { stage: StageRecord; metrics: readonly Metric[] }) {
  if (metrics.length === 0) return null
  return (
    <dl class="facts">
      {metrics.map((metric) => {
        const spec = specOf(stage, metric.name)
        const details = [
          intervalWords(metric, spec?.unit),
          metric.n === undefined ? undefined : `n = ${integer(metric.n)}`,
          metric.note,
        ].filter((part) => part !== undefined)
        return (
          <div>
            <dt>{humanise(metric.name)}</dt>
            <dd>
              {metricValue(metric, spec?.unit)}
              {details.length === 0 ? null : <small>{details.join(', ')}</small>}
              {spec === undefined ? null : <small>{spec.description}</small>}
            </dd>
          </div>
        )
      })}
    </dl>
  )
}

/** A table a stage wrote. Columns `…lower` and `…upper` after a figure become its interval. */
export function DataTable({ table }: { table: Table }) {
  const numeric = (key: string): boolean =>
    table.rows.some((row) => typeof row[key] === 'number') &&
    table.rows.every((row) => row[key] == null || typeof row[key] === 'number')
  const columns = withIntervals(table.columns)
  return (
    <ScrollTable label={table.title} look={columns.length > 7 ? 'dense' : ''}>
      <caption>
        <div class="cap">{table.title}</div>
      </caption>
      <thead>
        <tr>
          {columns.map(({ column, bounds }) => (
            <th scope="col" class={numeric(column.key) ? 'num' : ''}>
              {column.title}
              {UNIT_WORDS[column.unit ?? ''] ?? ''}
              {bounds === undefined ? null : <div class="soft small">with interval</div>}
            </th>
          ))}
        </tr>
      </thead>
      <tbody>
        {table.rows.map((row) => (
          <tr>
            {columns.map(({ column, bounds }, i) =>
              i === 0 && !numeric(column.key) ? (
                <th scope="row">{plain(row[column.key])}</th>
              ) : (
                <td class={numeric(column.key) ? 'num' : 'break'}>
                  {cell(row[column.key], column.unit)}
                  {bounds === undefined || row[bounds[0]] == null || row[bounds[1]] == null ? null : (
                    <div class="soft small">{`${cell(row[bounds[0]], column.unit)} to ${cell(row[bounds[1]], column.unit)}`}</div>
                  )}
                </td>
              ),
            )}
          </tr>
        ))}
      </tbody>
    </ScrollTable>
  )
}

type Column = Table['columns'][number]

function withIntervals(
  columns: readonly Column[],
): readonly { readonly column: Column; readonly bounds?: readonly [string, string] }[] {
  return columns.flatMap((column, i) => {
    if (i > 0 && /(?:^|_)(?:lower|upper)$/.test(column.key) && isBound(columns, i)) return []
    const [low, high] = [columns[i + 1]?.key ?? '', columns[i + 2]?.key ?? '']
    return [
      /(?:^|_)lower$/.test(low) && /(?:^|_)upper$/.test(high) ? { column, bounds: [low, high] as const } : { column },
    ]
  })
}

/** True where a column is the lower or upper one of a pair; a lone `lower` stays a column. */
function isBound(columns: readonly Column[], i: number): boolean {
  const key = columns[i]!.key
  return key.endsWith('lower')
    ? /(?:^|_)upper$/.test(columns[i + 1]?.key ?? '')
    : /(?:^|_)lower$/.test(columns[i - 1]!.key)
}

/** Units that the cells do not show themselves. */
const UNIT_WORDS: Readonly<Record<string, string>> = {
  bits: ' (bits)',
  nats: ' (nats)',
  bytes: '',
  tokens: ' (tokens)',
}

function cell(value: Json | undefined, unit: string | undefined): string {
  if (typeof value !== 'number') return plain(value)
  return unit === 'ratio' || unit === 'ratio-of-rates' || unit === 'bytes' ? quantity(value, unit) : plain(value)
}

/** Curves that share their axes, in one chart with a key. */
export function SeriesFigure({ id, series, title }: { id: string; series: readonly Series[]; title: string }) {
  const drawn = series.filter((one) => one.points.length > 0)
  if (drawn.length === 0) return null
  const colours = ['var(--c1)', 'var(--c2)', 'var(--c3)']
  const lines = drawn.map((one, i) => ({
    name: one.name,
    points: one.points,
    colour: colours[i % colours.length]!,
    dots: one.points.length <= 40,
  }))
  const last = drawn.map((one) => `${humanise(one.name)} ends at ${plain(one.points.at(-1)![1])}`).join('; ')
  return (
    <figure>
      <figcaption>
        <b>{title}</b>
      </figcaption>
      <Drawing svg={lineChart(id, `${title}. ${last}.`, lines, drawn[0]!.x, '')} />
      <div class="key">
        {drawn.map((one, i) => (
          <span>
            <i class={`line${i === 1 ? ' two' : ''}`} />
            {humanise(one.name)}
          </span>
        ))}
      </div>
    </figure>
  )
}

/** An identifier for SVG ids from any words. */
export function slug(...parts: readonly string[]): string {
  return parts
    .join('-')
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '-')
    .replace(/^-|-$/g, '')
}
