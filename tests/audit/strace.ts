import { type ChildProcess, execFileSync, spawn } from 'node:child_process'
import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { setTimeout as wait } from 'node:timers/promises'

/** System calls that a program does on files. */
export const FILE_CALLS = [
  'openat',
  'read',
  'write',
  'close',
  'fsync',
  'fdatasync',
  'rename',
  'link',
  'unlink',
  'mkdir',
  'rmdir',
  'getdents64',
  'statx',
  'readlink',
] as const

export const FAULTS = ['EIO', 'ENOSPC', 'SIGKILL'] as const

/** One call that is to fail: the n-th one of its name after the program was told to begin. */
export interface Injection {
  readonly call: string
  readonly n: number
  readonly fault: (typeof FAULTS)[number]
}

/** True where strace is installed and may trace a process here. */
export function hasStrace(): boolean {
  try {
    execFileSync('strace', ['-qq', '-o', '/dev/null', '-e', 'inject=getuid:error=EIO', 'true'], { stdio: 'ignore' })
    return true
  } catch {
    return false
  }
}

/** How strace says an injection. */
export function injectOption({ call, n, fault }: Injection): readonly string[] {
  const effect = fault === 'SIGKILL' ? 'signal=SIGKILL' : `error=${fault}`
  return ['-e', `trace=${call}`, '-e', `inject=${call}:${effect}:when=${n}`]
}

/**
 * Starts a program that waits for a line on its input, attaches strace to its main thread (which does all synchronous
 * calls), gives the line, and waits for the end. Returns what the program printed. So the count of calls begins where the
 * test begins, and not with the start of Node.
 */
export async function straced(program: readonly string[], options: readonly string[]): Promise<string> {
  const child = spawn(process.execPath, program, { stdio: ['pipe', 'pipe', 'pipe'] })
  let out = ''
  let err = ''
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    out += text
  })
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    err += text
  })
  const closed = once(child, 'close')
  await until(() => out.includes('ready\n') || child.exitCode !== null)
  if (child.exitCode !== null) throw new Error(err)
  const strace = spawn('strace', ['-qq', '-p', String(child.pid), ...options], { stdio: ['ignore', 'ignore', 'pipe'] })
  const straceEnd = once(strace, 'close')
  await until(() => isTraced(child) || strace.exitCode !== null)
  child.stdin.on('error', () => {})
  child.stdin.write('go\n')
  await closed
  strace.kill('SIGTERM')
  await straceEnd
  return out.replace('ready\n', '')
}

/** Also true where it has ended: a fault in the call that waits for the line ends it before the line comes. */
function isTraced(child: ChildProcess): boolean {
  try {
    return /TracerPid:\t[1-9]/.test(readFileSync(`/proc/${child.pid}/status`, 'utf8'))
  } catch {
    return true
  }
}

async function until(condition: () => boolean): Promise<void> {
  while (!condition()) await wait(5)
}

/** Calls by name in a log that strace wrote with `-o`. */
export function countCalls(log: string): ReadonlyMap<string, number> {
  const counts = new Map<string, number>()
  for (const line of log.split('\n')) {
    const call = /^([a-z0-9_]+)\(/.exec(line)?.[1]
    if (call !== undefined) counts.set(call, (counts.get(call) ?? 0) + 1)
  }
  return counts
}
