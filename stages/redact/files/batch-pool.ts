import { Worker } from 'node:worker_threads'
import { fromSerialized, type SerializedError, SluiceError, toSluiceError } from '../../../util/errors.ts'
import { compiledModule } from '../../../util/package-root.ts'
import type { Redactor } from '../redactor.ts'
import { type Batch, type BatchOutcome, redactBatch } from './redact-batch.ts'

/** Redacts batches, several at a time. */
export interface BatchPool {
  /** How many batches may be under way. */
  readonly width: number
  run(batch: Batch): Promise<BatchOutcome>
  close(): Promise<void>
}

/** On this thread. */
export function localPool(redactor: Redactor): BatchPool {
  return { width: 1, run: (batch) => redactBatch(batch, redactor), close: async () => {} }
}

/** On threads of their own, each with a redactor of the same config. */
export function threadPool(threads: number, redactor: Redactor, baseDir: string): BatchPool {
  const { seeding: _, ...config } = redactor.config
  const idle: Worker[] = []
  const waiting: ((worker: Worker) => void)[] = []
  const all = Array.from(
    { length: threads },
    () => new Worker(compiledModule('stages/redact/files/batch-thread.js'), { workerData: { config, baseDir } }),
  )
  idle.push(...all)
  const take = (): Promise<Worker> => {
    const worker = idle.pop()
    return worker === undefined ? new Promise((resolve) => waiting.push(resolve)) : Promise.resolve(worker)
  }
  const give = (worker: Worker): void => {
    const next = waiting.shift()
    if (next === undefined) idle.push(worker)
    else next(worker)
  }
  return {
    width: threads * 2,
    async run(batch) {
      const worker = await take()
      try {
        return await ask(worker, batch)
      } finally {
        give(worker)
      }
    },
    async close() {
      await Promise.all(all.map((worker) => worker.terminate()))
    },
  }
}

type Answer = { readonly outcome: BatchOutcome } | { readonly error: SerializedError }

function ask(worker: Worker, batch: Batch): Promise<BatchOutcome> {
  return new Promise((resolve, reject) => {
    const settle = (act: () => void): void => {
      worker.off('message', onMessage)
      worker.off('error', onError)
      worker.off('exit', onExit)
      act()
    }
    const onMessage = (answer: Answer): void =>
      settle(() => ('outcome' in answer ? resolve(answer.outcome) : reject(fromSerialized(answer.error))))
    const onError = (cause: unknown): void => settle(() => reject(toSluiceError(cause, 'a redaction thread')))
    const onExit = (code: number): void =>
      settle(() =>
        reject(
          new SluiceError({
            code: 'WORKER_CRASHED',
            message: `a redaction thread ended with code ${code}`,
            next: 'try again with --jobs 1',
            exit: 5,
          }),
        ),
      )
    worker.on('message', onMessage)
    worker.on('error', onError)
    worker.on('exit', onExit)
    worker.postMessage(batch)
  })
}
