import type { ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { readFileSync } from 'node:fs'

/** What a process took. */
export interface Usage {
  /** Most resident memory at any time, MiB. */
  readonly peak: number
  readonly seconds: number
}

/** Most resident memory that a process has had until now, MiB: the kernel's own mark (`VmHWM`, proc(5)). */
export function peakMemory(pid: number | 'self'): number {
  const line = /VmHWM:\s+(\d+) kB/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))
  return Number(line?.[1] ?? 0) / 1024
}

/**
 * Waits for the end of a process that has just been started.
 *
 * @throws Error where it does not end with exit code 0
 */
export async function usageOf(child: ChildProcess): Promise<Usage> {
  const start = performance.now()
  let peak = 0
  const timer = setInterval(() => {
    try {
      peak = Math.max(peak, peakMemory(child.pid!))
    } catch {
      // The process has just ended.
    }
  }, 100)
  const [code] = await once(child, 'exit')
  clearInterval(timer)
  if (code !== 0) throw new Error(`the measured process ended with exit code ${code}`)
  return { peak, seconds: (performance.now() - start) / 1000 }
}
