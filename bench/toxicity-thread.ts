import type { TextRecord } from '../artifacts/record.ts'
import { Tally } from '../artifacts/tally.ts'
import type { ToxicityConfig } from '../stages/toxicity/config.ts'
import { toxicity } from '../stages/toxicity/index.ts'
import { serveThread } from '../util/thread.ts'
import { completeConfig } from './drive-stage.ts'
import { openContext } from './open-context.ts'

export interface ToxicityJob {
  readonly records: readonly TextRecord[]
}

export interface ToxicityTime {
  /** Milliseconds since the epoch, so that threads can be compared. */
  readonly start: number
  readonly end: number
  readonly openMs: number
  readonly characters: number
}

const BATCH = 256

await serveThread<ToxicityJob, ToxicityTime>(async ({ records }) => {
  const opening = now()
  const config = completeConfig(toxicity, {}) as unknown as ToxicityConfig
  const worker = await toxicity.open(config, openContext(new Tally()))
  await worker.process(records.slice(0, 16))
  const start = now()
  let kept = 0
  for (let i = 0; i < records.length; i += BATCH)
    kept += (await worker.process(records.slice(i, i + BATCH))).kept.length
  const end = now()
  await worker.close()
  if (kept !== records.length) throw new Error(`${records.length - kept} records were not scored`)
  const characters = records.reduce(
    (sum, record) => sum + (record.messages ?? []).reduce((n, message) => n + message.content.length, 0),
    0,
  )
  return { start, end, openMs: start - opening, characters }
})

function now(): number {
  return performance.timeOrigin + performance.now()
}
