import { verifyConsistency } from './merkle.ts'
import type { PublicKey } from './note.ts'

/** What a person can paste into a ticket or a chat at the end of a run: size, root and key of the log, not signed. */
export interface CheckpointLine {
  readonly size: number
  /** 32 bytes. */
  readonly root: Buffer
  /** Verifier key of the log at that time. */
  readonly noteVerifier: string
}

/** The log as far as it is needed to compare: `readLedger` gives it. */
interface GrownLog {
  readonly size: number
  /** Hex. */
  readonly root: string
  proveConsistency(old: number): readonly string[]
}

export type CheckpointLineProblem = {
  readonly code: 'LOG_CHECKPOINT_OTHER_LOG' | 'LOG_ROLLED_BACK' | 'LOG_FORKED'
  readonly message: string
}

const WORD = 'sluice-checkpoint'
const LINE = /^sluice-checkpoint (0|[1-9][0-9]{0,14}) ([A-Za-z0-9+/]{43}=) (\S+)$/

/** `sluice-checkpoint SIZE ROOT KEY` */
export function checkpointLine(log: { readonly size: number; readonly root: string }, key: PublicKey): string {
  return `${WORD} ${log.size} ${Buffer.from(log.root, 'hex').toString('base64')} ${key.noteVerifier}`
}

/** `undefined` where the text is not such a line. */
export function parseCheckpointLine(text: string): CheckpointLine | undefined {
  const match = LINE.exec(text.trim())
  if (match === null) return undefined
  const root = Buffer.from(match[2]!, 'base64')
  if (root.toString('base64') !== match[2]) return undefined
  return { size: Number(match[1]), root, noteVerifier: match[3]! }
}

/** Whether a log still holds what the line says. Its name must be the same; its key may have been replaced since. */
export function checkCheckpointLine(
  line: CheckpointLine,
  log: GrownLog,
  key: PublicKey,
): CheckpointLineProblem | undefined {
  if (line.noteVerifier.split('+')[0] !== key.noteName) {
    return { code: 'LOG_CHECKPOINT_OTHER_LOG', message: 'the line is of another log' }
  }
  if (line.size > log.size) {
    const message = `the line covers ${line.size} entries, this log has ${log.size}`
    return { code: 'LOG_ROLLED_BACK', message }
  }
  if (line.size === 0) return undefined
  const proof = log.proveConsistency(line.size).map((hash) => Buffer.from(hash, 'hex'))
  if (verifyConsistency(line.size, log.size, proof, line.root, Buffer.from(log.root, 'hex'))) return undefined
  return { code: 'LOG_FORKED', message: `at ${line.size} entries this log is not the one of the line` }
}
