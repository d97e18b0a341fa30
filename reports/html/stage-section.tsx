import type { RunRecord, StageRecord } from '../../pipelines/engine/run-record.ts'
import { count, decimal, duration, humanise, integer, percent, plain } from '../format.ts'
import { STATE_WORDS } from '../verdict.ts'
import { dotChart, histogramChart } from './charts.ts'
import { groupMetrics, histograms, policyLimit } from './evidence.ts'
import { Icon, STATE_SHAPES, STATE_TONES } from './icons.tsx'
import { DataTable, Drawing, FactList, FamilyTable, ScrollTable, SeriesFigure, ShareBar, slug } from './parts.tsx'
import { isTextTable, Samples, stageSamples, TextTable } from './samples.tsx'

/**
 * One stage: what it did, what it measured. Driven by the generic shapes of evidence, so that a stage that nobody has
 * heard of reads as well as those that ship; a few known shapes (canaries, splits) get a chart of their own.
 */
export function StageSection({ record, stage }: { record: RunRecord; stage: StageRecord }) {
  const { singles, families } = groupMetrics(stage)
  const samples = stageSamples(stage)
  const folded = (name: string): boolean => stage.tables.length > 0 && SHOWN_OTHERWISE[stage.uses]?.test(name) === true
  const tables = stage.tables.filter(
    (table) => table.rows.length > 0 && !(table.name === 'dropped' && Object.keys(stage.dropped).length > 0),
  )
  const tone = STATE_TONES[stage.state]
  return (
    <article class="card" id={`stage-${slug(stage.id)}`}>
      <h3>
        <Icon shape={STATE_SHAPES[stage.state]} tone={tone} size={20} />
        {humanise(stage.id)}
        <span class="where">
          {STATE_WORDS[stage.state]}
          {stage.seconds > 0 ? ` in ${duration(stage.seconds)}` : ''}
        </span>
      </h3>
      <p class="intro">{stage.summary}</p>
      {stage.because === null ? null : <p class="intro">{`Why it is set up this way: ${stage.because}`}</p>}
      {stage.error === null ? null : (
        <div class="todo tone-broken">
          <b>{stage.error.code}</b>
          {`: ${stage.error.message}.`}
          {stage.error.next === undefined ? null : <div>{`What to do: ${stage.error.next}.`}</div>}
        </div>
      )}
      {stage.state === 'skipped' ? (
        <p class="intro">{`It did not run: ${stage.reason ?? 'no reason recorded'}.`}</p>
      ) : null}
      <FactList stage={stage} metrics={singles} />
      <Splits stage={stage} />
      <Reasons title="Rows dropped, by reason" reasons={stage.dropped} rows={stage.rows?.in} />
      <Reasons title="Rows quarantined, by error" reasons={stage.quarantined} rows={stage.rows?.in} />
      <Families record={record} stage={stage} families={families.filter(([name]) => !folded(name))} />
      <Histograms record={record} stage={stage} />
      <Curves stage={stage} />
      {stage.tables.length === 0 ? <Categories stage={stage} /> : null}
      {tables.map((table) =>
        isTextTable(table) ? null : table.rows.length > 12 ? (
          <LongTable title={table.title} rows={table.rows.length}>
            <DataTable table={table} />
          </LongTable>
        ) : (
          <DataTable table={table} />
        ),
      )}
      {tables.filter(isTextTable).map((table) => (
        <TextTable table={table} />
      ))}
      {stage.uses === 'toxicity' && samples.length > 0 ? (
        <details class="more-data">
          <summary>Samples that the scorer flagged. They may offend</summary>
          <SampleGroups samples={samples} />
        </details>
      ) : (
        <SampleGroups samples={samples} />
      )}
      {families.some(([name]) => folded(name)) ? (
        <details class="more-data">
          <summary>More figures with their intervals</summary>
          <Families record={record} stage={stage} families={families.filter(([name]) => folded(name))} />
        </details>
      ) : null}
      <details class="more-data">
        <summary>Settings and figures of this run</summary>
        <dl class="facts">
          <div>
            <dt>Stage</dt>
            <dd>
              {stage.uses}
              <small>{`version ${stage.version}`}</small>
            </dd>
          </div>
          {Object.entries(stage.timings).map(([name, value]) => (
            <div>
              <dt>{humanise(name)}</dt>
              <dd>{decimal(value)}</dd>
            </div>
          ))}
        </dl>
        <pre class="command plain">{JSON.stringify(stage.config, null, 2)}</pre>
      </details>
    </article>
  )
}

