import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { createReadStream, createWriteStream, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { packageFile } from '../../util/package-root.ts'
import { speedTexts } from './data-sets.ts'

const LONG = process.env['SLUICE_BENCH_GB'] === '1'

/**
 * Peak memory of a process that redacts a plain text file as a stream, at sizes ten times apart: 5 and 50 MB, or with
 * `SLUICE_BENCH_GB=1` 100 MB and 1 GB (a quarter of an hour). `stream_flatness` is the smaller peak over the larger: near 1,
 * nothing piles up. A short run ends before the heap has its full size, so only the long ones are judged by it.
 */
export async function measureMemory(): Promise<Record<string, number>> {
  const sizes = LONG ? [100, 1000] : [5, 50]
  const figures: Record<string, number> = {}
  const peaks: number[] = []
  for (const megabytes of sizes) {
    const { peak, seconds } = await stream(megabytes)
    peaks.push(peak)
    figures[`stream_peak_rss_mib_at_${megabytes}_mb`] = Math.round(peak)
    figures[`stream_mb_s_at_${megabytes}_mb`] = Math.round((100 * megabytes) / seconds) / 100
  }
  figures['stream_flatness'] = Math.round((100 * peaks[0]!) / peaks[1]!) / 100
  return figures
}

/** Floors of the figures above. */
export const MEMORY_FLOORS: Readonly<Record<string, number>> = LONG ? { stream_flatness: 0.8 } : {}

async function stream(megabytes: number): Promise<{ readonly peak: number; readonly seconds: number }> {
  const dir = mkdtempSync(join(tmpdir(), 'sluice-redaction-'))
  try {
    const file = join(dir, 'text.txt')
    await writeText(file, megabytes * 1e6)
    const start = performance.now()
    const child = spawn(process.execPath, [packageFile('dist/bench/redaction/stream-process.js')], {
      stdio: ['pipe', 'pipe', 'inherit'],
    })
    child.stdout.resume()
    createReadStream(file).pipe(child.stdin)
    let peak = 0
    const timer = setInterval(() => {
      try {
        // The kernel's own high-water mark.
        const line = /VmHWM:\s+(\d+) kB/.exec(readFileSync(`/proc/${child.pid}/status`, 'utf8'))
        peak = Math.max(peak, Number(line?.[1] ?? 0) / 1024)
      } catch {
        // The process has just ended.
      }
    }, 100)
    const [code] = await once(child, 'exit')
    clearInterval(timer)
    if (code !== 0) throw new Error(`the stream ended with exit code ${code}`)
    return { peak, seconds: (performance.now() - start) / 1000 }
  } finally {
    rmSync(dir, { recursive: true, force: true })
  }
}

/** Sample conversations over and over, numbered, so that no two are alike. */
async function writeText(file: string, bytes: number): Promise<void> {
  const texts = speedTexts(undefined)
  const out = createWriteStream(file)
  let written = 0
  for (let i = 0; written < bytes; i++) {
    const block = `Case ${i}\n${texts[i % texts.length]}\n\n`
    written += Buffer.byteLength(block)
    if (!out.write(block)) await once(out, 'drain')
  }
  out.end()
  await once(out, 'finish')
}
