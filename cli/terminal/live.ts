import { duration, integer, percent } from '../../reports/format.ts'
import type { Styles } from './colour.ts'
import { cells, pad, truncate } from './width.ts'

/** A stage that is running, as the events told so far. */
export interface LiveStage {
  readonly id: string
  readonly started: number
  readonly done: number
  readonly total: number
  readonly unit: string
  readonly detail: string
}

/** `⠹ redact  ━━━━━━━━━───────  62% · 1,860/3,000 rows · 210 rows/s · 5.4 s left`, never wider than the terminal. */
export function liveLine(stage: LiveStage, now: number, names: number, columns: number, style: Styles): string {
  const seconds = Math.max(0, (now - stage.started) / 1000)
  const share = stage.total > 0 ? Math.min(1, stage.done / stage.total) : undefined
  const rate = seconds > 0.5 && stage.done > 0 ? stage.done / seconds : undefined
  const left = rate !== undefined && stage.total > stage.done ? (stage.total - stage.done) / rate : undefined
  const facts = [
    ...(share === undefined ? [] : [pad(percent(Math.floor(share * 100) / 100), 4)]),
    ...(stage.total > 0
      ? [`${integer(stage.done)}/${integer(stage.total)} ${stage.unit}`]
      : stage.done > 0
        ? [`${integer(stage.done)} ${stage.unit}`]
        : []),
    ...(rate === undefined ? [duration(seconds)] : [`${rate >= 10 ? integer(rate) : rate.toFixed(1)} ${stage.unit}/s`]),
    ...(left === undefined ? [] : [`${duration(left)} left`]),
    ...(stage.detail === '' ? [] : [stage.detail]),
  ].join(' · ')
  const sign = SPINNER[Math.floor(seconds * 10) % SPINNER.length]!
  const head = `${sign} ${pad(stage.id, names)}  `
  // The bar is the first thing to go where there is no room.
  const room = columns - 1 - cells(head)
  const bar = share === undefined || room < cells(facts) + 8 ? 0 : Math.min(24, room - cells(facts) - 2)
  if (bar === 0) return truncate(head + facts, columns - 1)
  const full = Math.round(share! * bar)
  return `${style.accent(sign)} ${pad(stage.id, names)}  ${style.accent('━'.repeat(full))}${style.dim('─'.repeat(bar - full))}  ${facts}`
}

const SPINNER = ['⠋', '⠙', '⠹', '⠸', '⠼', '⠴', '⠦', '⠧', '⠇', '⠏']
