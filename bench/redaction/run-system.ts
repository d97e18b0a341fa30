import { once } from 'node:events'
import { Worker } from 'node:worker_threads'
import { compiledModule } from '../../util/package-root.ts'
import type { TypedSpan } from './labelled-text.ts'
import type { Speed, SystemAnswer, SystemRequest } from './system-thread.ts'

/** A system in a thread of its own. */
export interface RunningSystem {
  /** Spans of as many texts, from the first, as the time allows. */
  find(texts: readonly string[], limitSeconds: number): Promise<readonly (readonly TypedSpan[])[]>
  time(texts: readonly string[], passes: number, limitSeconds: number): Promise<Speed>
  close(): Promise<void>
}

export async function runSystem(name: string): Promise<RunningSystem> {
  const worker = new Worker(compiledModule('bench/redaction/system-thread.js'), { workerData: name, stderr: true })
  await once(worker, 'message')
  const ask = async (request: SystemRequest): Promise<SystemAnswer> => {
    worker.postMessage(request)
    const [answer] = (await once(worker, 'message')) as [SystemAnswer]
    if (answer.kind === 'failed') throw new Error(`${name}: ${answer.message}`)
    return answer
  }
  return {
    async find(texts, limitSeconds) {
      const answer = await ask({ kind: 'find', texts, limitMs: limitSeconds * 1000 })
      if (answer.kind !== 'found') throw new Error(`${name}: ${answer.kind}`)
      return answer.spans
    },
    async time(texts, passes, limitSeconds) {
      const answer = await ask({ kind: 'time', texts, passes, limitMs: limitSeconds * 1000 })
      if (answer.kind !== 'timed') throw new Error(`${name}: ${answer.kind}`)
      return answer
    },
    async close() {
      worker.postMessage({ kind: 'close' } satisfies SystemRequest)
      await once(worker, 'exit')
    },
  }
}
