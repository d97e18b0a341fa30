import { Worker } from 'node:worker_threads'
import { fromSerialized, type SerializedError, SluiceError } from '../util/errors.ts'
import { compiledModule } from '../util/package-root.ts'
import type { Runner, ShardResult, ShardTask } from './runner.ts'

export type ToWorker = { readonly id: number; readonly task: ShardTask }
export type FromWorker =
  | { readonly id: number; readonly progress: number }
  | { readonly id: number; readonly result: ShardResult }
  | { readonly id: number; readonly error: SerializedError; readonly stack?: string }

interface Job {
  readonly id: number
  readonly task: ShardTask
  readonly onProgress: (rows: number) => void
  readonly resolve: (result: ShardResult) => void
  readonly reject: (error: SluiceError) => void
}

interface Slot {
  worker: Worker | undefined
  job: Job | undefined
}

/** Runs tasks on worker threads of this process. A thread that dies fails its task (transient) and is replaced. */
export function threadRunner(slots: number): Runner {
  const pool: Slot[] = Array.from({ length: slots }, () => ({ worker: undefined, job: undefined }))
  const queue: Job[] = []
  let sequence = 0
  let closed = false

  const settle = (slot: Slot, act: (job: Job) => void): void => {
    const job = slot.job
    slot.job = undefined
    if (job !== undefined) act(job)
    dispatch()
  }

  const start = (slot: Slot): Worker => {
    const worker = new Worker(compiledModule('runners/worker.js'), {
      // Shards are streams of short-lived strings: a larger nursery saves a fifth of the time that goes into collection.
      resourceLimits: { maxOldGenerationSizeMb: 4096, maxYoungGenerationSizeMb: 64 },
    })
    worker.on('message', (message: FromWorker) => {
      if (slot.job?.id !== message.id) return
      if ('progress' in message) slot.job.onProgress(message.progress)
      else if ('result' in message) settle(slot, (job) => job.resolve(message.result))
      else {
        if (process.env['SLUICE_DEBUG'] === '1' && message.stack !== undefined)
          process.stderr.write(`${message.stack}\n`)
        settle(slot, (job) => job.reject(fromSerialized(message.error)))
      }
    })
    worker.on('error', (cause) => {
      slot.worker = undefined
      settle(slot, (job) => job.reject(crashed(cause)))
    })
    worker.on('exit', () => {
      if (slot.worker === worker) slot.worker = undefined
      if (!closed && slot.job !== undefined) settle(slot, (job) => job.reject(crashed(undefined)))
    })
    return worker
  }

  const dispatch = (): void => {
    for (const slot of pool) {
      if (slot.job !== undefined) continue
      const job = queue.shift()
      if (job === undefined) return
      slot.job = job
      slot.worker ??= start(slot)
      slot.worker.postMessage({ id: job.id, task: job.task } satisfies ToWorker)
    }
  }

  return {
    name: 'threads',
    slots,
    run: (task, onProgress) =>
      new Promise((resolve, reject) => {
        queue.push({ id: sequence++, task, onProgress, resolve, reject })
        dispatch()
      }),
    async close() {
      closed = true
      await Promise.all(pool.map((slot) => slot.worker?.terminate()))
    },
  }
}

function crashed(cause: unknown): SluiceError {
  const memory = cause instanceof Error && 'code' in cause && cause.code === 'ERR_WORKER_OUT_OF_MEMORY'
  return new SluiceError({
    code: memory ? 'WORKER_OUT_OF_MEMORY' : 'WORKER_CRASHED',
    message: memory ? 'a worker thread ran out of memory' : 'a worker thread ended unexpectedly',
    next: memory
      ? 'use smaller shards (`shard.bytes` of ingest)'
      : 'the shard is tried again; if it fails again, run with SLUICE_DEBUG=1',
    exit: 5,
    transient: !memory,
    cause,
  })
}
