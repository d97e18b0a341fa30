import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { createReadStream, createWriteStream, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { packageFile } from '../../util/package-root.ts'
import type { Bench } from '../bench.ts'
import { type Usage, usageOf } from '../peak-memory.ts'
import { dataFolder, speedTexts } from './data-sets.ts'
import type { Mark } from './stream-process.ts'

const LONG = process.env['SLUICE_BENCH_GB'] === '1'

/** Megabytes (10⁶ bytes) of the streams and of the files that the command reads. */
const STREAM_MB = LONG ? { everything: 1000, rules: 1000 } : { everything: 50, rules: 200 }
const FILE_MB = LONG ? 1000 : 50

/** How often a stream says what it has taken. */
const STEPS = 10

const FORMATS = ['text', 'jsonl', 'csv'] as const
type Format = (typeof FORMATS)[number]

/**
 * Whether memory grows with the size of what is redacted: streams with everything on and with rules alone, and
 * `sluice redact FILE --out` on text, JSON Lines and CSV (rules alone). `SLUICE_BENCH_GB=1` takes 1 GB of each (half an hour).
 *
 * - `memory_growth`: most resident memory of the stream with everything on over all its input, over that of its first fifth.
 *   A heap takes some tens of megabytes to reach its size, so a short run shows more growth than a long one.
 * - `memory_live_growth`: the same for what is alive after a collection of garbage. Near 1: nothing piles up.
 */
export async function measureMemory(): Promise<Record<string, number>> {
  const figures: Record<string, number> = {}
  for (const mode of ['everything', 'rules'] as const) {
    const megabytes = STREAM_MB[mode]
    const name = mode === 'everything' ? 'stream' : 'rules_stream'
    const { marks, seconds } = await stream(megabytes, mode)
    const first = marks[1]!
    const last = marks.at(-1)!
    for (const { read, peak, live } of marks.slice(0, STEPS)) {
      figures[`${name}_peak_rss_mib_at_${Math.round(read / 1e6)}_mb`] = Math.round(peak)
      figures[`${name}_live_mib_at_${Math.round(read / 1e6)}_mb`] = Math.round(live)
    }
    figures[`${name}_mb_s_at_${megabytes}_mb`] = rounded(megabytes / seconds)
    const prefix = mode === 'everything' ? 'memory' : 'rules_memory'
    figures[`${prefix}_growth`] = rounded(last.peak / first.peak)
    figures[`${prefix}_live_growth`] = rounded(last.live / first.live)
  }
  for (const format of FORMATS) {
    const small = await command(FILE_MB / 5, format)
    const large = await command(FILE_MB, format)
    figures[`file_${format}_peak_rss_mib_at_${FILE_MB / 5}_mb`] = Math.round(small.peak)
    figures[`file_${format}_peak_rss_mib_at_${FILE_MB}_mb`] = Math.round(large.peak)
    figures[`file_${format}_memory_growth`] = rounded(large.peak / small.peak)
  }
  return figures
}

/** Greatest acceptable growth over five times the input. */
export const MEMORY_CEILINGS: Readonly<Record<string, number>> = {
  memory_growth: 1.25,
  memory_live_growth: 1.1,
  rules_memory_growth: 1.25,
  rules_memory_live_growth: 1.1,
  ...Object.fromEntries(FORMATS.map((format) => [`file_${format}_memory_growth`, 1.25])),
}

export const bench: Bench = {
  name: 'redaction-memory',
  summary: 'memory of redaction over five times the input: streams and files',
  run: async () => ({ figures: await measureMemory(), floors: {}, ceilings: MEMORY_CEILINGS }),
}

interface Streamed {
  /** After each tenth of the input; the last at its end. */
  readonly marks: readonly Mark[]
  readonly seconds: number
}

/** A process that redacts plain text as a stream. */
async function stream(megabytes: number, mode: 'everything' | 'rules'): Promise<Streamed> {
  return await inFolder(async (folder) => {
    const file = await writeInput(folder, megabytes, 'text')
    const args = [
      '--expose-gc',
      packageFile('dist/bench/redaction/stream-process.js'),
      mode,
      String((megabytes * 1e6) / STEPS),
    ]
    const child = spawn(process.execPath, args, { stdio: ['pipe', 'pipe', 'inherit', 'ipc'] })
    const marks: Mark[] = []
    child.on('message', (mark: Mark) => marks.push(mark))
    child.stdout!.resume()
    createReadStream(file).pipe(child.stdin!)
    const { seconds } = await usageOf(child)
    if (marks.length < STEPS) throw new Error('the stream did not say what it took')
    return { marks, seconds }
  })
}

/** `sluice redact FILE --out`, rules alone. */
async function command(megabytes: number, format: Format): Promise<Usage> {
  return await inFolder(async (folder) => {
    const file = await writeInput(folder, megabytes, format)
    writeFileSync(join(folder, 'config.yaml'), 'names: false\n')
    const args = ['redact', file, '--format', format, '--config', 'config.yaml', '--out', 'out']
    return await usageOf(
      spawn(process.execPath, [packageFile('dist/cli/main.js'), ...args], {
        cwd: folder,
        stdio: ['ignore', 'ignore', 'ignore'],
      }),
    )
  })
}

async function inFolder<T>(act: (folder: string) => Promise<T>): Promise<T> {
  const folder = mkdtempSync(join(tmpdir(), 'sluice-redaction-'))
  try {
    return await act(folder)
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

/** Conversations over and over, numbered, so that no two are alike. */
async function writeInput(folder: string, megabytes: number, format: Format): Promise<string> {
  const texts = speedTexts(dataFolder())
  const file = join(folder, 'input')
  const out = createWriteStream(file)
  let written = 0
  if (format === 'csv') out.write('id,subject,text\n')
  for (let i = 0; written < megabytes * 1e6; i++) {
    const row = rowOf(format, i, texts[i % texts.length]!)
    written += Buffer.byteLength(row)
    if (!out.write(row)) await once(out, 'drain')
  }
  out.end()
  await once(out, 'finish')
  return file
}

function rowOf(format: Format, i: number, text: string): string {
  if (format === 'text') return `Case ${i}\n${text}\n\n`
  if (format === 'jsonl') return `${JSON.stringify({ id: i, subject: `Case ${i}`, text })}\n`
  return `${i},Case ${i},"${text.replaceAll('"', '""')}"\n`
}

function rounded(value: number): number {
  return Math.round(100 * value) / 100
}
