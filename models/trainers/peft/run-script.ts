import { type ChildProcess, spawn } from 'node:child_process'
import { createWriteStream } from 'node:fs'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { SluiceError } from '../../../util/errors.ts'
import type { TrainerEvent, TrainerHooks } from '../trainer.ts'

export interface ScriptRun {
  readonly interpreter: string
  readonly script: string
  readonly folder: string
  readonly processes: number
  readonly threads: number
}

/** The script's last event. */
export interface ScriptDone {
  readonly steps: number
  readonly planned: number
  readonly keptStep: number
  readonly trainLoss: readonly (readonly [number, number | null])[]
  readonly validLoss: readonly (readonly [number, number])[]
  readonly versions: Readonly<Record<string, string>>
  readonly device: string
}

type ScriptEvent =
  | TrainerEvent
  | { readonly event: 'stopped'; readonly step: number }
  | { readonly event: 'error'; readonly code: string; readonly message: string; readonly next: string }
  | ({ readonly event: 'done' } & Omit<ScriptDone, 'device'>)

/** Time that a step and its checkpoint may take after SIGTERM. */
const GRACE_MS = 120_000

/**
 * Runs the script and passes its events on. An abort sends SIGTERM, and SIGKILL two minutes later. What the script
 * and its libraries write besides goes to trainer.log.
 *
 * @throws the reason of the signal after a stop, the script's own error, or SluiceError TRAINER_DIED
 */
export async function runScript(run: ScriptRun, hooks: TrainerHooks): Promise<ScriptDone> {
  const child = spawn(run.interpreter, commandLine(run), {
    env: environment(run),
    stdio: ['ignore', 'pipe', 'pipe'],
    // A group of its own: Accelerate's processes are stopped with it, and Ctrl-C reaches them only through us.
    detached: process.platform !== 'win32',
  })
  const log = createWriteStream(join(run.folder, 'trainer.log'), { flags: 'a', mode: 0o600 })
  child.stderr.pipe(log)
  const ended = new Promise<{ readonly code: number | null; readonly signal: NodeJS.Signals | null }>(
    (resolve, reject) => {
      child.once('error', reject)
      child.once('close', (code, signal) => resolve({ code, signal }))
    },
  )
  // Whoever waits is below; without this an early failure would count as unhandled.
  ended.catch(() => {})
  let hard: NodeJS.Timeout | undefined
  const abort = (): void => {
    signalGroup(child, 'SIGTERM')
    hard = setTimeout(() => signalGroup(child, 'SIGKILL'), GRACE_MS)
  }
  const orphan = (): void => signalGroup(child, 'SIGTERM')
  if (hooks.signal.aborted) abort()
  hooks.signal.addEventListener('abort', abort, { once: true })
  process.once('exit', orphan)
  let done: Omit<ScriptDone, 'device'> | undefined
  let failure: SluiceError | undefined
  let device = ''
  try {
    for await (const line of createInterface({ input: child.stdout })) {
      const event = parseEvent(line)
      if (event === undefined) log.write(`${line}\n`)
      else if (event.event === 'done') done = event
      else if (event.event === 'error') failure ??= toError(event)
      else if (event.event !== 'stopped') {
        if (event.event === 'started') device = event.device
        hooks.tell(event)
      }
    }
    const { code, signal } = await ended
    if (done !== undefined && code === 0) return { ...done, device }
    hooks.signal.throwIfAborted()
    throw failure ?? died(code, signal)
  } finally {
    clearTimeout(hard)
    hooks.signal.removeEventListener('abort', abort)
    process.removeListener('exit', orphan)
    log.end()
  }
}

/** Several processes are started by torch's own launcher; Accelerate, in the script, finds them by their variables. */
function commandLine({ script, folder, processes }: ScriptRun): readonly string[] {
  if (processes === 1) return [script, folder]
  return ['-m', 'torch.distributed.run', '--standalone', '--nproc_per_node', String(processes), script, folder]
}

/** Nothing may be fetched or reported: the model is a folder, and libraries are told to stay offline. */
function environment({ threads }: ScriptRun): NodeJS.ProcessEnv {
  return {
    ...process.env,
    HF_HUB_OFFLINE: '1',
    TRANSFORMERS_OFFLINE: '1',
    HF_HUB_DISABLE_TELEMETRY: '1',
    TOKENIZERS_PARALLELISM: 'false',
    PYTHONUNBUFFERED: '1',
    PYTHONUTF8: '1',
    // `-m` would look for modules in the working folder first: a torch.py of the project must not run.
    PYTHONSAFEPATH: '1',
    // PEFT writes sets as lists: their order must not change from run to run.
    PYTHONHASHSEED: '0',
    OMP_NUM_THREADS: String(threads),
  }
}

function signalGroup(child: ChildProcess, signal: NodeJS.Signals): void {
  if (child.pid === undefined || child.exitCode !== null || child.signalCode !== null) return
  try {
    if (process.platform === 'win32') child.kill(signal)
    else process.kill(-child.pid, signal)
  } catch (error) {
    // It ended by itself in this moment.
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error
  }
}

function parseEvent(line: string): ScriptEvent | undefined {
  if (!line.startsWith('{"event":')) return undefined
  try {
    return JSON.parse(line) as ScriptEvent
  } catch {
    return undefined
  }
}

function toError(event: { readonly code: string; readonly message: string; readonly next: string }): SluiceError {
  return new SluiceError({ code: event.code, message: event.message, next: event.next, exit: 5 })
}

function died(code: number | null, signal: NodeJS.Signals | null): SluiceError {
  const how = signal === null ? `exit code ${code}` : signal
  return new SluiceError({
    code: 'TRAINER_DIED',
    message: `the Python trainer ended with ${how} and did not say why`,
    next:
      signal === 'SIGKILL'
        ? 'the system may have been out of memory: train fewer tokens in one go, then run the same command again'
        : 'read trainer.log in the work folder, then run the same command again: it goes on from the checkpoint',
    exit: 5,
  })
}
