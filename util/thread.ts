import { parentPort, Worker, workerData } from 'node:worker_threads'
import { fromSerialized, type SerializedError, toSluiceError } from './errors.ts'

/** What a job in a thread tells while it works. */
export interface ThreadLink {
  progress(done: number, total: number, unit: string, detail?: string): void
  /** Throws where the caller has given up. Call it between batches: a native call cannot be interrupted. */
  checkAborted(): void
}

interface ThreadData {
  readonly input: unknown
  readonly cancelled: Int32Array
}

type FromThread =
  | { readonly type: 'progress'; readonly args: Parameters<ThreadLink['progress']> }
  | { readonly type: 'result'; readonly value: unknown }
  | { readonly type: 'error'; readonly error: SerializedError }

/**
 * Runs one job in a thread of its own, so that native calls which block do not stop the event loop. Abort is
 * cooperative: a thread that is killed inside native code may take the process with it.
 *
 * @param module - compiled module that calls `serveThread`, from `compiledModule()`
 * @param input - structured-cloneable
 * @param options - `transfer` names memory in `input` that moves to the thread instead of being copied
 * @throws the abort reason of `signal`, or the job's own SluiceError
 */
export function runInThread<Output>(
  module: URL,
  input: unknown,
  options: {
    readonly signal: AbortSignal
    readonly onProgress: ThreadLink['progress']
    readonly transfer?: readonly ArrayBuffer[]
  },
): Promise<Output> {
  const { signal, onProgress, transfer = [] } = options
  if (signal.aborted) return Promise.reject(signal.reason)
  const cancelled = new Int32Array(new SharedArrayBuffer(4))
  const worker = new Worker(module, {
    workerData: { input, cancelled } satisfies ThreadData,
    transferList: [...transfer],
  })
  const abort = (): void => {
    Atomics.store(cancelled, 0, 1)
  }
  signal.addEventListener('abort', abort, { once: true })
  let answer: FromThread | undefined
  return new Promise<Output>((resolve, reject) => {
    worker.on('message', (message: FromThread) => {
      if (message.type === 'progress') onProgress(...message.args)
      else answer = message
    })
    worker.on('error', (error) => reject(toSluiceError(error, 'running a thread')))
    worker.on('exit', (code) => {
      if (signal.aborted) reject(signal.reason)
      else if (answer?.type === 'result') resolve(answer.value as Output)
      else if (answer?.type === 'error') reject(fromSerialized(answer.error))
      else reject(toSluiceError(new Error(`exit code ${code}`), 'a thread ended without an answer'))
    })
  }).finally(() => signal.removeEventListener('abort', abort))
}

/** The thread's side: takes the input, runs the job once, sends the result. */
export async function serveThread<Input, Output>(
  job: (input: Input, link: ThreadLink) => Promise<Output>,
): Promise<void> {
  const port = parentPort
  if (port === null) throw new Error('this module runs in a worker thread only')
  const { input, cancelled } = workerData as ThreadData
  const send = (message: FromThread): void => port.postMessage(message)
  try {
    const value = await job(input as Input, {
      progress: (...args) => send({ type: 'progress', args }),
      checkAborted: () => {
        if (Atomics.load(cancelled, 0) === 1) throw new Error('aborted')
      },
    })
    send({ type: 'result', value })
  } catch (error) {
    if (process.env['SLUICE_DEBUG'] === '1') console.error(error)
    send({ type: 'error', error: toSluiceError(error, 'running a thread').toJSON() })
  } finally {
    port.close()
  }
}
