import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { putDataset } from '../artifacts/dataset.ts'
import { recordId, type TextRecord } from '../artifacts/record.ts'
import type { ArtifactRef } from '../artifacts/refs.ts'
import { ShardWriter } from '../artifacts/shard-writer.ts'
import { openStore, type Store } from '../artifacts/store.ts'
import { threadRunner } from '../runners/threads.ts'
import { curate } from '../stages/curate/index.ts'
import { type Random, random } from '../util/random.ts'
import type { Bench } from './bench.ts'
import { completeConfig, driveStage } from './drive-stage.ts'

const ROWS = 100_000
const JOBS = 2

/**
 * Chat records of about 1 KB on two threads, sealed as raw data is: 15 % near-duplicates (one message changed) and 5 %
 * exact ones. `SLUICE_BENCH_ROWS=1000000` runs another number of rows, so that peak memory can be compared.
 */
export const bench: Bench = {
  name: 'curate',
  summary: 'chat records of about 1 KB through curate with its defaults, 2 threads, sealed store',
  async run() {
    const rows = Number(process.env['SLUICE_BENCH_ROWS'] ?? ROWS)
    const folder = mkdtempSync(join(tmpdir(), 'sluice-bench-curate-'))
    try {
      const store = openStore(join(folder, 'store'))
      const data = writeRecords(store, rows)
      const runner = threadRunner(JOBS)
      resetPeak()
      const cpu = process.cpuUsage()
      const started = performance.now()
      const { outputs } = await driveStage(
        curate,
        completeConfig(curate, { drop_when: [{ score: 'toxicity.scores.toxicity', at_least: 0.97 }] }),
        { data },
        store,
        (tasks) => Promise.all(tasks.map((task) => runner.run(task, () => {}))),
      )
      const seconds = (performance.now() - started) / 1000
      const { user, system } = process.cpuUsage(cpu)
      await runner.close()
      const metric = (name: string): number => Number(outputs.summary.metrics.find((m) => m.name === name)?.value)
      return {
        figures: {
          records_s: rows / seconds,
          mb_s: data.bytes / 1e6 / seconds,
          // Of all threads: what the machine's other work does not change much.
          cpu_us_per_record: (user + system) / rows,
          rows,
          peak_rss_mb: peakRssMb(),
          ...outputs.timings,
          duplicate_share: metric('duplicate_share'),
          split_leakage: metric('split_leakage'),
        },
        floors: { records_s: 5000 },
      }
    } finally {
      rmSync(folder, { recursive: true, force: true })
    }
  },
}

export function writeRecords(store: Store, rows: number): ArtifactRef {
  const generator = random(11, 'bench', 'curate')
  const vocabulary = Array.from({ length: 8000 }, () => makeWord(generator))
  const writer = new ShardWriter(store, 'raw')
  let recent: readonly (readonly string[])[] = []
  for (let row = 0; row < rows; row++) {
    const luck = generator.next()
    const model = luck < 0.2 && recent.length > 0 ? generator.pick(recent) : undefined
    const turns =
      model === undefined
        ? newTurns(generator, vocabulary)
        : luck < 0.05
          ? model
          : changed(model, generator, vocabulary)
    if (model === undefined) recent = [...recent.slice(-63), turns]
    writer.write(toRecord(turns, row, generator))
  }
  return putDataset(store, writer.finish(), 'raw')
}

function newTurns(generator: Random, vocabulary: readonly string[]): readonly string[] {
  return Array.from({ length: 6 }, () => sentence(generator, vocabulary, 14 + generator.integer(16)))
}

/** Another last answer, of six words: the rest stays. */
function changed(turns: readonly string[], generator: Random, vocabulary: readonly string[]): readonly string[] {
  return [...turns.slice(0, -1), `${turns.at(-1)!} ${sentence(generator, vocabulary, 4)}`]
}

function sentence(generator: Random, vocabulary: readonly string[], words: number): string {
  // Squared, so that some words are far more frequent than others, as in language.
  const word = (): string => vocabulary[Math.floor(generator.next() ** 2 * vocabulary.length)]!
  return `${Array.from({ length: words }, word).join(' ')}.`
}

function makeWord(generator: Random): string {
  const syllables = [
    'an',
    'ter',
    'li',
    'mo',
    'ke',
    'ra',
    'tion',
    'su',
    'per',
    'vi',
    'den',
    'al',
    'or',
    'ing',
    'ba',
    'st',
  ]
  return Array.from({ length: 1 + generator.integer(3) }, () => generator.pick(syllables)).join('')
}

function toRecord(turns: readonly string[], row: number, generator: Random): TextRecord {
  const messages = turns.map((content, i) => ({
    role: i % 2 === 0 ? ('user' as const) : ('assistant' as const),
    content,
  }))
  const source = { uri: 'bench/made.jsonl', row }
  return {
    id: recordId({ messages }, source),
    messages,
    source,
    meta: { customer: `c${generator.integer(50_000)}` },
    notes: { toxicity: { scores: { toxicity: Math.round(generator.next() ** 6 * 1e4) / 1e4 } } },
  }
}

/** Linux keeps the peak of the whole process, threads included; writing 5 sets it back. */
function resetPeak(): void {
  try {
    writeFileSync('/proc/self/clear_refs', '5')
  } catch {
    // Not Linux, or not allowed: the peak then includes the making of the data.
  }
}

function peakRssMb(): number {
  try {
    const line = /^VmHWM:\s+(\d+) kB/m.exec(readFileSync('/proc/self/status', 'utf8'))
    if (line !== null) return Math.round(Number(line[1]) / 1024)
  } catch {
    // Not Linux.
  }
  return Math.round(process.resourceUsage().maxRSS / 1024)
}
