import { compiledModule } from '../../util/package-root.ts'
import { runInThread } from '../../util/thread.ts'
import type { TrainingJob, TrainingOutcome } from './loop.ts'

/**
 * Runs a training job in a thread of its own. When the signal fires, the thread writes a checkpoint after the step it
 * is in and the promise rejects with the signal's reason.
 */
export function runTraining(
  job: TrainingJob,
  signal: AbortSignal,
  onProgress: (done: number, total: number, unit: string, detail?: string) => void,
): Promise<TrainingOutcome> {
  return runInThread<TrainingOutcome>(compiledModule('models/training/thread.js'), job, { signal, onProgress })
}
