import { readFileSync } from 'node:fs'
import { parentPort, workerData } from 'node:worker_threads'
import type { TextRecord } from '../artifacts/record.ts'
import { Tally } from '../artifacts/tally.ts'
import type { RedactConfig } from '../stages/redact/config.ts'
import type { OpenContext } from '../stages/stage.ts'

/** One worker of `bench/redact.ts`: redacts its part of the sample tickets once to warm up, then on each message. */
export interface RedactTask {
  readonly path: string
  readonly part: number
  readonly parts: number
  readonly config: RedactConfig
}

const { path, part, parts, config } = workerData as RedactTask
const { redact } = await import('../stages/redact/index.ts')
const lines = readFileSync(path, 'utf8').trimEnd().split('\n')
const records: TextRecord[] = lines
  .filter((_, row) => row % parts === part)
  .map((line, row) => {
    const { id, messages, ...meta } = JSON.parse(line)
    return { id, messages, meta, source: { uri: 'tickets.jsonl', row }, notes: {} }
  })
const bytes = records.reduce((sum, record) => sum + Buffer.byteLength(JSON.stringify(record)), 0)

async function pass(): Promise<void> {
  // Of the context, redaction without pseudonyms reads the seed and the tally.
  const worker = await redact.open(config, { seed: 1, tally: new Tally() } as unknown as OpenContext)
  for (let at = 0; at < records.length; at += 500) await worker.process(records.slice(at, at + 500))
  await worker.close()
}

await pass()
parentPort!.on('message', async (message: 'go' | 'end') => {
  if (message === 'end') return parentPort!.close()
  await pass()
  parentPort!.postMessage({ bytes })
})
parentPort!.postMessage({ bytes })
