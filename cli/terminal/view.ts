import type { RunEvent } from '../../pipelines/engine/events.ts'
import type { RunRecord } from '../../pipelines/engine/run-record.ts'
import { count } from '../../reports/format.ts'
import { styles, wantsColor } from './colour.ts'
import { closingLines, errorLines, finishedLine, gateLines, type Page, skippedLine } from './lines.ts'
import { type LiveStage, liveLine } from './live.ts'
import { truncate } from './width.ts'

export interface TerminalOptions {
  readonly stream: { write(text: string): unknown }
  /** True to redraw in place; false for plain lines that are only appended. */
  readonly isTTY: boolean
  /** Default: as `NO_COLOR`, `FORCE_COLOR` and the stream say. */
  readonly color?: boolean | undefined
  readonly columns: number
  /** Milliseconds, monotonic. */
  readonly now: () => number
}

export interface TerminalView {
  /** A listener of run events. */
  on(event: RunEvent): void
  /** Ends the view. `paths`: what `writeReports` gave, and `model`, `store`. */
  finish(record: RunRecord, paths: Readonly<Record<string, string>>): void
  /** Gives the terminal back as it was. Safe to call at any time and twice. */
  close(): void
}

/** Redraws at most this often, in milliseconds. */
const FRAME = 100
const HIDE_CURSOR = '\u001b[?25l'
const SHOW_CURSOR = '\u001b[?25h'

/**
 * Shows a run: permanent lines for what is over, and on a terminal, below them, one moving line for each stage that
 * runs. Draws on events only, with no timer, so it never keeps the process alive.
 */
export function createTerminalView(options: TerminalOptions): TerminalView {
  const { stream, isTTY, columns, now } = options
  const style = styles(options.color ?? wantsColor(process.env, isTTY))
  const running = new Map<string, LiveStage>()
  let names = 8
  let drawn = 0
  let last = Number.NEGATIVE_INFINITY
  let hidden = false

  const page = (): Page => ({ style, columns, names })
  const erase = (): string => (drawn === 0 ? '' : `\u001b[${drawn}A\r\u001b[0J`)
  const live = (): string => {
    const lines = [...running.values()].map((stage) => `${liveLine(stage, now(), names, columns, style)}\n`)
    drawn = lines.length
    return lines.join('')
  }
  const restore = (): void => {
    if (!hidden) return
    hidden = false
    stream.write(SHOW_CURSOR)
    process.off('exit', restore)
  }
  const draw = (permanent: readonly string[], force = false): void => {
    if (!isTTY) {
      for (const line of permanent) stream.write(`${line}\n`)
      return
    }
    if (permanent.length === 0 && !force && now() - last < FRAME) return
    last = now()
    let text = erase() + permanent.map((line) => `${line}\n`).join('') + live()
    if (!hidden && running.size > 0) {
      hidden = true
      // A run that is killed half-way must not leave a terminal without a cursor.
      process.once('exit', restore)
      text = HIDE_CURSOR + text
    }
    stream.write(text)
  }

  const update = (stage: string, change: Partial<LiveStage>): void => {
    const before = running.get(stage)
    if (before === undefined) return
    running.set(stage, { ...before, ...change })
    draw([])
  }

  return {
    on(event) {
      switch (event.type) {
        case 'run.planned':
          names = Math.min(24, Math.max(8, ...event.stages.map((stage) => stage.id.length)))
          draw([`${style.bold(event.pipeline)} · ${count(event.stages.length, 'stage')} · run ${event.run}`, ''])
          break
        case 'stage.started':
          running.set(event.stage, { id: event.stage, started: now(), done: 0, total: 0, unit: 'rows', detail: '' })
          draw(
            isTTY ? [] : [`· ${event.stage} started${event.tasks > 1 ? `, ${count(event.tasks, 'task')}` : ''}`],
            true,
          )
          break
        case 'stage.progress':
          update(event.stage, { done: event.done, total: event.total, unit: event.unit, detail: event.detail ?? '' })
          break
        case 'shard.done':
          if (running.get(event.stage)?.done === 0)
            update(event.stage, { detail: `shard ${event.index + 1} of ${event.total}` })
          break
        case 'shard.retry':
          draw([
            style.warn(
              `! ${event.stage}: ${event.code} in shard ${event.index}, attempt ${event.attempt}, again in ${event.wait_ms} ms`,
            ),
          ])
          break
        case 'stage.retry':
          draw([style.warn(`! ${event.stage}: ${event.code}, attempt ${event.attempt}, again in ${event.wait_ms} ms`)])
          break
        case 'stage.waiting':
          draw([style.warn(`! ${event.stage}: another run is at it in this store; waiting for its result`)])
          break
        case 'stage.finished':
          running.delete(event.stage)
          draw([finishedLine(page(), event.stage, event.state, event.rows, event.seconds)])
          break
        case 'stage.skipped':
          draw([skippedLine(page(), event.stage, event.because)])
          break
        case 'stage.errored':
          running.delete(event.stage)
          draw(errorLines(page(), event.stage, event.error))
          break
        case 'gate.decided':
          draw(gateLines(page(), event.gate, event.decision))
          break
        case 'record.rejected':
          draw([
            style.warn(
              truncate(`! ${event.stage === '' ? '' : `${event.stage}: `}${event.code}: ${event.message}`, columns),
            ),
          ])
          break
        case 'run.finished':
          running.clear()
          draw([], true)
          restore()
          break
      }
    },
    finish(record, paths) {
      running.clear()
      draw(closingLines(page(), record, paths), true)
      restore()
    },
    close() {
      running.clear()
      if (isTTY && drawn > 0) {
        stream.write(erase())
        drawn = 0
      }
      restore()
    },
  }
}
