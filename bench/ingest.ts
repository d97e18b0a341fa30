import { closeSync, mkdtempSync, openSync, readFileSync, rmSync, statSync, writeFileSync, writeSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { openStore } from '../artifacts/store.ts'
import { threadRunner } from '../runners/threads.ts'
import type { IngestConfig } from '../stages/ingest/config.ts'
import { ingest } from '../stages/ingest/index.ts'
import type { SourceDeclaration, SourceSplit } from '../stages/stage.ts'
import { sha256Json } from '../util/digest.ts'
import type { Json } from '../util/json.ts'
import { packageFile } from '../util/package-root.ts'
import type { Bench } from './bench.ts'
import { completeConfig } from './drive-stage.ts'

const JOBS = 2
const MEGABYTES = 600

/**
 * JSON Lines of support conversations on two threads, through the whole stage: hash and cut, parse, map, id, write shards,
 * digest, seal. `SLUICE_BENCH_ROWS=1000000` sets the number of rows instead, so that peak memory can be compared.
 */
export const bench: Bench = {
  name: 'ingest',
  summary: 'JSON Lines of support conversations through the whole ingest stage, 2 threads, sealed store',
  async run() {
    const folder = mkdtempSync(join(tmpdir(), 'sluice-bench-ingest-'))
    try {
      const path = join(folder, 'tickets.jsonl')
      const rows = writeTickets(path)
      const megabytes = statSync(path).size / 1e6
      const sources = [{ id: 'tickets', uri: path }]
      const config = completeConfig(ingest, { meta: ['id', 'channel', 'customer.id'] })
      const store = openStore(join(folder, 'store'))
      const runner = threadRunner(JOBS)
      resetPeak()
      const cpu = process.cpuUsage()
      const started = performance.now()
      const split = await ingest.split(config as unknown as IngestConfig, {
        baseDir: folder,
        storeRoot: store.root,
        sources,
        purpose: 'bench',
        now: new Date(),
        secretId: () => '',
        signal: new AbortController().signal,
        store,
      })
      const splitSeconds = (performance.now() - started) / 1000
      const tasks = split.tasks.map((task) => shardTask(task, config, sources, folder, store.root))
      const results = await Promise.all(tasks.map((task) => runner.run(task, () => {})))
      const seconds = (performance.now() - started) / 1000
      const { user, system } = process.cpuUsage(cpu)
      await runner.close()
      const records = results.reduce((sum, result) => sum + result.rows.kept, 0)
      if (records !== rows) throw new Error(`${rows} rows gave ${records} records`)
      return {
        figures: {
          mb_s: megabytes / seconds,
          records_s: records / seconds,
          // Of all threads: what the machine's other work does not change much.
          cpu_s_per_gb: (user + system) / 1e6 / (megabytes / 1000),
          split_mb_s: megabytes / splitSeconds,
          peak_rss_mb: peakRssMb(),
          rows,
          megabytes,
        },
        floors: { mb_s: 80 },
      }
    } finally {
      rmSync(folder, { recursive: true, force: true })
    }
  },
}

/** The sample tickets again and again, each line with an id of its own. */
function writeTickets(path: string): number {
  const wanted = process.env['SLUICE_BENCH_ROWS']
  const bodies = readFileSync(packageFile('examples/support-tickets/tickets.jsonl'), 'utf8')
    .trimEnd()
    .split('\n')
    .map((line) => line.replace(/^\{"id":"[^"]*"/, ''))
  const fd = openSync(path, 'w')
  let rows = 0
  let bytes = 0
  const enough = (): boolean => (wanted === undefined ? bytes >= MEGABYTES * 1e6 : rows >= Number(wanted))
  while (!enough()) {
    let block = ''
    for (const body of bodies) {
      if (enough()) break
      block += `{"id":"T-${rows}"${body}\n`
      rows += 1
    }
    bytes += writeSync(fd, block)
  }
  closeSync(fd)
  return rows
}

function shardTask(
  task: SourceSplit['tasks'][number],
  config: Json,
  sources: readonly SourceDeclaration[],
  baseDir: string,
  storeRoot: string,
) {
  const key = sha256Json(task.key)
  return {
    key,
    stage: 'ingest',
    pass: '',
    config,
    seed: 1,
    baseDir,
    sources,
    storeRoot,
    input: { kind: 'source', read: task.read, key },
    params: null,
    inputSensitivity: 'raw',
    outputSensitivity: 'raw',
    ports: ['data'],
    limits: (config as unknown as IngestConfig).shard,
  } as const
}

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
