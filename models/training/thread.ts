import { serveThread } from '../../util/thread.ts'
import type { TrainingJob, TrainingOutcome } from './loop.ts'
import { train } from './loop.ts'

// ONNX Runtime's `run` blocks its thread, so training has one of its own.
await serveThread<TrainingJob, TrainingOutcome | 'stopped'>((job, link) =>
  train(job, {
    progress: (step, steps, loss, validLoss) =>
      link.progress(
        step,
        steps,
        'steps',
        `loss ${loss?.toFixed(3) ?? 'of no token'}, held out ${validLoss.toFixed(3)}`,
      ),
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
