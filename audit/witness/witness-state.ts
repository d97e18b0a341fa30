import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { sha256 } from '../../util/digest.ts'
import { writeFileDurable } from '../../util/durable.ts'
import { SluiceError } from '../../util/errors.ts'
import { splitNote } from '../cosignature.ts'
import { type Checkpoint, parseCheckpoint } from '../note.ts'

/** What a witness remembers of a log: the signed note that it cosigned last. Its size and root are read from it. */
export interface Witnessed {
  readonly note: string
  readonly checkpoint: Checkpoint
}

/** `<state>/logs/<sha256 of the origin>.note`: an origin may hold any character. */
function statePath(dir: string, origin: string): string {
  return join(dir, 'logs', `${sha256(origin)}.note`)
}

/**
 * Reads what was cosigned last; `undefined` where nothing was. Throws `WITNESS_STATE_BROKEN` (exit 4) where the file is
 * not a note of this log: a witness that forgot must not start over as if it had never seen the log.
 */
export function readWitnessed(dir: string, origin: string): Witnessed | undefined {
  const path = statePath(dir, origin)
  if (!existsSync(path)) return undefined
  const note = readFileSync(path, 'utf8')
  const text = splitNote(note)?.text
  const checkpoint = text === undefined ? undefined : checkpointIn(text)
  if (checkpoint?.origin === origin) return { note, checkpoint }
  throw new SluiceError({
    code: 'WITNESS_STATE_BROKEN',
    message: 'what the witness remembers of a log cannot be read',
    next: 'restore the state from your backup; without it the witness cannot say whether the log was changed',
    at: { file: path },
    exit: 4,
  })
}

/** Durable before it returns. */
export function writeWitnessed(dir: string, origin: string, note: string): void {
  writeFileDurable(statePath(dir, origin), note)
}

/** Keeps a note that contradicts what was cosigned: two signatures of one log over two trees of one size. */
export function keepEvidence(dir: string, note: string): void {
  const path = join(dir, 'forks', `${sha256(note)}.note`)
  if (!existsSync(path)) writeFileDurable(path, note)
}

/** A checkpoint, of any log: what C2SP calls extension lines may follow the root, and are signed with it. */
export function checkpointIn(text: string): Checkpoint | undefined {
  const lines = text.split('\n')
  if (lines.length < 4 || lines.at(-1) !== '' || lines.slice(0, -1).includes('')) return undefined
  return parseCheckpoint(`${lines.slice(0, 3).join('\n')}\n`)
}
