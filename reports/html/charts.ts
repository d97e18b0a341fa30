import type { EChartsCoreOption, init as Init } from 'echarts'
// One file instead of the 600 that the package's index loads: 0.1 s of every run instead of 0.5 s.
// @ts-expect-error the bundle has no declarations of its own; it is the same module as `echarts`.
import { init as bundledInit } from 'echarts/dist/echarts.esm.min.mjs'
import type { HistogramJson } from '../../artifacts/tally.ts'
import { decimal } from '../format.ts'

const init: typeof Init = bundledInit

/**
 * Charts as SVG text, drawn without a DOM. Colours are the page's CSS variables, so that one drawing serves light,
 * dark and paper. Each chart is disposed, or its timers would keep the process alive.
 */
export interface ChartSize {
  readonly width: number
  readonly height: number
}

export interface Line {
  readonly name: string
  readonly points: readonly (readonly [number, number])[]
  readonly colour: string
  readonly dots?: boolean
}

export interface Limit {
  readonly at: number
  readonly label: string
  readonly colour?: string
}

const NARROW: ChartSize = { width: 380, height: 210 }
const WIDE: ChartSize = { width: 640, height: 300 }

/** Bars of a histogram with fixed edges; the outer buckets are drawn as wide as their neighbours. */
export function histogramChart(
  id: string,
  label: string,
  histogram: HistogramJson,
  limits: readonly Limit[],
  logarithmic: boolean,
): string {
  const { edges, counts } = histogram
  const step = edges.length > 1 ? edges[1]! - edges[0]! : 1
  const from = edges[0]! - (counts[0]! > 0 ? step : 0)
  const lastStep = edges.length > 1 ? edges.at(-1)! - edges.at(-2)! : 1
  const to = edges.at(-1)! + (counts.at(-1)! > 0 ? lastStep : 0)
  const starts = counts.map((_, i) => (i === 0 ? from : edges[i - 1]!))
  const ends = counts.map((_, i) => (i === counts.length - 1 ? to : edges[i]!))
  // A step line closed at the floor draws bars of any width on a true number axis.
  const floor = logarithmic ? 0.5 : 0
  const outline: [number, number][] = []
  for (let i = 0; i < counts.length; i++) {
    if (ends[i]! <= starts[i]!) continue
    const y = Math.max(floor, counts[i]!)
    outline.push([starts[i]!, y], [ends[i]!, y])
  }
  return draw(id, label, NARROW, {
    grid: { left: 46, right: 14, top: 12, bottom: 26 },
    xAxis: { ...axis(), type: 'value', min: from, max: to, splitLine: { show: false } },
    yAxis: {
      ...axis(),
      type: logarithmic ? 'log' : 'value',
      min: floor,
      axisLabel: { ...axis().axisLabel, formatter: (n: number) => (n < 1 && logarithmic ? '' : decimal(n)) },
      splitNumber: 3,
    },
    series: [
      {
        type: 'line',
        data: outline,
        symbol: 'none',
        lineStyle: { color: 'var(--c1)', width: 1.2 },
        areaStyle: { color: 'var(--c1)', opacity: 0.32, origin: 'start' },
        markLine: markLine(limits, 'xAxis'),
      },
    ],
  })
}

/** Curves over a common x axis. */
export function lineChart(
  id: string,
  label: string,
  lines: readonly Line[],
  x: string,
  y: string,
  limits: readonly Limit[] = [],
): string {
  const values = lines.flatMap((line) => line.points.map(([, value]) => value))
  const low = Math.min(...values)
  const high = Math.max(...values)
  return draw(id, label, WIDE, {
    grid: { left: 54, right: 18, top: y === '' ? 10 : 30, bottom: 44 },
    xAxis: {
      ...axis(),
      type: 'value',
      name: x,
      nameLocation: 'middle',
      nameGap: 28,
      nameTextStyle: text(),
      splitLine: { show: false },
      min: 'dataMin',
      max: 'dataMax',
    },
    yAxis: {
      ...axis(),
      type: 'value',
      name: y,
      nameTextStyle: { ...text(), align: 'left', padding: [0, 0, 0, -42] },
      min: low < 0 || low < 0.35 * high ? Math.min(0, low) : 'dataMin',
      scale: true,
      splitNumber: 4,
    },
    series: lines.map((line, i) => ({
      type: 'line',
      name: line.name,
      data: line.points,
      showSymbol: line.dots ?? false,
      symbol: 'circle',
      symbolSize: 7,
      lineStyle: { color: line.colour, width: line.dots ? 2.2 : 1.6 },
      itemStyle: { color: line.colour, borderWidth: 0 },
      ...(i === 0 ? { markLine: markLine(limits, 'yAxis') } : {}),
    })),
  })
}

