import { Worker } from 'node:worker_threads'
import type { SerializedError } from '../../util/errors.ts'
import { fromSerialized, SluiceError } from '../../util/errors.ts'
import { compiledModule } from '../../util/package-root.ts'
import type { TrainingJob, TrainingProgress, TrainingResult } from './loop.ts'

export type FromThread =
  | { readonly kind: 'progress'; readonly progress: TrainingProgress }
  | { readonly kind: 'note'; readonly code: string; readonly step: number }
  | { readonly kind: 'result'; readonly result: TrainingResult }
  | { readonly kind: 'error'; readonly error: SerializedError }

export interface TrainingListener {
  progress(progress: TrainingProgress): void
  note(code: string, step: number): void
}

/**
 * Runs a training job in a thread of its own. When the signal fires, the thread writes a checkpoint after the step it
 * is in and the promise rejects with the signal's reason.
 */
export async function runTraining(
  job: TrainingJob,
  listener: TrainingListener,
  signal?: AbortSignal,
): Promise<Extract<TrainingResult, { kind: 'done' }>> {
  signal?.throwIfAborted()
  const stop = new Int32Array(new SharedArrayBuffer(4))
  const worker = new Worker(compiledModule('models/training/thread.js'), { workerData: { job, stop } })
  const onAbort = (): void => {
    Atomics.store(stop, 0, 1)
  }
  signal?.addEventListener('abort', onAbort, { once: true })
  try {
    const result = await new Promise<TrainingResult>((resolve, reject) => {
      worker.on('message', (message: FromThread) => {
        if (message.kind === 'progress') listener.progress(message.progress)
        else if (message.kind === 'note') listener.note(message.code, message.step)
        else if (message.kind === 'result') resolve(message.result)
        else reject(fromSerialized(message.error))
      })
      worker.on('error', reject)
      worker.on('exit', (code) =>
        reject(
          new SluiceError({ code: 'TRAINING_THREAD_DIED', message: `the training thread ended with ${code}`, exit: 5 }),
        ),
      )
    })
    if (result.kind === 'stopped') throw signal?.reason ?? new Error('training was stopped')
    return result
  } finally {
    signal?.removeEventListener('abort', onAbort)
    await worker.terminate()
  }
}
