import type { StageRecord } from '../../pipelines/engine/run-record.ts'
import { humanise, integer, percent } from '../format.ts'
import { ShareBar } from './bars.tsx'
import { ScrollTable } from './parts.tsx'

/** Counts by category of a stage's tally. */
export function Categories({ stage }: { stage: StageRecord }) {
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
export function Reasons({
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
    <ScrollTable label={title} look="tight">
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
            <th scope="row">{/^[A-Z0-9_]+$|^[a-z]{2,3}$/.test(reason) ? reason : humanise(reason)}</th>
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
export function Splits({ stage }: { stage: StageRecord }) {
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
