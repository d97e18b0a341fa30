import { createHash, randomBytes } from 'node:crypto'
import { existsSync, readFileSync, readlinkSync } from 'node:fs'
import { hostname, uptime } from 'node:os'
import { basename, dirname, join } from 'node:path'
import { temporaryName } from '../util/durable.ts'
import { SluiceError } from '../util/errors.ts'
import { disk, type Files, isErrno, listIfThere, readIfThere, removeIfThere } from './files.ts'

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
  /** False if the lock file is no longer the one this holder made: somebody removed it, and another may be writing. */
  isMine(): boolean
  release(): void
}

interface Owner {
  readonly pid: number
  /** The thread of the process, as the kernel numbers it: a worker that was terminated holds nothing any more. */
  readonly task?: number
  /** Start time of that thread in clock ticks since boot: a number alone is used again. */
  readonly start: string
  readonly boot: string
  readonly host: string
  /** Pid namespace: a pid means nothing in another container. */
  readonly space: string
  readonly nonce: string
}

export interface LockOptions {
  /** Default 30 seconds. */
  readonly timeoutMs?: number
  readonly files?: Files
}

/** @throws SluiceError `LOG_LOCKED` (transient) where the holder lives, or cannot be judged, until the time is over. */
export function acquireLock(path: string, options: LockOptions = {}): Held {
  const files = options.files ?? disk
  const deadline = performance.now() + (options.timeoutMs ?? 30_000)
  let tookOver = false
  for (let pause = 1; ; pause = Math.min(pause * 2, 20)) {
    // Looking first: an attempt makes and removes a file, and many may be waiting.
    const nonce = readIfThere(files, path) === undefined ? create(files, path) : undefined
    if (nonce !== undefined) {
      if (tookOver) removeLeftovers(files, path)
      return { tookOver, isMine: () => nonceOf(files, path) === nonce, release: () => release(files, path, nonce) }
    }
    if (removeDead(files, path)) tookOver = true
    else if (performance.now() > deadline) throw busy(path)
    else Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, pause * (0.5 + Math.random()))
  }
}

/** Locks that this thread let go of while the disk refused to remove the file. */
const abandoned = new Set<string>()

/** What was done under the lock is done, so a disk that cannot remove the file must not turn it into an error. */
function release(files: Files, path: string, nonce: string): void {
  try {
    // If somebody removed the lock by hand, the file there now is another holder's.
    if (nonceOf(files, path) === nonce) removeIfThere(files, path)
  } catch {
    abandoned.add(nonce)
  }
}

function nonceOf(files: Files, path: string): string | undefined {
  const text = readIfThere(files, path)?.toString('utf8')
  return text === undefined ? undefined : parseOwner(text)?.nonce
}

/** Creates the lock file, whole, and gives its nonce; `undefined` where it is there already. */
function create(files: Files, path: string): string | undefined {
  const temporary = temporaryName(path)
  const owner = self()
  try {
    const fd = files.create(temporary, 0o644)
    try {
      const bytes = Buffer.from(`${JSON.stringify(owner)}\n`)
      for (let done = 0; done < bytes.length; ) done += files.write(fd, bytes, done, bytes.length - done)
    } finally {
      files.close(fd)
    }
    files.link(temporary, path)
    return owner.nonce
  } catch (error) {
    if (isErrno(error, 'EEXIST')) return undefined
    throw error
  } finally {
    try {
      removeIfThere(files, temporary)
    } catch {
      // Only a leftover name; whether the lock is held is decided already.
    }
  }
}

/** Removes the lock at `path` if its holder is dead. True if this call removed it. */
function removeDead(files: Files, path: string): boolean {
  const nonce = deadNonce(files, path)
  if (nonce === undefined) return false
  const right = `${path}.${nonce}`
  const rightNonce = create(files, right)
  if (rightNonce === undefined) {
    removeDead(files, right)
    return false
  }
  try {
    // Only the holder of `right` may remove this lock, so it cannot change between the look and the removal.
    if (deadNonce(files, path) !== nonce) return false
    removeIfThere(files, path)
    return true
  } finally {
    release(files, right, rightNonce)
  }
}

/** What dead holders left beside the lock: names of rights, and files that were not yet linked. The lock is held. */
function removeLeftovers(files: Files, path: string): void {
  const name = basename(path)
  for (const listed of listIfThere(files, dirname(path))) {
    if (!listed.name.startsWith(`${name}.`)) continue
    const leftover = join(dirname(path), listed.name)
    try {
      if (listed.name.startsWith(`${name}.tmp-`)) {
        if (deadNonce(files, leftover) !== undefined) removeIfThere(files, leftover)
      } else removeDead(files, leftover)
    } catch {
      // Only space: the next one that takes over tries again.
    }
  }
}

/** Identifies a lock whose holder is surely dead; `undefined` if it is alive, gone or cannot be judged from here. */
function deadNonce(files: Files, path: string): string | undefined {
  const text = readIfThere(files, path)?.toString('utf8')
  if (text === undefined) return undefined
  const owner = parseOwner(text)
  if (owner === undefined) return brokenNonce(files, path, text)
  if (abandoned.has(owner.nonce)) return owner.nonce
  const me = self()
  if (owner.host !== me.host) return undefined
  if (owner.boot !== me.boot) return owner.nonce
  if (owner.space !== me.space) return undefined
  const start = startOf(owner.pid, owner.task ?? owner.pid)
  // Alive, but nothing more can be told about it: then it is not for us to judge.
  if (start === UNKNOWN || (start !== undefined && owner.start === UNKNOWN)) return undefined
  return start === owner.start ? undefined : owner.nonce
}

/** A lock appears whole, so one that cannot be read was cut by a power loss: dead if it is older than this boot. */
function brokenNonce(files: Files, path: string, text: string): string | undefined {
  const booted = Date.now() - uptime() * 1000
  let modified: number
  try {
    modified = files.modified(path)
  } catch (error) {
    if (isErrno(error, 'ENOENT')) return undefined
    throw error
  }
  if (modified > booted) return undefined
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

const UNKNOWN = 'unknown'

/** Per thread: each worker loads this module anew. */
let identity: Omit<Owner, 'nonce'> | undefined

function self(): Owner {
  if (identity === undefined) {
    const task = ownTask()
    identity = {
      pid: process.pid,
      task,
      start: startOf(process.pid, task) ?? UNKNOWN,
      boot: readOr('/proc/sys/kernel/random/boot_id', UNKNOWN),
      host: hostname(),
      space: pidSpace(),
    }
  }
  return { ...identity, nonce: randomBytes(8).toString('hex') }
}

/** The kernel's number of the thread that asks; a synchronous call is made by the thread itself. */
function ownTask(): number {
  try {
    return Number(basename(readlinkSync('/proc/thread-self')))
  } catch {
    return process.pid
  }
}

/**
 * Field 22 of /proc/PID/task/TID/stat (proc(5)); `undefined` for a thread that is not there, `UNKNOWN` for one that is
 * there, or may be, and cannot be looked at.
 */
function startOf(pid: number, task: number): string | undefined {
  try {
    const stat = readFileSync(`/proc/${pid}/task/${task}/stat`, 'utf8')
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
    return fields[0] === 'Z' ? undefined : fields[19]
  } catch (error) {
    // ESRCH: it ended while we read. Without /proc a process can only be asked whether it is there.
    if (isErrno(error, 'ENOENT', 'ESRCH') && existsSync('/proc/self/stat')) return undefined
    return isAliveWithoutProc(pid) ? UNKNOWN : undefined
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
