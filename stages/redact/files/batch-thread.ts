import { parentPort, workerData } from 'node:worker_threads'
import { toSluiceError } from '../../../util/errors.ts'
import { createRedactor, type RedactorConfig } from '../redactor.ts'
import { type Batch, redactBatch } from './redact-batch.ts'

/** The thread side of `batch-pool.ts`. */
const { config, baseDir } = workerData as { readonly config: RedactorConfig; readonly baseDir: string }
const redactor = await createRedactor({ ...config, baseDir })
parentPort!.on('message', async (batch: Batch | null) => {
  if (batch === null) {
    await redactor.close()
    return parentPort!.close()
  }
  try {
    parentPort!.postMessage({ outcome: await redactBatch(batch, redactor) })
  } catch (cause) {
    parentPort!.postMessage({ error: toSluiceError(cause, 'redacting rows').toJSON() })
  }
})
