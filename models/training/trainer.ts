import { compiledModule } from '../../util/package-root.ts'
import { runInThread } from '../../util/thread.ts'
import type { BaseTensors } from './base.ts'
import type { TrainingJob, TrainingOutcome } from './loop.ts'

/**
 * Runs a training job in a thread of its own. When the signal fires, the thread writes a checkpoint after the step it
 * is in and the promise rejects with the signal's reason. The tensors of a base move to the thread: the caller cannot
 * read them any more.
 */
export function runTraining(
  job: TrainingJob,
  signal: AbortSignal,
  onProgress: (done: number, total: number, unit: string, detail?: string) => void,
): Promise<TrainingOutcome> {
  return runInThread<TrainingOutcome>(compiledModule('models/training/thread.js'), job, {
    signal,
    onProgress,
    transfer: job.base !== undefined && 'tensors' in job.base ? memoryOf(job.base.tensors) : [],
  })
}

function memoryOf(tensors: BaseTensors): readonly ArrayBuffer[] {
  const buffers = new Set([...tensors.values()].map(({ data }) => data.buffer))
  // Shared memory is seen by both threads and needs no move.
  return [...buffers].filter((buffer) => buffer instanceof ArrayBuffer)
}
