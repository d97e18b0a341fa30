import type { Runner, ShardResult, ShardTask } from '../../runners/runner.ts'
import { SluiceError } from '../../util/errors.ts'
import type { Actions } from './actions.ts'
import type { Listener } from './events.ts'
import { type RetryPolicy, withRetry } from './retry.ts'

export interface FanOut {
  readonly stage: string
  readonly uses: string
  readonly tasks: readonly ShardTask[]
  readonly runner: Runner
  readonly actions: Actions
  readonly retry: RetryPolicy
  /** Most tasks in flight. */
  readonly width: number
  readonly force: boolean
  readonly signal: AbortSignal
  readonly emit: Listener
  readonly onRows: (rows: number) => void
}

/**
 * Runs the tasks of one stage, each at most once: a task with a trusted action record is not repeated. Results come in
 * the order of the tasks, so nothing depends on which worker was faster. The first lasting error stops the rest.
 */
export async function fanOut(job: FanOut): Promise<readonly ShardResult[]> {
  const results = new Array<ShardResult | undefined>(job.tasks.length)
  let next = 0
  let failed: unknown
  const lane = async (): Promise<void> => {
    while (next < job.tasks.length && failed === undefined && !job.signal.aborted) {
      const index = next++
      try {
        results[index] = await runOne(job, index)
      } catch (error) {
        failed ??= error
      }
    }
  }
  await Promise.all(Array.from({ length: Math.max(1, Math.min(job.width, job.tasks.length)) }, lane))
  if (failed !== undefined) throw failed
  if (job.signal.aborted) throw aborted()
  return results as ShardResult[]
}

async function runOne(job: FanOut, index: number): Promise<ShardResult> {
  const task = job.tasks[index]!
  const known = job.force ? { miss: 'forced' } : job.actions.task(task.key)
  if ('hit' in known) {
    job.onRows(known.hit.rows.in)
    done(job, index, known.hit, true)
    return known.hit
  }
  const result = await withRetry(
    job.retry,
    `stage ${job.stage}`,
    job.signal,
    (retry) => job.emit({ type: 'shard.retry', stage: job.stage, index, ...retry }),
    () => job.runner.run(task, job.onRows),
  )
  job.actions.recordTask(job.uses, task.key, result)
  done(job, index, result, false)
  return result
}

function done(job: FanOut, index: number, result: ShardResult, cached: boolean): void {
  job.emit({ type: 'shard.done', stage: job.stage, index, total: job.tasks.length, rows: result.rows, cached })
}

export function aborted(): SluiceError {
  return new SluiceError({
    code: 'INTERRUPTED',
    message: 'the run was interrupted',
    next: 'run the same command again: finished shards are kept',
    exit: 5,
  })
}
