import type { ProblemList } from './verify-report.ts'

/** What the log says of a run or of one of its stages: an entry whose type begins with `run.` or `stage.`. */
export interface StepEntry {
  readonly seq: number
  readonly type: string
  readonly run: string
  /** A member of its subject. */
  readonly value: (name: string) => string | undefined
  /** File of the entry, for the report. */
  readonly file: string
}

export interface StepCheck {
  see(entry: StepEntry): void
  /** Entries are missing here (pruned, or taken away): what is open now may have ended in them, and others begun. */
  gap(): void
  /** Runs that neither finished nor were closed by a later run, with the entry where each began. */
  open(): ReadonlyMap<string, number>
}

interface OpenRun {
  readonly began: number
  /** How many stages the run promised; unknown where some of its entries may be missing. */
  stages: number | undefined
  readonly open: Map<string, number>
  readonly ended: Set<string>
}

/** Entries that end a stage. `stage.planned` comes before the first alone: the others end what was never begun. */
const ENDINGS: ReadonlySet<string> = new Set(['stage.completed', 'stage.errored', 'stage.cached', 'stage.skipped'])

/** The types that are looked for here. */
export const STEP_TYPES: readonly string[] = ['stage.planned', ...ENDINGS, 'run.planned', 'run.finished', 'run.aborted']

/**
 * Completeness: intent is logged before effect, so nothing that was begun may be without an end. Every run that was
 * planned ends once (`run.finished`, or `run.aborted` by a later one, which closes its stages too); every stage of a run
 * that finished ended once; and there are as many as the plan said. Memory grows with the runs that are open, not with
 * the log. Where entries are missing, what may have been in them is not held against the log.
 */
export function stepCheck(problems: ProblemList): StepCheck {
  const runs = new Map<string, OpenRun>()
  let gaps = false

  const runOf = (entry: StepEntry): OpenRun | undefined => {
    const known = runs.get(entry.run)
    if (known !== undefined) return known
    if (!gaps) {
      problems.add('LOG_RUN_UNPLANNED', 'an entry belongs to a run that is not under way', entry.file, entry.seq)
      return undefined
    }
    const rest: OpenRun = { began: entry.seq, stages: undefined, open: new Map(), ended: new Set() }
    runs.set(entry.run, rest)
    return rest
  }

  const finish = (entry: StepEntry): void => {
    const run = runOf(entry)
    if (run === undefined) return
    for (const seq of run.open.values()) {
      problems.add('LOG_STEP_OPEN', 'a stage was begun and has no end, and its run finished', entry.file, seq)
    }
    if (run.stages !== undefined && run.open.size + run.ended.size !== run.stages) {
      problems.add(
        'LOG_STEPS_MISSING',
        `a run finished with ${run.open.size + run.ended.size} of the ${run.stages} stages that it planned`,
        entry.file,
        entry.seq,
      )
    }
    runs.delete(entry.run)
  }

  const end = (entry: StepEntry, run: OpenRun, stage: string): void => {
    if (run.ended.has(stage)) {
      problems.add('LOG_STEP_TWICE', 'a stage ended a second time in its run', entry.file, entry.seq)
    } else if (entry.type === 'stage.completed' && !run.open.has(stage) && run.stages !== undefined) {
      problems.add('LOG_STEP_UNPLANNED', 'a stage was completed that was not begun', entry.file, entry.seq)
    }
    run.open.delete(stage)
    run.ended.add(stage)
  }

  return {
    see(entry) {
      if (entry.type === 'run.planned') {
        if (runs.has(entry.run)) {
          problems.add('LOG_RUN_TWICE', 'a run was begun a second time', entry.file, entry.seq)
        }
        const stages = Number(entry.value('stages') ?? Number.NaN)
        const known = Number.isInteger(stages) ? stages : undefined
        runs.set(entry.run, { began: entry.seq, stages: known, open: new Map(), ended: new Set() })
        return
      }
      if (entry.type === 'run.finished') return finish(entry)
      if (entry.type === 'run.aborted') {
        const closed = runs.delete(entry.value('aborted') ?? entry.run)
        if (!closed && !gaps) {
          problems.add('LOG_RUN_ENDED_TWICE', 'a run was closed that was not open', entry.file, entry.seq)
        }
        return
      }
      const stage = entry.value('stage')
      if (stage === undefined || !(entry.type === 'stage.planned' || ENDINGS.has(entry.type))) return
      const run = runOf(entry)
      if (run === undefined) return
      if (ENDINGS.has(entry.type)) return end(entry, run, stage)
      if (run.open.has(stage) || run.ended.has(stage)) {
        problems.add('LOG_STEP_TWICE', 'a stage was begun a second time in its run', entry.file, entry.seq)
      }
      run.open.set(stage, entry.seq)
    },
    gap() {
      gaps = true
      for (const run of runs.values()) {
        run.stages = undefined
        run.open.clear()
      }
    },
    open: () => new Map([...runs].map(([run, { began }]) => [run, began])),
  }
}
