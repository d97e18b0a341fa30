import { parentPort, workerData } from 'node:worker_threads'
import { toSluiceError } from '../../util/errors.ts'
import type { TrainingJob } from './loop.ts'
import { train } from './loop.ts'
import type { FromThread } from './trainer.ts'

/** The training thread: ONNX Runtime's `run` blocks its thread, so training has one of its own. */
const { job, stop } = workerData as { job: TrainingJob; stop: Int32Array }
const port = parentPort!
const send = (message: FromThread): void => port.postMessage(message)

try {
  const result = await train(job, {
    progress: (progress) => send({ kind: 'progress', progress }),
    note: (code, step) => send({ kind: 'note', code, step }),
    stopped: () => Atomics.load(stop, 0) !== 0,
  })
  send({ kind: 'result', result })
} catch (error) {
  send({ kind: 'error', error: toSluiceError(error, 'training').toJSON() })
}
