import { once } from 'node:events'
import { Worker } from 'node:worker_threads'
import type { RedactConfig } from '../stages/redact/config.ts'
import { redactConfig } from '../stages/redact/configured.ts'
import { COMMON_TYPES } from '../stages/redact/pii-type.ts'
import { compiledModule, packageFile } from '../util/package-root.ts'
import type { Bench } from './bench.ts'
import type { RedactTask } from './redact-worker.ts'

const CONFIG = redactConfig({
  seeding: { share: 0, types: [...COMMON_TYPES], values_per_record: 4, per_type_max: 400 },
})

/** Passes over the 3 MB of tickets per figure; the best counts, since other work on the machine only takes away. */
const PASSES = 5

/** The stage over the sample tickets in that many worker threads, in megabytes of JSON Lines a second. */
export function stageSpeed(workers: number, fields: Partial<RedactConfig> = {}): Promise<number> {
  return measure(workers, { ...CONFIG, ...fields })
}

/** Redaction of the sample tickets with everything on: as JSON Lines bytes in, per second of wall clock. */
export const bench: Bench = {
  name: 'redact',
  summary: 'redaction with every recognizer, names and places on (sample tickets, 3 MB of JSON Lines)',
  async run() {
    const rules = { ...CONFIG, names: false }
    const seeded = { ...CONFIG, seeding: { ...CONFIG.seeding, share: 0.1 } }
    return {
      figures: {
        mb_s: await measure(2, CONFIG),
        mb_s_per_core: await measure(1, CONFIG),
        rules_mb_s_per_core: await measure(1, rules),
        seeded_mb_s: await measure(2, seeded),
      },
      floors: { mb_s: 1 },
    }
  },
}

async function measure(workers: number, config: RedactConfig): Promise<number> {
  const path = packageFile('examples/support-tickets/tickets.jsonl')
  const pool = Array.from(
    { length: workers },
    (_, part) =>
      new Worker(compiledModule('bench/redact-worker.js'), {
        workerData: { path, part, parts: workers, config } satisfies RedactTask,
      }),
  )
  const answer = async (): Promise<number> => {
    const answers = await Promise.all(pool.map((worker) => once(worker, 'message')))
    return answers.reduce((sum, [message]) => sum + (message as { bytes: number }).bytes, 0)
  }
  await answer()
  let best = 0
  for (let pass = 0; pass < PASSES; pass++) {
    const start = performance.now()
    for (const worker of pool) worker.postMessage('go')
    const bytes = await answer()
    best = Math.max(best, bytes / 1e3 / (performance.now() - start))
  }
  for (const worker of pool) worker.postMessage('end')
  await Promise.all(pool.map((worker) => once(worker, 'exit')))
  return best
}
