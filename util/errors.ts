/**
 * The one error class of Sluice. A mistake in a file, a broken input or a failed integrity check is always a
 * `SluiceError`; anything else that reaches the top is a bug.
 *
 * `message` never holds data from a record: ids, offsets and names of fields only.
 */
export type ExitCode = 0 | 1 | 2 | 3 | 4 | 5

/** What each exit code of `sluice` means. The command line and the docs both read this table. */
export const EXIT_CODES: Readonly<Record<ExitCode, string>> = {
  0: 'passed',
  1: 'a policy failed',
  2: 'usage or file error',
  3: 'waiting for a human',
  4: 'integrity failure: something stored is not what was written',
  5: 'a stage errored',
}

export interface Place {
  readonly file: string
  /** 1-based. */
  readonly line?: number
  /** 1-based. */
  readonly column?: number
}

export interface SluiceErrorInit {
  /** Stable, upper-case, documented: `PIPELINE_UNKNOWN_KEY`. */
  readonly code: string
  /** What happened, in one sentence, without data. */
  readonly message: string
  /** What to do next, in one sentence. */
  readonly next?: string
  readonly at?: Place
  readonly exit?: ExitCode
  /** True where the same operation may succeed when it is tried again (a lock, a busy file). */
  readonly transient?: boolean
  readonly cause?: unknown
}

export class SluiceError extends Error {
  override readonly name = 'SluiceError'
  readonly code: string
  readonly next: string | undefined
  readonly at: Place | undefined
  readonly exit: ExitCode
  readonly transient: boolean

  constructor(init: SluiceErrorInit) {
    super(init.message, init.cause === undefined ? undefined : { cause: init.cause })
    this.code = init.code
    this.next = init.next
    this.at = init.at
    this.exit = init.exit ?? 2
    this.transient = init.transient ?? false
  }

  /** `file:line:column: CODE: message` and the next step on a line of its own. */
  format(): string {
    const where = this.at === undefined ? '' : `${formatPlace(this.at)}: `
    const next = this.next === undefined ? '' : `\n  → ${this.next}`
    return `${where}${this.code}: ${this.message}${next}`
  }

  /** A form that survives `postMessage` and JSON. */
  toJSON(): SerializedError {
    return {
      code: this.code,
      message: this.message,
      exit: this.exit,
      transient: this.transient,
      ...(this.next === undefined ? {} : { next: this.next }),
      ...(this.at === undefined ? {} : { at: this.at }),
    }
  }
}

export interface SerializedError {
  readonly code: string
  readonly message: string
  readonly next?: string
  readonly at?: Place
  readonly exit: ExitCode
  readonly transient: boolean
}

export function formatPlace(place: Place): string {
  return [place.file, place.line, place.line === undefined ? undefined : place.column]
    .filter((part) => part !== undefined)
    .join(':')
}

/**
 * Turns anything thrown into a `SluiceError`. System errors (`ENOSPC`, `EROFS`, `EACCES` …) keep their code and get
 * advice; an unknown error becomes `INTERNAL` with its message kept as `cause` only, because a foreign message may
 * quote data.
 */
export function toSluiceError(error: unknown, doing: string): SluiceError {
  if (error instanceof SluiceError) return error
  const system = systemCode(error)
  if (system !== undefined) {
    return new SluiceError({
      code: `SYSTEM_${system}`,
      message: `${doing}: ${SYSTEM_MESSAGES[system] ?? `the system answered ${system}`}`,
      next: SYSTEM_ADVICE[system] ?? 'check the file and its permissions, then run the same command again',
      exit: 5,
      transient: system === 'EBUSY' || system === 'EAGAIN' || system === 'EMFILE',
      cause: error,
    })
  }
  return new SluiceError({
    code: 'INTERNAL',
    message: `${doing}: an unexpected ${error instanceof Error ? error.constructor.name : typeof error}`,
    next: 'run again with SLUICE_DEBUG=1 to see the stack, and report it: this is a bug in Sluice',
    exit: 5,
    cause: error,
  })
}

/** Revives an error that crossed a thread or process boundary. */
export function fromSerialized(error: SerializedError): SluiceError {
  return new SluiceError(error)
}

function systemCode(error: unknown): string | undefined {
  if (!(error instanceof Error) || !('code' in error) || !('syscall' in error)) return undefined
  return typeof error.code === 'string' ? error.code : undefined
}

const SYSTEM_MESSAGES: Readonly<Record<string, string>> = {
  ENOSPC: 'the disk is full',
  EDQUOT: 'the disk quota is used up',
  EROFS: 'the file system is read-only',
  EACCES: 'permission denied',
  EPERM: 'operation not permitted',
  ENOENT: 'no such file or folder',
  EISDIR: 'this is a folder, not a file',
  EMFILE: 'too many open files',
  EIO: 'the disk reported an input/output error',
}

const SYSTEM_ADVICE: Readonly<Record<string, string>> = {
  ENOSPC: 'free some space; finished shards are kept, so the same command continues where it stopped',
  EDQUOT: 'free some space; finished shards are kept, so the same command continues where it stopped',
  EROFS: 'choose a writable store with --store DIR',
  EACCES: 'give this user access, or choose another store with --store DIR',
  EPERM: 'give this user access, or choose another store with --store DIR',
  ENOENT: 'check the path',
  EIO: 'check the disk before you run again',
}