/**
 * Families of metrics that a stage's own tables or charts already show; the page would say everything twice. They stay
 * within reach, folded.
 */
const SHOWN_OTHERWISE: Readonly<Record<string, RegExp>> = {
  redact: /^(?:spans|seeded_partial)$/,
  toxicity: /^toxic_message_share$/,
  curate: /^(?:dropped|split_rows|language_share)$/,
  finetune: /^dropped_rows$/,
  monitor: /./,
}

function SampleGroups({ samples }: { samples: ReturnType<typeof stageSamples> }) {
  return (
    <>
      {samples.map(([name, values]) => (
        <Samples name={name} values={values} />
      ))}
    </>
  )
}

function Families({
  record,
  stage,
  families,
}: {
  record: RunRecord
  stage: StageRecord
  families: ReturnType<typeof groupMetrics>['families']
}) {
  return (
    <>
      {families.map(([name, metrics]) => (
        <FamilyTable stage={stage} name={name} metrics={metrics} limit={policyLimit(record, stage, name)} />
      ))}
    </>
  )
}

/** Charts of a stage's curves: those with the same axes share one; many dots over few x values become a dot chart. */
function Curves({ stage }: { stage: StageRecord }) {
  const groups = new Map<string, StageRecord['series'][number][]>()
  for (const one of stage.series) {
    const key = `${one.x}|${one.y}`
    groups.set(key, [...(groups.get(key) ?? []), one])
  }
  if (groups.size === 0) return null
  return (
    <div class={groups.size === 1 ? 'charts wide' : 'charts'}>
      {[...groups.values()].map((series, i) => {
        const id = slug('curve', stage.id, String(i))
        const dots = series.find((one) => repeatsX(one.points))
        if (dots === undefined) return <SeriesFigure id={id} series={series} title={capital(series[0]!.y)} />
        // Series beside the dots that keep one value are levels to compare with: the chance level of canaries.
        const levels = series.filter(
          (one) => one !== dots && one.points.length > 0 && one.points.every(([, y]) => y === one.points[0]![1]),
        )
        const limits = levels.map((one) => ({
          at: one.points[0]![1],
          label: `${humanise(one.name)} ${decimal(one.points[0]![1])}`,
        }))
        const highest = Math.max(...dots.points.map(([, y]) => y))
        const label = `${humanise(dots.name)}: ${dots.points.length} dots, the highest at ${decimal(highest)}. ${limits.map((limit) => limit.label).join('. ')}`
        return (
          <figure>
            <figcaption>
              <b>{humanise(dots.name)}</b>
              <span class="soft">{`. One dot for each; the highest is ${decimal(highest)}.`}</span>
            </figcaption>
            <Drawing svg={dotChart(id, label, dots.points, dots.x, dots.y, limits)} />
          </figure>
        )
      })}
    </div>
  )
}

function repeatsX(points: readonly (readonly [number, number])[]): boolean {
  return new Set(points.map(([x]) => x)).size < points.length
}

