import { closeSync, fsyncSync, openSync, readdirSync, renameSync, rmSync, statSync } from 'node:fs'
import { basename, dirname, join } from 'node:path'
import { fsyncDir, temporaryName, writeAll } from '../util/durable.ts'
import { SluiceError, toSluiceError } from '../util/errors.ts'

/** A file that is written whole or not at all: it has another name, readable by its owner alone, until `publish`. */
export interface OutputFile {
  /** @throws SluiceError `SYSTEM_ENOSPC` and the like */
  write(bytes: Uint8Array): void
  /** Makes what was written durable; after it nothing more is written. */
  seal(): void
  /** Gives the file its name. */
  publish(): void
  /** Takes away what was written. Does nothing after `publish`. */
  discard(): void
}

/** Signals that end a command; what is not finished goes with it. */
const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const

/**
 * Opens an output. What a killed run (SIGKILL, power) left under a temporary name of the same file is removed: it may hold
 * personal data, and nobody else would.
 *
 * @throws SluiceError `FILE_UNWRITABLE`
 */
export function openOutput(file: string): OutputFile {
  const temporary = temporaryName(file)
  let fd: number | undefined
  const close = (): void => {
    if (fd !== undefined) closeSync(fd)
    fd = undefined
  }
  const discard = (): void => {
    unlisten()
    close()
    rmSync(temporary, { force: true })
  }
  const onSignal = (signal: NodeJS.Signals): void => {
    discard()
    process.kill(process.pid, signal)
  }
  const unlisten = (): void => {
    for (const signal of SIGNALS) process.off(signal, onSignal)
  }
  // Before the file is there: a signal that comes at once must find somebody to take it away.
  for (const signal of SIGNALS) process.once(signal, onSignal)
  try {
    removeStale(file)
    fd = openSync(temporary, 'wx', 0o600)
  } catch (cause) {
    unlisten()
    throw new SluiceError({
      code: 'FILE_UNWRITABLE',
      message: 'the output cannot be written',
      next: 'check that its folder is there and may be written to',
      at: { file },
      cause,
    })
  }
  return {
    write: (bytes) => saying(file, () => writeAll(fd!, bytes)),
    seal: () =>
      saying(file, () => {
        fsyncSync(fd!)
        close()
      }),
    publish: () =>
      saying(file, () => {
        renameSync(temporary, file)
        unlisten()
        fsyncDir(dirname(file))
      }),
    discard,
  }
}

function saying(file: string, act: () => void): void {
  try {
    act()
  } catch (cause) {
    throw outputFault(cause, file)
  }
}

/** A fault of the system while writing, with advice that fits a single file. */
export function outputFault(cause: unknown, file: string): SluiceError {
  const { code, message, exit } = toSluiceError(cause, 'writing the output')
  return new SluiceError({
    code,
    message,
    next: 'make room, or choose another place with --out; then run the same command again: nothing was left behind',
    at: { file },
    exit,
    cause,
  })
}

/** Removes temporary files beside `file` whose process is gone. */
function removeStale(file: string): void {
  const folder = dirname(file)
  const prefix = `${basename(file)}.tmp-`
  for (const name of readdirSync(folder)) {
    const pid = name.startsWith(prefix) ? /^(\d+)-\d+-\d+$/.exec(name.slice(prefix.length))?.[1] : undefined
    if (pid === undefined || isAlive(Number(pid))) continue
    const path = join(folder, name)
    // Another user's is theirs to remove.
    if (statSync(path, { throwIfNoEntry: false })?.uid === process.getuid?.()) rmSync(path, { force: true })
  }
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return true
  } catch (error) {
    // EPERM: it is there and belongs to somebody else.
    return (error as NodeJS.ErrnoException).code !== 'ESRCH'
  }
}
