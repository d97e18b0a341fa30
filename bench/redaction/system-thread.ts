import { parentPort, workerData } from 'node:worker_threads'
import type { TypedSpan } from './labelled-text.ts'
import { systemByName } from './systems.ts'

/** What a thread is asked. Texts that the time limit leaves over are not looked at, and the answer says how many were. */
export type SystemRequest =
  | { readonly kind: 'find'; readonly texts: readonly string[]; readonly limitMs: number }
  | { readonly kind: 'time'; readonly texts: readonly string[]; readonly passes: number; readonly limitMs: number }
  | { readonly kind: 'close' }

export type SystemAnswer =
  | { readonly kind: 'found'; readonly spans: readonly (readonly TypedSpan[])[] }
  | ({ readonly kind: 'timed' } & Speed)
  | { readonly kind: 'failed'; readonly message: string }

export interface Speed {
  /** UTF-8 bytes of the texts that were looked at in the best pass. */
  readonly bytes: number
  /** Wall clock of the best pass. */
  readonly seconds: number
  /** CPU seconds of the whole process over those of the clock: how many cores were at work. */
  readonly cores: number
}

/** Texts handed over at a time: models look at many at once. */
const BATCH = 64

const system = await systemByName(workerData as string).open()

parentPort!.on('message', async (request: SystemRequest) => {
  if (request.kind === 'close') {
    await system.close()
    parentPort!.close()
    return
  }
  try {
    parentPort!.postMessage(request.kind === 'find' ? await find(request) : { kind: 'timed', ...(await time(request)) })
  } catch (error) {
    parentPort!.postMessage({ kind: 'failed', message: String(error) } satisfies SystemAnswer)
  }
})
parentPort!.postMessage('ready')

async function find({ texts, limitMs }: SystemRequest & { kind: 'find' }): Promise<SystemAnswer> {
  const spans: (readonly TypedSpan[])[] = []
  const end = performance.now() + limitMs
  while (spans.length < texts.length && performance.now() < end)
    spans.push(...(await system.find(texts.slice(spans.length, spans.length + BATCH))))
  return {
    kind: 'found',
    spans: spans.map((list) => list.map(({ start, end: to, type }) => ({ start, end: to, type }))),
  }
}

/** The best of some passes, since other work on the machine only takes away. The first pass warms up and does not count. */
async function time({ texts, passes, limitMs }: SystemRequest & { kind: 'time' }): Promise<Speed> {
  const batches: { readonly texts: readonly string[]; readonly bytes: number }[] = []
  for (let at = 0; at < texts.length; at += BATCH) {
    const part = texts.slice(at, at + BATCH)
    batches.push({ texts: part, bytes: part.reduce((sum, text) => sum + Buffer.byteLength(text), 0) })
  }
  let best: Speed | undefined
  for (let pass = 0; pass <= passes; pass++) {
    const cpu = process.cpuUsage()
    const start = performance.now()
    let bytes = 0
    for (const batch of batches) {
      await system.scan(batch.texts)
      bytes += batch.bytes
      if (performance.now() - start > limitMs) break
    }
    const seconds = (performance.now() - start) / 1000
    const used = process.cpuUsage(cpu)
    const speed = { bytes, seconds, cores: (used.user + used.system) / 1e6 / seconds }
    if (pass > 0 && (best === undefined || bytes / seconds > best.bytes / best.seconds)) best = speed
  }
  return best!
}
