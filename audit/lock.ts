import { createHash, randomBytes } from 'node:crypto'
import { linkSync, readFileSync, readlinkSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { hostname, uptime } from 'node:os'
import { temporaryName } from '../util/durable.ts'
import { SluiceError } from '../util/errors.ts'

/**
 * A lock file that one thread of one process holds. It appears whole (written aside, then `link`, which fails like
 * O_EXCL where the name is taken) and says who holds it, so that the lock of a dead holder can be taken over.
 *
 * Taking over must not be a race: between reading a dead lock and removing it another process may have done the same
 * and hold a new one. Therefore whoever removes lock C must first hold the lock named after C's nonce. That lock may be
 * left by a dead process too, and is then removed by the same rule.
 */
export interface Held {
  /** True if a dead holder was found: what it was doing may be half done. */
  readonly tookOver: boolean
  release(): void
}

interface Owner {
  readonly pid: number
  /** Start time of the process in clock ticks since boot: a pid alone is used again. */
  readonly start: string
  readonly boot: string
  readonly host: string
  /** Pid namespace: a pid means nothing in another container. */
  readonly space: string
  readonly nonce: string
}

export function acquireLock(path: string, options: { readonly timeoutMs?: number } = {}): Held {
  const deadline = performance.now() + (options.timeoutMs ?? 30_000)
  let tookOver = false
  for (let pause = 1; ; pause = Math.min(pause * 2, 20)) {
    const nonce = create(path)
    if (nonce !== undefined) return { tookOver, release: () => release(path, nonce) }
    if (removeDead(path)) tookOver = true
    else if (performance.now() > deadline) throw busy(path)
    else Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, pause * (0.5 + Math.random()))
  }
}

/** Locks that this thread let go of while the disk refused to remove the file. */
const abandoned = new Set<string>()

/** What was done under the lock is done, so a disk that cannot remove the file must not turn it into an error. */
function release(path: string, nonce: string): void {
  try {
    rmSync(path, { force: true })
  } catch {
    abandoned.add(nonce)
  }
}

/** Creates the lock file, whole, and gives its nonce; `undefined` where it is there already. */
function create(path: string): string | undefined {
  const temporary = temporaryName(path)
  const owner = self()
  try {
    writeFileSync(temporary, `${JSON.stringify(owner)}\n`, { flag: 'wx', mode: 0o644 })
    linkSync(temporary, path)
    return owner.nonce
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return undefined
    throw error
  } finally {
    try {
      rmSync(temporary, { force: true })
    } catch {
      // Only a leftover name; whether the lock is held is decided already.
    }
  }
}

/** Removes the lock at `path` if its holder is dead. True if this call removed it. */
function removeDead(path: string): boolean {
  const nonce = deadNonce(path)
  if (nonce === undefined) return false
  const right = `${path}.${nonce}`
  const rightNonce = create(right)
  if (rightNonce === undefined) {
    removeDead(right)
    return false
  }
  try {
    // Only the holder of `right` may remove this lock, so it cannot change between the look and the removal.
    if (deadNonce(path) !== nonce) return false
    rmSync(path, { force: true })
    return true
  } finally {
    release(right, rightNonce)
  }
}

/** Identifies a lock whose holder is surely dead; `undefined` if it is alive, gone or cannot be judged from here. */
function deadNonce(path: string): string | undefined {
  let text: string
  try {
    text = readFileSync(path, 'utf8')
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined
    throw error
  }
  const owner = parseOwner(text)
  if (owner === undefined) return brokenNonce(path, text)
  if (abandoned.has(owner.nonce)) return owner.nonce
  const me = self()
  if (owner.host !== me.host) return undefined
  if (owner.boot !== me.boot) return owner.nonce
  if (owner.space !== me.space) return undefined
  return startOf(owner.pid) === owner.start ? undefined : owner.nonce
}

/** A lock appears whole, so one that cannot be read was cut by a power loss: dead if it is older than this boot. */
function brokenNonce(path: string, text: string): string | undefined {
  const booted = Date.now() - uptime() * 1000
  const modified = statSync(path, { throwIfNoEntry: false })?.mtimeMs
  if (modified === undefined || modified > booted) return undefined
  return createHash('sha256').update(`${modified}\n${text}`).digest('hex').slice(0, 16)
}

function parseOwner(text: string): Owner | undefined {
  try {
    const owner = JSON.parse(text) as Owner
    return /^[0-9a-f]{16}$/.test(owner.nonce) && Number.isInteger(owner.pid) ? owner : undefined
  } catch {
    return undefined
  }
}

let identity: Omit<Owner, 'nonce'> | undefined

function self(): Owner {
  identity ??= {
    pid: process.pid,
    start: startOf(process.pid) ?? 'unknown',
    boot: readOr('/proc/sys/kernel/random/boot_id', 'unknown'),
    host: hostname(),
    space: pidSpace(),
  }
  return { ...identity, nonce: randomBytes(8).toString('hex') }
}

/** Field 22 of /proc/PID/stat; `undefined` for a process that is not there. Without /proc every live pid is "unknown". */
function startOf(pid: number): string | undefined {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8')
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
    return fields[0] === 'Z' ? undefined : fields[19]
  } catch {
    return isAliveWithoutProc(pid) ? 'unknown' : undefined
  }
}

function isAliveWithoutProc(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return true
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM'
  }
}

function pidSpace(): string {
  try {
    return readlinkSync('/proc/self/ns/pid')
  } catch {
    return 'unknown'
  }
}

function readOr(path: string, fallback: string): string {
  try {
    return readFileSync(path, 'utf8').trim()
  } catch {
    return fallback
  }
}

function busy(path: string): SluiceError {
  return new SluiceError({
    code: 'LOG_LOCKED',
    message: 'another process holds the lock of the log and does not let go',
    next: 'wait for the other run to end; if none is running (the holder was on another machine or in another container), remove the file named here',
    at: { file: path },
    exit: 5,
    transient: true,
  })
}
