import { serveThread } from '../../util/thread.ts'
import type { TrainingJob } from './job.ts'
import type { TrainingOutcome } from './loop.ts'
import { train } from './loop.ts'

// ONNX Runtime's `run` blocks its thread, so training has one of its own.
await serveThread<TrainingJob, TrainingOutcome | 'stopped'>((job, link) =>
  train(job, {
    progress: (step, steps, loss, validLoss) =>
      link.progress(step, steps, 'steps', `${lossText(job, loss)}, held out ${validLoss.toFixed(3)}`),
    stopped: () => {
      try {
        link.checkAborted()
        return false
      } catch {
        return true
      }
    },
  }),
)

function lossText({ dp }: TrainingJob, loss: number | null): string {
  if (dp !== undefined) return 'loss not told (private)'
  return `loss ${loss?.toFixed(3) ?? 'of no token'}`
}
