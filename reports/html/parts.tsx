import { raw } from 'hono/html'
import type { Child } from 'hono/jsx'
import type { Series, Table } from '../../artifacts/evaluation.ts'
import type { Metric, MetricSpec } from '../../artifacts/metric.ts'
import type { StageRecord } from '../../pipelines/engine/run-record.ts'
import type { Json } from '../../util/json.ts'
import { humanise, integer, intervalWords, metricValue, plain } from '../format.ts'
import { IntervalBar, rangeOf } from './bars.tsx'
import { lineChart } from './charts.ts'

/** Building blocks of the stage sections. All are driven by the generic shapes of evidence. */

/** A table in a box that scrolls sideways on narrow screens; the box can be reached with the keyboard. */
export function ScrollTable({ label, tight = false, children }: { label: string; tight?: boolean; children: Child }) {
  return (
    // It can be focused: a scrolling region must be reachable without a mouse (WCAG 2.1.1).
    <section class="scroll" tabindex={0} aria-label={label}>
      <table class={tight ? 'tight' : ''}>{children}</table>
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

/** A table a stage wrote, as it is. */
export function DataTable({ table }: { table: Table }) {
  const numeric = (key: string): boolean =>
    table.rows.some((row) => typeof row[key] === 'number') &&
    table.rows.every((row) => row[key] == null || typeof row[key] === 'number')
  return (
    <ScrollTable label={table.title}>
      <caption>
        <div class="cap">{table.title}</div>
      </caption>
      <thead>
        <tr>
          {table.columns.map((column) => (
            <th scope="col" class={numeric(column.key) ? 'num' : ''}>
              {column.title}
              {column.unit === undefined || column.unit === 'text' ? '' : ` (${column.unit})`}
            </th>
          ))}
        </tr>
      </thead>
      <tbody>
        {table.rows.map((row) => (
          <tr>
            {table.columns.map((column, i) =>
              i === 0 && !numeric(column.key) ? (
                <th scope="row">{plain(row[column.key])}</th>
              ) : (
                <td class={numeric(column.key) ? 'num' : 'break'}>{cell(row[column.key], column.unit)}</td>
              ),
            )}
          </tr>
        ))}
      </tbody>
    </ScrollTable>
  )
}

function cell(value: Json | undefined, unit: string | undefined): string {
  return typeof value === 'number' && unit === 'ratio' ? metricValue({ name: '', value }, 'ratio') : plain(value)
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