/** Dots with horizontal limits: one dot an observation. */
export function dotChart(
  id: string,
  label: string,
  points: readonly (readonly [number, number])[],
  x: string,
  y: string,
  limits: readonly Limit[],
): string {
  const top = 1.02 * Math.max(...points.map(([, value]) => value), ...limits.map((limit) => limit.at))
  const step = niceStep(top / 4)
  return draw(id, label, WIDE, {
    grid: { left: 54, right: 18, top: 30, bottom: 44 },
    xAxis: {
      ...axis(),
      type: 'value',
      name: x,
      nameLocation: 'middle',
      nameGap: 28,
      nameTextStyle: text(),
      splitLine: { show: false },
      minInterval: 1,
      scale: true,
    },
    yAxis: {
      ...axis(),
      type: 'value',
      name: y,
      nameTextStyle: { ...text(), align: 'left', padding: [0, 0, 0, -42] },
      max: Math.ceil(top / step) * step,
      interval: step,
      splitNumber: 4,
    },
    series: [
      {
        type: 'scatter',
        data: points,
        symbolSize: 9,
        itemStyle: { color: 'var(--c1)', opacity: 0.72 },
        markLine: markLine(limits, 'yAxis'),
      },
    ],
  })
}

/** The smallest of 1, 2, 5 × 10ⁿ that is at least `x`. */
function niceStep(x: number): number {
  const power = 10 ** Math.floor(Math.log10(x || 1))
  return power * ([1, 2, 5, 10].find((step) => step * power >= x) ?? 10)
}

function draw(id: string, label: string, size: ChartSize, option: EChartsCoreOption): string {
  const chart = init(null, null, { renderer: 'svg', ssr: true, ...size })
  try {
    chart.setOption({ animation: false, silent: true, textStyle: { fontFamily: FONT }, ...option })
    return tidy(chart.renderToSVGString(), id, label, size)
  } finally {
    chart.dispose()
  }
}

const FONT = 'inherit'

/**
 * Leaves a plain drawing: no hover rules or data attributes (the page has no script), no fixed size, and ids that
 * depend on the chart's name instead of how many charts this process has drawn.
 */
function tidy(svg: string, id: string, label: string, { width, height }: ChartSize): string {
  const body = svg
    .replace(/^<svg[^>]*>/, '')
    .replace(/<style[\s\S]*?<\/style>/g, '')
    .replace(/ (ecmeta_\w+|pointer-events|xml:space|class)="[^"]*"/g, '')
    .replace(/\bzr\d+-/g, `${id}-`)
    .replace(/font-family:[^;"]*;?/g, '')
    .replace(/\n+/g, '\n')
  return `<svg viewBox="0 0 ${width} ${height}" role="img" aria-label="${attribute(label)}">${body}`
}

function attribute(value: string): string {
  return value.replaceAll('&', '&amp;').replaceAll('"', '&quot;').replaceAll('<', '&lt;').replaceAll('>', '&gt;')
}

function text() {
  return { color: 'var(--soft)', fontSize: 12 }
}

function axis() {
  return {
    axisLabel: { ...text(), hideOverlap: true, formatter: (n: number) => decimal(n) },
    axisLine: { lineStyle: { color: 'var(--strong-line)' } },
    axisTick: { show: false },
    splitLine: { lineStyle: { color: 'var(--line)' } },
  }
}

function markLine(limits: readonly Limit[], key: 'xAxis' | 'yAxis') {
  return {
    silent: true,
    symbol: 'none',
    animation: false,
    data: limits.map((limit) => ({
      [key]: limit.at,
      lineStyle: { color: limit.colour ?? 'var(--bad)', type: [5, 4], width: 1.6 },
      label: {
        formatter: limit.label,
        color: limit.colour === undefined ? 'var(--bad)' : 'var(--soft)',
        fontSize: 11.5,
        // Labels of vertical lines would run into each other; the key under the chart names those.
        show: key === 'yAxis',
        position: 'insideEndTop',
        textBorderWidth: 0,
      },
    })),
  }
}
