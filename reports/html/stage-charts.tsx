import type { RunRecord, StageRecord } from '../../pipelines/engine/run-record.ts'
import { count, decimal, humanise } from '../format.ts'
import { dotChart, histogramChart } from './charts.ts'
import { histograms } from './evidence.ts'
import { Drawing, SeriesFigure, slug } from './parts.tsx'

/** Charts of a stage's curves: those with the same axes share one; many dots over few x values become a dot chart. */
export function Curves({ stage }: { stage: StageRecord }) {
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

/** Histograms of a stage's tally with the thresholds that the pipeline sets. */
export function Histograms({ record, stage }: { record: RunRecord; stage: StageRecord }) {
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
              {limits.length === 0 ? null : (
                <div class="key">
                  {limits.map((limit) => (
                    <span>
                      <i class={limit.colour === undefined ? 'dash' : 'dash grey'} />
                      {limit.label}
                    </span>
                  ))}
                </div>
              )}
            </figure>
          )
        })}
      </div>
    </>
  )
}

function capital(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1)
}
