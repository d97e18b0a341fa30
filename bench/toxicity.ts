import type { TextRecord } from '../artifacts/record.ts'
import { recordId } from '../artifacts/record.ts'
import { templateExamples } from '../models/toxicity/templates.ts'
import { compiledModule } from '../util/package-root.ts'
import { random } from '../util/random.ts'
import { runInThread } from '../util/thread.ts'
import type { Bench } from './bench.ts'
import type { ToxicityJob, ToxicityTime } from './toxicity-thread.ts'

const THREADS = 2
const RECORDS_EACH = 6000

/**
 * Chat records of four messages and about 300 characters through the whole stage (scores, profanity, notes, tally) on
 * two threads at once. Opening the model is not counted; reading and writing shards is the engine's.
 */
export const bench: Bench = {
  name: 'toxicity',
  summary: 'chat records of about 300 characters through the toxicity stage, 2 threads',
  async run() {
    const times = await Promise.all(
      Array.from({ length: THREADS }, (_, thread) =>
        runInThread<ToxicityTime>(
          compiledModule('bench/toxicity-thread.js'),
          { records: chatRecords(RECORDS_EACH, thread) } satisfies ToxicityJob,
          { signal: new AbortController().signal, onProgress: () => {} },
        ),
      ),
    )
    const seconds = (Math.max(...times.map(({ end }) => end)) - Math.min(...times.map(({ start }) => start))) / 1000
    const records = THREADS * RECORDS_EACH
    const characters = times.reduce((sum, time) => sum + time.characters, 0)
    return {
      figures: {
        records_s: Math.round(records / seconds),
        characters_each: Math.round(characters / records),
        open_ms: Math.round(Math.max(...times.map((time) => time.openMs))),
      },
      floors: { records_s: 3000 },
    }
  },
}

function chatRecords(count: number, thread: number): readonly TextRecord[] {
  const rng = random(11, 'bench', 'toxicity', thread)
  const examples = templateExamples(6000, rng)
  const calm = examples.filter((example) => example.y[0]! < 0.2).map((example) => example.text)
  const abusive = examples.filter((example) => example.y[0]! > 0.8).map((example) => example.text)
  // One message in fifty is abusive: more than companies report, so that the slow path is in.
  const sentence = (): string => rng.pick(rng.integer(50) === 0 ? abusive : calm)
  return Array.from({ length: count }, (_, row) => {
    const messages = Array.from({ length: 4 }, (_, turn) => ({
      role: turn % 2 === 0 ? ('user' as const) : ('assistant' as const),
      // Numbers make the messages differ, as real ones do.
      content: `${sentence()} ${rng.pick(calm)} ${rng.integer(1e6)}`,
    }))
    const source = { uri: 'bench/chat.jsonl', row }
    return { id: recordId({ messages }, source), messages, source, meta: {}, notes: {} }
  })
}
