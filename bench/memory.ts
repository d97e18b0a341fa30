import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { createWriteStream, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { packageFile } from '../util/package-root.ts'
import type { Bench } from './bench.ts'
import { type Usage, usageOf } from './peak-memory.ts'

/** Rows of the two runs; `SLUICE_BENCH_ROWS=100000,1000000` is what the claim is about. */
const SIZES = (process.env['SLUICE_BENCH_ROWS'] ?? '20000,200000').split(',').map(Number)

const PIPELINE = `apiVersion: sluice/v1
kind: Pipeline
name: memory
purpose: benchmark
owner: sluice
seed: 1
sources: { rows: { uri: rows.jsonl, licence: Apache-2.0, lawful_basis: synthetic, purpose: benchmark } }
stages:
  ingest: { uses: ingest, with: { on_duplicate_id: ignore, shard: { rows: 10000 } } }
  redact: { uses: redact, needs: [ingest], with: { seeding: { share: 0.001 } } }
  toxicity: { uses: toxicity, needs: [redact] }
  bias: { uses: bias, needs: [toxicity] }
  curate: { uses: curate, needs: [bias] }
`

export const bench: Bench = {
  name: 'memory',
  summary: 'peak memory of the data stages (one process, two workers), at two sizes ten times apart',
  async run() {
    const figures: Record<string, number> = {}
    for (const rows of SIZES) {
      const { peak, seconds } = await measure(rows)
      figures[`peak_rss_mb_${rows}`] = Math.round(peak)
      figures[`seconds_${rows}`] = Math.round(seconds)
    }
    const [small, large] = SIZES.map((rows) => figures[`peak_rss_mb_${rows}`]!)
    figures['flatness'] = Math.round((100 * small!) / large!) / 100
    // 1 would be perfectly flat; the index of duplicates takes some 45 bytes a row.
    return { figures, floors: { flatness: 0.8 } }
  },
}

async function measure(rows: number): Promise<Usage> {
  const dir = mkdtempSync(join(tmpdir(), 'sluice-memory-'))
  try {
    writeFileSync(join(dir, 'p.yaml'), PIPELINE)
    await writeRows(join(dir, 'rows.jsonl'), rows)
    return await usageOf(
      spawn(process.execPath, [packageFile('dist/cli/main.js'), 'run', 'p.yaml', '--json', '--jobs', '2'], {
        cwd: dir,
        stdio: ['ignore', 'ignore', 'inherit'],
      }),
    )
  } finally {
    rmSync(dir, { recursive: true, force: true })
  }
}

/** Sample conversations over and over, each with a number of its own so that no two are alike. */
async function writeRows(file: string, rows: number): Promise<void> {
  const lines = readFileSync(packageFile('examples/support-tickets/tickets.jsonl'), 'utf8').trim().split('\n')
  const base = lines.map((line) =>
    (JSON.parse(line) as { messages: { role: string; content: string }[] }).messages.slice(0, 2),
  )
  const out = createWriteStream(file)
  for (let row = 0; row < rows; row++) {
    const [first, second] = base[row % base.length]!
    const word = row.toString(36).replaceAll(/\d/g, (digit) => 'klmnopqrst'[Number(digit)]!)
    const messages = [
      { ...first!, content: `${first!.content} It is about the ${word} set.` },
      { ...second!, content: second?.content ?? 'Thank you.' },
    ]
    if (!out.write(`${JSON.stringify({ messages })}\n`)) await once(out, 'drain')
  }
  out.end()
  await once(out, 'finish')
}
