import { parentPort } from 'node:worker_threads'
import { toSluiceError } from '../util/errors.ts'
import { executeTask } from './task.ts'
import type { FromWorker, ToWorker } from './threads.ts'

const PROGRESS_ROWS = 512

const port = parentPort
if (port === null) throw new Error('runners/worker.js is loaded by a thread runner only')

port.on('message', async ({ id, task }: ToWorker) => {
  let pending = 0
  const send = (message: FromWorker): void => port.postMessage(message)
  try {
    const result = await executeTask(task, (rows) => {
      pending += rows
      if (pending < PROGRESS_ROWS) return
      send({ id, progress: pending })
      pending = 0
    })
    if (pending > 0) send({ id, progress: pending })
    send({ id, result })
  } catch (error) {
    const known = toSluiceError(error, `stage ${task.stage}`)
    const stack = known.code === 'INTERNAL' && error instanceof Error ? error.stack : undefined
    send({ id, error: known.toJSON(), ...(stack === undefined ? {} : { stack }) })
  }
})