function Histograms({ record, stage }: { record: RunRecord; stage: StageRecord }) {
  const drawn = histograms(record, stage).filter(({ histogram }) => histogram.counts.some((n) => n > 0))
  if (drawn.length === 0) return null
  return (
    <>
      <h4>Distributions</h4>
      <div class="charts">
        {drawn.map(({ name, title, histogram, limits }) => {
          const total = histogram.counts.reduce((sum, n) => sum + n, 0)
          // A log scale keeps the few records of a long tail, which are the ones that matter, in sight.
          const logarithmic = Math.max(...histogram.counts) > 100 * Math.max(1, total / histogram.counts.length / 20)
          const marks =
            limits.length === 0 ? '' : ` Thresholds drawn: ${limits.map((limit) => limit.label).join('; ')}.`
          return (
            <figure>
              <figcaption>
                <b>{title}</b>
                <span class="soft">{`. ${count(total, 'value')}${logarithmic ? ', logarithmic scale' : ''}`}</span>
              </figcaption>
              <Drawing
                svg={histogramChart(
                  slug('hist', stage.id, name),
                  `Histogram of ${title}, ${count(total, 'value')}.${marks}`,
                  histogram,
                  limits,
                  logarithmic,
                )}
              />
            </figure>
          )
        })}
      </div>
    </>
  )
}

function Categories({ stage }: { stage: StageRecord }) {
  const all = Object.entries(stage.tally?.categories ?? {}).filter(([, entry]) => Object.keys(entry.counts).length > 0)
  return (
    <>
      {all.map(([name, entry]) => (
        <Reasons title={`${humanise(name)}${entry.truncated ? ' (some are left out)' : ''}`} reasons={entry.counts} />
      ))}
    </>
  )
}

/** Counts by name, most frequent first, with bars. */
function Reasons({
  title,
  reasons,
  rows,
}: {
  title: string
  reasons: Readonly<Record<string, number>>
  rows?: number | undefined
}) {
  const sorted = Object.entries(reasons).sort(([a, x], [b, y]) => y - x || (a < b ? -1 : 1))
  if (sorted.length === 0) return null
  const shown = sorted.slice(0, 24)
  const most = shown[0]![1]
  return (
    <ScrollTable label={title} tight>
      <caption>
        <div class="cap">
          {title}
          {sorted.length > shown.length ? (
            <span class="soft">{`. ${shown.length} of ${sorted.length} shown; run.json has all`}</span>
          ) : null}
        </div>
      </caption>
      <thead class="sr">
        <tr>
          <th scope="col">What</th>
          <th scope="col">Count</th>
          <th scope="col">Bar</th>
        </tr>
      </thead>
      <tbody>
        {shown.map(([reason, n]) => (
          <tr>
            <th scope="row">{/^[A-Z0-9_]+$|^[a-z-]{1,5}$/.test(reason) ? reason : humanise(reason)}</th>
            <td class="num">{integer(n)}</td>
            <td>
              <ShareBar share={n / most} />
            </td>
            {rows === undefined || rows === 0 ? null : <td class="soft num">{`${percent(n / rows)} of rows in`}</td>}
          </tr>
        ))}
      </tbody>
    </ScrollTable>
  )
}

/** Where the rows of a stage with several datasets went. */
function Splits({ stage }: { stage: StageRecord }) {
  const parts = Object.entries(stage.outputs).flatMap(([port, ref]) =>
    ref.kind === 'dataset' && ref.rows !== undefined ? [[port, ref.rows] as const] : [],
  )
  if (parts.length < 2) return null
  const total = parts.reduce((sum, [, n]) => sum + n, 0)
  const colours = ['var(--c1)', 'var(--c2)', 'var(--c3)']
  return (
    <figure>
      <h4>Splits</h4>
      <div class="split" role="img" aria-label={parts.map(([port, n]) => `${port} ${integer(n)} rows`).join(', ')}>
        {parts.map(([, n], i) => (
          <span style={`flex:${n};background:${colours[i % 3]}`} />
        ))}
      </div>
      <div class="key">
        {parts.map(([port, n], i) => (
          <span>
            <i style={`background:${colours[i % 3]}`} />
            {`${port} ${integer(n)} (${percent(n / total)})`}
          </span>
        ))}
      </div>
    </figure>
  )
}

function LongTable({ title, rows, children }: { title: string; rows: number; children: unknown }) {
  return (
    <details class="more-data">
      <summary>{`${title}: ${count(rows, 'row')}`}</summary>
      {children as never}
    </details>
  )
}

function capital(text: string): string {
  return plain(text.charAt(0).toUpperCase() + text.slice(1))
}
